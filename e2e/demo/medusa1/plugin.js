// The demo with a provider of your own: the package in a folder, as `npx medusa-payment-rs new` makes one.

const fs = require("node:fs");
const path = require("node:path");
const { isInstalled, npm } = require("../../../support/npm");
const { ROOT } = require("../../../support/paths");

/**
 * Without options, payments go to the package's own fake, which is started for that: `__test__/fake.js` of a package
 * that the scaffold made.
 */
async function open({ plugin, options }) {
  const folder = path.resolve(plugin);
  const name = nameOf(folder);
  const given = options === undefined ? undefined : parsed(options);
  const fake = given ? undefined : await startFake(folder);
  const payments = {
    where: fake && `${name}'s own fake at ${fake.endpoint}`,
    packages: [ROOT, folder],
    plugins: [{ resolve: name, options: given ?? { endpoint: fake.endpoint, api_key: fake.apiKey } }],
    async prepare(step) {
      const onLine = (note) => ({ onLine: note });
      if (!isInstalled(folder)) await step(`npm install in ${name}`, (note) => npm(folder, ["install"], onLine(note)));
      // In a folder of its own, also where all projects share one: the plugin builds the crate without the providers of
      // this package, under the same file name, and the next build of this package would take that for its own.
      const env = { CARGO_TARGET_DIR: path.join(folder, "target") };
      await step(`npm run build in ${name}`, (note) => npm(folder, ["run", "build"], { env, ...onLine(note) }));
      payments.providers = [identifierOf(folder)];
    },
    async pay() {},
    async books() {},
    close: async () => fake?.close(),
  };
  return payments;
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

/** Of the first of its services. */
function identifierOf(folder) {
  const services = path.join(folder, "services");
  const [file] = fs.readdirSync(services).filter((name) => name.endsWith(".js"));
  return require(path.join(services, file)).default.identifier;
}

module.exports = { title: "A payment plugin of your own in a real Medusa 1.20.10 store", open };
