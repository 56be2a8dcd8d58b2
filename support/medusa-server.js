// A Medusa server, of whichever version, in a process of its own.

const { startServer } = require("./processes");

/**
 * Boots the server that `script` is and resolves with `{ url, pid, output, exited, lines, stop }` when it takes requests.
 * If the boot fails, it rejects with what the server wrote.
 */
async function startMedusaServer(script, { store, env }) {
  const lines = lineFeed();
  const server = await startServer(script, {
    name: "Medusa",
    cwd: store, // Medusa resolves plugins from the working directory
    env,
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

module.exports = { startMedusaServer };
