// A real Medusa 1.20.10: its project, its database, its server.

const { startDatabase } = require("./database");
const { medusaEnv } = require("./env");
const { startMedusaServer } = require("../medusa-server");
const { MEDUSA_1 } = require("../paths");
const { prepareStore } = require("../store");

const SERVER = require.resolve("./server");
const TITLE = "Medusa 1.20.10 (once; about half a minute)";

const prepareMedusa = ({ tarballs, log } = {}) => prepareStore({ ...MEDUSA_1, title: TITLE, tarballs, log });

/** As `startMedusaServer`. `plugins` replaces those of the store's `medusa-config.js`. */
const startMedusa = ({ store, databaseUrl, plugins, env }) =>
  startMedusaServer(SERVER, { store, env: { ...medusaEnv({ store, databaseUrl, plugins }), ...env } });

module.exports = { prepareMedusa, startDatabase, startMedusa };
