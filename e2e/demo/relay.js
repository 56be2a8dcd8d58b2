// What stands between a store and a payment service: it hands on what each of them says, and loses replies if it is told to.

const http = require("node:http");
const https = require("node:https");

/**
 * Starts on a free port of the loopback interface, in front of `target`. Resolves with `{ url, losingReplies, close }`.
 */
async function startRelay(target) {
  const { request: ask } = target.startsWith("https:") ? https : http;
  let isLost = () => false;

  const server = http.createServer((request, response) => {
    const { method, url, headers, socket } = request;
    const abandon = () => socket.destroy();
    const loses = isLost({ method, path: url });
    const address = new URL(url, target);
    const onward = ask(address, { method, headers: { ...headers, host: address.host }, agent: false }, (reply) => {
      if (loses) return reply.resume().once("end", abandon).once("error", abandon);
      response.writeHead(reply.statusCode, reply.headers);
      reply.once("error", abandon).pipe(response);
    });
    onward.once("error", abandon);
    response.once("close", () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,

    /**
     * Runs `work`. Until it is done, the service does what it is asked to, but no reply reaches the store from the first
     * request on for which `starts({ method, path })` is true.
     */
    async losingReplies(starts, work) {
      let hasStarted = false;
      isLost = (request) => {
        hasStarted ||= starts(request);
        return hasStarted;
      };
      try {
        return await work();
      } finally {
        isLost = () => false;
      }
    },

    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

module.exports = { startRelay };
