// The JavaScript plugin of Medusa 2 and this addon's provider, each with a fake Stripe of its own and nothing else to tell
// them apart. What they do differently comes out as lines.

const { startFakeStripe } = require("../../../support/stripe");
const { pointTo } = require("../../../support/stripe/javascript-plugin");
const { inMedusa2 } = require("../medusa2");

const API_KEY = "sk_test_SideBySide";
const WEBHOOK_SECRET = "whsec_SideBySide";
const OPTIONS = { apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET };

const THEIRS = require(inMedusa2("@medusajs/payment-stripe")).default.services;
const OURS = require("medusa-payment-rs/v2/stripe").services;

const classOf = (services, name) => services.find(({ identifier }) => identifier === name);

const makeTheirs = ({ identifier, options, cradle, fake }) =>
  pointTo(new (classOf(THEIRS, identifier))(cradle, { ...OPTIONS, ...options }), fake.url);

const makeOurs = ({ identifier, options, cradle, fake }) =>
  new (classOf(OURS, identifier))(cradle, { ...OPTIONS, api_base: fake.url, ...options });

/** The rows that the payment module has written before it asks. */
function cradleOf(rows) {
  const quiet = () => {};
  const retrieve = async (id) => {
    const { amount, currency_code, ...row } = rows.get(id);
    return { id, amount, raw_amount: { value: String(amount) }, currency_code, ...row };
  };
  return {
    captureService: { retrieve },
    refundService: { retrieve },
    paymentSessionService: { retrieve },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
}

/** What both do, one after the other: `{ requests, results }` of each, in which ids are numbered. */
async function bothDo(scenario, { identifier = "stripe", options = {} } = {}) {
  const start = Date.now();
  const done = [];
  for (const make of [makeTheirs, makeOurs]) {
    const fake = await startFakeStripe({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET, now: () => start });
    try {
      const rows = new Map();
      const provider = make({ identifier, options, cradle: cradleOf(rows), fake });
      const results = await scenario({ provider, fake, rows });
      done.push(numbered({ requests: fake.requests.map(requestOf), results }));
    } finally {
      await fake.close();
    }
  }
  return { theirs: done[0], ours: done[1] };
}

const requestOf = ({ method, path, params, idempotencyKey, version }) => ({
  line: `${method} ${path}`,
  fields: flat(params),
  key: idempotencyKey,
  version,
});

/** Ids and secrets by the order in which they appear, and without what else is random. */
function numbered(value) {
  const numbers = new Map();
  const text = JSON.stringify(value, (name, member) => (name === "invoice_prefix" ? undefined : member));
  const number = (id, prefix) => {
    if (!numbers.has(id))
      numbers.set(id, [...numbers.keys()].filter((other) => other.startsWith(`${prefix}_`)).length + 1);
    return `${prefix}_${numbers.get(id)}`;
  };
  return JSON.parse(text.replace(/(pi|ch|cus|pm|seti|re|evt|txn)_(?=\w{14})[A-Za-z0-9]+(_secret_\w+)?/g, number));
}

/** `{ "a[b]": value }` of everything in the value. */
function flat(value, name = "") {
  if (value === null || typeof value !== "object") return { [name]: value };
  const members = Object.entries(value);
  if (members.length === 0) return name === "" ? {} : { [name]: value };
  return Object.assign({}, ...members.map(([key, member]) => flat(member, name === "" ? key : `${name}[${key}]`)));
}

/** What ours does otherwise, as lines: `+` is ours alone, `-` theirs alone. */
const differences = ({ theirs, ours }) => [
  ...requestDifferences(theirs.requests, ours.requests),
  ...compared("", stored(theirs.results), stored(ours.results)),
];

function requestDifferences(theirs, ours) {
  const lines = [];
  let next = 0;
  for (const request of theirs) {
    const at = ours.findIndex(({ line }, index) => index >= next && line === request.line);
    if (at === -1) {
      lines.push(`- ${request.line}`);
      continue;
    }
    for (const more of ours.slice(next, at)) lines.push(`+ ${more.line}`);
    lines.push(...compared(`${request.line} `, request.fields, ours[at].fields));
    if (ours[at].version !== request.version) lines.push(`${request.line} in version ${ours[at].version}`);
    next = at + 1;
  }
  return [...lines, ...ours.slice(next).map(({ line }) => `+ ${line}`)];
}

/**
 * What ours keeps in a payment's data beside what Stripe sent, and in the intent's metadata; and the session's id, which
 * Medusa adds to what it asks with and does not store.
 */
const OWN = /(^|\[)(medusa_session|medusa_payment_rs|medusa_store|medusa_amount)\b|(^|(?<!metadata)\[)session_id\]?$/;

const stored = (results) => Object.fromEntries(Object.entries(flat(results)).filter(([name]) => !OWN.test(name)));

function compared(what, theirs, ours) {
  const names = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...names].flatMap((name) => {
    if (!(name in theirs)) return [`${what}+ ${name}`];
    if (!(name in ours)) return [`${what}- ${name}`];
    const [their, our] = [theirs[name], ours[name]].map((value) => JSON.stringify(value));
    return their === our ? [] : [`${what}${name}: ${our}, not ${their}`];
  });
}

module.exports = { OPTIONS, OURS, THEIRS, bothDo, differences };
