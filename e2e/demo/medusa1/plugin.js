// The demo with a provider of your own, the first of the services of a plugin.

const fs = require("node:fs");
const path = require("node:path");
const { openPlugin } = require("../plugin");

async function open(flags) {
  const plugin = await openPlugin(flags, { entry: "services", medusa: 1 });
  const payments = {
    where: plugin.where,
    packages: plugin.packages,
    plugins: [{ resolve: plugin.name, options: plugin.options }],
    async prepare(step) {
      await plugin.build(step);
      payments.providers = [identifierOf(plugin.folder)];
    },
    async pay() {},
    async books() {},
    close: plugin.close,
  };
  return payments;
}

function identifierOf(folder) {
  const services = path.join(folder, "services");
  const [file] = fs.readdirSync(services).filter((name) => name.endsWith(".js"));
  return require(path.join(services, file)).default.identifier;
}

module.exports = { title: "A payment plugin of your own in a real Medusa 1.20.10 store", open };
