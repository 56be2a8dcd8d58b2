// Which database and which account: the command line decides before medusa-config, and that before the environment.

const { Complaint } = require("../cli/complaint");
const { readConfig } = require("./config");

/** Returns `{ database: { url, schema, ssl }, stripe: { key, apiBase }, providers }`. */
function settingsFor(wishes, { folder = process.cwd(), env = process.env } = {}) {
  const config = readConfig(folder);
  const url = wishes.databaseUrl ?? config.database.url ?? env.DATABASE_URL;
  if (!url) {
    throw new Complaint(
      `the store's database is not known: ${config.why ?? "medusa-config names none"}; run the command in the store's ` +
        "folder, or set DATABASE_URL or --database-url",
    );
  }
  const { key, apiBase } = accountFor(wishes, config, env);
  return {
    database: { ...config.database, url },
    stripe: { key, apiBase: wishes.apiBase ?? apiBase },
    providers: wishes.providers,
  };
}

function accountFor({ stripeKey, providers }, config, env) {
  if (stripeKey) return { key: stripeKey };
  const accounts = config.accounts.filter(
    ({ id }) => !providers || !id || providers.some((one) => one.endsWith(`_${id}`)),
  );
  const keys = [...new Set(accounts.map(({ key }) => key))];
  if (keys.length > 1) {
    throw new Complaint(
      `medusa-config has ${keys.length} Stripe accounts, and one is compared at a time: name its providers with ` +
        "--provider, and its key with --stripe-key or STRIPE_API_KEY if the names do not tell",
    );
  }
  if (keys.length === 1) return accounts[0];
  if (env.STRIPE_API_KEY) return { key: env.STRIPE_API_KEY };
  throw new Complaint(
    `Stripe's secret key is not known: ${config.why ?? "medusa-config has no provider with a key (sk_… or rk_…)"}; set ` +
      "STRIPE_API_KEY or --stripe-key",
  );
}

module.exports = { settingsFor };
