// Stripe's account, read only: with a bound on the requests a second, and repeating what failed for a moment.

const timers = require("node:timers/promises");
const path = require("node:path");
const { Complaint } = require("../cli/complaint");
const load = require("../load.js");

const PAGE = 100;
const TRIES = 8;
const COMMAND_LINE = "--stripe-key and STRIPE_API_KEY";
const LONGEST_WAIT_MS = 60_000;

/** All that an intent is compared by, in one object. */
const CHARGE = "latest_charge.refunds";

/**
 * Opens the account of a key.
 *
 * - `intent(id)` resolves with the intent, its charge and all its refunds: `{ intent }`, or `{ isOfOtherMode }` if there is
 *   none of that id
 * - `intents({ from, to, after })` resolves with a page of those made in that time, newest first: `{ data, has_more }`
 *
 * @param rate how many requests a second it may be
 * @param tries how often what passes is asked
 * @param whereKeyIs where to look if the key is wrong
 */
function openStripe({ key, apiBase }, { rate, tries = TRIES, whereKeyIs = COMMAND_LINE }) {
  const { StripeReader } = load(path.dirname(__dirname));
  const reader = open(StripeReader, { api_key: key, api_base: apiBase });
  const pace = paceOf(rate);

  async function get(path) {
    for (let tried = 1; ; tried++) {
      await pace.turn();
      const answer = await reader.get(path).then(JSON.parse, (error) => ({ status: 0, message: error.message }));
      if (answer.status >= 200 && answer.status < 300) return { object: JSON.parse(answer.body) };
      if (answer.status === 404) return { missing: answer };
      if (!isPassing(answer.status) || tried === tries) throw failure(answer, whereKeyIs);
      pace.hold((answer.retry_after ?? 0.5 * 2 ** tried) * 1_000);
    }
  }

  async function allRefunds(intent) {
    const refunds = intent.latest_charge?.refunds;
    if (!refunds?.has_more) return intent;
    const data = [];
    for (let hasMore = true; hasMore; ) {
      const after = data.length > 0 ? { starting_after: data.at(-1).id } : {};
      const { object } = await get(`/v1/refunds?${query({ payment_intent: intent.id, limit: PAGE, ...after })}`);
      data.push(...object.data);
      hasMore = object.has_more && object.data.length > 0;
    }
    return { ...intent, latest_charge: { ...intent.latest_charge, refunds: { data } } };
  }

  return {
    async intent(id) {
      const { object, missing } = await get(
        `/v1/payment_intents/${encodeURIComponent(id)}?${query({ "expand[0]": CHARGE })}`,
      );
      if (missing) return { isOfOtherMode: /a similar object exists in/.test(missing.message) };
      return { intent: slim(await allRefunds(object)) };
    },

    async intents({ from, to, after }) {
      const asked = { limit: PAGE, "created[gte]": from, "created[lt]": to, "expand[0]": `data.${CHARGE}` };
      const { object } = await get(
        `/v1/payment_intents?${query({ ...asked, ...(after && { starting_after: after }) })}`,
      );
      const data = [];
      for (const intent of object.data) data.push(slim(await allRefunds(intent)));
      return { data, has_more: object.has_more };
    },
  };
}

function open(StripeReader, { api_key, api_base }) {
  try {
    return new StripeReader(JSON.stringify({ api_key, api_base }));
  } catch (error) {
    throw new Complaint(error.message.replace(/^medusa-payment-rs: /, ""));
  }
}

/** A turn each 1/rate seconds, and none as long as it is held. */
function paceOf(rate) {
  let next = 0;
  return {
    async turn() {
      for (let now = Date.now(); ; now = Date.now()) {
        const at = Math.max(next, now);
        if (at === now) {
          next = now + 1_000 / rate;
          return;
        }
        await timers.setTimeout(at - now);
      }
    },
    hold(ms) {
      next = Math.max(next, Date.now() + Math.min(ms, LONGEST_WAIT_MS));
    },
  };
}

const isPassing = (status) => status === 0 || status === 409 || status === 429 || status >= 500;

function failure({ status, message }, whereKeyIs) {
  if (status === 401) return new Complaint(`Stripe does not accept the key: see ${whereKeyIs}`);
  if (status === 403) {
    return new Complaint(
      "Stripe does not allow this with the key: it has to read PaymentIntents, charges and refunds (a restricted key " +
        "may do that and nothing else)",
    );
  }
  return new Complaint(
    `Stripe ${status ? `answers ${status}: ` : ""}${message.replace(/^medusa-payment-rs: Stripe: /, "")}`,
  );
}

const query = (params) =>
  Object.entries(params)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");

/** What is compared, and nothing of a person. */
function slim(intent) {
  const { id, amount, currency, status, amount_received, amount_capturable, created, canceled_at, livemode } = intent;
  const { resource_id, session_id } = intent.metadata ?? {};
  const charge = intent.latest_charge;
  return {
    ...{ id, amount, currency, status, amount_received, amount_capturable, created, canceled_at, livemode },
    metadata: { resource_id, session_id },
    latest_charge: charge && typeof charge === "object" ? slimCharge(charge) : null,
  };
}

function slimCharge({ created, outcome, refunds }) {
  const slimRefund = ({ id, amount, status, created, failure_reason, balance_transaction, metadata }) => ({
    ...{ id, amount, status, created, failure_reason },
    balance_transaction: balance_transaction?.id ?? balance_transaction,
    metadata: { medusa_payment_rs: metadata?.medusa_payment_rs },
  });
  const { risk_level, risk_score } = outcome ?? {};
  return { created, outcome: { risk_level, risk_score }, refunds: { data: (refunds?.data ?? []).map(slimRefund) } };
}

module.exports = { openStripe };
