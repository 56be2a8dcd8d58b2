// The HTTP server: connections, request bodies, and a port that can refuse and accept again.

const http = require("node:http");

const HOST = "127.0.0.1";

/** `serve(req, text, res)` answers a request whose body has arrived. */
async function startServer(serve) {
  /** Connections, and what is to be answered on each. */
  const sockets = new Map();
  // No time limits: a connection that the server closes under the client's hands would be a fault that the test did not ask for.
  const server = http.createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (req, res) => {
    const { socket } = res;
    const inFlight = sockets.get(socket);
    inFlight.add(res);
    res.once("close", () => {
      inFlight.delete(res);
      if (!server.listening && inFlight.size === 0) socket.destroy();
    });
    res.sendDate = false;
    res.on("error", () => {}); // the client has gone
    read(req).then(
      (text) => serve(req, text, res),
      () => {}, // it went before its request was complete
    );
  });
  server.on("connection", (socket) => {
    sockets.set(socket, new Set());
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });

  const listen = (port) =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host: HOST, backlog: 1024 }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address();
  let refusals = 0;
  let isClosed = false;

  return {
    url: `http://${HOST}:${port}`,
    port,

    /** Connections are refused from now on, and those that are idle end. What is in flight is answered. */
    refuse() {
      refusals += 1;
      if (refusals > 1) return;
      server.close();
      for (const [socket, inFlight] of sockets) {
        if (inFlight.size === 0) socket.destroy();
        for (const res of inFlight) if (!res.headersSent) res.setHeader("Connection", "close");
      }
    },

    /** Takes one `refuse` back; after the last one the same port is open again. */
    async accept() {
      refusals -= 1;
      if (refusals === 0 && !isClosed) await listen(port);
    },

    async close() {
      isClosed = true;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
    },
  };
}

async function read(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

module.exports = { startServer };
