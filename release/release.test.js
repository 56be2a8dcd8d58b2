// A release as far as it goes without publishing: what is in the packages, and that they install and work.

const assert = require("node:assert/strict");
const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, describe, test } = require("node:test");
const { innerEnv } = require("../support/npm");
const { platformFolders, run } = require("./napi");
const { BOOKS, pack, smoke } = require("./smoke");
const { addonOf, builtHere, makeStage } = require("./stage");

const ROOT = path.resolve(__dirname, "..");
const root = require("../package.json");

/** Everything that the main package may hold. Each line has to match something. */
const NPM_FILES = [
  /^package\.json$/,
  /^(README\.md|LICENSE)$/,
  /^(index|link|load)\.(js|d\.ts)$/,
  /^link\/(medusa2\/)?[\w-]+\.js$/,
  /^v2\/[\w-]+\/((index|base)\.(js|d\.ts)|[\w-]+\.js)$/,
  /^services\/[\w-]+\.js$/,
  /^stripe\/(package\.json|base\.d\.ts|[\w-]+\.js|(services|api|loaders|subscribers)\/[\w-]+\.js)$/,
  // What Medusa 1 loads of the plugin, and what both hosts' admins do.
  /^stripe\/dist\/(README\.md|(services|api|loaders|subscribers)\/[\w-]+\.js|admin\/_virtual_entry\.js)$/,
  /^\.medusa\/(README\.md|server\/src\/admin\/index\.m?js|server\/src\/api\/admin\/orders\/\[id\]\/stripe-payments\/route\.js)$/,
  /^webhook\/(index\.d\.ts|[\w-]+\.js)$/,
  // The conformance kit, and the pages that its messages name.
  /^testing\/(rules(-medusa2)?\.json|index\.d\.ts|([\w-]+\/)*[\w-]+\.js)$/,
  /^docs\/[\w-]+\.md$/,
  // The crate, which a new project builds with.
  /^(Cargo\.toml|build\.rs)$/,
  /^src\/[\w/-]+\.rs$/,
  // npx medusa-payment-rs
  /^cli\/[\w-]+\.js$/,
  /^audit\/(books\/)?[\w-]+\.js$/,
  /^scaffold\/[\w-]+\.js$/,
  /^scaffold\/template\/((src|services|__test__|\.github)\/)?[\w/.-]+$/,
];

/** Everything that the crate may hold. */
const CRATE_FILES = [
  /^(Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json)$/,
  /^(README\.md|LICENSE|build\.rs)$/,
  /^src\/[\w/-]+\.rs$/,
  /^docs\/[\w-]+\.md$/,
  /^testing\/rules\.json$/,
];

const TARGETS = {
  "linux-x64-gnu": { os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
  "linux-x64-musl": { os: ["linux"], cpu: ["x64"], libc: ["musl"] },
  "linux-arm64-gnu": { os: ["linux"], cpu: ["arm64"], libc: ["glibc"] },
  "linux-arm64-musl": { os: ["linux"], cpu: ["arm64"], libc: ["musl"] },
  "darwin-x64": { os: ["darwin"], cpu: ["x64"] },
  "darwin-arm64": { os: ["darwin"], cpu: ["arm64"] },
  "win32-x64-msvc": { os: ["win32"], cpu: ["x64"] },
};

let scratch;
let stage;
before(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "release-"));
  stage = makeStage(scratch);
});
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const manifest = (...folder) => JSON.parse(fs.readFileSync(path.join(stage, ...folder, "package.json"), "utf8"));

/** What `npm publish` would publish. npm says it with the name of the package around it, or without. */
function published(folder) {
  if (!asked.has(folder)) asked.set(folder, ask(folder));
  return asked.get(folder);
}

const asked = new Map();

function ask(folder) {
  const args = ["publish", "--dry-run", "--json", "--access", "public"];
  const said = JSON.parse(run("npm", args, { cwd: path.join(stage, folder) }));
  const { files, size } = said.files ? said : Object.values(said)[0];
  return { files: files.map((file) => file.path).sort(), size };
}

/** Every file is one of the listed, and every line of the list is needed. */
function assertListed(files, list) {
  assert.deepEqual(
    files.filter((file) => !list.some((pattern) => pattern.test(file))),
    [],
    "files that are not listed",
  );
  assert.deepEqual(
    list.filter((pattern) => !files.some((file) => pattern.test(file))),
    [],
    "lines that match nothing",
  );
}

test("all say the same version, and the changelog says what is in it", () => {
  const version = root.version.replaceAll(".", "\\.");
  const says = (file, pattern) => assert.match(fs.readFileSync(path.join(ROOT, file), "utf8"), pattern, file);
  says("Cargo.toml", new RegExp(`^name = "medusa-payment-rs"\nversion = "${version}"$`, "m"));
  says("Cargo.lock", new RegExp(`name = "medusa-payment-rs"\nversion = "${version}"`));
  says("package-lock.json", new RegExp(`^\\{\n {2}"name": "medusa-payment-rs",\n {2}"version": "${version}"`));
  says("stripe/package.json", new RegExp(`"version": "${version}"`));
  says("scaffold/template/package.json", new RegExp(`"medusa-payment-rs": "\\^${version}"`));
  says("CHANGELOG.md", new RegExp(`^## \\[${version}\\]`, "m"));
});

test("the workflows build and test every platform that the package names, and so does the template's", () => {
  const template = manifest("scaffold/template");
  assert.deepEqual(template.napi.targets.toSorted(), root.napi.targets.toSorted());
  for (const file of [".github/workflows/release.yml", "scaffold/template/.github/workflows/ci.yml"]) {
    const text = fs.readFileSync(path.join(ROOT, file), "utf8");
    const job = (name) => text.match(new RegExp(`^  ${name}:\n([\\s\\S]*?)(?=^  \\w+:$|(?![\\s\\S]))`, "m"))[1];
    for (const name of ["build", "test"]) {
      const hosts = [...job(name).matchAll(/- \{ target: ([\w-]+), host: /g)].map(([, target]) => target);
      assert.deepEqual(hosts.toSorted(), root.napi.targets.toSorted(), `${file}: ${name}`);
    }
    const tested = [...job("test").matchAll(/^ +- ([\w]+-[\w-]+)$/gm)].map(([, target]) => target);
    assert.deepEqual(tested.toSorted(), root.napi.targets.toSorted(), `${file}: what is tested`);
  }
});

test("nothing is published by a run that was started by hand", () => {
  const text = fs.readFileSync(path.join(ROOT, ".github/workflows/release.yml"), "utf8");
  const steps = text.split(/^ {6}- /m);
  for (const command of ["node release/publish.js\n", "cargo publish --locked"]) {
    const step = steps.find((step) => step.includes(`run: ${command}`));
    assert.match(step, /^ +if: github\.event_name == 'push'$/m, command);
  }
});

describe("on npm", () => {
  test("the main package holds only what a user needs, and no addon", () => {
    const { files, size } = published(".");
    assertListed(files, NPM_FILES);
    assert.deepEqual(
      files.filter((file) => /^(audit|cli|scaffold)\/[^/]+\.test\.js$|\.node$|\.tgz$/.test(file)),
      [],
    );
    // Sources, pages and the kit for two hosts.
    assert.ok(size < 550_000, `${size} bytes`);
  });

  test("what its manifest names is in it", () => {
    const { files } = published(".");
    const { main, types, bin, exports } = root;
    const conditions = Object.values(exports).flatMap((entry) =>
      typeof entry === "string" ? entry : Object.values(entry),
    );
    for (const named of [main, types, ...Object.values(bin), ...conditions]) {
      const file = path.posix.normalize(named);
      assert.ok(file.includes("*") || files.includes(file), named);
    }
  });

  test("there is a package for each platform, with its addon and no more", () => {
    assert.deepEqual(
      platformFolders(stage)
        .map((folder) => path.basename(folder))
        .sort(),
      Object.keys(TARGETS).sort(),
    );
    for (const [platform, expected] of Object.entries(TARGETS)) {
      const { name, version, os, cpu, libc, license, engines } = manifest("npm", platform);
      assert.deepEqual({ os, cpu, ...(libc && { libc }) }, expected);
      assert.deepEqual([name, version, license], [`${root.name}-${platform}`, root.version, root.license]);
      assert.deepEqual(engines, root.engines);
      assert.deepEqual(published(`npm/${platform}`).files, ["LICENSE", "README.md", addonOf(platform), "package.json"]);
    }
  });

  test("the main package names them, and the one in the repository none", () => {
    const names = Object.keys(TARGETS).map((platform) => [`${root.name}-${platform}`, root.version]);
    assert.deepEqual(manifest().optionalDependencies, Object.fromEntries(names));
    assert.equal(root.optionalDependencies, undefined);
  });

  const [here] = builtHere();

  test("the packages install in an empty folder without a compiler, and take a payment", { skip: !here }, () => {
    const tarballs = [".", `npm/${here}`].map((folder) => pack(path.join(stage, folder), scratch));
    const bin = fs.mkdtempSync(path.join(scratch, "bin-"));
    for (const tool of ["node", "npm"]) {
      const where = execFileSync("which", [tool], { encoding: "utf8" }).trim();
      fs.symlinkSync(fs.realpathSync(where), path.join(bin, tool));
    }
    // The other platforms' packages are not published, and npm does without what is optional.
    const books = smoke(tarballs, { env: { ...innerEnv(), PATH: bin }, npmOptions: ["--offline"] });
    assert.deepEqual(books, BOOKS);
  });
});

describe("on crates.io", () => {
  test("the crate holds only what a user needs", () => {
    const files = execFileSync("cargo", ["package", "--list", "--locked", "--allow-dirty"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assertListed(files.trim().split("\n"), CRATE_FILES);
  });

  test("it has the same sources as the npm package", () => {
    const files = execFileSync("cargo", ["package", "--list", "--locked", "--allow-dirty"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const sources = (list) => list.filter((file) => file.endsWith(".rs") && !file.startsWith("scaffold/")).sort();
    assert.deepEqual(sources(published(".").files), sources(files.trim().split("\n")));
  });

  test("what an author builds with has neither Stripe nor an HTTP stack in it, and the core nothing of Node.js", () => {
    const crates = (...features) => {
      const args = ["tree", "--locked", "--no-default-features", "--edges", "normal", "--prefix", "none", ...features];
      const tree = execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8" });
      return new Set(tree.split("\n").map((line) => line.split(" ")[0]));
    };
    const http = ["hyper", "http", "rustls", "ring", "webpki-roots"];
    const used = (tree, names) => names.filter((name) => tree.has(name));
    assert.deepEqual(used(crates("--features", "stripe"), http), http);
    assert.deepEqual(used(crates("--features", "node"), [...http, "napi"]), ["napi"]);
    assert.deepEqual(used(crates(), [...http, "napi", "napi-derive"]), []);
    assert.deepEqual(used(crates("--features", "testing"), [...http, "napi"]), []);
  });

  test("it builds from what would be uploaded", () => {
    const args = ["publish", "--dry-run", "--locked", "--allow-dirty"];
    const { status, stderr } = spawnSync("cargo", args, { cwd: ROOT, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Verifying medusa-payment-rs/);
    assert.match(stderr, /aborting upload due to dry run/);
  });
});
