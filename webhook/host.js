// Medusa's own modules. This package has no dependencies, and of express, passport and their like Medusa's copies are
// the ones whose state counts.

const { createRequire } = require("module");
const { folders } = require("../link/host.js");

/** `require` as Medusa's own files have it, in the project whose folder is `rootDirectory`. */
function hostRequire(rootDirectory) {
  const paths = [rootDirectory, ...folders()].filter(Boolean);
  return createRequire(require.resolve("@medusajs/medusa/package.json", { paths }));
}

module.exports = { hostRequire };
