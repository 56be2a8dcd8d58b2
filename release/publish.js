// Publishes what `assemble.js` made: the platforms first, so that the main package never names one that is not there.
// What is published already is passed over, so that a run that broke off can be repeated.
//
//   node release/publish.js                   from GitHub's CI
//   node release/publish.js --no-provenance   from elsewhere
//   node release/publish.js --dry-run         asks npm what it would do

const path = require("node:path");
const { parseArgs } = require("node:util");
const { platformFolders, run } = require("./napi");

const ROOT = path.resolve(__dirname, "..");

const OPTIONS = { "dry-run": { type: "boolean" }, "no-provenance": { type: "boolean" } };

function main(args) {
  const { values: flags } = parseArgs({ args, options: OPTIONS });
  const dry = flags["dry-run"];
  const how = dry ? ["--dry-run"] : flags["no-provenance"] ? [] : ["--provenance"];
  for (const folder of [...platformFolders(ROOT), "."]) {
    const cwd = path.join(ROOT, folder);
    const { name, version } = require(path.join(cwd, "package.json"));
    if (!dry && isPublished(`${name}@${version}`)) {
      console.log(`${name}@${version} is published already`);
      continue;
    }
    console.log(run("npm", ["publish", "--access", "public", ...how], { cwd }));
  }
}

function isPublished(what) {
  try {
    return run("npm", ["view", what, "version"]).trim() !== "";
  } catch {
    return false; // npm has never heard of the name
  }
}

main(process.argv.slice(2));
