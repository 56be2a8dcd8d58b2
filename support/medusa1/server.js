// What `medusa start` does, with two differences: it listens on loopback and a free port, where `medusa start` takes
// every interface, and it ends when the IPC channel to its parent closes.

const path = require("node:path");
const { createRequire } = require("node:module");
require("./plugins");

const directory = process.cwd();
const inStore = createRequire(path.join(directory, "package.json"));
const inMedusa = createRequire(inStore.resolve("@medusajs/medusa/package.json"));

process.once("disconnect", () => process.exit(0));

boot().catch((error) => {
  console.error(error);
  process.exit(1);
});

async function boot() {
  inMedusa("core-js/stable");
  inMedusa("regenerator-runtime/runtime");
  const app = inMedusa("express")();
  await inMedusa("./dist/loaders").default({ directory, expressApp: app });
  const server = app.listen(0, "127.0.0.1", () => process.send({ ready: { port: server.address().port } }));
}
