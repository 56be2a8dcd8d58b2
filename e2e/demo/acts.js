// The steps of a story, each told with the HTTP calls that it took and the Rust methods that these ran.

const report = require("../support/report");

/**
 * `onCall` is for the shop's clients. `act(title, methods, work)` runs one step and tells it; it waits until the shop's
 * log shows all these methods.
 */
function acts() {
  const httpCalls = [];
  return {
    onCall: (call) => httpCalls.push(call),
    async act(shop, title, methods, work) {
      report.act(title);
      httpCalls.length = 0;
      const result = await work();
      report.calls(httpCalls, await shop.processor.take(methods));
      return result;
    },
  };
}

module.exports = { acts };
