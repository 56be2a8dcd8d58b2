// The project: the template with other names in it.

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { Complaint } = require("../cli/complaint");
const { namesFor } = require("./names");
const { fileSpec, ownSpec } = require("./origin");
const { checkToolchain } = require("./toolchain");

const TEMPLATE = path.join(__dirname, "template");

/** npm packs no file that is called `.gitignore`. */
const RENAMED = { gitignore: ".gitignore" };

const CRATE_BY_PATH = 'medusa-payment-rs = { path = "node_modules/medusa-payment-rs" }';

/** Makes the project in a new folder of the working directory, or nothing at all. Returns the folder's name. */
function createProject(name, options) {
  const names = namesFor(name);
  const folder = path.resolve(names.crate);
  if (fs.lstatSync(folder, { throwIfNoEntry: false })) {
    throw new Complaint(`${names.crate} is there already; nothing was changed`);
  }
  const crate = crateVersion(options.crate);
  const spec = packageSpec(folder, options.package);
  checkToolchain();
  write(folder, render({ names, crate, spec }));
  return names.crate;
}

const VERSION = /^[\^~=]?\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?$/;
const TAG_OR_ADDRESS = /^[a-z][a-z0-9-]*$|^https:\/\//;

/** What the option `--crate` says, or undefined for the sources in the npm package. */
function crateVersion(wanted) {
  if (wanted !== undefined && !VERSION.test(wanted)) {
    throw new Complaint(`--crate: expected a version, as in 0.1.0, got "${wanted}"`);
  }
  return wanted;
}

/** What the option `--package` says: a tarball or a folder if there is one, a version or a tag otherwise. */
function packageSpec(folder, wanted) {
  if (wanted === undefined) return ownSpec(folder);
  if (fs.existsSync(wanted)) return fileSpec(folder, path.resolve(wanted));
  if (VERSION.test(wanted) || TAG_OR_ADDRESS.test(wanted)) return wanted;
  throw new Complaint(`--package: there is no file or folder ${wanted}, and it is not a version either`);
}

/** The project's files: `[path, text]`. */
function render({ names, crate, spec }) {
  return templateFiles().map((file) => {
    const text = fs.readFileSync(path.join(TEMPLATE, file), "utf8");
    const where = named(RENAMED[file] ?? file, names);
    if (file === "package.json") return [where, manifest(named(text, names), names, spec)];
    if (file === "Cargo.toml" && crate) return [where, named(withCrate(text, crate), names)];
    return [where, named(text, names)];
  });
}

function templateFiles() {
  return fs
    .readdirSync(TEMPLATE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(TEMPLATE, path.join(entry.parentPath ?? entry.path, entry.name)));
}

function named(text, { npm, crate, identifier, type }) {
  const names = {
    'resolve: "medusa-payment-acme': `resolve: "${npm}`,
    "medusa-payment-acme": crate,
    acme: identifier,
    Acme: type,
    ACME: identifier.replaceAll("-", "_").toUpperCase(),
  };
  return text.replace(new RegExp(Object.keys(names).join("|"), "g"), (name) => names[name]);
}

function manifest(text, { npm }, spec) {
  const json = JSON.parse(text);
  json.name = npm;
  json.devDependencies["medusa-payment-rs"] = spec;
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function withCrate(text, version) {
  return text.replace(/^# The sources come with.*\n/m, "").replace(CRATE_BY_PATH, `medusa-payment-rs = "${version}"`);
}

/** Writes beside the folder and moves the whole into place. */
function write(folder, files) {
  const draft = makeDraft(folder);
  try {
    for (const [file, text] of files) {
      const target = path.join(draft, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, text);
    }
    // A longer name may want other line breaks. Not every toolchain has rustfmt, and nothing depends on it.
    spawnSync("rustfmt", ["src/lib.rs"], { cwd: draft });
    fs.renameSync(draft, folder);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw new Complaint(`${folder} cannot be written: ${error.message}`);
  }
}

function makeDraft(folder) {
  try {
    const draft = fs.mkdtempSync(`${folder}-`);
    fs.chmodSync(draft, 0o777 & ~process.umask());
    return draft;
  } catch (error) {
    throw new Complaint(`${folder} cannot be written: ${error.message}`);
  }
}

module.exports = { createProject };
