// Medusa 1 loads the plugin from `stripe/dist`: each file there leads to the one of the same name beside it.

const fs = require("node:fs");
const path = require("node:path");

const PLUGIN = path.join(path.dirname(require.resolve("medusa-payment-rs/package.json")), "stripe");

describe.each(["services", "api", "loaders", "subscribers"])("%s", (folder) => {
  const files = fs.readdirSync(path.join(PLUGIN, folder));

  test("each has a door, and no other is there", () => {
    expect(fs.readdirSync(path.join(PLUGIN, "dist", folder))).toEqual(files);
  });

  test.each(files)("the door of %s leads to it", (file) => {
    expect(require(path.join(PLUGIN, "dist", folder, file))).toBe(require(path.join(PLUGIN, folder, file)));
  });
});
