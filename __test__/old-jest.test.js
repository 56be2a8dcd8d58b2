// Medusa 1.20 itself, and the stores that follow it, are tested with jest 25 or 26. Neither knows the prefix `node:` nor a
// package's `exports`.

const path = require("node:path");
const { node } = require("./support/node");

test.each(["jest-25", "jest-26"])("%s loads the package, makes a payment and sees one rejected", async (name) => {
  const manifest = require.resolve(`${name}/package.json`);
  const environment = require.resolve("jest-environment-node", { paths: [path.dirname(manifest)] });
  const { code, stderr } = await node([
    path.join(path.dirname(manifest), "bin/jest.js"),
    ...["--rootDir", path.join(__dirname, "old-jest"), "--testRegex", "suite\\.js$", "--testEnvironment", environment],
  ]);
  expect(stderr).toMatch(/Tests: +(\d+ skipped, )?\d+ passed, \d+ total/);
  expect(code).toBe(0);
});
