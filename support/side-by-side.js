// Lists of commands that run at the same time.

const { spawn } = require("node:child_process");

/**
 * Runs each list in its order, and all of them at the same time; a list ends with its first command that fails. What the
 * first list writes is shown as it comes, what the others write when each has ended. Resolves with whether all went well.
 *
 * @param lists of `[command, ...arguments]`
 */
async function sideBySide(lists, { cwd } = {}) {
  const results = await Promise.all(lists.map((commands, index) => inOrder(commands, { cwd, isShown: index === 0 })));
  return results.every(Boolean);
}

async function inOrder(commands, { cwd, isShown }) {
  const kept = [];
  const write = (text) => (isShown ? process.stdout.write(text) : kept.push(Buffer.from(text)));
  let isWell = true;
  for (const command of commands) {
    write(`\n> ${command.join(" ")}\n\n`);
    const started = performance.now();
    isWell = await run(command, { cwd, write });
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    write(`\n${isWell ? "✓" : "✗"} ${command.join(" ")} (${seconds} s)\n`);
    if (!isWell) break;
  }
  process.stdout.write(Buffer.concat(kept));
  return isWell;
}

function run([command, ...args], { cwd, write }) {
  const shell = process.platform === "win32" && command === "npm";
  const child = spawn(command, args, { cwd, shell, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", write);
  return new Promise((resolve) => {
    child.once("error", (error) => {
      write(`${error.message}\n`);
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
  });
}

module.exports = { sideBySide };
