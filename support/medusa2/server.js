// What `medusa start` does, with three differences: it listens on loopback and a free port, it ends when the IPC channel
// to its parent closes, and a webhook does not wait for 5 s.

const path = require("node:path");
const { createRequire } = require("node:module");

const directory = process.cwd();
const inStore = createRequire(path.join(directory, "package.json"));
const inMedusa = createRequire(inStore.resolve("@medusajs/medusa/package.json"));

process.once("disconnect", () => process.exit(0));

boot().catch((error) => {
  console.error(error);
  process.exit(1);
});

async function boot() {
  const app = inMedusa("express")();
  const { container } = await inStore("@medusajs/medusa/loaders/index").default({ directory, expressApp: app });
  // Where Medusa's route looks for the module's option `webhook_delay`. In 2.21.2 nothing puts it there: the option does
  // nothing in `medusa-config.js`.
  container.resolve("payment").options = { webhook_delay: Number(process.env.MEDUSA_TEST_WEBHOOK_DELAY) };
  app.get("/health", (_request, response) => response.status(200).send("OK"));
  const server = app.listen(0, "127.0.0.1", () => process.send({ ready: { port: server.address().port } }));
}
