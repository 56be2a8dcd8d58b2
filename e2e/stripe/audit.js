// `npx medusa-payment-rs audit` in a store, as its operator runs it.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");

/**
 * A function of more arguments that resolves with `{ code, stdout, stderr }`. The key comes from the environment, because
 * the configuration of these stores has its providers there as well.
 */
function auditOf({ store, databaseUrl, apiKey, apiBase, env }) {
  const cli = path.join(store, "node_modules/medusa-payment-rs/cli/index.js");
  const always = ["audit", "--api-base", apiBase, "--rate", "1000", "--grace", "0"];
  return async (...more) => {
    const child = spawn(process.execPath, [cli, ...always, ...more], {
      cwd: store,
      env: { ...process.env, ...env, DATABASE_URL: databaseUrl, STRIPE_API_KEY: apiKey },
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (output[name] += chunk));
    const [code] = await once(child, "close");
    return { code, ...output };
  };
}

/** The report, and by the id of the intent what was found of it: the kinds in the order of their names. */
async function found(audit, ...more) {
  const { code, stdout, stderr } = await audit("--json", ...more);
  if (code === 2) throw new Error(`the audit could not run: ${stderr}`);
  const report = JSON.parse(stdout);
  const kinds = {};
  for (const { intent, kind } of report.findings) kinds[intent] = [...(kinds[intent] ?? []), kind].sort();
  return { code, report, kinds };
}

/** What is expected, by the id of the intent. `planted` is `{ kind: payment }`. */
const expectedOf = (planted) =>
  Object.fromEntries(Object.entries(planted).map(([kind, { intent }]) => [intent, [kind]]));

module.exports = { auditOf, expectedOf, found };
