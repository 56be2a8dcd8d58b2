// Stripe in Medusa 2 with the option `multicapture`: a payment is captured in parts if the card allows it.

const { startFakeStripe } = require("../support/stripe");
const { openShop } = require("./support/stripe2/shop");

const { services } = require("medusa-payment-rs/v2/stripe");

const API_KEY = "sk_test_ours";

const Service = services.find(({ identifier }) => identifier === "stripe");

let fake;
beforeEach(async () => {
  fake = await startFakeStripe({ apiKey: API_KEY });
});
afterEach(() => fake.close());

const create = (cradle, options) => new Service(cradle, { apiKey: API_KEY, api_base: fake.url, ...options });

/** An order over 15 whose first part, 5, is captured. */
async function partlyCaptured({ card, multicapture = true }) {
  const shop = openShop({ create, fake }, { multicapture });
  await shop.initiate(1500);
  await fake.shopper.confirm(shop.session.data.client_secret, { card });
  await shop.authorize();
  expect(await shop.capture(500)).not.toHaveProperty("error");
  expect([shop.books().captured, shop.ledger().captured]).toEqual([500, 500]);
  return shop;
}

test("what a part leaves stays held, and the part that takes the rest ends it", async () => {
  const shop = await partlyCaptured({ card: "ok" });
  expect(shop.ledger().held).toBe(1000);
  expect(shop.payment.data.medusa_payment_rs).not.toHaveProperty("released");
  for (const part of [300, 700]) expect(await shop.capture(part)).not.toHaveProperty("error");
  expect([shop.books().captured, shop.ledger().captured, shop.ledger().held]).toEqual([1500, 1500, 0]);
});

test.each([
  ["the card does not allow it", { card: "single_capture" }],
  ["the store did not ask for it", { card: "ok", multicapture: false }],
])("if %s, the first part releases the rest, the data says how much, and a further part is refused", async (_, how) => {
  const shop = await partlyCaptured(how);
  expect(shop.ledger().held).toBe(0);
  expect(shop.payment.data.medusa_payment_rs.released).toBe(1000);
  const { error } = await shop.capture(1000);
  expect(error).toMatchObject({ type: "not_allowed", code: "nothing_left_to_capture" });
  expect([shop.books().captured, shop.ledger().captured]).toEqual([500, 500]);
});
