// What link.js does with the messages of an addon. The addon is one that the test speaks for.

const link = require("medusa-payment-rs/link");
const { builtWith } = require("scripted-payments/scripted-payments.node");

/** How a message is told: link.js and `src/node` agree on the numbers. */
const JSON_TEXT = 0;
const ERROR = 2;
const INFO = 7;

let addon;
let realm;
beforeEach(() => {
  addon = {
    builtWith,
    registeredIdentifiers: () => ["spoken"],
    logToStderr: jest.fn(),
    link(functions) {
      realm = functions;
      return class {};
    },
    linkProvider: () => class {},
    optionalMethods: () => [],
  };
  link(addon);
});

test("of several messages each reaches its call", async () => {
  const info = jest.fn();
  const first = realm.begin(1, { container: { logger: { info } } });
  const second = realm.begin(2, {});
  realm.deliver(INFO, 1, "a line", ERROR, 2, "it failed", JSON_TEXT, 1, '{"id":1}');
  expect(await first).toStrictEqual({ id: 1 });
  await expect(second).rejects.toThrow("it failed");
  expect(info.mock.calls).toStrictEqual([["a line"]]);
});

test("an answer for a call that is not in flight leaves the others alone", async () => {
  const call = realm.begin(1, {});
  realm.deliver(JSON_TEXT, 9, "{}", JSON_TEXT, 1, '{"id":1}');
  expect(await call).toStrictEqual({ id: 1 });
});

test("an answer that comes twice counts once", async () => {
  const [first, second] = [realm.begin(1, {}), realm.begin(2, {})];
  realm.deliver(JSON_TEXT, 1, '{"id":1}', ERROR, 1, "it failed", JSON_TEXT, 2, '{"id":2}');
  expect(await Promise.all([first, second])).toStrictEqual([{ id: 1 }, { id: 2 }]);
});

test("a line for a call that is not in flight goes to standard error", async () => {
  const call = realm.begin(1, {});
  realm.deliver(INFO, 9, "a line", JSON_TEXT, 1, '{"id":1}');
  expect(await call).toStrictEqual({ id: 1 });
  expect(addon.logToStderr.mock.calls).toStrictEqual([[INFO, "a line"]]);
});
