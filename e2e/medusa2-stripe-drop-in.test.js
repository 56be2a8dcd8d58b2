// A Medusa 2 store changes one line, from @medusajs/payment-stripe 2.21.2 to medusa-payment-rs/v2/stripe, and later changes
// it back: what the one has begun, the other finishes.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { startMedusa } = require("../support/medusa2");
const { MEDUSA_2 } = require("../support/paths");
const { booksOf, inWords, CANCELED, OPEN, ORDER } = require("./stripe/medusa2/books");
const { checkout } = require("./stripe/medusa2/checkout");
const { openStripeShop, PRICE, PROVIDER } = require("./stripe/medusa2/shop");
const { SUBJECTS } = require("./stripe/medusa2/subjects");
const { eventually } = require("./support/eventually");

const WHOLE = PRICE * 100;
const PART = 5.5;
const REST = 9.5;
const AT_ONCE = { capture_method: "automatic" };
const HELD = "payment_intent.amount_capturable_updated";
const TAKEN = "payment_intent.succeeded";

const IDENTIFIERS = ["", "-bancontact", "-blik", "-giropay", "-ideal", "-oxxo", "-przelewy24", "-promptpay"];
const OFFERED = ["pp_system_default", ...IDENTIFIERS.map((end) => `pp_stripe${end}_stripe`)].sort();

/** The same for both. Each takes of it what it knows. */
const options = ({ apiKey, webhookSecret, url }) => ({
  apiKey,
  webhookSecret,
  automaticPaymentMethods: true,
  paymentDescription: "Vouchers by mail",
  api_base: url,
  multicapture: true,
});
const JAVASCRIPT = { ...SUBJECTS.javascript, options };
const OURS = { ...SUBJECTS.ours, options };

let shop;
let steps;
/** The payments that the JavaScript plugin has begun, and those that ours has, by what they are. */
const theirs = {};
const ours = {};
before(async () => {
  shop = await openStripeShop({ subject: JAVASCRIPT, packages: [...JAVASCRIPT.packages, ...OURS.packages] });
  steps = checkout({ shop });
});
after(() => shop?.close());

async function changeTo(subject) {
  await shop.reboot(shop.settingsFor(subject));
  steps = checkout({ shop });
}

/** Makes the payments side by side, and puts each under its name. */
const make = (into, makers) =>
  Promise.all(Object.entries(makers).map(async ([name, maker]) => (into[name] = await maker())));

/** What every shopper has begun at the moment of the change, whichever the provider is. */
const begun = {
  openCart: () => steps.openSession(),
  challengedCart: async () => {
    const payment = await steps.openSession();
    await shop.stripe.shopper.confirm(payment.intent, { card: "3ds" });
    await assert.rejects(steps.complete(payment), /was not authorized/);
    return payment;
  },
  declinedCart: async () => {
    const payment = await steps.openSession();
    await shop.stripe.shopper.confirm(payment.intent, { card: "declined" });
    return payment;
  },
  paidCart: () => steps.paidSession(),
  chargedCart: () => steps.paidSession(AT_ONCE),
  heardOfCart: () => steps.paidSession(),
  heardOfChargedCart: () => steps.paidSession(AT_ONCE),
  replacedCart: () => steps.paidSession(),
  heldOrder: () => steps.heldOrder(),
  unwantedOrder: () => steps.heldOrder(),
  unwantedPaidOrder: () => steps.paidOrder(),
  chargedOrder: () => steps.heldOrder(AT_ONCE),
  halfRefundedOrder: async () => {
    const payment = await steps.paidOrder();
    await steps.refund(payment, 5);
    return payment;
  },
  canceledOrder: async () => {
    const payment = await steps.heldOrder();
    await steps.cancel(payment);
    return payment;
  },
};

/** One that the shopper has tried to complete with a card that was declined. */
async function refusedCart() {
  const payment = await begun.declinedCart();
  await assert.rejects(steps.complete(payment), /was not authorized/);
  return payment;
}

/** Both sides say this, and Stripe has made one intent for the cart. */
async function expectBooks(payment, wanted, { intents = 1 } = {}) {
  const books = booksOf({ shop, provider: PROVIDER });
  const isSo = ({ booked, moved }) => booked === inWords(wanted) && moved === booked;
  await eventually(async () => isSo(await books(payment))).catch(() => {});
  const { booked, moved } = await books(payment);
  assert.deepEqual({ booked, moved }, { booked: inWords(wanted), moved: inWords(wanted) });
  assert.equal(steps.intentsOf(payment).length, intents);
}

async function offered() {
  const { payment_providers: providers } = await shop.store(
    "GET",
    `/store/payment-providers?region_id=${shop.catalog.regions.eur}`,
  );
  return providers.map(({ id }) => id).sort();
}

/** A logged-in customer whose card was kept with the payment. */
async function customerWithCard() {
  const payment = await steps.cartOfCustomer();
  await steps.start(payment, { setup_future_usage: "off_session" });
  await steps.pay(payment);
  return payment;
}

async function holderOf({ email }) {
  const rows = await shop.postgres.query("SELECT * FROM account_holder WHERE email = $1 AND deleted_at IS NULL", [
    email,
  ]);
  assert.equal(rows.length, 1);
  return rows[0];
}

async function savedMethods(payment) {
  const { id } = await holderOf(payment);
  return (await shop.store("GET", `/store/saved-payment-methods/${id}`)).payment_methods;
}

/** Whatever was begun before a change is finished after it. `before` are the payments, by the names of `begun`. */
function finishes(before) {
  test("a cart that was open keeps its intent, is paid and becomes an order", async () => {
    await steps.pay(before.openCart);
    await steps.complete(before.openCart);
    await expectBooks(before.openCart, { state: ORDER, held: WHOLE });
    const [intent] = steps.intentsOf(before.openCart);
    assert.equal(intent.description, "Vouchers by mail");
  });

  test("a cart whose bank asked the shopper becomes an order once the bank is satisfied", async () => {
    await shop.stripe.shopper.authenticate(before.challengedCart.intent, { ok: true });
    await steps.complete(before.challengedCart);
    await expectBooks(before.challengedCart, { state: ORDER, held: WHOLE });
  });

  test("a cart whose card was declined is paid with another card", async () => {
    await steps.pay(before.declinedCart);
    await steps.complete(before.declinedCart);
    await expectBooks(before.declinedCart, { state: ORDER, held: WHOLE });
  });

  test("a cart that was paid becomes an order", async () => {
    await steps.complete(before.paidCart);
    await expectBooks(before.paidCart, { state: ORDER, held: WHOLE });
  });

  test("a cart that was charged becomes a paid order", async () => {
    await steps.complete(before.chargedCart);
    await expectBooks(before.chargedCart, { state: ORDER, captured: WHOLE });
  });

  test("Stripe's event about a cart that was paid makes the order", async () => {
    await steps.deliver(before.heardOfCart, HELD);
    await expectBooks(before.heardOfCart, { state: ORDER, held: WHOLE });
  });

  test("Stripe's event about a cart that was charged makes the order", async () => {
    await steps.deliver(before.heardOfChargedCart, TAKEN);
    await expectBooks(before.heardOfChargedCart, { state: ORDER, captured: WHOLE });
  });

  test("a session that was paid is released when it is replaced", async () => {
    const { intent } = before.replacedCart;
    await steps.start(before.replacedCart);
    await eventually(() => shop.stripe.ledger.payment(intent).canceled);
    await expectBooks(before.replacedCart, { state: OPEN }, { intents: 2 });
  });

  test("an order whose money was held is captured, and refunded in two parts", async () => {
    await steps.capture(before.heldOrder);
    await expectBooks(before.heldOrder, { state: ORDER, captured: WHOLE });
    await steps.refund(before.heldOrder, 3);
    await steps.refund(before.heldOrder, 3);
    await expectBooks(before.heldOrder, { state: ORDER, captured: WHOLE, refunded: 600 });
  });

  test("an order whose money was held is canceled and the money released", async () => {
    await steps.cancel(before.unwantedOrder);
    await expectBooks(before.unwantedOrder, { state: CANCELED });
  });

  test("an order that was captured is canceled and the money given back", async () => {
    await steps.cancel(before.unwantedPaidOrder);
    await expectBooks(before.unwantedPaidOrder, { state: CANCELED, captured: WHOLE, refunded: WHOLE });
  });

  test("an order that was charged at once is refunded", async () => {
    before.chargedOrder.row = await steps.rowOf(before.chargedOrder);
    await steps.refund(before.chargedOrder, PRICE);
    await expectBooks(before.chargedOrder, { state: ORDER, captured: WHOLE, refunded: WHOLE });
  });

  test("a refund from before the change is not taken for one of the same amount that follows it", async () => {
    await steps.refund(before.halfRefundedOrder, 5);
    await expectBooks(before.halfRefundedOrder, { state: ORDER, captured: WHOLE, refunded: 1_000 });
  });

  test("Stripe's events about an order from before the change leave it as it is", async () => {
    await steps.deliver(before.canceledOrder, HELD);
    await steps.deliver(before.halfRefundedOrder, TAKEN);
    const last = await steps.paidSession();
    await steps.deliver(last, HELD);
    await eventually(async () => (await steps.orderOf(last)) !== undefined);
    await expectBooks(before.canceledOrder, { state: CANCELED });
    assert.equal((await shop.ledger.captures(before.halfRefundedOrder.row)).length, 1);
  });

  test("a customer's card is listed, and pays the next order", async () => {
    const { external_id: customer, data } = await holderOf(before.customer);
    assert.equal(data.id, customer);
    const customers = shop.stripe.ledger.customers().length;
    const [card, ...others] = await savedMethods(before.customer);
    assert.deepEqual([card.data.customer, card.provider_id, others], [customer, PROVIDER, []]);

    const payment = await steps.anotherCart(before.customer);
    const wishes = { confirm: true, payment_method: card.id, return_url: "https://shop.example/thanks" };
    await steps.start(payment, wishes);
    await steps.complete(payment);
    await expectBooks(payment, { state: ORDER, held: WHOLE });
    assert.equal(steps.intentsOf(payment)[0].customer, customer);
    assert.equal(shop.stripe.ledger.customers().length, customers);
  });
}

describe("from the JavaScript plugin to ours", () => {
  let offeredByThePlugin;
  before(async () => {
    offeredByThePlugin = await offered();
    await make(theirs, {
      ...begun,
      customer: customerWithCard,
      refusedCart: async () => {
        const payment = await refusedCart();
        await steps.pay(payment);
        return payment;
      },
      partsOrder: () => steps.heldOrder(),
      partlyPaidOrder: () => steps.partlyPaidOrder(),
    });
    await changeTo(OURS);
  });

  test("the store offers the same providers", async () => {
    assert.deepEqual(offeredByThePlugin, OFFERED);
    assert.deepEqual(await offered(), OFFERED);
  });

  finishes(theirs);

  test("a cart that the plugin could not complete any more releases what was paid, and is paid anew", async () => {
    await assert.rejects(steps.complete(theirs.refusedCart));
    await steps.buy(theirs.refusedCart);
    await expectBooks(theirs.refusedCart, { state: ORDER, held: WHOLE }, { intents: 2 });
  });

  test("of an order that the plugin authorized, only the part that is asked for is captured", async () => {
    await steps.capture(theirs.partsOrder, PART);
    await expectBooks(theirs.partsOrder, { state: ORDER, captured: 550 });
    await assert.rejects(steps.capture(theirs.partsOrder, REST), { status: 400, message: /released the rest/ });
    await steps.refund(theirs.partsOrder, 2);
    await steps.refund(theirs.partsOrder, 2);
    await expectBooks(theirs.partsOrder, { state: ORDER, captured: 550, refunded: 400 });
  });

  test("of an order whose whole money the plugin took for a part, the rest is recorded and can be refunded", async () => {
    const payment = theirs.partlyPaidOrder;
    const { booked, moved } = await booksOf({ shop, provider: PROVIDER })(payment);
    assert.equal(booked, inWords({ state: ORDER, captured: 550 }));
    assert.equal(moved, inWords({ state: ORDER, captured: WHOLE }));
    // So old that no server can still be at it.
    const age = "UPDATE capture SET created_at = created_at - interval '2 minutes' WHERE payment_id = $1";
    await shop.postgres.query(age, [payment.row]);
    await assert.rejects(steps.capture(payment, 3), { status: 400, message: /a capture of the difference records it/ });
    await steps.capture(payment, REST);
    await expectBooks(payment, { state: ORDER, captured: WHOLE });
    await steps.refund(payment, PRICE);
    await expectBooks(payment, { state: ORDER, captured: WHOLE, refunded: WHOLE });
  });
});

describe("from ours back to the JavaScript plugin", () => {
  before(async () => {
    await make(ours, {
      ...begun,
      customer: customerWithCard,
      refusedCart,
      partsOrder: () => steps.partlyPaidOrder(),
    });
    await changeTo(JAVASCRIPT);
  });

  test("the store offers the same providers", async () => assert.deepEqual(await offered(), OFFERED));

  finishes(ours);

  test("a cart that could not be completed with a declined card is paid with another one", async () => {
    await steps.pay(ours.refusedCart);
    await steps.complete(ours.refusedCart);
    await expectBooks(ours.refusedCart, { state: ORDER, held: WHOLE });
  });

  test("of an order that was captured in part, the plugin takes the rest", async () => {
    await expectBooks(ours.partsOrder, { state: ORDER, held: 950, captured: 550 });
    await steps.capture(ours.partsOrder, REST);
    await expectBooks(ours.partsOrder, { state: ORDER, captured: WHOLE });
  });
});

describe("an option with which the JavaScript plugin boots and cannot be paid stops the boot, by its name:", () => {
  const bootWith = async (wrong) => {
    const settings = shop.settingsFor(OURS, wrong);
    const medusa = await startMedusa({ store: MEDUSA_2.store, databaseUrl: shop.postgres.url, ...settings });
    await medusa.stop();
  };

  test("the storefront's key", async () => {
    await assert.rejects(bootWith({ apiKey: "pk_test_of_the_storefront" }), ({ message }) => {
      assert.match(message, /options of ".*stripe.*" are not valid: option `apiKey`: .*publishable key/);
      assert.doesNotMatch(message, /pk_test_of/);
      return true;
    });
  });

  test("a name that is misspelt", async () => {
    const misspelt = { webhookSecrets: "whsec_of_the_endpoint" };
    await assert.rejects(bootWith(misspelt), /options of ".*stripe.*" are not valid: .*`webhookSecrets`/);
  });
});
