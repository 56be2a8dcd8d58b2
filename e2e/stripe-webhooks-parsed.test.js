// Another plugin, listed before ours, has parsed every request, and has kept the raw body.

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertNothingBooked, assertSettled } = require("./stripe/books");
const { openWebhookShop } = require("./stripe/webhooks");

let shop;
before(async () => {
  shop = await openWebhookShop({ before: [{ resolve: path.join(__dirname, "stripe/parser") }] });
});
after(() => shop?.close());

async function post(event, body) {
  const headers = { "content-type": "application/json", "stripe-signature": shop.stripe.sign(body) };
  // Spelled as no parser spells it again: a signature is over these very bytes.
  const spelled = JSON.stringify(event, null, 1);
  const response = await fetch(`${shop.url}/stripe/hooks`, { method: "POST", headers, body: spelled });
  assert.equal(response.headers.get("x-parsed"), "yes");
  return response;
}

test("the raw body that it has kept is what Stripe has signed", async () => {
  const cart = await shop.paidCart();
  const { status } = await post(cart.event, JSON.stringify(cart.event, null, 1));
  assert.equal(status, 200);
  assertSettled(await shop.books(cart), { captured: false });
});

test("a body that Stripe did not sign is refused", async () => {
  const cart = await shop.paidCart();
  const answer = await post(cart.event, JSON.stringify(cart.event));
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /does not match/);
  assertNothingBooked(await shop.books(cart));
});
