// A payment whose shopper pays and whose provider does what it is asked.

const { CheckFailed, STATUSES, isObject, isText } = require("../answers");
const { operations } = require("../operations");

const METHODS = Object.values(operations).map(({ method }) => method);

module.exports = {
  "registration-names"(trial) {
    const { processor } = trial;
    const { identifier, _isPaymentProcessor: marked } = processor.constructor;
    if (!isText(identifier)) trial.fail("the class has no `static identifier`");
    if (!marked) trial.fail("the class has no `static _isPaymentProcessor`; extend Medusa's AbstractPaymentProcessor");
    trial.expect("getIdentifier()", processor.getIdentifier(), identifier);
  },

  "registration-methods"(trial) {
    const missing = METHODS.filter((method) => typeof trial.processor[method] !== "function");
    if (missing.length > 0) trial.fail(`there is no ${missing.join(", ")}`);
  },

  /** The steps themselves fail if an answer is missing. */
  async "answers-are-objects"(trial) {
    const data = await trial.captured();
    const refunded = await trial.data("refundPayment", data, trial.part);
    await trial.data("retrievePayment", refunded);
    const other = await trial.started();
    (await trial.update(other)).succeeded();
    await trial.data(trial.hooks.capturesAtOnce ? "deletePayment" : "cancelPayment", other);
    await trial.data("deletePayment", await trial.started());
  },

  async "initiate-session"(trial) {
    const { value } = (await trial.call("initiatePayment", trial.context())).succeeded();
    const requests = value.update_requests ?? {};
    if (!isObject(requests) || !isObject(requests.customer_metadata ?? {})) {
      trial.fail("`update_requests` is no `{customer_metadata: {…}}`");
    }
  },

  async "authorize-paid"(trial) {
    await trial.authorized();
  },

  async "capture-takes-all"(trial) {
    await trial.ledger(await trial.captured(), { captured: trial.amount, refunded: 0 });
  },

  async "retrieve-keeps"(trial) {
    const data = await trial.data("retrievePayment", await trial.authorized());
    await trial.ledger(await trial.data("capturePayment", data), { captured: trial.amount });
  },

  async "status-known"(trial) {
    const status = async (data) => (await trial.call("getPaymentStatus", data)).succeeded().value;
    const data = await trial.started();
    await status(data);
    await trial.pay(data);
    const authorized = await trial.authorize(data);
    trial.expect("the status of an authorized payment", await status(authorized), "authorized");
    const captured = await trial.data("capturePayment", authorized);
    trial.expect("the status of a captured payment", await status(captured), "authorized");
  },

  async "status-canceled"(trial) {
    const data = await trial.data("cancelPayment", await trial.authorized());
    const { value } = (await trial.call("getPaymentStatus", data)).succeeded();
    if (value === "authorized") trial.fail("a canceled payment is called authorized");
  },

  async "authorize-unpaid"(trial) {
    const data = await trial.started();
    const answer = (await trial.call("authorizePayment", data, trial.authorizeContext())).recognised();
    if (!answer.isSuccess || answer.value.status !== "authorized") return;
    const { held, captured } = await trial.hooks.ledger(trial.store(answer.data));
    trial.expect("what is held and captured for a payment called authorized", held + captured, trial.amount);
  },

  async "authorize-captured"(trial) {
    const answer = await trial.call("authorizePayment", await trial.captured(), trial.authorizeContext());
    const { status } = answer.succeeded().value;
    if (!STATUSES.includes(status)) throw new CheckFailed(`Medusa does not know the status ${status}`);
    trial.expect("the status of a captured payment", status, "authorized");
  },
};
