// Required into a Medusa process before Medusa, it replaces the plugins of the store's `medusa-config.js`: Medusa
// requires the same module and gets the same object.

const path = require("node:path");

const plugins = process.env.MEDUSA_TEST_PLUGINS;
if (plugins) require(path.join(process.cwd(), "medusa-config.js")).plugins = JSON.parse(plugins);
