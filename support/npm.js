// npm, called as a person would call it in the folder `cwd`.

const fs = require("node:fs");
const path = require("node:path");
const { run } = require("./processes");

const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];

/**
 * What an outer `npm run` tells its script about the outer package (the prefix, the command, the script's name) would
 * be taken as configuration by an inner npm. What a person has configured stays.
 */
function innerEnv() {
  const ofTheOuterRun = /^npm_(package|lifecycle|command|execpath|config_local_prefix|config_prefix|config_noproxy)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheOuterRun.test(name)));
}

const npm = (cwd, args, { env, onLine } = {}) =>
  run("npm", [...args, ...QUIET], { cwd, env: { ...innerEnv(), ...env }, onLine });

/** Is `node_modules` what the lock asks for? npm writes its hidden lock last: an install cut short counts as none. */
function isInstalled(cwd) {
  const written = (file) => fs.statSync(path.join(cwd, file), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
  return written("node_modules/.package-lock.json") >= written("package-lock.json");
}

/** Runs the command of a package as a person would who has not installed it. */
const npx = (cwd, pkg, [command, ...args], { onLine } = {}) =>
  run("npx", ["--yes", "--prefer-offline", "--package", pkg, "--", command, ...args], { cwd, env: innerEnv(), onLine });

module.exports = { npm, npx, innerEnv, isInstalled };
