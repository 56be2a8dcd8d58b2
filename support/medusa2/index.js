// A real Medusa 2.21.2: its project, its database, its server.

const { startDatabase } = require("./database");
const { medusaEnv } = require("./env");
const { startMedusaServer } = require("../medusa-server");
const { MEDUSA_2 } = require("../paths");
const { prepareStore } = require("../store");

const SERVER = require.resolve("./server");
const TITLE = "Medusa 2.21.2 (once; about a minute)";

const prepareMedusa = ({ tarballs, log } = {}) => prepareStore({ ...MEDUSA_2, title: TITLE, tarballs, log });

/**
 * As `startMedusaServer`.
 *
 * - `providers`: those of the payment module, as in `medusa-config.js`; without it, the file stays as it is
 * - `plugins`: likewise
 * - `webhookDelay`: how long a webhook waits before Medusa looks at it, in milliseconds, if the short delay does not fit
 * - `admin`: whether the server has the dashboard at `/app`
 */
const startMedusa = ({ store, env, ...settings }) =>
  startMedusaServer(SERVER, { store, env: { ...medusaEnv({ store, ...settings }), ...env } });

module.exports = { prepareMedusa, startDatabase, startMedusa };
