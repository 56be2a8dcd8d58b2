// As stores do that need the raw body for another integration. The answer's header says that it was here.

const path = require("node:path");
const { createRequire } = require("node:module");

exports.default = (rootDirectory) => {
  const inStore = createRequire(path.join(rootDirectory, "package.json"));
  const express = createRequire(inStore.resolve("@medusajs/medusa/package.json"))("express");
  const router = express.Router();
  const verify = (req, res, body) => {
    res.set("x-parsed", "yes");
    req.rawBody = body;
  };
  router.use(express.json({ verify, limit: "5mb" }));
  return router;
};
