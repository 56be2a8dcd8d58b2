// What the harness starts ends with it, also where it does not want to.

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { createInterface } = require("node:readline");
const { test } = require("node:test");
const { run, stopAll } = require("./processes");

const STUBBORN = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1_000); console.log('here');";

test("a command that does not heed SIGTERM is stopped all the same", { timeout: 30_000 }, async () => {
  let ended;
  await new Promise((started) => {
    ended = assert.rejects(run(process.execPath, ["-e", STUBBORN], { onLine: started }), /SIGKILL/);
  });
  await stopAll();
  await ended;
});

test("a signal ends what was started before the process that started it", { timeout: 30_000 }, async () => {
  const child = "console.log(process.pid); setInterval(() => {}, 1_000)";
  const script = `const { run, stopOnSignals } = require(${JSON.stringify(require.resolve("./processes"))});
    stopOnSignals({ before: () => console.log("before"), after: () => console.log("after") });
    run(process.execPath, ["-e", ${JSON.stringify(child)}], { onLine: console.log }).catch(() => {});`;
  const starter = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  for await (const line of createInterface(starter.stdout)) {
    lines.push(line);
    if (lines.length === 1) starter.kill("SIGTERM");
  }
  const [pid, ...others] = lines;
  assert.deepEqual(others, ["before", "after"]);
  assert.equal(starter.exitCode ?? (await once(starter, "exit"))[0], 143);
  assert.throws(() => process.kill(Number(pid), 0), { code: "ESRCH" });
});
