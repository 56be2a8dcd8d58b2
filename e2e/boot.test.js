// A mistake in `medusa-config.js` stops the boot with a message that says what is wrong, and costs nothing else.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");

let shop;
before(async () => (shop = await openShop({ plugins: ["medusa-payment-rs", "scripted-payments"] })));
after(() => shop?.close());

const withOptions = (options) => ({ plugins: [{ resolve: "medusa-payment-rs", options }, "scripted-payments"] });

test("an option that does not exist is named at boot", async () => {
  await assert.rejects(shop.reboot(withOptions({ colour: "green" })), /colour/);
});

test("after a boot that failed, the providers are still installed and the shop sells", async () => {
  await assert.rejects(shop.reboot(withOptions({ colour: "green" })));
  const providers = await shop.postgres.query("SELECT id, is_installed FROM payment_provider ORDER BY id");
  assert.deepEqual(providers, [
    { id: "manual", is_installed: true },
    { id: "scripted", is_installed: true },
  ]);

  await shop.reboot();
  const order = await shop.buyer.placeOrder();
  assert.equal((await shop.ledger.payments(order.id)).length, 1);
});

test("options that are empty are as good as none", async () => {
  await shop.reboot(withOptions({}));
  const order = await shop.buyer.placeOrder();
  assert.equal((await shop.ledger.payments(order.id)).length, 1);
});
