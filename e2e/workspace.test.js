// A store in a workspace: Node is started in the root, this package and the other plugins are hoisted to there, and Medusa is
// installed in the store's folder alone. `__test__/monorepo.test.js` has the other layouts.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { startMedusaServer } = require("../support/medusa-server");
const { medusaEnv } = require("../support/medusa1/env");
const { MEDUSA_1, ROOT } = require("../support/paths");
const { openShop } = require("./support");
const { httpClient } = require("./support/http");
const { buyer, operator } = require("./support/shop");

const MEDUSA = "@medusajs/medusa";
const OURS = "medusa-payment-rs";

/** The store's own program, as a workspace's script starts it. */
const PROGRAM = `
const { createRequire } = require("node:module");
const inMedusa = createRequire(require.resolve("${MEDUSA}/package.json"));
process.once("disconnect", () => process.exit(0));
(async () => {
  inMedusa("core-js/stable");
  inMedusa("regenerator-runtime/runtime");
  const app = inMedusa("express")();
  await inMedusa("./dist/loaders").default({ directory: __dirname, expressApp: app });
  const server = app.listen(0, "127.0.0.1", () => process.send({ ready: { port: server.address().port } }));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
`;

let shop;
let workspace;
let server;
before(async () => {
  shop = await openShop({ packages: [ROOT], plugins: [OURS] });
  await shop.medusa.stop();
  workspace = makeWorkspace();
  const env = medusaEnv({ store: MEDUSA_1.store, databaseUrl: shop.postgres.url });
  server = await startMedusaServer(path.join(workspace, "apps/store/index.js"), { store: workspace, env });
});
after(async () => {
  await server?.stop();
  await shop?.close();
  if (workspace) fs.rmSync(workspace, { recursive: true, force: true });
});

function makeWorkspace() {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "workspace-")));
  const [hoisted, store] = [path.join(root, "node_modules"), path.join(root, "apps/store")];
  const installed = path.join(MEDUSA_1.store, "node_modules");
  for (const name of packagesIn(installed)) {
    if (name === OURS) fs.cpSync(path.join(installed, name), path.join(hoisted, name), { recursive: true });
    else linkInto(name === MEDUSA ? path.join(store, "node_modules") : hoisted, name, installed);
  }
  fs.writeFileSync(path.join(root, "package.json"), JSON.stringify({ private: true, workspaces: ["apps/*"] }));
  fs.writeFileSync(path.join(store, "package.json"), JSON.stringify({ private: true, name: "store" }));
  fs.copyFileSync(path.join(MEDUSA_1.template, "medusa-config.js"), path.join(store, "medusa-config.js"));
  fs.writeFileSync(path.join(store, "index.js"), PROGRAM);
  return root;
}

function packagesIn(folder) {
  const names = fs.readdirSync(folder).filter((name) => !name.startsWith("."));
  return names.flatMap((name) =>
    name.startsWith("@") ? fs.readdirSync(path.join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

function linkInto(folder, name, installed) {
  const link = path.join(folder, name);
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.symlinkSync(path.join(installed, name), link, "junction");
}

test("an order is placed, captured and refunded there", async () => {
  const buying = buyer(httpClient(server.url), shop.catalog);
  const headers = { "x-medusa-access-token": shop.token };
  const operating = operator(httpClient(server.url, { headers }), shop.catalog);
  const { id } = await buying.placeOrder();
  await operating.capture(id);
  await operating.refund(id, 300);
  const [payment] = await shop.ledger.payments(id);
  assert.equal(payment.provider_id, "manual");
  assert.ok(payment.captured_at);
  assert.equal(payment.amount_refunded, 300);
  assert.equal(payment.data.refunded, 300);
});
