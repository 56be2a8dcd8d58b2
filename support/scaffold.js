// A project that the scaffold made, as a person would have it who has nothing but the tarball.

const crypto = require("node:crypto");
const fs = require("node:fs/promises");
const path = require("node:path");
const { npm, npx } = require("./npm");
const { ROOT, SCAFFOLDED } = require("./paths");

const NAME = "acme-pay";

/** cargo builds what the crates have in common once, for the repository and for the project. */
const CARGO_TARGET = { CARGO_TARGET_DIR: path.join(ROOT, "target") };

/**
 * `npx medusa-payment-rs new`, `npm install` and `npm test`. Resolves with the project's folder and what its tests
 * wrote; what was made with the same tarball before is not made again.
 */
async function scaffoldProject(tarball, { log = () => {} } = {}) {
  const folder = path.join(SCAFFOLDED, NAME);
  const stamp = path.join(SCAFFOLDED, "made");
  const wanted = crypto
    .createHash("sha256")
    .update(await fs.readFile(tarball))
    .digest("hex");
  const made = JSON.parse(await fs.readFile(stamp, "utf8").catch(() => "{}"));
  if (made.of === wanted) return { folder, output: made.output };

  await fs.rm(SCAFFOLDED, { recursive: true, force: true });
  await fs.mkdir(SCAFFOLDED);
  log(`npx medusa-payment-rs new ${NAME}`);
  await npx(SCAFFOLDED, tarball, ["medusa-payment-rs", "new", NAME]);
  log("npm install");
  await npm(folder, ["install", "--prefer-offline"]);
  log("npm test");
  const lines = [];
  await npm(folder, ["test"], { env: CARGO_TARGET, onLine: (line) => lines.push(line) });
  const output = lines.join("\n");
  await fs.writeFile(stamp, JSON.stringify({ of: wanted, output }));
  return { folder, output };
}

module.exports = { scaffoldProject, CARGO_TARGET, NAME };
