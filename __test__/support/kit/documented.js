// The code blocks of docs/testing.md as files, with what they ask for beside them.

const fs = require("node:fs");
const path = require("node:path");
const { codeIn } = require("../../../support/pages");

const DOCS = path.join(path.dirname(require.resolve("medusa-payment-rs/package.json")), "docs");

/** Name → text of each block that begins with its file's name. */
function blocks(page) {
  const named = codeIn(path.join(DOCS, page), "js").map((code) => [code.match(/^\/\/ (\S+)\n/)?.[1], code]);
  return Object.fromEntries(named.filter(([name]) => name));
}

const support = (name) => JSON.stringify(require.resolve(`./${name}`));

/** What the page says that an author has: a processor, and a fake of its provider. */
const AUTHORS = {
  "acme.js": `
    const { ReferenceProvider } = require(${support("provider")});
    const { Reference } = require(${support("reference")});
    const { bankAt } = require("./fake-acme");
    class Acme extends Reference {
      constructor(container, { api_base, timeout_ms }) {
        super(bankAt(api_base), timeout_ms);
      }
    }
    class AcmeProvider extends ReferenceProvider {
      constructor(cradle, { api_base, timeout_ms }) {
        super(bankAt(api_base), timeout_ms, cradle);
      }
    }
    module.exports = { Acme, AcmeProvider };`,
  "fake-acme.js": `
    const { openBank, refunded } = require(${support("bank")});
    const bank = openBank();
    module.exports = {
      bankAt: () => bank,
      startFakeAcme: async () => ({
        url: "memory",
        pay: (id) => bank.pay(id),
        books(id) {
          const { held, captured, status, ...payment } = bank.payment(id);
          return { held, captured, refunded: refunded(payment), canceled: status === "canceled" };
        },
        payable(id) {
          const { status, amount, currency } = bank.payment(id);
          return status === "open" ? { amount, currency } : null;
        },
        secret: bank.secret,
        event: (type, id) => (type === "foreign" ? bank.event("captured") : bank.event(type, bank.payment(id))),
        refundElsewhere: (id, amount) => bank.refundElsewhere(id, amount),
        paymentsOf: (cart) => bank.of(cart).length,
        fail: (method, kind) => bank.faults.set(method, kind),
        heal: () => bank.faults.clear(),
        close() {},
      }),
    };`,
};

/** Writes them into a folder of the store, so that they find the package, and returns its path. */
function writeDocumented() {
  const folder = fs.mkdtempSync(path.join(process.cwd(), "documented-"));
  for (const [name, text] of Object.entries({ ...blocks("testing.md"), ...AUTHORS })) {
    fs.writeFileSync(path.join(folder, name), text);
  }
  fs.writeFileSync(path.join(folder, "package.json"), "{}");
  return folder;
}

module.exports = { DOCS, blocks, writeDocumented };
