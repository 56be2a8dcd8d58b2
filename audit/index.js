// `npx medusa-payment-rs audit`.

const crypto = require("node:crypto");
const { HELP, parse } = require("./arguments");
const { booksIn, providersIn } = require("./books");
const { findingsIn } = require("./cases");
const { openDatabase } = require("./database");
const { casesOfOrder } = require("./order");
const { startProgress } = require("./progress");
const { report } = require("./report");
const { settingsFor } = require("./settings");
const { openSpool } = require("./spool");
const { Stopped, auditStore } = require("./store");
const { openStripe } = require("./stripe");
const { Complaint } = require("../cli/complaint");

const FOUND = 1;
const NOTHING = 0;

/** Resolves with the exit code. */
async function run(args) {
  const wishes = parse(args);
  if (wishes.help) {
    process.stdout.write(HELP);
    return NOTHING;
  }
  const settings = settingsFor(wishes);
  const database = await openDatabase(settings.database);
  try {
    return (await audit(wishes, settings, database)) > 0 ? FOUND : NOTHING;
  } catch (error) {
    throw safe(error, settings);
  } finally {
    await database.close().catch(() => {});
  }
}

async function audit(wishes, settings, { query }) {
  const books = await booksIn(query);
  const providers = await providersIn(query, books, settings.providers);
  const stripe = openStripe(settings.stripe, { rate: wishes.rate });
  const tools = { books, stripe, providers, isShared: wishes.isShared };
  return wishes.order ? ofOrder(wishes, tools) : ofStore(wishes, settings, tools);
}

async function ofOrder({ order: name, grace, format }, tools) {
  const order = await tools.books.order(name);
  if (!order) throw new Complaint(`the store has no order "${name}"`);
  const cases = await casesOfOrder(order, tools);
  const findings = findingsIn(cases, { host: tools.books.host, grace });
  return report(() => findings, { host: tools.books.host, payments: cases.length, order }, { format });
}

async function ofStore({ since, until, grace, format, isFresh, isShared }, settings, { books, stripe, providers }) {
  const secrets = crypto.createHash("sha256").update(`${settings.database.url} ${settings.stripe.key}`).digest("hex");
  const about = { secrets, apiBase: settings.stripe.apiBase, since, until, providers, grace, isShared };
  const spool = openSpool(about, { isFresh });
  const progress = startProgress();
  const stop = {};
  const interrupt = () => (stop.isWanted = true);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupt);
  try {
    if (spool.state) process.stderr.write("Going on from an earlier run that was stopped; --fresh begins anew.\n");
    const wishes = { since, until, providers };
    const { tell } = progress;
    const { payments } = await auditStore(wishes, { books, stripe, spool, grace, isShared, stop, tell });
    progress.end();
    const count = await report(() => spool.lines("findings"), { host: books.host, payments, since, until }, { format });
    spool.remove();
    return count;
  } catch (error) {
    progress.end();
    if (error instanceof Stopped) throw new Complaint("stopped; the same command goes on from here within a day");
    throw error;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupt);
  }
}

/** A mistake of ours may hold what it was made with. */
function safe(error, { database, stripe }) {
  const hide = (text) =>
    [stripe.key, passwordIn(database.url)].filter(Boolean).reduce((text, secret) => text.replaceAll(secret, "…"), text);
  error.message = hide(error.message);
  if (error.stack) error.stack = hide(error.stack);
  return error;
}

function passwordIn(url) {
  try {
    return decodeURIComponent(new URL(url).password);
  } catch {
    return undefined;
  }
}

module.exports = { run };
