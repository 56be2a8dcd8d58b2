#!/usr/bin/env node
// `npx medusa-payment-rs …`. This file is written so that an old Node.js can read it and say that it is old.

const { version, engines } = require("../package.json");

const OLDEST_NODE = Number(engines.node.replace(/\D+/, ""));

/** `failure` is the exit code if the command could not do what it was asked for. */
const COMMANDS = {
  new: { load: () => require("../scaffold"), failure: 1 },
  audit: { load: () => require("../audit"), failure: 2 },
};

const HELP = `Usage: npx medusa-payment-rs <command>

Commands:
  new <name>    make a Medusa payment plugin whose provider is written in Rust, in the folder <name>
  audit         compare what a Medusa store has recorded of its payments with what Stripe has; changes nothing
  help          print this help

Options of new:
  --crate <version>    build with this version of the crate from crates.io
                       (otherwise with the sources that come with the npm package)
  --package <what>     install this medusa-payment-rs: a version, a tarball or a folder
                       (otherwise the one that makes the project)

Options of audit: see npx medusa-payment-rs audit --help

Other options:
  -h, --help       print this help
  -v, --version    print the version
`;

function complaint(message) {
  return Object.assign(new Error(message), { isComplaint: true });
}

/** Resolves with the exit code. */
async function main(name, args) {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    throw complaint("Node.js " + OLDEST_NODE + " or newer is needed, this is " + process.versions.node);
  }
  if ([undefined, "help", "-h", "--help"].includes(name) || (name === "new" && args.some(isHelp))) {
    process.stdout.write(HELP);
    return 0;
  }
  if (["-v", "--version"].includes(name)) {
    process.stdout.write(version + "\n");
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    const known = Object.keys(COMMANDS).join(" and ");
    throw complaint(`there is no command "${name}", there are ${known}; see npx medusa-payment-rs help`);
  }
  return COMMANDS[name].load().run(args);
}

const isHelp = (arg) => arg === "-h" || arg === "--help";

const [name, ...args] = process.argv.slice(2);

main(name, args).then(
  (code) => (process.exitCode = code),
  (error) => {
    // What the user can put right is one line; anything else is a fault of ours, and needs its stack.
    process.stderr.write("medusa-payment-rs: " + (error.isComplaint ? error.message : error.stack) + "\n");
    process.exitCode = Object.hasOwn(COMMANDS, name ?? "") ? COMMANDS[name].failure : 1;
  },
);
