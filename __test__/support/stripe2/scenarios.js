// What goes wrong around a payment in Medusa 2, one scenario each: a function of `{ create, fake }` (see `shop.js`) that
// resolves with `{ books, ledger, … }`, what Medusa has recorded and what Stripe has. They ask nothing of the provider:
// whether the two have to agree is for the test to say.

const { openShop } = require("./shop");

const CHANGES = { method: "POST", times: Number.POSITIVE_INFINITY };
const LOST = { ...CHANGES, kind: "reset", when: "after" };
/** A proxy's error page: JSON, and not Stripe's. */
const PROXY = { ...CHANGES, kind: "status", status: 502, body: "json" };

/** A payment that is held and whose order is placed. */
async function placed(where, { amount = 1000, currency = "usd", card = "ok", data, options } = {}) {
  const shop = openShop(where, options);
  await shop.initiate(amount, { currency, data });
  await where.fake.shopper.confirm(shop.session.data.client_secret, { card });
  await shop.authorize();
  return shop;
}

async function paid(where, more = {}) {
  const shop = await placed(where, more);
  await shop.capture();
  return shop;
}

/** While the fault lasts. */
async function during(fake, fault, work) {
  fake.fault(fault);
  try {
    return await work();
  } finally {
    await fake.clearFaults();
  }
}

const seen = (shop, more = {}) => ({ books: shop.books(), ledger: shop.ledger(), ...more });

const scenarios = {
  /** Each reply to a refund is lost, and the operator tries again. */
  async refundWithLostReply(where) {
    const shop = await paid(where);
    await during(where.fake, { ...LOST, path: "/v1/refunds" }, () => shop.refund(300));
    await shop.refund(300);
    return seen(shop);
  },

  /** A second refund of the same amount is wanted. */
  async refundTwiceOnPurpose(where) {
    const shop = await paid(where);
    await shop.refund(300);
    await shop.refund(300);
    return seen(shop);
  },

  /** Two operators refund the same amount at once. */
  async refundsAtOnce(where) {
    const shop = await paid(where);
    await Promise.all([shop.refund(300), shop.refund(300)]);
    return seen(shop);
  },

  /** The whole is captured in two parts. */
  async captureInTwoParts(where) {
    const shop = await placed(where);
    await shop.capture(400);
    const between = seen(shop);
    const { error } = await shop.capture(600);
    return seen(shop, { between, error });
  },

  /** 5.50 of 12 is captured. */
  async captureOfAPart(where) {
    const shop = await placed(where, { amount: 1200 });
    const { error } = await shop.capture(550);
    return seen(shop, { error });
  },

  async captureBehindAProxy(where) {
    const shop = await placed(where);
    await during(where.fake, PROXY, () => shop.capture());
    return seen(shop);
  },

  async refundBehindAProxy(where) {
    const shop = await paid(where);
    await during(where.fake, PROXY, () => shop.refund(300));
    return seen(shop);
  },

  async cancelBehindAProxy(where) {
    const shop = await placed(where);
    const { value } = await during(where.fake, PROXY, () => shop.cancelOrder());
    return seen(shop, { value });
  },

  /** Stripe makes the refund, and says that it has failed. */
  async refundThatFails(where) {
    const shop = await paid(where);
    where.fake.bank.nextRefund("failed");
    const { error } = await shop.refund(300);
    return seen(shop, { error });
  },

  /** Stripe is out of order, and the storefront names a payment of 10 that was paid long ago. */
  async sessionNamesAnotherPayment(where) {
    const old = await paid(where);
    const shop = openShop(where);
    const data = { id: old.payment.data.id };
    await during(where.fake, { ...CHANGES, kind: "status", status: 500 }, () => shop.initiate(9900, { data }));
    if (shop.session) await shop.authorize();
    const books = { ...shop.books(), captured: shop.books().captured + old.books().captured };
    return { books, ledger: shop.ledger() };
  },

  /** The server pays at once, no reply arrives, and the shopper tries again. */
  async paidAtOnceWithLostReply(where) {
    const shop = openShop(where);
    const data = { confirm: true, payment_method: "pm_card_visa", payment_method_types: ["card"] };
    await during(where.fake, LOST, () => shop.initiate(1000, { data }));
    if (shop.session) await shop.deleteSession();
    await shop.initiate(1000, { data });
    await shop.authorize();
    return seen(shop);
  },

  /** The cart is completed while the card is declined, and the shopper pays then. */
  async completedWhileDeclined(where) {
    const shop = openShop(where);
    await shop.initiate(1000);
    await where.fake.shopper.confirm(shop.session.data.client_secret, { card: "declined" });
    await shop.authorize();
    return seen(shop);
  },

  /** What a person reads of a refusal. */
  async refusedRefund(where) {
    const shop = await paid(where);
    await shop.refund(900);
    const { error } = await shop.refund(200);
    return seen(shop, { error });
  },

  /** Stripe is asked too often, once, while an order is canceled. */
  async cancelWhileRateLimited(where) {
    const shop = await placed(where);
    const { error } = await during(where.fake, { kind: "status", status: 429, method: "POST" }, () =>
      shop.cancelOrder(),
    );
    return seen(shop, { error });
  },

  /** Stripe keeps an error for the key of the cancellation, and the operator tries again. */
  async cancelWithStoredError(where) {
    const shop = await placed(where);
    where.fake.fault({ kind: "status", status: 500, stored: true, method: "POST" });
    await shop.cancelOrder();
    const { error } = await shop.cancelOrder();
    return seen(shop, { error });
  },

  /** The shopper's phone changes, and their account holder is made by a second service within a day. */
  async accountHolderWithAnotherPhone(where) {
    const shop = openShop(where);
    const customer = { id: "cus_1", email: "ada@example.com", first_name: "Ada", phone: "1" };
    const create = (phone) =>
      shop.ask("createAccountHolder", { context: { idempotency_key: "cus_1", customer: { ...customer, phone } } });
    await create("1");
    const { error } = await create("2");
    return seen(shop, { error, customers: where.fake.ledger.customers().length });
  },

  /** An account holder is deleted and made anew, and then pays. */
  async accountHolderMadeAnew(where) {
    const shop = openShop(where);
    const context = { idempotency_key: "cus_1", customer: { id: "cus_1", email: "ada@example.com" } };
    const first = await shop.ask("createAccountHolder", { context });
    await shop.ask("deleteAccountHolder", { context: { account_holder: first.value } });
    const second = await shop.ask("createAccountHolder", { context });
    const { error } = await shop.initiate(1000, { accountHolder: second.value });
    return seen(shop, { error });
  },

  /** A session of 10 dollars becomes one of 10 euros. */
  async changeOfCurrency(where) {
    const shop = openShop(where);
    await shop.initiate(1000, { currency: "usd" });
    const { error } = await shop.ask("updatePayment", { data: shop.session.data, amount: 10, currency_code: "eur" });
    const intents = where.fake.ledger.intents().filter(({ status }) => status !== "canceled");
    return seen(shop, { error, currencies: intents.map(({ currency }) => currency) });
  },

  async refundWithoutACurrency(where) {
    const shop = await paid(where);
    delete shop.payment.data.currency;
    const { error } = await shop.refund(300);
    return seen(shop, { error });
  },

  /** 5 of 12 is captured in the Dashboard, which releases the rest, and then Medusa captures. */
  async capturedInTheDashboard(where) {
    const shop = await placed(where, { amount: 1200 });
    await where.fake.dashboard.capture(shop.payment.data.id, { amount: 500 });
    const { error } = await shop.capture();
    return seen(shop, { error });
  },

  /** All is refunded in the Dashboard, and then Medusa refunds a part. */
  async refundedInTheDashboard(where) {
    const shop = await paid(where);
    const { id } = shop.payment.data;
    await where.fake.dashboard.refund(id);
    const { error } = await shop.refund(300);
    return seen(shop, { error, refunds: where.fake.ledger.payment(id).refunds.length });
  },

  /** What was paid is refunded in the Dashboard before there is an order. */
  async refundedBeforeTheOrder(where) {
    const shop = openShop(where, { capture: true });
    await shop.initiate(1000);
    await where.fake.shopper.confirm(shop.session.data.client_secret);
    await where.fake.dashboard.refund(shop.session.data.id);
    await shop.authorize();
    return seen(shop, { ordered: shop.payment !== undefined });
  },

  /** A thousandth of a dinar is less than Stripe's smallest step. */
  async refundOfAThousandth(where) {
    const shop = await paid(where, { amount: 5120, currency: "kwd" });
    const { error } = await shop.refund(1);
    return seen(shop, { error });
  },

  /** 1.234 dinars are charged as 1.240, and the webhook says what was captured. */
  async webhookOfThreeDecimals(where) {
    const shop = openShop(where, { capture: true });
    await shop.initiate(1234, { currency: "kwd" });
    await where.fake.shopper.confirm(shop.session.data.client_secret);
    const { value } = await shop.webhook("payment_intent.succeeded");
    return seen(shop, { session: shop.session.amount, amount: Number(value.data.amount) });
  },

  /** Stripe counts Ugandan shillings in hundredths, although the currency has none. */
  async shillings(where) {
    const shop = openShop(where);
    await shop.initiate(50_000, { currency: "ugx" });
    return seen(shop, { charged: where.fake.ledger.intents()[0].amount / 100, session: shop.session.amount });
  },

  async refundOfNoNumber(where) {
    const shop = await paid(where);
    where.fake.requests.clear();
    const { error } = await shop.refund(0, Number.NaN);
    return seen(shop, { error, requests: where.fake.requests.map(({ params }) => params.amount) });
  },

  /**
   * Captured money whose cart cannot be completed: Medusa refunds it, makes a new session of the old one's data, and
   * deletes the old one.
   */
  async rolledBack(where) {
    const shop = openShop(where, { capture: true });
    await shop.initiate(1000);
    await where.fake.shopper.confirm(shop.session.data.client_secret);
    await shop.authorize();
    const old = shop.session;
    await shop.refund(1000);
    const { error: initiated } = await shop.initiate(1000, { data: old.data });
    const { error: deleted } = await shop.deleteSession(old);
    return seen(shop, { initiated, deleted });
  },

  /** The storefront saves a card, and names another customer. */
  async cardForAnotherCustomer(where) {
    const shop = openShop(where);
    const made = async (id) => {
      const context = { idempotency_key: id, customer: { id, email: `${id}@example.com` } };
      return (await shop.ask("createAccountHolder", { context })).value;
    };
    const [own, other] = [await made("cus_1"), await made("cus_2")];
    const context = { account_holder: own, idempotency_key: "save_1" };
    const { value, error } = await shop.ask("savePaymentMethod", { context, data: { customer: other.id } });
    return seen(shop, { error, isOwn: value?.data.customer === own.id });
  },

  /** The shopper pays a session that Medusa has replaced and no longer knows. */
  async webhookOfAForgottenSession(where) {
    const shop = openShop(where);
    await shop.initiate(1000);
    const { client_secret: secret } = shop.session.data;
    shop.forgetSessions();
    await where.fake.shopper.confirm(secret);
    const { value } = await shop.webhook("payment_intent.amount_capturable_updated");
    return seen(shop, { action: value.action });
  },
};

module.exports = { scenarios };
