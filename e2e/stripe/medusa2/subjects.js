// Whose provider the store pays with.

const { envForPlugin } = require("../plugin-env");
const { LIMITS } = require("../limits");
const { ROOT } = require("../../../support/paths");

/** Medusa 2 needs a second of computing for one order, and orders are made side by side. */
const graceMs = 20_000;

const PLUGIN = "@medusajs/payment-stripe";

/**
 * - `packages`: what the store installs beside Medusa
 * - `resolve`, `options`: the provider in `medusa-config.js`
 * - `env`: what the server's environment needs for it
 * - `rules`: how much time the matrix gives it
 */
const SUBJECTS = {
  /** What it could not finish in a call it finishes in the background. */
  ours: {
    packages: [ROOT],
    resolve: "medusa-payment-rs/v2/stripe",
    options: ({ apiKey, webhookSecret, url }) => ({ apiKey, webhookSecret, api_base: url, ...LIMITS }),
    env: () => undefined,
    rules: { graceMs, deadlineMs: LIMITS.deadline_ms, repeats: 2, settleMs: 15_000 },
  },

  javascript: {
    packages: [],
    resolve: PLUGIN,
    options: ({ apiKey, webhookSecret }) => ({ apiKey, webhookSecret }),
    env: (stripe) => envForPlugin(PLUGIN, stripe),
    // Its own retries of one call take up to 7 s.
    rules: { graceMs: 10_000, deadlineMs: 10_000, settleMs: 0 },
  },
};

module.exports = { SUBJECTS };
