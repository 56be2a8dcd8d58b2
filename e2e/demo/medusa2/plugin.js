// The demo on Medusa 2 with a provider of your own, the first of the services of a plugin's `v2`.

const path = require("node:path");
const { canceled, captured } = require("./orders");
const { openPlugin } = require("../plugin");

const ENTRY = "v2/index.js";

async function open(flags) {
  const plugin = await openPlugin(flags, { entry: ENTRY, medusa: 2 });
  const means = { name: plugin.name };
  const payments = {
    where: plugin.where,
    packages: plugin.packages,
    orders: [captured, canceled].map((order) => ({ order, means })),
    async prepare(step) {
      await plugin.build(step);
      const [{ identifier }] = require(path.join(plugin.folder, ENTRY)).services;
      means.provider = `pp_${identifier}_${identifier}`;
      payments.providers = [{ resolve: `${plugin.name}/v2`, id: identifier, options: plugin.options }];
    },
    close: plugin.close,
  };
  return payments;
}

module.exports = { title: "A payment plugin of your own in a real Medusa 2.21.2 store", open };
