// The optional methods of Medusa 2: account holders and saved payment methods.

const { AbstractPaymentProvider } = require("scripted-payments");

const OPTIONAL = [
  "retrieveAccountHolder",
  "createAccountHolder",
  "updateAccountHolder",
  "deleteAccountHolder",
  "listPaymentMethods",
  "savePaymentMethod",
  "deletePaymentMethod",
];

class Till extends AbstractPaymentProvider {
  static identifier = "till";
}
class Scripted extends AbstractPaymentProvider {
  static identifier = "scripted";
}

let limit = 1;
/** With options of its own, and so with customers of its own. */
const till = () => new Till({}, { limit: limit++ });

const customer = { id: "cus_1", email: "ada@example.com", metadata: { vip: true } };

test("an instance has the optional methods if its processor does", () => {
  const [with_, without] = [till(), new Scripted({}, {})];
  for (const name of OPTIONAL) {
    expect([name, typeof with_[name], typeof without[name]]).toStrictEqual([name, "function", "undefined"]);
    expect(AbstractPaymentProvider.prototype[name]).toBeUndefined();
  }
});

test("a customer has one account holder, from its creation to its end", async () => {
  const provider = till();
  const created = await provider.createAccountHolder({ context: { customer, idempotency_key: "cus_1" } });
  expect(created).toStrictEqual({ id: "holder_1", data: { id: "holder_1", email: "ada@example.com" } });
  expect(await provider.createAccountHolder({ context: { customer } })).toStrictEqual(created);
  expect(await provider.retrieveAccountHolder({ id: "holder_1" })).toStrictEqual(created);

  const changed = { ...customer, email: "lovelace@example.com" };
  const context = { account_holder: created, customer: changed };
  const data = { id: "holder_1", email: "lovelace@example.com" };
  expect(await provider.updateAccountHolder({ context })).toStrictEqual({ data });
  expect(await provider.deleteAccountHolder({ context })).toStrictEqual({});
  const gone = provider.retrieveAccountHolder({ id: "holder_1" });
  await expect(gone).rejects.toMatchObject({ type: "not_allowed", code: "no_customer" });
});

test("payment methods are saved for an account holder, listed and deleted", async () => {
  const provider = till();
  const account_holder = await provider.createAccountHolder({ context: { customer } });
  const context = { account_holder };
  const saved = await provider.savePaymentMethod({ context, data: { brand: "visa" } });
  expect(saved).toStrictEqual({ id: "method_1", data: { brand: "visa", id: "method_1" } });
  expect(await provider.listPaymentMethods({ context })).toStrictEqual([saved]);
  expect(await provider.deletePaymentMethod({ context, data: { id: "method_1" } })).toStrictEqual({});
  expect(await provider.listPaymentMethods({ context })).toStrictEqual([]);
});

test("a guest has no payment methods", async () => {
  expect(await till().listPaymentMethods({ context: {} })).toStrictEqual([]);
});

test("a customer who has an account holder gets no other", async () => {
  const provider = till();
  for (const account_holder of [{ data: { id: "holder_9" } }, { external_id: "holder_9", data: {} }]) {
    const context = { account_holder, customer };
    expect(await provider.createAccountHolder({ context })).toStrictEqual({ id: "holder_9" });
  }
  const asked = await provider.createAccountHolder({ context: { account_holder: { data: { id: "" } }, customer } });
  expect(asked.id).toBe("holder_1");
});

test("an account holder whose customer is not handed over stays as it is", async () => {
  const account_holder = { data: { id: "holder_9" } };
  expect(await till().updateAccountHolder({ context: { account_holder } })).toStrictEqual({});
});

test("what is missing is named", async () => {
  const provider = till();
  for (const [call, name] of [
    [() => provider.createAccountHolder({ context: {} }), "context.customer"],
    [() => provider.updateAccountHolder({ context: { customer } }), "context.account_holder"],
    [() => provider.savePaymentMethod({ context: {} }), "context.account_holder"],
    [() => provider.deletePaymentMethod({ context: { account_holder: { data: {} } }, data: {} }), "data.id"],
    [() => provider.deletePaymentMethod({ context: { account_holder: { data: {} } }, data: { id: "" } }), "data.id"],
    [() => provider.retrieveAccountHolder({}), "id"],
  ]) {
    const message = expect.stringContaining(`${name} is missing`);
    await expect(call()).rejects.toMatchObject({ type: "invalid_data", message });
  }
});

test("a subclass overrides an optional method, calls it, or adds one", async () => {
  class Mine extends Till {
    async createAccountHolder(input) {
      const { id, data } = await super.createAccountHolder(input);
      return { id, data: { ...data, mine: true } };
    }
  }
  const provider = new Mine({}, { limit: limit++ });
  const { data } = await provider.createAccountHolder({ context: { customer } });
  expect(data).toStrictEqual({ id: "holder_1", email: "ada@example.com", mine: true });

  class Added extends Scripted {
    async listPaymentMethods() {
      return [];
    }
  }
  expect(await new Added({}, {}).listPaymentMethods()).toStrictEqual([]);
});

test("an optional method can be spied on and replaced", async () => {
  const provider = till();
  const spy = jest.spyOn(provider, "listPaymentMethods").mockResolvedValue([]);
  expect(await provider.listPaymentMethods({})).toStrictEqual([]);
  expect(spy).toHaveBeenCalledTimes(1);
  const other = new Scripted({}, {});
  other.savePaymentMethod = () => "mine";
  expect(other.savePaymentMethod()).toBe("mine");
});
