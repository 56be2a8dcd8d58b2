// Stripe in Medusa 2 beside `@medusajs/payment-stripe`: each method asks Stripe for the same and returns the same. What
// differs is listed to the last field.

const { OPTIONS, OURS, THEIRS, bothDo, differences } = require("./support/stripe2/side-by-side");

const SESSION = "payses_01SIDEBYSIDE";
const session = { session_id: SESSION };
const context = { idempotency_key: SESSION };

const initiate = ({ provider }, more = {}) =>
  provider.initiatePayment({ amount: 13.07, currency_code: "usd", data: session, context, ...more });

/** Medusa's session, once it is made. */
async function started(store, more = {}) {
  const { data } = await initiate(store, more);
  const { amount = 13.07, currency_code = "usd" } = more;
  store.rows.set(SESSION, { amount, currency_code });
  return { ...session, ...data };
}

/** The payment, once the shopper has paid. */
async function held(store, { card = "ok", ...more } = {}) {
  const data = await started(store, more);
  await store.fake.shopper.confirm(data.client_secret, { card });
  return (await store.provider.authorizePayment({ data, context })).data;
}

/** What the row of a capture or refund comes with. */
const paymentIn = (currency_code) => {
  const amount = { amount: 13.07, raw_amount: { value: "13.07" } };
  return { ...amount, currency_code, captures: [], refunds: [] };
};

const captureOf = ({ provider, rows }, data, { currency_code = "usd" } = {}) => {
  rows.set("capt_1", { amount: 13.07, payment: paymentIn(currency_code) });
  return provider.capturePayment({ data, context: { idempotency_key: "capt_1" } });
};

async function captured(store, more) {
  const data = await held(store, more);
  return { ...data, ...(await captureOf(store, data)).data };
}

const refundOf = ({ provider, rows }, data, { amount = 5, currency_code = "usd" } = {}) => {
  rows.set("ref_1", { amount, payment: paymentIn(currency_code) });
  return provider.refundPayment({ amount, data, context: { idempotency_key: "ref_1" } });
};

/** Whether it throws, without the words. */
const refused = (promise) =>
  promise.then(
    (value) => ({ value }),
    () => "refused",
  );

const CUSTOMER = {
  id: "cus_01MEDUSA",
  email: "ada@example.com",
  first_name: "Ada",
  last_name: "Lovelace",
  company_name: null,
  phone: "+441",
  billing_address: {
    address_1: "12 St James's Square",
    address_2: null,
    city: "London",
    country_code: "gb",
    postal_code: "SW1Y",
    province: null,
  },
};
const customerContext = (more) => ({ idempotency_key: CUSTOMER.id, customer: CUSTOMER, ...more });
const holderOf = async ({ provider }) => provider.createAccountHolder({ context: customerContext() });

async function savedMethod(store, account_holder) {
  const { data } = await store.provider.savePaymentMethod({ context: { account_holder, idempotency_key: "s_1" } });
  await store.fake.shopper.setup(data.client_secret, { card: "ok" });
  const [method] = await store.provider.listPaymentMethods({ context: { account_holder } });
  return method.id;
}

/** The last event of a type, as it is delivered. */
const delivered = ({ provider, fake }, type) => {
  const event = fake.events.findLast((one) => one.type === type);
  const rawData = Buffer.from(JSON.stringify(event));
  return provider.getWebhookActionAndData({
    data: event,
    rawData,
    headers: { "stripe-signature": fake.sign(rawData) },
  });
};

test("a store without a key does not start, and one without a webhook's secret is warned once", () => {
  const warn = jest.spyOn(console, "warn").mockImplementation(() => {});
  try {
    for (const Service of OURS) {
      expect(() => Service.validateOptions({ webhookSecret: "whsec_1" })).toThrow(/`apiKey`/);
      expect(() => Service.validateOptions(undefined)).toThrow(/`apiKey`/);
      Service.validateOptions(OPTIONS);
      Service.validateOptions({ api_key: OPTIONS.apiKey, webhook_secret: OPTIONS.webhookSecret });
    }
    expect(warn).not.toHaveBeenCalled();
    for (const Service of OURS) Service.validateOptions({ apiKey: OPTIONS.apiKey });
    expect(warn.mock.calls).toEqual([[expect.stringContaining("`webhookSecret`")]]);
  } finally {
    warn.mockRestore();
  }
});

test("the options may be text, as the plugin takes them from the environment", async () => {
  const options = {
    capture: "true",
    automaticPaymentMethods: "",
    paymentDescription: "",
    oxxoExpiresDays: "5",
    paymentMethodConfiguration: "",
    asyncPaymentMethodTypes: "sepa_debit",
  };
  const { ours, theirs } = await bothDo((store) => initiate(store), { options });
  expect(ours.results.data.capture_method).toBe("automatic");
  expect(ours.results.data.capture_method).toBe(theirs.results.data.capture_method);
});

test("the text false is no, which the plugin takes for a yes", async () => {
  const { ours, theirs } = await bothDo((store) => initiate(store), { options: { capture: "false" } });
  expect(ours.results.data.capture_method).toBe("manual");
  expect(theirs.results.data.capture_method).toBe("automatic");
});

test("every change has a key of its own, and a start has the session's, as with the plugin", async () => {
  const other = { idempotency_key: `${SESSION}2` };
  const run = async (store) => {
    const account_holder = await holderOf(store);
    const id = await savedMethod(store, account_holder);
    await store.provider.updateAccountHolder({ context: { account_holder, customer: CUSTOMER } });
    await store.provider.deletePaymentMethod({ context: { account_holder }, data: { id } });
    const { data } = await initiate(store, { context: other, data: { session_id: other.idempotency_key } });
    await store.provider.updatePayment({ data, amount: 20, currency_code: "usd", context: {} });
    await store.provider.deletePayment({ data });
    return refundOf(store, await captured(store));
  };
  const { ours, theirs } = await bothDo(run);
  const keys = ours.requests.filter(({ line }) => line.startsWith("POST")).map(({ key }) => key);
  expect(keys).toHaveLength(10);
  expect(keys.filter((key) => !key)).toEqual([]);
  expect(new Set(keys).size).toBe(keys.length);
  const starts = ({ requests }) => requests.filter(({ line }) => line === "POST /v1/payment_intents");
  expect(starts(ours).map(({ key }) => key)).toEqual(starts(theirs).map(({ key }) => key));
});

test("the same services are there, under the same names", () => {
  const named = (services) => services.map(({ name, identifier }) => [name, identifier]);
  expect(named(OURS)).toStrictEqual(named(THEIRS));
});

const MANUAL = { payment_method_types: ["card"] };

/** The store by which a webhook tells its own payments from another store's on the account. */
const STORE = "POST /v1/payment_intents + metadata[medusa_store]";
/** The charge, which says whether the money was given back. */
const CHARGE = "GET /v1/payment_intents/pi_1 + expand[1]";
/** What Stripe has, before it is taken for done or changed. */
const READ = "+ GET /v1/payment_intents/pi_1";
/** The row of Medusa's, by which a refund is found again. */
const ROW = "POST /v1/refunds + metadata[medusa_payment_rs]";
/** A session with an error could never be paid. */
const DECLINED = (status) => `${status}: "pending", not "error"`;

/** By name: what both are asked for, with which options, and what ours does otherwise. */
const SCENARIOS = {
  "a guest starts a payment": { differs: [STORE], run: (store) => initiate(store) },
  "a customer starts a payment": {
    differs: [STORE],
    run: async (store) => initiate(store, { context: { ...context, account_holder: await holderOf(store) } }),
  },
  "the storefront says how to pay": {
    differs: [STORE, "+ data[payment_description]", "+ data[unknown]"],
    run: (store) =>
      initiate(store, {
        data: {
          ...session,
          metadata: { order: "A 1", session_id: "payses_other" },
          payment_description: "Mugs",
          capture_method: "automatic",
          setup_future_usage: "off_session",
          payment_method_types: ["card"],
          payment_method_options: { card: { request_three_d_secure: "any" } },
          receipt_email: "ada@example.com",
          amount: 1,
          unknown: true,
        },
      }),
  },
  "the storefront chooses a configuration": {
    differs: [STORE, "+ data[payment_method_configuration]"],
    run: (store) => initiate(store, { data: { ...session, payment_method_configuration: "pmc_1" } }),
  },
  "the storefront lets Stripe choose": {
    differs: [STORE],
    run: (store) =>
      initiate(store, { data: { ...session, automatic_payment_methods: { enabled: true, allow_redirects: "never" } } }),
  },
  "the storefront pays at once": {
    differs: [STORE, "+ data[confirm]", "+ data[return_url]"],
    run: (store) =>
      initiate(store, {
        data: {
          ...session,
          ...MANUAL,
          confirm: true,
          payment_method: "pm_card_visa",
          return_url: "https://shop.example.com",
        },
      }),
  },
  "the storefront pays at once with a card that is declined": {
    differs: [STORE, DECLINED("status"), "+ data[confirm]", "+ data[off_session]"],
    run: (store) =>
      initiate(store, {
        data: {
          ...session,
          ...MANUAL,
          confirm: true,
          payment_method: "pm_card_chargeDeclined",
          off_session: false,
        },
      }),
  },
  "money is taken at once": {
    differs: [STORE, CHARGE, READ],
    options: { capture: true },
    run: (store) => captured(store),
  },
  "Stripe chooses": { differs: [STORE], options: { automaticPaymentMethods: true }, run: (store) => initiate(store) },
  "the store chooses a configuration": {
    differs: [STORE],
    options: { paymentMethodConfiguration: "pmc_1" },
    run: (store) => initiate(store),
  },
  "payments have a description": {
    differs: [STORE],
    options: { paymentDescription: "Mugs" },
    run: (store) => initiate(store),
  },
  ...Object.fromEntries(
    [
      ["stripe-bancontact", "eur"],
      ["stripe-blik", "pln"],
      ["stripe-giropay", "eur"],
      ["stripe-ideal", "eur"],
      ["stripe-przelewy24", "pln"],
      ["stripe-promptpay", "thb"],
      ["stripe-oxxo", "mxn"],
    ].map(([identifier, currency_code]) => [
      `${identifier}, from its start to a refund`,
      {
        identifier,
        differs: [STORE, CHARGE, CHARGE, READ, ROW],
        run: async (store) => {
          const start = await initiate(store, { currency_code });
          store.rows.set(SESSION, { amount: 13.07, currency_code });
          const { status } = await store.fake.shopper.confirm(start.data.client_secret);
          const asked = await store.provider.authorizePayment({ data: start.data, context });
          // What is paid with a code or a voucher is paid later.
          if (status === "requires_action") store.fake.bank.settlePayment(start.data.id, { ok: true });
          const paid = await store.provider.authorizePayment({ data: { ...session, ...start.data }, context });
          const webhook = await delivered(store, "payment_intent.succeeded");
          const captured = await captureOf(store, paid.data, { currency_code });
          return [start, asked, paid, webhook, captured, await refundOf(store, paid.data, { currency_code })];
        },
      },
    ]),
  ),
  "a voucher expires when the store says": {
    differs: [STORE],
    identifier: "stripe-oxxo",
    options: { oxxoExpiresDays: 5 },
    run: (store) => initiate(store, { currency_code: "mxn" }),
  },
  "the amount changes": {
    differs: [
      STORE,
      READ,
      READ,
      "POST /v1/payment_intents/pi_1 + currency",
      "POST /v1/payment_intents/pi_1 + metadata[medusa_amount]",
      "- 0[status]",
      "+ 1[id]",
    ],
    run: async (store) => {
      const data = await started(store);
      const update = (amount) => store.provider.updatePayment({ data, amount, currency_code: "usd" });
      return [await update(13.07), await update(20)];
    },
  },
  "a card is declined": {
    differs: [STORE, CHARGE, CHARGE, DECLINED("0[status]"), DECLINED("1[status]")],
    run: async (store) => {
      const data = await started(store);
      await store.fake.shopper.confirm(data.client_secret, { card: "declined" });
      const authorized = await store.provider.authorizePayment({ data, context });
      return [authorized, await store.provider.getPaymentStatus({ data: authorized.data })];
    },
  },
  "a payment is not paid yet": {
    differs: [STORE, CHARGE, CHARGE],
    run: async (store) => {
      const data = await started(store);
      return [
        await store.provider.authorizePayment({ data, context }),
        await store.provider.getPaymentStatus({ data }),
      ];
    },
  },
  "the bank asks the shopper": { differs: [STORE, CHARGE], run: (store) => held(store, { card: "3ds" }) },
  "a payment is held": {
    differs: [STORE, CHARGE, CHARGE],
    run: async (store) => {
      const data = await held(store);
      return [data, await store.provider.getPaymentStatus({ data })];
    },
  },
  "a payment is read": {
    differs: [STORE, CHARGE],
    run: async (store) => store.provider.retrievePayment({ data: await held(store) }),
  },
  "a payment is captured": { differs: [STORE, CHARGE], run: (store) => captured(store) },
  "a payment that was captured in the dashboard is captured": {
    differs: [STORE, CHARGE, READ],
    run: async (store) => {
      const data = await held(store);
      await store.fake.dashboard.capture(data.id);
      return captureOf(store, data);
    },
  },
  "a payment is canceled, and once more": {
    differs: [STORE, CHARGE],
    run: async (store) => {
      const data = await held(store);
      const cancel = (id) => store.provider.cancelPayment({ data, context: { idempotency_key: id } });
      return [await cancel("pay_1"), await cancel("pay_2")];
    },
  },
  "a session is deleted": {
    // Whose the intent is.
    differs: [STORE, "+ GET /v1/payment_intents/pi_1"],
    run: async (store) => store.provider.deletePayment({ data: await started(store) }),
  },
  "a session without an intent is deleted": { run: ({ provider }) => provider.deletePayment({ data: session }) },
  "a part is refunded": { differs: [STORE, CHARGE, ROW], run: async (store) => refundOf(store, await captured(store)) },
  "more than there is is refunded": {
    // What is left, and what was given back in the dashboard: that may be this refund.
    differs: [STORE, CHARGE, ROW, "+ GET /v1/payment_intents/pi_1", "+ GET /v1/refunds"],
    run: async (store) => refused(refundOf(store, await captured(store), { amount: 14 })),
  },

  "a customer gets an account holder": { run: holderOf },
  "a customer with an account holder gets no other": {
    run: ({ provider }) =>
      provider.createAccountHolder({ context: customerContext({ account_holder: { data: { id: "cus_9" } } }) }),
  },
  "a company gets an account holder": {
    run: ({ provider }) => {
      const customer = { ...CUSTOMER, company_name: "Engines Ltd", billing_address: null };
      return provider.createAccountHolder({ context: { customer, idempotency_key: "cus_01" } });
    },
  },
  "a customer of whom little is known gets an account holder": {
    run: ({ provider }) => {
      const customer = { id: "cus_01", email: "ada@example.com", first_name: null, last_name: " ", phone: null };
      return provider.createAccountHolder({ context: { customer, idempotency_key: "cus_01" } });
    },
  },
  "an account holder follows the customer": {
    run: async (store) => {
      const customer = { ...CUSTOMER, email: "lovelace@example.com", phone: null };
      const account_holder = await holderOf(store);
      return store.provider.updateAccountHolder({ context: { account_holder, customer } });
    },
  },
  "an account holder without a customer stays": {
    run: async (store) => store.provider.updateAccountHolder({ context: { account_holder: await holderOf(store) } }),
  },
  "an account holder is deleted": {
    run: async (store) => store.provider.deleteAccountHolder({ context: { account_holder: await holderOf(store) } }),
  },
  "payment methods are saved and listed": {
    run: async (store) => {
      const account_holder = await holderOf(store);
      await savedMethod(store, account_holder);
      return store.provider.listPaymentMethods({ context: { account_holder } });
    },
  },
  "a payment method is saved as the storefront says": {
    run: async (store) => {
      const data = { usage: "on_session", payment_method_types: ["card"], metadata: { from: "account" } };
      const context = { account_holder: await holderOf(store), idempotency_key: "s_1" };
      return store.provider.savePaymentMethod({ context, data });
    },
  },
  "a guest has no payment methods": { run: ({ provider }) => provider.listPaymentMethods({ context: {} }) },
  "a payment method is deleted": {
    run: async (store) => {
      const account_holder = await holderOf(store);
      const id = await savedMethod(store, account_holder);
      const deleted = await store.provider.deletePaymentMethod({ context: { account_holder }, data: { id } });
      return [deleted, await store.provider.listPaymentMethods({ context: { account_holder } })];
    },
    // Whose it is.
    differs: ["+ GET /v1/payment_methods/pm_1"],
  },

  "webhooks of a payment that is captured by hand": {
    differs: [STORE, CHARGE],
    run: async (store) => {
      await captured(store);
      const types = ["created", "amount_capturable_updated", "succeeded"];
      return Promise.all(types.map((type) => delivered(store, `payment_intent.${type}`)));
    },
  },
  "a webhook of a card that was declined": {
    differs: [STORE],
    run: async (store) => {
      const { client_secret } = await started(store);
      await store.fake.shopper.confirm(client_secret, { card: "declined" });
      return delivered(store, "payment_intent.payment_failed");
    },
  },
  "a webhook of a bank that asks": {
    differs: [STORE, CHARGE],
    run: async (store) => {
      await held(store, { card: "3ds" });
      return delivered(store, "payment_intent.requires_action");
    },
  },
  "a webhook of a cancellation": {
    differs: [STORE, CHARGE],
    run: async (store) => {
      await store.provider.cancelPayment({ data: await held(store), context: { idempotency_key: "pay_1" } });
      return delivered(store, "payment_intent.canceled");
    },
  },
  "webhooks of a method that takes days": {
    differs: [STORE, CHARGE],
    options: { asyncPaymentMethodTypes: ["card"], capture: true },
    run: async (store) => {
      const data = await held(store, { card: "processing" });
      return [data, await delivered(store, "payment_intent.processing")];
    },
  },
  "a webhook about something else": {
    run: async (store) => {
      await holderOf(store);
      return delivered(store, "customer.created");
    },
  },
  "a webhook with a wrong signature": {
    run: ({ provider, fake }) => {
      const rawData = Buffer.from("{}");
      const headers = { "stripe-signature": fake.sign(rawData, { secret: "whsec_other" }) };
      return refused(provider.getWebhookActionAndData({ data: {}, rawData, headers }));
    },
  },
};

test.each(Object.entries(SCENARIOS))(
  "the same is asked and returned: %s",
  async (_, { run, differs = [], ...where }) => {
    expect(differences(await bothDo(run, where))).toStrictEqual(differs);
  },
);
