// A plugin that the scaffold made takes orders in a real Medusa 2, with the same addon that serves Medusa 1.

const assert = require("node:assert/strict");
const fs = require("node:fs/promises");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { openShop } = require("./support/medusa2");
const { eventually } = require("./support/eventually");
const { MEDUSA_1, MEDUSA_2, ROOT } = require("../support/paths");
const { run } = require("../support/processes");
const { NAME, scaffoldProject } = require("../support/scaffold");
const { packTarball } = require("../support/store");

const TOTAL = 1_500; // one mug and its parcel, in minor units

let acme;
let shop;
before(async () => {
  const { folder } = await scaffoldProject(await packTarball(), { log: console.log });
  acme = await require(path.join(folder, "__test__/fake.js")).startFake();
  const options = { endpoint: acme.endpoint, api_key: acme.apiKey, webhook_secret: acme.webhookSecret };
  shop = await openShop({
    packages: [ROOT, folder],
    providers: [{ resolve: `${NAME}/v2`, id: NAME, options }],
    provider: `pp_${NAME}_${NAME}`,
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
  const { id } = await payment(await shop.buyer.placeOrder());
  await assert.rejects(shop.operator.capture(id, 5), { status: 400, message: /part/ });
  assert.deepEqual(moved(), []);

  await shop.operator.capture(id, 15);
  await shop.operator.refund(id, 4.05);
  assert.deepEqual(moved(), [`capture ${TOTAL}`, "refund 405"]);
  const amounts = (rows) => rows.map(({ amount }) => amount);
  assert.deepEqual(amounts(await shop.ledger.captures(id)), ["15"]);
  assert.deepEqual(amounts(await shop.ledger.refunds(id)), ["4.05"]);
});

test("a shopper whose card is declined gets no order, and may try again", async () => {
  const cart = await shop.buyer.fillCart();
  await shop.buyer.startPayment(cart.id);
  acme.next("decline");
  const declined = await shop.buyer.complete(cart.id).catch(({ body }) => body);
  assert.notEqual(declined.type, "order");
  assert.equal((await shop.buyer.complete(cart.id)).type, "order");
  assert.deepEqual(moved(), []);
});

test("a canceled order is canceled at the provider", async () => {
  const order = await shop.buyer.placeOrder();
  await shop.operator.cancelOrder(order.id);
  assert.equal(acme.payment((await payment(order)).data.id).status, "canceled");
});

test("a webhook completes the cart of a shopper who has closed the browser", async () => {
  const cart = await shop.buyer.fillCart();
  const { data } = await shop.buyer.startPayment(cart.id);
  const { body, headers } = acme.delivery("payment.authorized", data.id);
  await shop.service.webhook(`${NAME}_${NAME}`, body, headers);
  const completed = `SELECT id FROM cart WHERE id = $1 AND completed_at IS NOT NULL`;
  await eventually(async () => (await shop.postgres.query(completed, [cart.id])).length === 1);
});

test("its types are Medusa's", async () => {
  const file = path.join(MEDUSA_2.store, "scaffolded.ts");
  await fs.writeFile(
    file,
    `import type { IPaymentProvider, ModuleProviderExports } from "@medusajs/framework/types";
     import { AbstractPaymentProvider } from "${NAME}";
     import entry from "${NAME}/v2";
     class Provider extends AbstractPaymentProvider { static identifier = "${NAME}"; }
     export const provider: IPaymentProvider = new Provider({}, { endpoint: "", api_key: "" });
     export const module: ModuleProviderExports = entry;
     // @ts-expect-error: a refund has an amount
     provider.refundPayment({});
    `,
  );
  const tsc = path.join(MEDUSA_1.store, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--esModuleInterop", "--target", "es2022"];
  await run(process.execPath, [tsc, ...options, "--module", "node16", "--moduleResolution", "node16", file], {
    cwd: MEDUSA_2.store,
  });
});
