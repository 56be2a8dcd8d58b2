// What an event asks for beside the action that Medusa is told: what its records cannot follow by themselves.

const { log } = require("./log.js");
const { hasPayment, hasService, liveRowOf, recordCancellation, recordSession } = require("./rows.js");

const { parse, stringify } = JSON;

/** The actions behind which there is money. */
const WITH_MONEY = ["authorized", "captured"];

/**
 * Gives a session its payment if Medusa has not stored what the start answered: the server died in between, or is not that
 * far yet. All that the row has then is what the storefront has sent; without the payment it could be neither completed nor
 * given up, and the money would stay where it is. Medusa authorizes the session next.
 */
async function adopt(provider, { action, payment }, { data, ...session }) {
  if (!WITH_MONEY.includes(action) || !payment || !data) return;
  if (data.medusa_session?.id === session.id || data.id === payment) return;
  try {
    const found = { id: payment, medusa_session: session };
    const answer = await provider.authorizePayment({ data: found, context: { idempotency_key: session.id } });
    // Medusa merges it into what the storefront has sent: a record in there is not the provider's.
    await recordSession(provider, { id: session.id, data: { medusa_payment_rs: null, ...answer.data } });
    const what = `medusa-payment-rs: ${session.id} had no record of its payment ${payment}`;
    log(provider, "warn", `${what}; it is recorded now.`);
  } catch (error) {
    const what = `medusa-payment-rs: ${payment} is ${action} for ${session.id}, which has no record of it`;
    log(provider, "error", `${what} and it could not be recorded: ${error?.message ?? error}`);
  }
}

/** How long Medusa's own request, which may have caused an event, is waited for. */
const MOST_WAITING_MS = 4_000;
const LOOK_AGAIN_MS = 500;

/**
 * Follows an event that Medusa has no action for: the payment was canceled at the provider, or something happened to money
 * that was taken. What Medusa's records cannot follow is an error in the log, for a person.
 */
async function follow(provider, event, ask) {
  const { payment, money, id, type } = event;
  const about = `medusa-payment-rs: ${type} (${id})`;
  if (!hasService(provider, "paymentService")) return; // as in unit tests
  const startedAt = Date.now();
  for (;;) {
    const state = await ask.state(provider, payment);
    if (!state) return log(provider, "debug", `${about}: this account has no payment ${payment}: nothing to do`);
    const session = event.resource ?? state.resource;
    // Another integration's, or one that this store has no payment of.
    const row = session?.startsWith("payses_") ? await liveRowOf(provider, session, payment) : undefined;
    if (!row) return log(provider, "debug", `${about}: Medusa has no payment ${payment}: nothing to do`);
    const waited = Date.now() - startedAt;
    const times = { waited_ms: waited, now: Math.floor(Date.now() / 1000) };
    const next = ask.step({ provider: provider.getIdentifier(), state, money, session, payment: row, ...times });
    // Medusa's bus delivers an event once: what is still on its way by now is said as well.
    if (next.step === "wait" && waited <= MOST_WAITING_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      continue;
    }
    if (next.step === "cancel") await recordCancellation(provider, row);
    if (["attend", "cancel", "refuse"].includes(next.step)) log(provider, "error", `${about}: ${next.why}`);
    return;
  }
}

/**
 * What `follow` asks the addon: what the provider has of a payment, undefined if it does not know it, and what has to be done.
 * Medusa's interface has no such method, and the class does not show it.
 */
function asked(prototype, addon) {
  const { paymentState } = prototype;
  delete prototype.paymentState;
  return {
    async state(provider, payment) {
      try {
        return await paymentState.call(provider, { data: { id: payment } });
      } catch (error) {
        if (error?.type === "not_allowed") return undefined;
        throw error;
      }
    },
    step: (sides) => parse(addon.webhookStep(stringify(sides))),
  };
}

/**
 * Releases what is held for a session that the store does not know any more, if the payment has this store's mark: the
 * session was replaced or given up, and no order comes of it. Money that was taken is left to a person. Without the mark it
 * may just as well be another store's on the same account.
 */
async function settleUnknown(provider, event) {
  const { resource, action, payment } = event;
  if (!resource?.startsWith("payses_") || !WITH_MONEY.includes(action)) return;
  const what = `medusa-payment-rs: the payment ${payment} is ${action} for ${resource}, which this store does not know`;
  if (!event.is_of_this_store) {
    const advice = "If it was this store's, refund or cancel the payment in the provider's dashboard.";
    log(provider, "warn", `${what}: it was replaced, or it is another store's on the same account. ${advice}`);
  } else if (await hasPayment(provider, resource)) {
    return;
  } else if (action === "captured") {
    log(provider, "error", `${what}: the money was taken without an order. Refund it in the provider's dashboard.`);
  } else {
    await provider.cancelPayment({ data: { id: payment }, context: { idempotency_key: resource } });
    log(provider, "warn", `${what}: the money that it held is released.`);
  }
}

/**
 * Whether the event is about another payment than the session's: one that was replaced, or one that names the session of
 * another shopper. Its money is not the session's. Whatever member a provider keeps its payment's id in, the data has it.
 */
function isOfAnotherPayment(provider, { action, payment, resource }, { data }) {
  if (!payment || data?.medusa_session?.id !== resource || typeof data.id !== "string") return false;
  if (Object.values(data).includes(payment)) return false;
  if (WITH_MONEY.includes(action)) {
    const what = `medusa-payment-rs: the payment ${payment} is ${action} for ${resource}, whose payment is ${data.id}`;
    log(provider, "error", `${what}. Look at it in the provider's dashboard, and refund or cancel it there.`);
  }
  return true;
}

module.exports = { adopt, asked, follow, isOfAnotherPayment, settleUnknown };
