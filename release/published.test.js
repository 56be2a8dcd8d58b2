// A release as far as the registry: it is published to one on this machine, and a stranger who has nothing but the README's
// commands gets a provider from there.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { innerEnv, npm } = require("../support/npm");
const { run } = require("../support/processes");
const { CARGO_TARGET, NAME } = require("../support/scaffold");
const { platformFolders } = require("./napi");
const { startRegistry } = require("./registry");
const { builtHere, makeStage } = require("./stage");

const root = require("../package.json");

let scratch;
let registry;
let stage;
let env;
let brokenAt = 3;
before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "published-"));
  stage = makeStage(scratch);
  registry = await startRegistry({
    own: (name) => name === root.name || name.startsWith(`${root.name}-`),
    accepts: () => --brokenAt !== 0,
    upstream: (await npm(scratch, ["config", "get", "registry"])).trim(),
  });
  env = {
    ...innerEnv(),
    ...CARGO_TARGET,
    npm_config_registry: registry.url,
    // What npx keeps of this package is of no use to anybody else.
    npm_config_cache: path.join(scratch, "cache"),
    [`npm_config_${registry.url.slice("http:".length)}/:_authToken`]: "anybody",
  };
});
after(async () => {
  await registry?.close();
  fs.rmSync(scratch, { recursive: true, force: true });
});

const publish = () => run(process.execPath, ["release/publish.js", "--no-provenance"], { cwd: stage, env });

test("the platforms are published first, and a run that broke off can be repeated", async () => {
  const names = platformFolders(stage).map((folder) => `${root.name}-${path.basename(folder)}`);
  const wanted = [...names, root.name].map((name) => `${name}@${root.version}`);
  await assert.rejects(publish(), /403/);
  assert.deepEqual(registry.published(), wanted.slice(0, 2));

  await publish();
  assert.deepEqual(registry.published(), wanted);

  const passedOver = await publish();
  assert.deepEqual(
    passedOver.trim().split("\n"),
    wanted.map((what) => `${what} is published already`),
  );
  assert.deepEqual(registry.published(), wanted);
});

test("an option that it does not know publishes nothing", async () => {
  await assert.rejects(run(process.execPath, ["release/publish.js", "--dryrun"], { cwd: stage, env }), /--dryrun/);
});

test("the README's commands make a provider of what is published, and its tests pass", {
  skip: builtHere().length === 0,
}, async () => {
  const readme = fs.readFileSync(path.join(__dirname, "../README.md"), "utf8");
  const [, commands] = readme.match(/^## A provider in Rust\n+```bash\n([\s\S]*?)^```$/m);
  const work = path.join(scratch, "work");
  fs.mkdirSync(work);
  const script = commands.replaceAll("npx ", "npx --yes ");
  assert.match(script, new RegExp(`^npx --yes ${root.name} new ${NAME} `));
  const lines = [];
  await run("sh", ["-ec", script], { cwd: work, env, onLine: (line) => lines.push(line) });
  assert.match(lines.join("\n"), /Tests: +\d+ passed, \d+ total/);

  const modules = path.join(work, NAME, "node_modules");
  const { devDependencies } = JSON.parse(fs.readFileSync(path.join(work, NAME, "package.json"), "utf8"));
  assert.equal(devDependencies[root.name], `^${root.version}`);
  const installed = fs.readdirSync(modules).filter((name) => name.startsWith(`${root.name}-`));
  assert.deepEqual(
    installed,
    builtHere().map((platform) => `${root.name}-${platform}`),
  );
});
