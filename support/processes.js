// Every process that the harness starts comes from here, so that `stopAll` can end every one of them.
//
// A child gets a session of its own: Ctrl-C in a terminal goes to the parent alone, which then decides on the order.

const { fork, spawn } = require("node:child_process");
const { once } = require("node:events");
const { EOL } = require("node:os");

const STOP_LIMIT_MS = 20_000;
const COMMAND_STOP_LIMIT_MS = 2_000;
const OUTPUT_LINES = 2_000;

const running = new Set();

/** Stops what still runs, the newest first. What is started while it does so is stopped as well. */
async function stopAll() {
  for (let newest; (newest = [...running].at(-1)); ) await newest.stop();
}

/**
 * From now on a signal to end stops what runs before this process ends. `before` is called first, `after` when all has
 * stopped.
 */
function stopOnSignals({ before = () => {}, after = () => {} } = {}) {
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, async () => {
      before();
      await stopAll();
      await after();
      process.exit(128 + number);
    });
  }
}

/**
 * Runs a command to its end and resolves with what it wrote to standard output.
 * Rejects with the end of its output where it fails.
 */
function run(command, args, { cwd, env = process.env, onLine = () => {} } = {}) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise((resolve) => child.once("close", resolve));
  // npm and cargo start processes of their own; the group has them all.
  const signal = (name) => {
    try {
      if (child.pid) process.kill(-child.pid, name);
    } catch {
      // None of the group is left.
    }
  };
  const handle = {
    async stop() {
      signal("SIGTERM");
      // npm would finish the install first, and then roll it back.
      const impatient = setTimeout(() => signal("SIGKILL"), COMMAND_STOP_LIMIT_MS);
      await exited;
      clearTimeout(impatient);
    },
  };
  running.add(handle);

  let stdout = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  const output = keepLines([child.stdout, child.stderr], onLine);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      running.delete(handle);
      reject(error);
    });
    child.once("close", (code, signal) => {
      running.delete(handle);
      if (code === 0) return resolve(stdout);
      const what = `${[command, ...args].join(" ")} ended with ${signal ?? `code ${code}`}`;
      reject(new Error([what, ...output.slice(-100)].join(EOL)));
    });
  });
}

/**
 * Starts one of our own scripts as a server and waits until it sends `{ ready }`.
 *
 * The script lives as long as its IPC channel. Stopping is closing the channel, and the channel also closes when this
 * process dies in whatever way: a crash cleans up like an orderly stop.
 */
async function startServer(script, { name, argv = [], cwd, env = process.env, onLine = () => {} }) {
  const child = fork(script, argv, {
    cwd,
    env,
    detached: true,
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = exitOf(child);
  const server = {
    pid: child.pid,
    exited,
    output: keepLines([child.stdout, child.stderr], onLine),
    send: (message) => child.send(message),
    async stop() {
      if (child.connected) child.disconnect();
      const impatient = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
      await exited;
      clearTimeout(impatient);
    },
  };
  running.add(server);
  exited.then(() => running.delete(server));

  const ready = new Promise((resolve) => child.once("message", (message) => resolve(message.ready)));
  const failed = exited.then((how) => {
    throw new Error([`${name} ended with ${how} before it was ready`, ...server.output].join(EOL));
  });
  server.ready = await Promise.race([ready, failed]);
  failed.catch(() => {});
  return server;
}

/**
 * Resolves with how the child ended, once its output has been read to the end. Not `close`: Node does not emit it
 * where the parent has closed the channel.
 */
async function exitOf(child) {
  const [[code, signal]] = await Promise.all([
    once(child, "exit"),
    ...[child.stdout, child.stderr].map((stream) => once(stream, "close")),
  ]);
  return signal ?? `code ${code}`;
}

/** The last lines of both streams, in the order in which they came. */
function keepLines(streams, onLine) {
  const lines = [];
  for (const stream of streams) {
    let rest = "";
    const add = (line) => {
      lines.push(line);
      if (lines.length > OUTPUT_LINES) lines.shift();
      onLine(line);
    };
    stream.setEncoding("utf8");
    stream.on("data", (chunk) => {
      const parts = (rest + chunk).split(/\r?\n/);
      rest = parts.pop();
      parts.forEach(add);
    });
    stream.on("end", () => rest && add(rest));
  }
  return lines;
}

module.exports = { run, startServer, stopAll, stopOnSignals };
