// A plugin that the scaffold made takes orders in a real Medusa, beside this package's own.

const assert = require("node:assert/strict");
const fs = require("node:fs/promises");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");
const { MEDUSA_1, ROOT } = require("../support/paths");
const { run } = require("../support/processes");
const { NAME, scaffoldProject } = require("../support/scaffold");
const { packTarball } = require("../support/store");

const TOTAL = 1_500; // one mug and its parcel

let acme;
let shop;
before(async () => {
  const { folder } = await scaffoldProject(await packTarball(), { log: console.log });
  acme = await require(path.join(folder, "__test__/fake.js")).startFake();
  const options = { endpoint: acme.endpoint, api_key: acme.apiKey };
  shop = await openShop({
    packages: [ROOT, folder],
    plugins: ["medusa-payment-rs", { resolve: NAME, options }],
    providers: ["manual", NAME],
  });
});
after(async () => {
  await shop?.close();
  await acme?.close();
});

/** What has moved money at the provider since the last time. */
const moved = () => acme.ledger.splice(0);

const payment = async (order) => (await shop.ledger.payments(order.id))[0];

test("an order is captured and refunded, and Medusa, the provider and the payment's data agree", async () => {
  const order = await shop.buyer.placeOrder({ provider: NAME });
  assert.equal((await payment(order)).amount, TOTAL);
  assert.deepEqual(moved(), []);

  const captured = await shop.operator.capture(order.id);
  assert.equal(captured.payment_status, "captured");
  const refunded = await shop.operator.refund(order.id, 400);
  assert.equal(refunded.payment_status, "partially_refunded");

  assert.deepEqual(moved(), [`capture ${TOTAL}`, "refund 400"]);
  const { amount_refunded, data } = await payment(order);
  assert.equal(amount_refunded, 400);
  assert.deepEqual([data.status, data.amount, Object.values(data.refund_record.refunds)], ["captured", TOTAL, [400]]);
});

test("a shopper whose card is declined gets no order", async () => {
  const cart = await shop.buyer.fillCart();
  await shop.buyer.createPaymentSessions(cart.id);
  await shop.buyer.selectSession(cart.id, NAME);
  acme.next("decline");
  await assert.rejects(shop.buyer.complete(cart.id), { status: 400 });
  const { type } = await shop.buyer.complete(cart.id);
  assert.equal(type, "order");
  assert.deepEqual(moved(), []);
});

test("a refund that the provider declines is not booked", async () => {
  const order = await shop.buyer.placeOrder({ provider: NAME });
  await shop.operator.capture(order.id);
  acme.next("decline");
  await assert.rejects(shop.operator.refund(order.id, 400), { status: 400 });
  assert.equal((await payment(order)).amount_refunded, 0);
  assert.deepEqual(moved(), [`capture ${TOTAL}`]);
});

test("a reply that is lost moves money once, and is booked once", async () => {
  const order = await shop.buyer.placeOrder({ provider: NAME });
  acme.next("lose_reply");
  await shop.operator.capture(order.id);
  acme.next("lose_reply");
  await shop.operator.refund(order.id, 400);
  assert.deepEqual(moved(), [`capture ${TOTAL}`, "refund 400"]);
  assert.deepEqual(
    (await shop.ledger.refunds(order.id)).map((refund) => refund.amount),
    [400],
  );
});

test("an order is canceled at the provider", async () => {
  const order = await shop.buyer.placeOrder({ provider: NAME });
  await shop.operator.cancelOrder(order.id);
  const { canceled_at, data } = await payment(order);
  assert.ok(canceled_at);
  assert.deepEqual(moved(), []);
  await assert.rejects(shop.operator.capture(order.id));
  assert.equal(data.id.startsWith("pay_"), true);
});

test("this package's own provider takes orders in the same store", async () => {
  const order = await shop.buyer.placeOrder({ provider: "manual" });
  const captured = await shop.operator.capture(order.id);
  assert.equal(captured.payment_status, "captured");
  assert.deepEqual(moved(), []);
});

test("its types are Medusa's", async () => {
  const { store } = MEDUSA_1;
  const file = path.join(store, "scaffolded.ts");
  await fs.writeFile(
    file,
    `import { AbstractPaymentProcessor } from "@medusajs/medusa";
     import * as plugin from "${NAME}";
     class Service extends plugin.AbstractPaymentProcessor { static identifier = "${NAME}"; }
     export const service: AbstractPaymentProcessor = new Service({}, { endpoint: "", api_key: "" });
     export const known: string[] = plugin.registeredIdentifiers;
     // @ts-expect-error: an amount is a number
     service.refundPayment({}, "1");
    `,
  );
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--esModuleInterop", "--target", "es2022"];
  const tsc = path.join(store, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [tsc, ...options, "--module", "nodenext", "--moduleResolution", "nodenext", file], {
    cwd: store,
  });
});
