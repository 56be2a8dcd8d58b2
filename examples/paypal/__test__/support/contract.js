// What the contract's hooks for both of Medusa's hosts have in common.

/** These only read; the others change something at PayPal with their POST and PATCH requests. */
const READS = ["retrievePayment", "getPaymentStatus"];

/** Every request on behalf of a method, but for the access token, which is kept. */
const requestsOf = (method) => (READS.includes(method) ? /^GET \/v2/ : /^(POST|PATCH) \/v2/);

const DECLINED = {
  status: 422,
  body: {
    name: "UNPROCESSABLE_ENTITY",
    message: "The requested action could not be performed.",
    details: [{ issue: "INSTRUMENT_DECLINED", description: "The instrument presented was declined." }],
    debug_id: "90957fca61718",
  },
};

/** The faults of a PayPal that `fake()` returns once it runs. */
function faultsOf(fake) {
  const fault =
    (how, when = "before") =>
    (method) =>
      fake().break(how, { on: requestsOf(method), when, times: Infinity });
  return {
    decline: fault(DECLINED),
    unavailable: fault({ status: 503, body: { name: "SERVICE_UNAVAILABLE", message: "Service unavailable." } }),
    hang: fault("hang"),
    loseReply: fault("reset", "after"),
    garble: fault({ status: 502, body: "<html>Bad gateway</html>" }),
    cutOff: fault("truncate", "after"),
    clear: () => fake().mend(),
  };
}

const minor = (value) => Math.round(Number(value) * 100);

/** What PayPal has in its books for an order. */
function ledgerOf(fake, id) {
  const sums = { hold: 0, capture: 0, release: 0, refund: 0 };
  for (const { kind, order, value } of fake.account.ledger) if (order === id) sums[kind] += minor(value);
  return {
    held: Math.max(0, sums.hold - sums.release - sums.capture),
    captured: sums.capture,
    refunded: sums.refund,
    canceled: sums.release > 0,
  };
}

/** How many orders of a cart or a payment session are not void. */
const ordersOf = (fake, resource) =>
  [...fake.account.orders.values()].filter(({ unit, status }) => unit.custom_id === resource && status !== "VOIDED")
    .length;

module.exports = { faultsOf, ledgerOf, ordersOf };
