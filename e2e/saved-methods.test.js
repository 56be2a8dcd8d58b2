// What a logged-in customer has saved, in stores with and without Stripe: Medusa asks each of a store's providers.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { openStripeShop, ours } = require("./stripe/shop");
const { openShop } = require("./support");
const { httpClient } = require("./support/http");
const { ROOT } = require("../support/paths");

const ROUTE = "/store/customers/me/payment-methods";

let customers = 0;

/** A customer who is logged in: a client of the store API. */
async function login(shop) {
  const [email, password] = [`customer-${process.pid}-${++customers}@example.com`, "a customer's own"];
  const { customer } = await shop.store("POST", "/store/customers", {
    email,
    password,
    first_name: "Ada",
    last_name: "Lovelace",
  });
  const { access_token: token } = await shop.store("POST", "/store/auth/token", { email, password });
  return Object.assign(httpClient(shop.url, { headers: { authorization: `Bearer ${token}` } }), {
    email,
    id: customer.id,
  });
}

/** A cart of the customer's with a session of Stripe, whose intent is `data`. */
async function openCart(shop, shopper) {
  const items = [{ variant_id: shop.catalog.variant.id, quantity: 1 }];
  const { cart } = await shopper("POST", "/store/carts", { region_id: shop.catalog.region.id, items });
  await shopper("POST", `/store/carts/${cart.id}`, { customer_id: shopper.id });
  await shop.buyer.createPaymentSessions(cart.id);
  // With several providers Medusa starts none before the shopper has chosen.
  const { payment_session: session } = await shop.buyer.selectSession(cart.id, "stripe");
  return { id: cart.id, data: session.data };
}

/** And a card that Stripe keeps for the customer from then on. */
async function saveCard(shop, shopper) {
  const cart = await openCart(shop, shopper);
  await shop.buyer.updateSession(cart.id, "stripe", { setup_future_usage: "off_session" });
  return (await shop.stripe.shopper.confirm(cart.data.client_secret)).payment_method;
}

describe("a store that has only the manual provider", () => {
  let shop;
  before(async () => (shop = await openShop({ packages: [ROOT], plugins: ["medusa-payment-rs"] })));
  after(() => shop?.close());

  test("has nothing saved", async () => {
    const shopper = await login(shop);
    assert.deepEqual(await shopper("GET", ROUTE), { payment_methods: [] });
  });
});

for (const [title, providers, plugins] of [
  ["a store that has only Stripe", ["stripe"], (options) => [ours(options)]],
  ["a store that has both", ["stripe", "manual"], (options) => ["medusa-payment-rs", ours(options)]],
]) {
  describe(title, () => {
    let shop;
    before(async () => (shop = await openStripeShop({ providers, plugins })));
    after(() => shop?.close());

    test("lists the customer's cards once, and no other customer's", async () => {
      const [ada, eve] = [await login(shop), await login(shop)];
      assert.deepEqual(await ada("GET", ROUTE), { payment_methods: [] });
      const card = await saveCard(shop, ada);
      await saveCard(shop, eve);
      const { payment_methods: saved } = await ada("GET", ROUTE);
      assert.deepEqual(
        saved.map(({ provider_id: provider, data }) => [provider, data.id, data.card.last4]),
        [["stripe", card, "4242"]],
      );
    });

    test("lets a customer choose their own card, and no other customer's", async () => {
      const [ada, eve] = [await login(shop), await login(shop)];
      const [card, stolen] = [await saveCard(shop, ada), await saveCard(shop, eve)];
      const cart = await openCart(shop, ada);
      const moves = shop.stripe.ledger.moved().length;
      const choose = (method) => shop.buyer.updateSession(cart.id, "stripe", { payment_method: method });
      await assert.rejects(choose(stolen), { status: 400, message: /another customer's payment method/ });
      const { payment_sessions: sessions } = await choose(card);
      assert.equal(sessions.find(({ provider_id: id }) => id === "stripe").data.payment_method, card);
      assert.equal(shop.stripe.ledger.moved().length, moves);
    });

    test("says so if Stripe cannot be reached", async () => {
      const ada = await login(shop);
      await saveCard(shop, ada);
      const fault = shop.stripe.fault({ kind: "status", status: 500, method: "GET", times: Number.POSITIVE_INFINITY });
      await assert.rejects(ada("GET", ROUTE), { status: 500, message: /list_payment_methods/ });
      await fault.remove();
      assert.equal((await ada("GET", ROUTE)).payment_methods.length, 1);
    });
  });
}
