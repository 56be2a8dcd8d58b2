// Makes what is published out of the addons in `artifacts/`: a package for each platform in `npm/`, and the main package,
// which names them as optional dependencies.

const fs = require("node:fs");
const path = require("node:path");
const { platformFolders, run } = require("./napi");

const NAPI = path.resolve(__dirname, "../node_modules/.bin/napi");

function assemble(root) {
  const napi = (...args) => run(NAPI, args, { cwd: root });
  napi("create-npm-dirs");
  napi("artifacts", "--output-dir", "artifacts");
  napi("prepublish", "--tag-style", "npm", "--no-gh-release", "--skip-optional-publish");
  for (const folder of platformFolders(root)) {
    fs.copyFileSync(path.join(root, "LICENSE"), path.join(root, folder, "LICENSE"));
  }
  // `napi artifacts` puts them there too, and the main package would take them all along.
  for (const name of fs.readdirSync(root)) {
    if (name.endsWith(".node")) fs.rmSync(path.join(root, name));
  }
}

module.exports = { assemble };

if (require.main === module) assemble(path.resolve(__dirname, ".."));
