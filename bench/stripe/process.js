// A process of the benchmark on a core of its own, asked over its IPC channel.

const { spawn, spawnSync } = require("node:child_process");

const canPin = process.platform === "linux" && spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0;

/**
 * Starts a script; `ask` sends it a message and resolves with its answer. It ends when its channel closes.
 * `pinned` says whether the core is its own: without `taskset` (util-linux) the system decides.
 */
async function startProcess(script, { core, cwd }) {
  const command = canPin ? ["taskset", "-c", String(core), process.execPath] : [process.execPath];
  const child = spawn(command[0], [...command.slice(1), "--no-warnings", "--expose-gc", script], {
    cwd,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  // Not "close": it does not come where this side closed the channel.
  const exited = new Promise((resolve) => child.once("exit", resolve));
  return {
    pinned: canPin,
    ask(message) {
      return new Promise((resolve, reject) => {
        const ended = () => reject(new Error(`${script} ended before it answered`));
        child.once("exit", ended);
        child.once("message", ({ answer, error }) => {
          child.off("exit", ended);
          if (error) reject(new Error(error));
          else resolve(answer);
        });
        child.send(message);
      });
    },
    stop() {
      if (child.connected) child.disconnect();
      return exited;
    },
  };
}

/** The other end: answers each message with what `serve` resolves with. */
function answer(serve) {
  process.on("message", async (message) => {
    try {
      process.send({ answer: await serve(message) });
    } catch (error) {
      process.send({ error: error?.stack ?? String(error) });
    }
  });
  process.once("disconnect", () => process.exit());
}

module.exports = { answer, startProcess };
