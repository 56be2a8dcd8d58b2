// A copy of the repository in which a release is assembled. An addon that was not built here has a stand-in.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { parseTriple } = require("@napi-rs/cli");
const { assemble } = require("./assemble");

const ROOT = path.resolve(__dirname, "..");
const { napi } = require("../package.json");

const PLATFORMS = napi.targets.map((target) => parseTriple(target).platformArchABI);

const addonOf = (platform) => `${napi.binaryName}.${platform}.node`;

/** The platforms whose addon was built here: this machine's, where the build did not fail. */
const builtHere = () => PLATFORMS.filter((platform) => fs.existsSync(path.join(ROOT, addonOf(platform))));

/** Assembles a release in a new folder in `scratch`, and returns that folder. */
function makeStage(scratch) {
  const stage = path.join(scratch, "stage");
  const tracked = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" });
  for (const file of tracked.split("\0").filter(Boolean)) {
    fs.cpSync(path.join(ROOT, file), path.join(stage, file));
  }
  fs.mkdirSync(path.join(stage, "artifacts"));
  for (const platform of PLATFORMS) {
    const artifact = path.join(stage, "artifacts", addonOf(platform));
    if (builtHere().includes(platform)) fs.copyFileSync(path.join(ROOT, addonOf(platform)), artifact);
    else fs.writeFileSync(artifact, "not built here");
  }
  assemble(stage);
  return stage;
}

module.exports = { addonOf, builtHere, makeStage };
