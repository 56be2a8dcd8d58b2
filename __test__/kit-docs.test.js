const fs = require("node:fs");
const path = require("node:path");
const { checks } = require("medusa-payment-rs/testing");
const table = require("medusa-payment-rs/testing/rules.json");
const { contractPage } = require("./support/kit/contract-page");
const { DOCS, blocks, writeDocumented } = require("./support/kit/documented");
const { node } = require("./support/node");

const JEST = path.join(path.dirname(require.resolve("jest/package.json")), "bin/jest.js");

describe("docs/contract.md", () => {
  const page = fs.readFileSync(path.join(DOCS, "contract.md"), "utf8");

  test("says what the table of rules says", () => {
    expect(page).toBe(contractPage(table));
  });

  test("is where every failing check says that its rule is", () => {
    for (const { where } of checks) expect(page).toContain(`\n## ${where.replace("docs/contract.md#", "")}\n`);
  });

  test("names files and functions that Medusa has", () => {
    const medusa = path.dirname(require.resolve("@medusajs/medusa/package.json"));
    for (const { host } of table.rules) {
      for (const part of host.split(/[,;] (?=.*dist\/)/)) {
        const [, names = "", file] = part.match(/^(?:(.*) in )?(dist\/\S+\.js)$/);
        const source = fs.readFileSync(path.join(medusa, file), "utf8");
        for (const name of names.split(" and ").filter(Boolean)) expect(source).toContain(name);
      }
    }
  });
});

describe("docs/testing.md", () => {
  let folder;
  beforeAll(() => {
    folder = writeDocumented();
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  test("has an example for each way to run the contract", () => {
    expect(Object.keys(blocks("testing.md"))).toStrictEqual([
      "manual.test.js",
      "acme.test.js",
      "schedules.js",
      "manual.node-test.js",
      "report.js",
    ]);
  });

  test("its jest examples pass, the one with a provider with no check skipped", async () => {
    const { code, stderr } = await node([JEST, "--rootDir", folder, "--json", "--outputFile", `${folder}/jest.json`]);
    expect(stderr).toMatch(/PASS .*acme\.test\.js/);
    const { testResults } = JSON.parse(fs.readFileSync(`${folder}/jest.json`, "utf8"));
    const acme = testResults.find(({ name }) => name.endsWith("acme.test.js"));
    const passed = acme.assertionResults.filter(({ status }) => status === "passed");
    expect(passed).toHaveLength(checks.length);
    expect(code).toBe(0);
  });

  test("its example for node's runner passes", async () => {
    const { code, stdout } = await node(["--test", `${folder}/manual.node-test.js`], {
      env: { NODE_TEST_CONTEXT: undefined },
    });
    expect(stdout).toMatch(/pass \d\d/);
    expect(code).toBe(0);
  });

  test("its example without a runner prints a report", async () => {
    const { code, stdout } = await node([`${folder}/report.js`]);
    expect(stdout).toMatch(/\d+ passed, 0 failed, \d+ skipped\n\d+ checks\n$/);
    expect(code).toBe(0);
  });

  test("its example of random schedules prints what the page says", async () => {
    const { code, stdout } = await node([`${folder}/schedules.js`]);
    expect(stdout).toMatch(/^✗ A schedule fails/);
    expect(fs.readFileSync(path.join(DOCS, "testing.md"), "utf8")).toContain(`\`\`\`text\n${stdout}\`\`\`\n`);
    expect(code).toBe(1);
  });
});
