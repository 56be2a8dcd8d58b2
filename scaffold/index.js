// `npx medusa-payment-rs new <name>`.

const { parse } = require("./arguments");
const { createProject } = require("./project");

/** Returns the exit code. */
function run(args) {
  const { name, options } = parse(args);
  const folder = createProject(name, options);
  process.stdout.write(`${folder} is a Medusa payment plugin whose provider is written in Rust.

  cd ${folder}
  npm install
  npm test

src/lib.rs is the provider; README.md says how to go on from there.
`);
  return 0;
}

module.exports = { run };
