// A real Medusa server in a process of its own, on a free port of the loopback interface.

const { medusaEnv } = require("./env");
const { startServer } = require("../processes");

const SERVER = require.resolve("./server");

/**
 * Boots the server and resolves with `{ url, pid, output, lines, stop }` when it takes requests. Where the boot fails
 * it rejects with what the server wrote.
 *
 * `plugins` replaces those of the store's `medusa-config.js`.
 */
async function startMedusa({ store, databaseUrl, plugins, env = {} }) {
  const lines = lineFeed();
  const server = await startServer(SERVER, {
    name: "Medusa",
    cwd: store, // Medusa resolves plugins from the working directory
    env: { ...medusaEnv({ store, databaseUrl, plugins }), ...env },
    onLine: lines.add,
  });
  return {
    url: `http://127.0.0.1:${server.ready.port}`,
    pid: server.pid,
    output: server.output,
    exited: server.exited,
    lines,
    stop: () => server.stop(),
  };
}

/** The server's lines as they come, for a test that waits for one. */
function lineFeed() {
  const listeners = new Set();
  return {
    add(line) {
      for (const listener of listeners) listener(line);
    },
    /** Calls back for each line from now on; the result ends it. */
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

module.exports = { startMedusa };
