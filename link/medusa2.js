// The class of Medusa 2, and what only the store itself can tell it: the rows of captures, refunds and payment sessions, and
// the class of its errors.

const { createRequire } = require("module");
const path = require("path");

const { hostFile } = require("./host.js");
const { inTime } = require("./in-time.js");
const realmFunctions = require("./realm.js");
const replaceMethods = require("./replace-methods.js");
const serviceOf = require("./service-of.js");
const textOf = require("./text-of.js");

const { parse, stringify } = JSON;

/** How long the store's database is waited for. */
const LOOK_UP_MS = 3_000;

/**
 * The codes of a capture that found a part taken for which there is no row (`src/captures.rs`): a row that was written since
 * may be that part's.
 */
const ROWS_ARE_OLD = ["capture_rows_are_old", "capture_rows_are_old_after_loss"];

/** Stands in for the error of Medusa 2 if it is not installed, as in unit tests (`@medusajs/utils/dist/common/errors.js`). */
class BuiltInError extends Error {
  __isMedusaError = true;
  date = new Date();

  constructor(type, message, code) {
    super(message);
    this.type = type;
    this.code = code;
  }
}

const ERRORS = "common/errors.js";

/** Finds the file of Medusa's errors as the framework of the project in a folder does. */
function findErrors(folder) {
  const fromProject = createRequire(path.join(folder, "package.json"));
  const fromFramework = createRequire(fromProject.resolve("@medusajs/framework/utils"));
  return fromFramework.resolve(path.join(path.dirname(fromFramework.resolve("@medusajs/utils")), ERRORS));
}

/** Returns the host's `MedusaError`. Its file alone is loaded, or rather found loaded: the whole framework takes seconds. */
function hostError() {
  const file = hostFile(`@medusajs/utils/dist/${ERRORS}`, findErrors);
  return file ? require(file).MedusaError : BuiltInError;
}

let MedusaError;

function failure({ type, message, code }) {
  MedusaError ??= hostError();
  return new MedusaError(type, message, code);
}

/** The exact text of an amount: what JSON has of Medusa's `BigNumber` is a binary number. */
function exactText(amount) {
  try {
    const value = amount?.raw?.value;
    return value === undefined ? undefined : String(value); // without one, JSON can carry the amount
  } catch {
    return undefined;
  }
}

/**
 * The text of an amount that JSON cannot carry as it is; it makes `null` of NaN. Throws nothing: what is wrong with the
 * input is said where all of it is read.
 */
function exactAmount(input) {
  try {
    const { amount } = input;
    if (typeof amount === "number" && !Number.isFinite(amount)) return String(amount);
    return typeof amount === "object" ? exactText(amount) : undefined;
  } catch {
    return undefined;
  }
}

/** The amount of a row of Medusa's, as text. */
const amountOf = ({ raw_amount, amount }) => String(raw_amount?.value ?? exactText(amount) ?? amount);

const movements = (rows) =>
  Array.from(rows ?? [], (row) => ({
    id: row.id,
    amount: amountOf(row),
    age_ms: Math.max(0, Date.now() - new Date(row.created_at ?? Date.now()).getTime()),
  }));

const has = (provider, service) => serviceOf(provider.container, service) !== undefined;

/** Reads from a service of the payment module. */
const retrieve = (provider, service, ...query) => inTime(provider.container[service].retrieve(...query), LOOK_UP_MS);

/**
 * The row that Medusa has written for the capture or refund that it asks for (`@medusajs/payment`,
 * `dist/services/payment-module.js`), with all those of its payment, as JSON text; `{ unread: why }` if it cannot be read,
 * with `is_there` if it is there all the same. `again` is the code of the call that asked for it to be read again.
 */
async function rowOf(provider, service, input, again) {
  try {
    const id = input.context?.idempotency_key;
    if (!id) return stringify({ unread: "the call has no idempotency key" });
    const relations = ["payment", "payment.captures", "payment.refunds"];
    const row = await retrieve(provider, service, id, { relations });
    if (!row) return stringify({ unread: `Medusa has no row ${id}` });
    const { payment } = row;
    return stringify({
      id: row.id,
      amount: amountOf(row),
      again,
      payment: {
        amount: amountOf(payment),
        currency_code: payment.currency_code,
        captures: movements(payment.captures),
        refunds: movements(payment.refunds),
      },
    });
  } catch (error) {
    const isThere = has(provider, service) && error?.type !== "not_found";
    return stringify({ unread: String(error?.message ?? error), is_there: isThere });
  }
}

/** The payment session that an event names; none if Medusa does not know it. */
async function sessionOf(provider, { resource }) {
  if (!resource?.startsWith("payses_")) return undefined;
  try {
    return await retrieve(provider, "paymentSessionService", resource);
  } catch (error) {
    if (error?.type === "not_found") return undefined;
    const message = `The event is about ${resource}, and Medusa's session cannot be read: ${error?.message ?? error}`;
    throw failure({ type: "unexpected_state", message, code: "session_unread" });
  }
}

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
    // Medusa merges it into what the storefront has sent, which is no record of the provider's.
    const row = { id: session.id, data: { medusa_payment_rs: null, ...answer.data } };
    await inTime(provider.container.paymentSessionService.update(row), LOOK_UP_MS);
    const what = `medusa-payment-rs: ${session.id} had no record of its payment ${payment}`;
    log(provider, "warn", `${what}; it is recorded now.`);
  } catch (error) {
    const what = `medusa-payment-rs: ${payment} is ${action} for ${session.id}, which has no record of it`;
    log(provider, "error", `${what} and it could not be recorded: ${error?.message ?? error}`);
  }
}

/** What Medusa has of a session's payments. */
const paymentsOf = (provider, session) =>
  inTime(
    provider.container.paymentService.list({ payment_session_id: session }, { select: ["id", "canceled_at"] }),
    LOOK_UP_MS,
  );

/** Whether Medusa has a payment of the session: an order may be behind it although the session is gone. */
const hasPayment = async (provider, session) => (await paymentsOf(provider, session)).length > 0;

/** The sessions that the data of a payment is about: the one that the class has stored, and the one that the provider was told. */
const sessionsOf = ({ medusa_session: session, metadata } = {}) =>
  [session?.id, metadata?.session_id].filter(
    (id, index, ids) => id?.startsWith?.("payses_") && ids.indexOf(id) === index,
  );

/**
 * The id of the payment that Medusa has stored for a session and that is not canceled; none if it has none, or if the call
 * is about a payment that it has stored itself: that one has a key.
 */
async function storedPaymentOf(provider, input) {
  let sessions;
  try {
    sessions = input.context?.idempotency_key ? [] : sessionsOf(input.data);
  } catch {
    return undefined; // what is wrong with the input is said later
  }
  if (!has(provider, "paymentService")) return undefined; // as in unit tests
  try {
    for (const session of sessions) {
      const stored = (await paymentsOf(provider, session)).find(({ canceled_at: canceledAt }) => !canceledAt);
      if (stored) return stored.id;
    }
    return undefined;
  } catch (error) {
    // Money that stays held is better than an order without any.
    const message = `Medusa's payments of the session cannot be read: ${textOf(error)}. Nothing was canceled. Try again.`;
    throw failure({ type: "unexpected_state", message, code: "payments_unread" });
  }
}

/** The actions behind which there is money. */
const WITH_MONEY = ["authorized", "captured"];

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
  if (!has(provider, "paymentService")) return; // as in unit tests
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

/** Medusa's payment of a session, with what is recorded of it. */
async function liveRowOf(provider, session, payment) {
  const rows = await inTime(
    provider.container.paymentService.list({ payment_session_id: session }, { relations: ["captures", "refunds"] }),
    LOOK_UP_MS,
  );
  const row = rows.find(
    ({ data, canceled_at: canceledAt }) => !canceledAt && Object.values(data ?? {}).includes(payment),
  );
  return (
    row && {
      id: row.id,
      payment_collection_id: row.payment_collection_id,
      currency_code: row.currency_code,
      is_captured: (row.captures ?? []).length > 0,
      is_canceled: false,
      refunds: Array.from(row.refunds ?? [], amountOf),
    }
  );
}

/** As Medusa does it once its provider has canceled a payment (`cancelPayment`, `payment-module.js`). */
const recordCancellation = (provider, { id }) =>
  inTime(provider.container.paymentService.update({ id, canceled_at: new Date() }), LOOK_UP_MS);

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

function log(provider, level, text) {
  try {
    provider.container.logger[level](text);
  } catch {
    // A container without a logger, as in unit tests.
  }
}

/** The body as it arrived: a Buffer, or the JSON that an event bus makes of one. */
function bytesOf(rawData) {
  if (rawData?.type === "Buffer" && Array.isArray(rawData.data)) return Buffer.from(rawData.data);
  return rawData instanceof Uint8Array && !Buffer.isBuffer(rawData) ? Buffer.from(rawData) : rawData;
}

/** The parts of a webhook request that are looked at. */
function requestOf(payload) {
  try {
    const { rawData, headers } = payload ?? {};
    return { body: bytesOf(rawData), headers };
  } catch (error) {
    const message = `The webhook request cannot be read: ${textOf(error)}`;
    throw failure({ type: "invalid_data", message, code: "invalid_data" });
  }
}

/** Puts what the store tells into the methods of a class that the addon has made. */
function ask(prototype, addon) {
  const { initiatePayment, updatePayment, capturePayment, refundPayment, cancelPayment, deletePayment } = prototype;
  const { getWebhookActionAndData } = prototype;
  const unshown = asked(prototype, addon);
  const methods = {
    initiatePayment(input) {
      return initiatePayment.call(this, input, exactAmount(input));
    },

    updatePayment(input) {
      return updatePayment.call(this, input, exactAmount(input));
    },

    async capturePayment(input) {
      try {
        return await capturePayment.call(this, input, await rowOf(this, "captureService", input));
      } catch (error) {
        if (!ROWS_ARE_OLD.includes(error?.code)) throw error;
        return capturePayment.call(this, input, await rowOf(this, "captureService", input, error.code));
      }
    },

    async refundPayment(input) {
      return refundPayment.call(this, input, await rowOf(this, "refundService", input), exactAmount(input));
    },

    async cancelPayment(input) {
      return cancelPayment.call(this, input, await storedPaymentOf(this, input));
    },

    async deletePayment(input) {
      return deletePayment.call(this, input, await storedPaymentOf(this, input));
    },

    async getWebhookActionAndData(payload) {
      const { body, headers } = requestOf(payload);
      const event = await getWebhookActionAndData.call(this, body, headers);
      if (event.payment && (event.money || event.action === "canceled")) await follow(this, event, unshown);
      if (event.money) return { action: "not_supported" };
      const row = await sessionOf(this, event);
      const session = row && { id: row.id, amount: amountOf(row), currency_code: row.currency_code };
      if (row === undefined) await settleUnknown(this, event);
      else if (isOfAnotherPayment(this, event, row)) return { action: "not_supported" };
      else await adopt(this, event, { ...session, data: row.data });
      return parse(addon.webhookAction(stringify({ event, session })));
    },
  };
  replaceMethods(prototype, methods);
}

/** Medusa finds an optional method by its presence: an instance has it only if its processor does. */
function makeOptional(prototype, addon) {
  for (const name of addon.optionalMethods()) {
    const method = prototype[name];
    Object.defineProperty(prototype, name, {
      get() {
        return addon.hasOptionalMethod(this, name) ? method : undefined;
      },
      set(value) {
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
      },
      configurable: true,
    });
  }
}

/** Returns the class `AbstractPaymentProvider` of an addon. */
module.exports = function medusa2(addon) {
  const linked = {};
  const functions = realmFunctions(addon, linked, { options: (given) => given, failure });
  const AbstractPaymentProvider = addon.linkProvider(functions);
  linked.Class = AbstractPaymentProvider;
  // As Medusa's own base (`@medusajs/utils/dist/payment/abstract-payment-provider.js`).
  const isPaymentProvider = (object) => object?.constructor?._isPaymentProvider;
  Object.defineProperty(AbstractPaymentProvider, "isPaymentProvider", {
    value: isPaymentProvider,
    writable: true,
    configurable: true,
  });
  ask(AbstractPaymentProvider.prototype, addon);
  makeOptional(AbstractPaymentProvider.prototype, addon);
  // The addon refers to them weakly, so that a realm that is not used any more can be collected.
  Object.defineProperty(AbstractPaymentProvider, Symbol("realm"), { value: functions });
  return AbstractPaymentProvider;
};
