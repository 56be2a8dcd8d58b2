// A server that is killed between the provider's answers and its own records of them.

const assert = require("node:assert/strict");

/**
 * Kills the server while it waits to write what it has been answered.
 *
 * - `acts`: `[{ method, act }]`, what is under way: a function that makes the request, and the call of the processor
 *   behind it, `method` or `provider.method`
 * - `more`: makes further requests, and resolves with them, each as `refusal` wraps it, once the provider has done what
 *   they ask for
 */
async function killWithWritesHeld(shop, acts, more) {
  // Each request waits there for its last write.
  const release = await shop.postgres.holdWrites("payment");
  const lost = [];
  try {
    await shop.processor.take();
    for (const { act } of acts) lost.push(refusal(act()));
    await answered(
      shop,
      acts.map(({ method }) => method),
    );
    lost.push(...(await more()));
    process.kill(shop.medusa.pid, "SIGKILL");
    assert.equal(await shop.medusa.exited, "SIGKILL");
    for (const error of await Promise.all(lost)) assert.match(String(error), /fetch failed/);
  } finally {
    await release();
  }
}

/** The error of a request that no server answers. */
const refusal = (request) =>
  request.then(
    () => assert.fail("the server answered"),
    (error) => error,
  );

/** Resolves once the processor has answered each of these, as often as it is listed. */
async function answered(shop, methods) {
  const missing = [...methods];
  while (missing.length > 0) {
    const [next] = missing;
    for (const { provider, method, outcome } of await shop.processor.take([next.split(".").at(-1)])) {
      const index = missing.findIndex((one) => one === method || one === `${provider}.${method}`);
      if (index < 0) continue;
      assert.equal(outcome, "ok", missing[index]);
      missing.splice(index, 1);
    }
  }
}

module.exports = { killWithWritesHeld, refusal };
