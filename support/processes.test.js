// What the harness starts ends with it, also where it does not want to.

const assert = require("node:assert/strict");
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
