// Which payments are looked at for a capture that no event has told of. What is recorded then is tried on a real Medusa.

const { AbstractPaymentProcessor, storedStatus } = require("medusa-payment-rs");
const { recordCaptures } = require("medusa-payment-rs/webhook");

class Stripe extends AbstractPaymentProcessor {
  static identifier = "stripe";
}

describe("how far a payment was when it was stored", () => {
  const stripe = new Stripe({}, { api_key: "sk_test_1" });

  test.each([
    ["requires_capture", "authorized"],
    ["succeeded", "captured"],
    ["canceled", "canceled"],
    ["processing", "pending"],
    [undefined, undefined],
    [7, undefined],
  ])("is read from its data alone: %s", (status, told) => {
    expect(storedStatus(stripe, { id: "pi_1", status })).toBe(told);
  });

  test("is not known if the processor does not say it, or is not one of the addon's", () => {
    class Manual extends AbstractPaymentProcessor {
      static identifier = "manual";
    }
    expect(storedStatus(new Manual({}, {}), { status: "captured" })).toBeUndefined();
    expect(storedStatus({}, { status: "captured" })).toBeUndefined();
    expect(storedStatus(stripe, [])).toBeUndefined();
  });
});

describe("once Medusa has recorded a payment", () => {
  const SETTINGS = { identifier: ["acme", "acme-later"], provider: "Acme" };
  const ONCE = { webhook_retries: 1 };
  const row = (id, status) => ({ id, provider: "acme", data: { id: `at_acme_${id}`, status }, resource: "cart_1" });

  /** A store whose payments are these; the last one of each look is followed by nothing. */
  async function storeWith(payments, { state = refused } = {}) {
    const lines = [];
    const logger = {};
    for (const level of ["error", "warn", "info", "debug"]) logger[level] = (line) => lines.push([level, line]);
    const asked = [];
    const looks = [];
    const subscribers = {};
    const subscribe = (name, work, { subscriberId }) => {
      subscribers[name] = { work, subscriberId };
    };
    const query = async (sql, values) => {
      if (sql.includes("FROM payment_provider")) return [{ id: "acme" }, { id: "acme-later" }, { id: "manual" }];
      const [providers, after] = values;
      looks.push([providers, after]);
      return after === "order_1" ? payments : [];
    };
    const paymentState = async ({ id }) => {
      asked.push(id);
      return state();
    };
    const services = { logger, eventBusService: { subscribe }, manager: { query }, pp_acme: { paymentState } };
    const resolve = (name) => services[name];
    const container = { resolve, createScope: () => container };
    const linked = { storedStatus: (_processor, { status }) => status, processorOf: () => undefined };
    await recordCaptures(linked, SETTINGS)(container, ONCE);
    return { asked, lines, looks, subscribers };
  }

  const refused = () => ({ error: "payment_state was refused", code: "404", detail: "No such.", kind: "refused" });

  test("the provider is asked for those that are captured by their data, or whose data does not say", async () => {
    const statuses = ["captured", "authorized", "canceled", "pending", undefined];
    const { asked, subscribers } = await storeWith(statuses.map((status, index) => row(`pay_${index}`, status)));
    await subscribers["order.placed"].work({ id: "order_1" });
    expect(asked).toStrictEqual(["at_acme_pay_0", "at_acme_pay_4"]);
  });

  test("payments without the provider's id, and without a cart or collection, are left alone", async () => {
    const unnamed = [
      { ...row("pay_1"), data: { id: 7 } },
      { ...row("pay_2"), data: null },
      { ...row("pay_3"), resource: null },
    ];
    const { asked, subscribers } = await storeWith(unnamed);
    await subscribers["order.placed"].work({ id: "order_1" });
    expect(asked).toStrictEqual([]);
  });

  test("one that fails keeps no other one waiting, and the log says that it is tried again", async () => {
    const state = () => ({ error: "It failed", code: "x", detail: "Later.", kind: "temporarily_unavailable" });
    const { asked, lines, subscribers } = await storeWith([row("pay_1"), row("pay_2")], { state });
    await subscribers["order.placed"].work({ id: "order_1" });
    expect(asked).toStrictEqual(["at_acme_pay_1", "at_acme_pay_2"]);
    const warnings = lines.filter(([level]) => level === "warn").map(([, line]) => line);
    expect(warnings).toStrictEqual([
      expect.stringMatching(/at_acme_pay_1 .* cart_1 .*It failed.*again within ten minutes/),
      expect.stringMatching(/at_acme_pay_2 .* cart_1 .*It failed.*again within ten minutes/),
    ]);
  });

  test("orders, swaps and collections of all of the plugin's identifiers are followed, and its rows are looked at", async () => {
    const { looks, subscribers } = await storeWith([]);
    expect(Object.entries(subscribers).map(([name, { subscriberId }]) => [name, subscriberId])).toStrictEqual(
      ["order.placed", "swap.payment_completed", "payment-collection.payment_authorized"].map((name) => [
        name,
        `medusa-payment-rs.acme.${name}`,
      ]),
    );
    expect(looks).toStrictEqual([[["acme", "acme-later"], ""]]);
  });
});
