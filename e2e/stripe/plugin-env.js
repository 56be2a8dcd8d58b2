// What a server's environment needs for a JavaScript plugin to speak to the fake.

const PRELOAD = require.resolve("./js-plugin");

/** A hook of Node's own: the plugin must not be able to tell. */
const envForPlugin = (name, stripe) => ({
  FAKE_STRIPE: stripe.url,
  STRIPE_PLUGIN: name,
  NODE_OPTIONS: `--require "${PRELOAD}"`,
});

module.exports = { envForPlugin };
