const fs = require("node:fs");
const path = require("node:path");
const { checks, providerChecks } = require("medusa-payment-rs/testing");
const { contractPage } = require("./support/kit/contract-page");
const { DOCS, blocks, writeDocumented } = require("./support/kit/documented");
const { inMedusa2 } = require("./support/medusa2");
const { node } = require("./support/node");

const { tables } = require(path.join(path.dirname(require.resolve("medusa-payment-rs/testing")), "tables.js"));

const JEST = path.join(path.dirname(require.resolve("jest/package.json")), "bin/jest.js");

describe("docs/contract.md", () => {
  const page = fs.readFileSync(path.join(DOCS, "contract.md"), "utf8");

  test("says what the tables of rules say", () => {
    expect(page).toBe(contractPage(tables));
  });

  test("is where every failing check says that its rule is", () => {
    for (const { where } of [...checks, ...providerChecks])
      expect(page).toContain(`\n## ${where.replace("docs/contract.md#", "")}\n`);
  });

  test("names files and functions that Medusa 1 has", () => {
    const medusa = path.dirname(require.resolve("@medusajs/medusa/package.json"));
    for (const { host } of tables.medusa1.rules) {
      for (const part of host.split(/[,;] (?=.*dist\/)/)) {
        const [, names = "", file] = part.match(/^(?:(.*) in )?(dist\/\S+\.js)$/);
        hasNames(path.join(medusa, file), names);
      }
    }
  });

  test("names files and functions that Medusa 2 has", () => {
    for (const { host } of tables.medusa2.rules) {
      const [, names = "", file, name] = host.match(/^(?:(.*) in )?(dist\/\S+\.js) of (@medusajs\/\w+)$/);
      hasNames(inMedusa2(path.join(name, file)), names);
    }
  });

  function hasNames(file, names) {
    const source = fs.readFileSync(file, "utf8");
    for (const name of names.split(" and ").filter(Boolean)) expect(source).toContain(name);
  }
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
      "acme2.test.js",
      "schedules.js",
      "manual.node-test.js",
      "report.js",
    ]);
  });

  test("its jest examples pass, those with a provider with no check skipped", async () => {
    const { code, stderr } = await node([JEST, "--rootDir", folder, "--json", "--outputFile", `${folder}/jest.json`]);
    expect(stderr).toMatch(/PASS .*acme\.test\.js/);
    const { testResults } = JSON.parse(fs.readFileSync(`${folder}/jest.json`, "utf8"));
    const passedIn = (file) =>
      testResults
        .find(({ name }) => path.basename(name) === file)
        .assertionResults.filter(({ status }) => status === "passed");
    expect(passedIn("acme.test.js")).toHaveLength(checks.length);
    // Without the hook `bigNumber` a check tries one form of an amount less.
    expect(passedIn("acme2.test.js")).toHaveLength(providerChecks.length);
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
