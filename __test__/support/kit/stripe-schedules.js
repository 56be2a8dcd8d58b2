// What random schedules need of the fake Stripe, whichever host the plugin is for.

/** A call that hangs takes real time. */
const LIMITS = { timeout_ms: 200, deadline_ms: 500, max_retries: 0 };

/** The hooks that all plugins have in common; `stripe()` is the fake once it runs. */
function scheduleHooks(stripe) {
  /** Stripe never takes back what it has answered: what is stored under a key was its first answer. */
  const isFirst = ({ method, idempotencyKey: key }) =>
    method === "POST" && !stripe().requests.some(({ idempotencyKey }) => idempotencyKey === key);

  /** Whether the bank is asked at all: what is captured already, say, is refused before. */
  function reachesTheBank(request) {
    const [, captured] = request.path.match(/^\/v1\/payment_intents\/(\w+)\/capture$/) ?? [];
    const isOpen = captured
      ? stripe().ledger.payment(captured).status === "requires_capture"
      : request.path === "/v1/refunds";
    return isOpen && isFirst(request);
  }

  /** Fault → the forms that it has at Stripe. */
  const FAULTS = {
    decline: [{ kind: "status", status: 402, stored: true, where: reachesTheBank }],
    unavailable: [
      { kind: "status", status: 503 },
      { kind: "status", status: 429 },
    ],
    hang: [{ kind: "hang" }],
    loseReply: [
      { kind: "reset", when: "after" },
      { kind: "status", status: 500, when: "after", stored: true, where: isFirst },
      { kind: "status", status: 500, when: "after" },
      { kind: "hang", when: "after" },
    ],
    garble: [
      { kind: "status", status: 502, body: "json" },
      { kind: "status", status: 500, stored: true, where: isFirst },
      { kind: "status", status: 500 },
      { kind: "reset" },
    ],
    cutOff: [{ kind: "truncate", when: "after" }],
  };

  /** Which form it is follows from which request it hits, so that a schedule can be repeated. */
  const fault = (forms) => (_method, request) => {
    let requests = 0;
    const { where: fits = () => true, ...form } = forms[(request === undefined ? 0 : request + 1) % forms.length];
    const where = (one) => (request === undefined || requests++ === request) && fits(one);
    stripe().fault({ ...form, path: /^\/v1\/(payment_intents|refunds)/, times: Infinity, where });
  };

  return {
    pay: ({ client_secret: secret }) => stripe().shopper.confirm(secret),
    ledger: ({ id }) => stripe().ledger.payment(id),
    faults: {
      ...Object.fromEntries(Object.entries(FAULTS).map(([name, forms]) => [name, fault(forms)])),
      declineQuietly: () => stripe().bank.nextRefund("failed"),
      async clear() {
        stripe().bank.clear();
        await stripe().clearFaults();
      },
    },
    timePasses: (ms) => stripe().advance(ms),
    async refundElsewhere({ id }, amount) {
      const refund = await stripe()
        .dashboard.refund(id, { amount })
        .catch(() => undefined);
      return refund !== undefined;
    },
    refundFails({ id }, amount) {
      const isThePlugins = ({ metadata }) => Object.keys(metadata).length > 0;
      const refund = stripe()
        .ledger.payment(id)
        .refunds.find((one) => one.amount === amount && one.status === "succeeded" && isThePlugins(one));
      if (refund) stripe().bank.settleRefund(refund.id, "failed");
      return refund !== undefined;
    },
    timeoutMs: 5_000,
  };
}

/** Each test's limit, which grows with what is asked for. */
const TEST_MS = 120_000 + 1_000 * Number(process.env.SCHEDULES ?? 0);

module.exports = { LIMITS, TEST_MS, scheduleHooks };
