// Node processes of their own, for what a process does as a whole.

const { spawn } = require("node:child_process");

/** A process that does not end on its own is a failed test and not a test run that never ends. */
const LIMIT_MS = 30_000;

/** Runs Node, in the store unless told otherwise, until it ends by itself: `{ code, signal, stdout, stderr }`. */
function node(args, { cwd, env = {}, limitMs = LIMIT_MS } = {}) {
  const { MEDUSA_PAYMENT_RS_LOG: _, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of Object.keys(output)) {
    child[stream].setEncoding("utf8").on("data", (text) => {
      output[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...output }));
  });
}

/** Runs a script given as text. It resolves modules from the folder that it is run in. */
const script = (text, options) => node(["-e", text], options);

module.exports = { node, script };
