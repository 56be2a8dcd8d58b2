// POST /test/emit { name, data }

const path = require("node:path");
const { createRequire } = require("node:module");

exports.default = (rootDirectory) => {
  const inStore = createRequire(path.join(rootDirectory, "package.json"));
  const express = createRequire(inStore.resolve("@medusajs/medusa/package.json"))("express");
  const router = express.Router();
  router.post("/test/emit", express.json(), async (req, res) => {
    await req.scope.resolve("eventBusService").emit(req.body.name, req.body.data);
    res.sendStatus(200);
  });
  return router;
};
