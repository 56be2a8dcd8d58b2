// What the command line asks for.

const { parseArgs } = require("node:util");
const { Complaint } = require("../cli/complaint");

const HELP = `Usage: npx medusa-payment-rs audit [options]

Compares what the store in this folder has recorded of its Stripe payments with what Stripe has, and says what differs
and what to do about it. It only reads: nothing is changed in the database, nothing at Stripe.

What is looked at:
  --since <date>           payments made since then, as 2026-01-31 or 2026-01-31T12:00:00Z
  --until <date>           payments made before then
  --order <order>          the payments of one order: its id (order_…) or its number
  --provider <id>          those of this provider only, as the store has it (stripe, pp_stripe_stripe); may be repeated

Where it is (otherwise as medusa-config says, or the environment):
  --database-url <url>     the store's database; DATABASE_URL in the environment
  --stripe-key <key>       Stripe's secret key; STRIPE_API_KEY in the environment, where other users cannot see it
  --api-base <url>         Stripe's API; https://api.stripe.com if not set

How:
  --json, --csv            what is found as JSON, or as CSV with a line for each finding
  --rate <number>          the most requests a second to Stripe; 25 if not set
  --grace <seconds>        how old a difference has to be to be one; 60 if not set
  --shared-account         other stores use the Stripe account as well: payments are left alone whose cart this store
                           does not know
  --fresh                  begin anew if an earlier run was stopped; otherwise it goes on from there
  -h, --help               print this help

Exit code: 0 if nothing was found, 1 if something was, 2 if the audit could not be made.
`;

const OPTIONS = {
  since: { type: "string" },
  until: { type: "string" },
  order: { type: "string" },
  provider: { type: "string", multiple: true },
  "database-url": { type: "string" },
  "stripe-key": { type: "string" },
  "api-base": { type: "string" },
  json: { type: "boolean" },
  csv: { type: "boolean" },
  rate: { type: "string" },
  grace: { type: "string" },
  "shared-account": { type: "boolean" },
  fresh: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

/** `{ help }`, or what is asked for. Times are in seconds since 1970. */
function parse(args) {
  const values = read(args);
  if (values.help) return { help: true };
  if (values.json && values.csv) throw new Complaint("--json and --csv cannot be combined: choose one");
  const since = time("since", values.since);
  const until = time("until", values.until);
  if (since !== undefined && until !== undefined && since >= until)
    throw new Complaint("--since is not before --until");
  if (values.order !== undefined && (since ?? until) !== undefined) {
    throw new Complaint("--order names one order: --since and --until have no meaning beside it");
  }
  return {
    since,
    until,
    order: values.order?.replace(/^#/, ""),
    providers: values.provider,
    databaseUrl: values["database-url"],
    stripeKey: values["stripe-key"],
    apiBase: values["api-base"],
    format: values.json ? "json" : values.csv ? "csv" : "text",
    rate: number("rate", values.rate, { least: 1, most: 1_000 }) ?? 25,
    grace: number("grace", values.grace, { least: 0, most: 86_400 }) ?? 60,
    isShared: values["shared-account"] ?? false,
    isFresh: values.fresh ?? false,
  };
}

function read(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Complaint(`${error.message.split(". ")[0]}; see npx medusa-payment-rs audit --help`);
  }
}

function time(name, text) {
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new Complaint(`--${name}: expected a date such as 2026-01-31, got "${text}"`);
  return Math.floor(ms / 1_000);
}

function number(name, text, { least, most }) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Complaint(`--${name}: expected a whole number from ${least} to ${most}, got "${text}"`);
}

module.exports = { HELP, parse };
