// The folders of the platform packages, and the npm command line, wherever it runs.

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { innerEnv } = require("../support/npm");

const PLATFORMS = "npm";

/** `npm/linux-x64-gnu` and its like, as `napi create-npm-dirs` makes them. */
const platformFolders = (cwd) => fs.readdirSync(path.join(cwd, PLATFORMS)).map((name) => path.join(PLATFORMS, name));

/** Runs a command and returns what it wrote to standard output; what it says otherwise is passed on. */
function run(command, args, { cwd, env = innerEnv() } = {}) {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32", // npm is a script there
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with code ${status}\n${stdout}`);
  return stdout;
}

module.exports = { platformFolders, run };
