#!/usr/bin/env node
// `npx medusa-payment-rs …`. This file is written so that an old Node.js can read it and say that it is old.

const { version, engines } = require("../package.json");

const OLDEST_NODE = Number(engines.node.replace(/\D+/, ""));

const HELP = `Usage: npx medusa-payment-rs <command>

Commands:
  new <name>    make a Medusa payment plugin whose provider is written in Rust, in the folder <name>
  help          say this

Options of new:
  --crate <version>    build with this version of the crate from crates.io
                       (otherwise with the sources that come with the npm package)
  --package <what>     install this medusa-payment-rs: a version, a tarball or a folder
                       (otherwise the one that makes the project)

Other options:
  -h, --help       say this
  -v, --version    say the version
`;

function main(args) {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    const old = new Error("Node.js " + OLDEST_NODE + " or newer is needed, this is " + process.versions.node);
    throw Object.assign(old, { isComplaint: true });
  }
  const { parse } = require("./arguments");
  const { command, name, options } = parse(args);
  if (command === "help") return process.stdout.write(HELP);
  if (command === "version") return process.stdout.write(version + "\n");

  const { createProject } = require("./project");
  const folder = createProject(name, options);
  process.stdout.write(`${folder} is a Medusa payment plugin whose provider is written in Rust.

  cd ${folder}
  npm install
  npm test

src/lib.rs is the provider; README.md says how to go on from there.
`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  // What the user can put right is one line; anything else is a fault of ours, and needs its stack.
  process.stderr.write("medusa-payment-rs: " + (error.isComplaint ? error.message : error.stack) + "\n");
  process.exitCode = 1;
}
