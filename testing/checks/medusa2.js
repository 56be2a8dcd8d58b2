// What only Medusa 2 has: how a provider is found, captures in parts, amounts as decimals, errors that are thrown, data that
// is merged, webhooks.

const { CheckFailed, isObject, isText } = require("../answers");
const { decimal, raw } = require("../hosts/decimals");
const { survivors } = require("../hosts/merged");
const { operations, unpayable } = require("../operations");
const { life } = require("./input");

const METHODS = Object.values(operations)
  .map(({ method }) => method)
  .filter((method) => method !== operations.updateData.method);

/** What is no amount. */
const NO_AMOUNTS = [Number.NaN, Number.POSITIVE_INFINITY, -1, "ten", "", null, undefined, {}, { value: "1.2.3" }];

/** One amount in the forms that `BigNumberInput` allows. */
const forms = (text, bigNumber) => ({
  "a number": Number(text),
  text,
  "{value, precision}": raw(text),
  ...(bigNumber && { "a BigNumber": bigNumber(text) }),
});

const SPARSE = [
  { context: {} },
  { context: { customer: null } },
  { context: { customer: { id: "cus_01KITTESTCUSTOMER", email: null, first_name: null, billing_address: null } } },
  { context: { customer: { id: "cus_01KITTESTCUSTOMER" }, account_holder: { id: "acchld_01KIT", data: {} } } },
  { data: {} },
];

const CUSTOMER = { id: "cus_01KITTESTCUSTOMER", email: "account@example.com", first_name: "Ada", last_name: null };

/** Another payment, after a capture and a refund: all that a provider writes into its data. */
async function wholeLife(trial) {
  return trial.done("refund", await trial.captured(), trial.part);
}

/** The provider's books are what Medusa has recorded: `minor` of a payment that is not captured beyond that. */
async function hasTaken(trial, payment, minor) {
  await trial.ledger(payment, { captured: minor });
}

/** Captures a part: taken, or refused with nothing taken. Returns the answer. */
async function capturePart(trial, payment, minor, before = 0) {
  const answer = (await trial.call("capture", payment, minor)).recognised();
  await hasTaken(trial, answer.isSuccess ? answer.payment : payment, before + (answer.isSuccess ? minor : 0));
  return answer;
}

async function webhookOf(trial, event, payment) {
  const made = await trial.hooks.webhook(event, payment.data);
  if (made === undefined) return undefined;
  return { made, answer: await trial.call("webhook", payment, made) };
}

/** The same body with another digit in it. */
const forged = (body) => String(body).replace(/\d/, (digit) => (digit === "7" ? "8" : "7"));

module.exports = {
  "registration-names"(trial) {
    const { processor } = trial;
    const { identifier } = processor.constructor;
    if (!isText(identifier)) trial.fail("the class has no `static identifier`");
    if (Object.isFrozen(processor.constructor)) trial.fail("the class is frozen: the loader marks it with `__type`");
    trial.expect("getIdentifier()", processor.getIdentifier(), identifier);
  },

  "registration-methods"(trial) {
    const missing = METHODS.filter((method) => typeof trial.processor[method] !== "function");
    if (missing.length > 0) trial.fail(`there is no ${missing.join(", ")}`);
  },

  async "optional-methods"(trial) {
    const { processor } = trial;
    if (processor.createAccountHolder !== undefined) {
      const context = { customer: CUSTOMER, idempotency_key: CUSTOMER.id };
      const { how, value } = await trial.answer("createAccountHolder", [{ context }]);
      if (how !== "resolved" || !isText(value?.id)) {
        trial.complain(`createAccountHolder is there, and a customer's first payment fails in it: it ${how} ${value}`);
      }
    }
    if (processor.listPaymentMethods !== undefined) {
      const { how, value } = await trial.answer("listPaymentMethods", [{ context: {} }]);
      if (how !== "resolved" || !Array.isArray(value)) {
        trial.complain(`listPaymentMethods is there, and a guest has no list of payment methods: it ${how} ${value}`);
      }
    }
  },

  async "initiate-session"(trial) {
    const { value } = (await trial.call("initiate")).succeeded();
    if (Object.keys(value.data).length === 0) trial.fail("the session's data is empty: nothing leads to its payment");
  },

  async "missing-payment-succeeds"(trial, _, operation) {
    await trial.done(operation, trial.medusa.payment({}));
  },

  async "capture-part"(trial) {
    const payment = await trial.authorized();
    const answer = await capturePart(trial, payment, trial.part);
    if (answer.isSuccess)
      await trial.ledger(await trial.done("refund", answer.payment, trial.part), { refunded: trial.part });
    else await trial.ledger(await trial.done("capture", payment), { captured: trial.amount });
  },

  async "capture-rest"(trial) {
    const first = await capturePart(trial, await trial.authorized(), trial.part);
    if (!first.isSuccess) return;
    const rest = await capturePart(trial, first.payment, trial.amount - trial.part, trial.part);
    if (rest.isSuccess) await trial.done("refund", rest.payment, trial.amount);
  },

  async "capture-same-parts"(trial) {
    const first = await capturePart(trial, await trial.authorized(), trial.part);
    if (first.isSuccess) await capturePart(trial, first.payment, trial.part, trial.part);
  },

  async "capture-part-lost"(trial) {
    const payment = await trial.authorized();
    await trial.inject("loseReply", "capturePayment");
    let answer = trial.heard(await trial.call("capture", payment, trial.part));
    await trial.clear();
    await trial.restart();
    if (!answer.isSuccess) answer = trial.heard(await trial.call("capture", payment, trial.part));
    await hasTaken(trial, payment, answer.isSuccess ? trial.part : 0);
  },

  async "capture-unreadable"(trial) {
    const payment = await trial.authorized();
    trial.medusa.isReadable = false;
    const answer = await trial.call("capture", payment, trial.part);
    trial.medusa.isReadable = true;
    if (answer.isSuccess) {
      const { captured } = await trial.hooks.ledger(payment.data);
      trial.fail(`the amount to capture cannot be read, and ${captured} is captured all the same`);
    }
    await hasTaken(trial, payment, 0);
  },

  async "at-once-capture"(trial) {
    const payment = await trial.authorized();
    const answers = await Promise.all([1, 2].map(() => trial.call("capture", payment, trial.part)));
    const done = answers.filter((answer) => answer.recognised().isSuccess);
    const { captured } = await trial.hooks.ledger((done.at(-1)?.payment ?? payment).data);
    trial.expect(`what is captured, ${done.length} of 2 answers being a success`, captured, done.length * trial.part);
  },

  /** The server dies before it has stored the answer: the row is there, and the data are from before. */
  async "refund-after-death"(trial) {
    const payment = await trial.captured();
    const died = (await trial.ask("refund", payment, trial.part)).succeeded().store("dies");
    await trial.restart();
    await trial.ledger(await trial.done("refund", died, trial.part), { refunded: 2 * trial.part });
  },

  async "at-once-refund-remembered"(trial) {
    const amount = Math.floor(trial.part / 20) * 10;
    const payment = await trial.captured();
    const answers = await Promise.all([1, 2].map(() => trial.call("refund", payment, amount)));
    const paid = answers.filter((answer) => answer.recognised().isSuccess);
    // Each is merged over what the other has stored.
    const last = paid.find((answer) => answer.payment.refunds.length === paid.length) ?? paid.at(-1);
    await trial.restart();
    const { payment: after } = await trial.repeated("refund", last?.payment ?? payment, amount);
    await trial.ledger(after, { refunded: (paid.length + 1) * amount });
  },

  async "refund-too-much"(trial) {
    const payment = await trial.captured();
    const isDone = await trial.hooks.refundElsewhere(payment.data, trial.amount - trial.part);
    if (!isDone) trial.fail("the hook `refundElsewhere` did not refund");
    (await trial.call("refund", payment, trial.part + 10)).refused();
    await trial.ledger(payment, { refunded: trial.amount - trial.part });
  },

  async "down-delete"(trial) {
    const payment = await trial.started();
    await trial.inject("unavailable", "deletePayment");
    const answer = await trial.call("delete", payment);
    await trial.clear();
    answer.succeeded();
    for (const end = Date.now() + trial.limit; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      try {
        return await unpayable(trial, payment);
      } catch (error) {
        if (!(error instanceof CheckFailed) || Date.now() > end) throw error;
        await trial.hooks.later?.();
      }
    }
  },

  async "amount-forms"(trial) {
    const text = decimal(trial.amount, trial.currency);
    for (const [form, price] of Object.entries(forms(text, trial.hooks.bigNumber))) {
      const payment = await trial.started({ price });
      await trial.pay(payment);
      const captured = await trial.done("capture", await trial.authorize(payment));
      const { captured: minor } = await trial.hooks.ledger(captured.data);
      trial.expect(`what is captured of ${form}`, minor, trial.amount);
    }
  },

  async "amount-decimals"(trial) {
    const price = Number(decimal(`${trial.amount}.5`, trial.currency));
    const payment = await trial.started({ amount: `${trial.amount}.5`, price });
    await trial.pay(payment);
    const captured = await trial.done("capture", await trial.authorize(payment));
    await trial.ledger(captured, { captured: trial.amount + 1 });
    const refunded = await trial.done("refund", captured, `${trial.part}.4`);
    await trial.ledger(refunded, { refunded: trial.part });
  },

  async "amount-initiate"(trial) {
    for (const price of NO_AMOUNTS) (await trial.call("initiate", undefined, { price })).refused();
  },

  async "amount-update"(trial) {
    const payment = await trial.started();
    for (const price of NO_AMOUNTS) (await trial.call("update", payment, { price })).refused();
  },

  async "amount-refund"(trial) {
    const payment = await trial.captured();
    for (const amount of ["0.1", "0"]) {
      (await trial.call("refund", payment, amount)).refused();
      await trial.ledger(payment, { refunded: 0 });
    }
    for (const amount of NO_AMOUNTS) {
      const args = { data: payment.data, amount, context: { idempotency_key: "ref_01KITTESTNOAMOUNT" } };
      (await trial.answer("refundPayment", [args])).refused();
      await trial.ledger(payment, { refunded: 0 });
    }
  },

  async "optional-initiate"(trial) {
    for (const overrides of SPARSE) await trial.started(overrides);
  },

  async "optional-context"(trial) {
    const { amount, currency_code } = trial.medusa.order(trial);
    const args = { amount: Number(decimal(amount, currency_code)), currency_code };
    (await trial.answer("initiatePayment", [args])).recognised();
  },

  async "json-undefined"(trial) {
    for (const [method, data] of await life(trial)) {
      const name = undefinedIn(data);
      if (name) trial.fail(`${method}: data.${name} is undefined`);
    }
  },

  /** What a merge keeps of the data before, although the method has returned it no more. */
  async "merge-dropped"(trial) {
    const see = async (operation, payment, detail) => {
      const answer = (await trial.call(operation, payment, detail)).succeeded();
      const kept = survivors(answer.payment.data, answer.data ?? answer.payment.data);
      if (kept.length > 0) trial.complain(`${answer.method} dropped ${kept.join(", ")}, and Medusa still has it`);
      return answer.payment;
    };
    const started = await trial.started();
    await trial.pay(started);
    const captured = await see("capture", await see("authorize", started));
    await see("refund", captured, trial.part);
    if (trial.hooks.capturesAtOnce) return;
    await see("cancel", await trial.authorized());
  },

  async "shopper-identity"(trial) {
    const victim = await trial.captured();
    const started = (await trial.call("initiate", undefined, { data: { ...victim.data } })).recognised();
    if (!started.isSuccess) return;
    const { payment } = started;
    const unpaid = (await trial.call("authorize", payment)).recognised();
    if (unpaid.isSuccess && trial.isPaid(unpaid.status) && (await isUnearned(trial, unpaid.payment))) {
      trial.complain(`a session with the data of a paid payment is ${unpaid.status} although it was not paid`);
    }
    await trial.call("delete", payment);
    await trial.ledger(victim, { captured: trial.amount, refunded: 0 });
  },

  async "shopper-books"(trial) {
    const { data } = await wholeLife(trial);
    const answer = (await trial.call("initiate", undefined, { data })).recognised();
    if (!answer.isSuccess) return;
    const written = survivors(answer.payment.data, answer.data);
    if (written.length > 0) trial.complain(`a shopper can set ${written.join(", ")}`);
    const { payment } = answer;
    await trial.pay(payment);
    const captured = await trial.done("capture", await trial.authorize(payment));
    await trial.ledger(captured, { captured: trial.amount, refunded: 0 });
    await trial.ledger(await trial.done("refund", captured, trial.part), { refunded: trial.part });
  },

  async "secrets-data"(trial) {
    const secrets = await trial.hooks.secrets();
    for (const [method, data] of await life(trial)) {
      for (const secret of secrets) {
        if (JSON.stringify(data).includes(secret)) trial.complain(`${method} returns a secret in its data`);
      }
    }
  },

  async "webhook-paid"(trial) {
    const payment = await trial.started();
    await trial.pay(payment);
    for (const event of ["authorized", "captured"]) {
      if (event === "captured") await trial.done("capture", await trial.authorize(payment));
      const seen = await webhookOf(trial, event, payment);
      if (!seen) continue;
      const { action, data } = seen.answer.succeeded().value;
      trial.expect(`the action of an event that says ${event}`, action, event);
      trial.expect("the session of the event", data?.session_id, payment.session.id);
      trial.expect(
        "the event's amount in major units",
        Number(plainOf(data?.amount)),
        Number(decimal(trial.amount, trial.currency)),
      );
    }
  },

  async "webhook-forged"(trial) {
    const payment = await trial.started();
    await trial.pay(payment);
    const { body, headers } =
      (await trial.hooks.webhook("authorized", payment.data)) ?? (await trial.hooks.webhook("captured", payment.data));
    for (const forgery of [
      { body: forged(body), headers },
      { body, headers: {} },
    ]) {
      const answer = await trial.call("webhook", payment, forgery);
      if (!answer.isFailure) trial.complain(`a forged event is taken for a real one: ${answer}`);
    }
  },

  async "webhook-foreign"(trial) {
    const seen = await webhookOf(trial, "foreign", await trial.started());
    if (!seen) return;
    trial.expect(
      "the action of an event of another application",
      seen.answer.succeeded().value.action,
      "not_supported",
    );
  },
};

/**
 * Whether a payment is paid although its shopper has not paid. If a shopper has nothing to do, to authorize is to pay: then
 * the money is held for it, and any that is taken is another payment's.
 */
async function isUnearned({ hooks }, { data }) {
  if (hooks.pay) return true;
  return !hooks.capturesAtOnce && (await hooks.ledger(data)).captured > 0;
}

/** The path of a member that is undefined. */
function undefinedIn(data, path = "") {
  for (const [name, member] of Object.entries(data)) {
    if (member === undefined) return `${path}${name}`;
    const inside = isObject(member) && undefinedIn(member, `${path}${name}.`);
    if (inside) return inside;
  }
  return undefined;
}

/** An amount as Medusa reads it. */
const plainOf = (amount) => (isObject(amount) ? (amount.value ?? amount.numeric ?? amount.valueOf()) : amount);
