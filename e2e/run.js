// Runs the end-to-end suites: those of Medusa 1 and those of Medusa 2 side by side, because each has a store of its own, and
// then those that need both stores, or make what the scaffold makes.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const ALONE = ["demo.test.js", "scaffold.test.js", "medusa2-scaffold.test.js"];

const all = fs.readdirSync(__dirname).filter((file) => file.endsWith(".test.js"));
const together = all.filter((file) => !ALONE.includes(file));
const isOfMedusa2 = (file) => file.startsWith("medusa2-");

/** Resolves with the exit code. What is not shown as it comes is shown at the end. */
function run(files, { isShown }) {
  const args = ["--test", "--test-concurrency=1", ...files.map((file) => path.join(__dirname, file))];
  const child = spawn(process.execPath, args, { stdio: ["ignore", isShown ? "inherit" : "pipe", "inherit"] });
  const output = [];
  child.stdout?.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(error);
      resolve(1);
    });
    child.once("close", (code) => {
      process.stdout.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });
}

(async () => {
  const codes = await Promise.all([
    run(
      together.filter((file) => !isOfMedusa2(file)),
      { isShown: true },
    ),
    run(together.filter(isOfMedusa2), { isShown: false }),
  ]);
  codes.push(await run(ALONE, { isShown: true }));
  process.exitCode = Math.max(...codes);
})();
