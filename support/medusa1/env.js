// The environment in which Medusa's own code runs, the server and the command line alike.

const path = require("node:path");

/** `plugins`, where given, replaces the list in the store's `medusa-config.js`. */
const medusaEnv = ({ store, databaseUrl, plugins }) => ({
  ...process.env,
  NODE_ENV: "development", // "test" loads mocks of Medusa's services, "production" asks for secrets
  LOG_LEVEL: "debug",
  DATABASE_URL: databaseUrl,
  // Medusa's telemetry forks a sender, and this variable alone does not stop it: the store has a configuration folder
  // of its own in which telemetry is switched off.
  MEDUSA_DISABLE_TELEMETRY: "true",
  XDG_CONFIG_HOME: path.join(store, "config"),
  ...(plugins && { MEDUSA_TEST_PLUGINS: JSON.stringify(plugins) }),
});

module.exports = { medusaEnv };
