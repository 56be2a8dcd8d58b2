// The environment in which Medusa's own code runs, the server and the command line alike.

const path = require("node:path");

const WEBHOOK_DELAY_MS = 50;

/**
 * `providers`, if given, replaces those in the store's `medusa-config.js`, and `plugins` its plugins. `webhookDelay` is how
 * long a webhook waits before Medusa looks at it, in milliseconds. With `admin` the server has the dashboard as well.
 */
const medusaEnv = ({ store, databaseUrl, providers, plugins, webhookDelay = WEBHOOK_DELAY_MS, admin = false }) => ({
  ...process.env,
  NODE_ENV: "development", // "production" asks for secrets
  LOG_LEVEL: "info", // "debug" writes more than a thousand lines at boot
  DATABASE_URL: databaseUrl,
  // As for Medusa 1: a configuration folder of its own, in which telemetry is switched off.
  MEDUSA_DISABLE_TELEMETRY: "true",
  XDG_CONFIG_HOME: path.join(store, "config"),
  MEDUSA_TEST_ADMIN: String(admin),
  HMR_BIND_HOST: "127.0.0.1", // the dashboard's development server would listen on every interface
  MEDUSA_TEST_WEBHOOK_DELAY: String(webhookDelay),
  ...(providers && { MEDUSA_TEST_PROVIDERS: JSON.stringify(providers) }),
  ...(plugins && { MEDUSA_TEST_PLUGINS: JSON.stringify(plugins) }),
});

module.exports = { medusaEnv };
