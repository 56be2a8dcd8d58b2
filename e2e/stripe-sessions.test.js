// A cart's way to its payment: of all the intents that it may have had, only the last one can be paid.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { checkout, newShopper } = require("./stripe/checkout");
const { openStripeShop, ours } = require("./stripe/shop");
const { eventually } = require("./support/eventually");

let shop;
let steps;
let overseas;

before(async () => {
  shop = await openStripeShop({
    plugins: (options) => [ours(options), "medusa-payment-rs"],
    providers: ["stripe", "manual"],
  });
  steps = checkout({ shop });
  overseas = await secondRegion();
});
after(() => shop?.close());

/** Another currency, with a price in it. */
async function secondRegion() {
  const { admin, catalog } = shop;
  const { region } = await admin("POST", "/admin/regions", {
    name: "Overseas",
    currency_code: "usd",
    tax_rate: 0,
    payment_providers: ["stripe", "manual"],
    fulfillment_providers: ["manual"],
    countries: ["us"],
  });
  const { id, product_id: product } = catalog.variant;
  const prices = [
    { currency_code: "eur", amount: 1_000 },
    { currency_code: "usd", amount: 1_200 },
  ];
  await admin("POST", `/admin/products/${product}/variants/${id}`, { prices });
  return region;
}

/** A cart whose session with Stripe is selected: its first intent. */
async function selected() {
  const payment = await steps.filledCart();
  await shop.buyer.createPaymentSessions(payment.cart);
  await shop.buyer.selectSession(payment.cart, "stripe");
  return { ...payment, intent: (await steps.sessionOf(payment.cart)).data.id };
}

async function isSuperseded({ intent }) {
  assert.equal(shop.stripe.ledger.payment(intent).canceled, true);
  assert.ok(!shop.stripe.ledger.payable().includes(intent));
  await assert.rejects(shop.stripe.shopper.confirm(intent, { card: "ok" }), {
    code: "payment_intent_unexpected_state",
  });
}

/** The one intent of the cart that a shopper can pay, as Medusa knows it. */
async function currentOf(payment) {
  const payable = new Set(shop.stripe.ledger.payable());
  const ids = steps.intentsOf(payment).map(({ id }) => id);
  const { data } = await steps.sessionOf(payment.cart);
  assert.deepEqual(
    ids.filter((id) => payable.has(id)),
    [data.id],
  );
  return data;
}

/** The headers of a shopper with an account. */
async function login() {
  const email = newShopper();
  const password = "correct horse";
  await shop.store("POST", "/store/customers", { first_name: "Ada", last_name: "Lovelace", email, password });
  const { access_token: token } = await shop.store("POST", "/store/auth/token", { email, password });
  const headers = { authorization: `Bearer ${token}` };
  const { customer } = await shop.store("GET", "/store/customers/me", undefined, headers);
  return { headers, customer };
}

test("a guest keeps one customer and one intent through all updates of the cart", async () => {
  const payment = await selected();
  const customers = shop.stripe.ledger.customers().length;
  await shop.buyer.addItem(payment.cart);
  await shop.buyer.addShipping(payment.cart);
  await shop.buyer.setAddress(payment.cart, newShopper());
  await shop.buyer.addItem(payment.cart, 2);
  await shop.buyer.createPaymentSessions(payment.cart);
  const data = await currentOf(payment);
  assert.equal(data.id, payment.intent);
  assert.equal(data.amount, (await shop.buyer.retrieveCart(payment.cart)).total);
  assert.equal(steps.intentsOf(payment).length, 1);
  assert.equal(shop.stripe.ledger.customers().length, customers);
});

test("a guest keeps the intent with an e-mail address that has bought before", async () => {
  const before = await selected();
  const { email } = await shop.buyer.retrieveCart(before.cart);
  const payment = await selected();
  await shop.buyer.setAddress(payment.cart, email);
  await shop.buyer.createPaymentSessions(payment.cart);
  assert.equal((await currentOf(payment)).id, payment.intent);
  assert.equal(steps.intentsOf(payment).length, 1);
});

// `refreshPaymentSession` (dist/services/cart.js) names no customer.
test("a guest keeps the intent of a refreshed session through the cart's next updates", async () => {
  const payment = await selected();
  const customers = shop.stripe.ledger.customers().length;
  await shop.buyer.refreshSession(payment.cart, "stripe");
  const { id } = await currentOf(payment);
  await shop.buyer.selectSession(payment.cart, "stripe");
  await shop.buyer.addItem(payment.cart);
  await shop.buyer.createPaymentSessions(payment.cart);
  const data = await currentOf(payment);
  assert.equal(data.id, id);
  assert.equal(data.amount, (await shop.buyer.retrieveCart(payment.cart)).total);
  assert.equal(shop.stripe.ledger.customers().length, customers, "nor is there another customer");
});

test("the intent of a provider that is given up for another one cannot be paid", async () => {
  const payment = await selected();
  await shop.buyer.selectSession(payment.cart, "manual");
  await isSuperseded(payment);

  await shop.buyer.selectSession(payment.cart, "stripe");
  const { id } = await currentOf(payment);
  assert.notEqual(id, payment.intent);
});

test("the intent of a session that is refreshed cannot be paid", async () => {
  const payment = await selected();
  await shop.buyer.refreshSession(payment.cart, "stripe");
  await isSuperseded(payment);
  assert.notEqual((await currentOf(payment)).id, payment.intent);
});

test("the intent of a session that is deleted cannot be paid", async () => {
  const payment = await selected();
  await shop.buyer.deleteSession(payment.cart, "stripe");
  await isSuperseded(payment);
  assert.equal(await steps.sessionOf(payment.cart), undefined);
});

test("a cart that moves to a region with another currency is paid in that one", async () => {
  const payment = await selected();
  await shop.buyer.updateCart(payment.cart, { region_id: overseas.id });
  await shop.buyer.createPaymentSessions(payment.cart);
  await shop.buyer.selectSession(payment.cart, "stripe");
  const { data } = await steps.sessionOf(payment.cart);
  assert.deepEqual([data.currency, data.amount], ["usd", 1_200]);
  assert.ok(shop.stripe.ledger.payable().includes(data.id));
});

// `CartService.setRegion_` (dist/services/cart.js) removes the sessions from the database and asks no provider.
test("the intent of a cart that moves to another region cannot be paid", async () => {
  const payment = await selected();
  await shop.buyer.updateCart(payment.cart, { region_id: overseas.id });
  await shop.buyer.createPaymentSessions(payment.cart);
  await shop.buyer.selectSession(payment.cart, "stripe");
  await isSuperseded(payment);
});

test("the intent of a cart without a customer that moves to another region cannot be paid", async () => {
  const items = [{ variant_id: shop.catalog.variant.id, quantity: 1 }];
  const { cart } = await shop.store("POST", "/store/carts", { region_id: shop.catalog.region.id, items });
  await shop.buyer.createPaymentSessions(cart.id);
  const { data } = (await shop.buyer.selectSession(cart.id, "stripe")).payment_session;
  assert.equal(data.customer, null);
  await shop.buyer.updateCart(cart.id, { region_id: overseas.id });
  await eventually(() => shop.stripe.ledger.payment(data.id).canceled);
  await isSuperseded({ intent: data.id });
});

test("what Stripe does not cancel then is in the log, and canceled when the cart starts a payment anew", async () => {
  const payment = await selected();
  const path = `/v1/payment_intents/${payment.intent}/cancel`;
  const fault = shop.stripe.fault({ kind: "status", status: 500, path, times: Number.POSITIVE_INFINITY });
  const said = `${payment.cart} has left ${payment.intent} behind. Look at it in Stripe's dashboard: delete_payment`;
  const lines = [];
  const stop = shop.medusa.lines.follow((line) => lines.push(line));
  await shop.buyer.updateCart(payment.cart, { region_id: overseas.id });
  await eventually(() => lines.some((line) => line.includes("error") && line.includes(said)));
  stop();
  await fault.remove();
  assert.equal(shop.stripe.ledger.payment(payment.intent).canceled, false);

  await shop.buyer.createPaymentSessions(payment.cart);
  await shop.buyer.selectSession(payment.cart, "stripe");
  await isSuperseded(payment);
});

test("an update of a cart that drops no session leaves its intents alone", async () => {
  const payment = await selected();
  await shop.buyer.updateCart(payment.cart, { context: { note: "a gift" } });
  await shop.buyer.updateCart(payment.cart, { region_id: shop.catalog.region.id });
  assert.equal((await currentOf(payment)).id, payment.intent);
});

test("a shopper who logs in pays with a customer of their own", async () => {
  const payment = await selected();
  const guest = shop.stripe.ledger.intents({ resource_id: payment.cart })[0].customer;
  const { headers, customer } = await login();
  await shop.store("POST", `/store/carts/${payment.cart}`, { customer_id: customer.id }, headers);
  await shop.store("POST", `/store/carts/${payment.cart}/payment-sessions`, undefined, headers);
  const data = await currentOf(payment);
  assert.notEqual(data.customer, guest);
  await isSuperseded(payment);

  const { customer: after } = await shop.store("GET", "/store/customers/me", undefined, headers);
  assert.equal(after.metadata.stripe_id, data.customer);
});

test("an intent that could not be canceled is canceled at the cart's next step", async () => {
  const payment = await selected();
  const { headers, customer } = await login();
  const path = `/v1/payment_intents/${payment.intent}/cancel`;
  const fault = shop.stripe.fault({ kind: "status", status: 500, path, times: Number.POSITIVE_INFINITY });
  await shop.store("POST", `/store/carts/${payment.cart}`, { customer_id: customer.id }, headers);
  await shop.store("POST", `/store/carts/${payment.cart}/payment-sessions`, undefined, headers);
  await fault.remove();
  assert.ok(fault.hits > 0);
  assert.equal(shop.stripe.ledger.payment(payment.intent).canceled, false);

  await shop.buyer.addItem(payment.cart);
  await isSuperseded(payment);
  await currentOf(payment);
});

/** Puts the cart back to one item. */
async function putBack({ cart }) {
  const { items } = await shop.buyer.retrieveCart(cart);
  await shop.store("POST", `/store/carts/${cart}/line-items/${items[0].id}`, { quantity: 1 });
}

async function isNoOrder({ cart }, why) {
  await assert.rejects(shop.buyer.complete(cart), ({ status, message }) => {
    assert.equal(status, 400);
    assert.match(message, why);
    return true;
  });
}

/** The order of the cart, over what Stripe holds for it. */
async function isOrderOver(payment, amount) {
  assert.equal((await shop.buyer.complete(payment.cart)).type, "order");
  const [row] = await steps.paymentsOf(payment);
  assert.deepEqual([row.amount, shop.stripe.ledger.payment(row.data.id).held], [amount, amount]);
}

// Medusa keeps the new item whatever the session says (api/routes/store/carts/create-line-item/utils/handler-steps.js).
test("a cart that changes after it was paid makes no order over another amount", async () => {
  const payment = await selected();
  await shop.stripe.shopper.confirm(payment.intent, { card: "ok" });
  await shop.buyer.addItem(payment.cart);
  assert.equal(shop.stripe.ledger.payment(payment.intent).amount, 1_000);
  await isNoOrder(payment, /over 1000 and the cart's over 2000.*Put the cart back to what was paid, or refresh/);
  await putBack(payment);
  await isOrderOver(payment, 1_000);
});

test("a cart that changes after it was paid is paid anew once its session is refreshed, and the money released", async () => {
  const payment = await selected();
  await shop.stripe.shopper.confirm(payment.intent, { card: "ok" });
  await shop.buyer.addItem(payment.cart);
  await isNoOrder(payment, /refresh the payment session/);
  await shop.buyer.refreshSession(payment.cart, "stripe");
  await shop.buyer.selectSession(payment.cart, "stripe");
  assert.equal(shop.stripe.ledger.payment(payment.intent).held, 0);
  await shop.stripe.shopper.confirm((await currentOf(payment)).id, { card: "ok" });
  await isOrderOver(payment, 2_000);
});

// Medusa would record the cart's total as paid, whatever Stripe holds (`authorizePayment`, dist/services/cart.js).
test("a cart whose payment could not follow it makes no order until its sessions are loaded again", async () => {
  const payment = await selected();
  const path = `/v1/payment_intents/${payment.intent}`;
  const fault = shop.stripe.fault({ kind: "status", status: 500, path, times: Number.POSITIVE_INFINITY });
  await assert.rejects(shop.buyer.addItem(payment.cart), { status: 400 });
  await fault.remove();
  assert.equal((await shop.buyer.retrieveCart(payment.cart)).total, 2_000, "Medusa keeps the item");
  await shop.stripe.shopper.confirm(payment.intent, { card: "ok" });
  await isNoOrder(payment, /The cart now costs 2000, but its payment is for 1000 .*Load the payment sessions again/);
  await shop.buyer.createPaymentSessions(payment.cart);
  await isNoOrder(payment, /over 1000 and the cart's over 2000.*refresh the payment session/);
  await shop.buyer.refreshSession(payment.cart, "stripe");
  await shop.buyer.selectSession(payment.cart, "stripe");
  await shop.stripe.shopper.confirm((await currentOf(payment)).id, { card: "ok" });
  await isOrderOver(payment, 2_000);
});

test("a cart that costs more than Stripe takes makes no order for what it cost before", async () => {
  const payment = await selected();
  await assert.rejects(shop.buyer.addItem(payment.cart, 99_999), { status: 400 });
  await shop.stripe.shopper.confirm(payment.intent, { card: "ok" });
  await isNoOrder(payment, /The cart now costs 100000000, but its payment is for 1000 /);
  await putBack(payment);
  await isOrderOver(payment, 1_000);
});

test("a cart whose gift card another cart has used up makes no order for what it cost with the card", async () => {
  const gift = { region_id: shop.catalog.region.id, value: 400 };
  const { gift_card: card } = await shop.admin("POST", "/admin/gift-cards", gift);
  const [payment, other] = [await selected(), await selected()];
  for (const { cart } of [payment, other]) await shop.buyer.updateCart(cart, { gift_cards: [{ code: card.code }] });
  await shop.stripe.shopper.confirm((await currentOf(other)).id, { card: "ok" });
  await isOrderOver(other, 600);
  await isNoOrder(payment, /The cart now costs 1000, but its payment is for 600 /);
  await shop.buyer.createPaymentSessions(payment.cart);
  await shop.stripe.shopper.confirm((await currentOf(payment)).id, { card: "ok" });
  await isOrderOver(payment, 1_000);
});

test("an open session whose intent was canceled is paid with another one, whatever the cart's next step is", async () => {
  for (const next of [
    ({ cart }) => shop.buyer.createPaymentSessions(cart),
    ({ cart }) => shop.buyer.addItem(cart),
    async ({ cart }) => {
      await shop.buyer.refreshSession(cart, "stripe");
      await shop.buyer.selectSession(cart, "stripe");
    },
  ]) {
    const payment = await selected();
    await shop.stripe.dashboard.cancel(payment.intent);
    await next(payment);
    const { id, amount } = await currentOf(payment);
    assert.notEqual(id, payment.intent);
    assert.equal(amount, (await shop.buyer.retrieveCart(payment.cart)).total);
    await shop.stripe.shopper.confirm(id, { card: "ok" });
    assert.equal((await shop.buyer.complete(payment.cart)).type, "order");
  }
});

test("a completion with a canceled intent is an error, after which the cart goes on", async () => {
  const payment = await selected();
  await shop.stripe.dashboard.cancel(payment.intent);
  await assert.rejects(shop.buyer.complete(payment.cart), { status: 400 });
  await shop.buyer.createPaymentSessions(payment.cart);
  await shop.stripe.shopper.confirm((await currentOf(payment)).id, { card: "ok" });
  assert.equal((await shop.buyer.complete(payment.cart)).type, "order");
});

test("a gift card that leaves less than Stripe takes is applied, and the cart is paid once it costs more", async () => {
  const gift = { region_id: shop.catalog.region.id, value: 970 };
  const { gift_card: card } = await shop.admin("POST", "/admin/gift-cards", gift);
  const payment = await selected();
  const cart = await shop.buyer.updateCart(payment.cart, { gift_cards: [{ code: card.code }] });
  assert.equal(cart.total, 30);
  const waiting = await steps.sessionOf(payment.cart);
  assert.deepEqual([waiting.amount, waiting.data.amount, waiting.data.status], [30, 30, "canceled"]);
  await isSuperseded(payment);

  await shop.buyer.createPaymentSessions(payment.cart);
  await assert.rejects(shop.buyer.complete(payment.cart), ({ status, message }) => {
    assert.equal(status, 400);
    assert.match(message, /30 \(minor units\) is less than Stripe takes/);
    return true;
  });

  await shop.buyer.addItem(payment.cart);
  const { id, amount } = await currentOf(payment);
  assert.equal(amount, 1_030);
  await shop.stripe.shopper.confirm(id, { card: "ok" });
  assert.equal((await shop.buyer.complete(payment.cart)).type, "order");
});

test("a storefront may post back the whole session with one harmless member changed", async () => {
  const payment = await selected();
  const { data } = await steps.sessionOf(payment.cart);
  const posted = { ...data, description: "a gift", metadata: { ...data.metadata, note: "ring twice" } };
  await shop.buyer.updateSession(payment.cart, "stripe", posted);
  const { data: after } = await steps.sessionOf(payment.cart);
  assert.equal(after.description, "a gift");
  assert.deepEqual(after.metadata, { ...data.metadata, note: "ring twice" });
  await assert.rejects(shop.buyer.updateSession(payment.cart, "stripe", { ...after, amount: 1 }), {
    status: 400,
    message: /cannot be set by a shopper: amount\./,
  });
  assert.equal(shop.stripe.ledger.payment(payment.intent).amount, data.amount);
});

test("Stripe is told who buys and where it is sent to", async () => {
  const { id: cart } = await shop.buyer.fillCart();
  await shop.buyer.setAddress(cart, newShopper());
  await shop.buyer.createPaymentSessions(cart);
  await shop.buyer.selectSession(cart, "stripe");
  const { data } = await steps.sessionOf(cart);
  const address = { city: "Berlin", country: "de", line1: "Unter den Linden 1", postal_code: "10117" };
  assert.equal(data.shipping.name, "Ada Lovelace");
  const customer = shop.stripe.ledger.customers().find(({ id }) => id === data.customer);
  assert.equal(customer.name, "Ada Lovelace");
  for (const told of [data.shipping.address, customer.address]) {
    assert.deepEqual(told, { ...address, line2: null, state: null });
  }
});

test("more carts than Medusa has connections start to pay at once, although each needs a look-up", async () => {
  await steps.stock(15);
  const payments = await Promise.all(Array.from({ length: 15 }, () => steps.filledCart()));
  const start = async ({ cart }) => {
    await shop.buyer.createPaymentSessions(cart);
    await shop.buyer.selectSession(cart, "stripe");
  };
  await Promise.all(payments.map(start));
  for (const payment of payments) await currentOf(payment);
});

test("a cart that changes while the bank looks at its payment goes on as the bank says", async () => {
  for (const ok of [true, false]) {
    const payment = await selected();
    await shop.stripe.shopper.confirm(payment.intent, { card: "processing" });
    assert.equal((await shop.buyer.complete(payment.cart)).type, "cart");
    await shop.buyer.addItem(payment.cart);
    await isNoOrder(payment, /Put the cart back to what was paid, or wait for its answer/);
    await assert.rejects(shop.buyer.refreshSession(payment.cart, "stripe"), {
      status: 400,
      message: /processing.*Wait for the bank's answer/,
    });
    await shop.stripe.shopper.settle(payment.intent, { ok });
    if (ok) {
      await isNoOrder(payment, /Put the cart back to what was paid/);
      await putBack(payment);
      await isOrderOver(payment, 1_000);
    } else {
      assert.equal((await shop.buyer.complete(payment.cart)).type, "cart");
      await shop.stripe.shopper.confirm(payment.intent, { card: "ok" });
      await isOrderOver(payment, 2_000);
    }
  }
});
