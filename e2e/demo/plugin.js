// A payment plugin of your own: the package in a folder, as `npx medusa-payment-rs new` makes one.

const fs = require("node:fs");
const path = require("node:path");
const { isInstalled, npm } = require("../../support/npm");
const { ROOT } = require("../../support/paths");

/**
 * Without options, payments go to the package's own fake, which is started for that: `__test__/fake.js` of a package
 * that the scaffold made. `entry` is what the folder has to have for this Medusa.
 *
 * Resolves with `{ where, name, folder, packages, options, build, close }`.
 */
async function openPlugin({ plugin, options }, { entry, medusa }) {
  const folder = path.resolve(plugin);
  const name = nameOf(folder);
  if (!fs.existsSync(path.join(folder, entry))) {
    throw new Error(`--plugin: ${folder} has no ${entry}, so it is not a plugin for Medusa ${medusa}.`);
  }
  const given = options === undefined ? undefined : parsed(options);
  const fake = given ? undefined : await startFake(folder);
  return {
    where: fake && `${name}'s own fake at ${fake.endpoint}`,
    name,
    folder,
    packages: [ROOT, folder],
    options: given ?? { endpoint: fake.endpoint, api_key: fake.apiKey },
    async build(step) {
      const onLine = (note) => ({ onLine: note });
      if (!isInstalled(folder)) await step(`npm install in ${name}`, (note) => npm(folder, ["install"], onLine(note)));
      // In a folder of its own, also where all projects share one: the plugin builds the crate without the providers of
      // this package, under the same file name, and the next build of this package would take that for its own.
      const env = { CARGO_TARGET_DIR: path.join(folder, "target") };
      await step(`npm run build in ${name}`, (note) => npm(folder, ["run", "build"], { env, ...onLine(note) }));
    },
    close: async () => fake?.close(),
  };
}

function nameOf(folder) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")).name;
  } catch {
    const why = fs.existsSync(folder) ? "has no package.json" : "is not there";
    throw new Error(`--plugin: ${folder} ${why}. It has to be the folder of a payment plugin.`);
  }
}

function parsed(options) {
  try {
    return JSON.parse(options);
  } catch (error) {
    throw new Error(`--options: expected the plugin's options as JSON, as in '{"api_key":"…"}': ${error.message}`);
  }
}

async function startFake(folder) {
  const file = path.join(folder, "__test__/fake.js");
  if (!fs.existsSync(file)) {
    throw new Error(`--options is missing: there is no ${file} to pay with, so the plugin needs its options as JSON.`);
  }
  return require(file).startFake();
}

module.exports = { openPlugin };
