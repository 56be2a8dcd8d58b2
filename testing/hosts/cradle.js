// The container that Medusa 2 hands to a provider's constructor: the payment module's own services, and the logger.

const { columns } = require("./decimals");

/** A row without what a caller has not selected. Relations are there only if they are asked for. */
function selected(row, { select, relations = [] } = {}, related) {
  const names = select && [...select, "id", "payment_id"];
  const shown = Object.fromEntries(Object.entries(row).filter(([name]) => !names || names.includes(name)));
  for (const [name, make] of Object.entries(related)) {
    const below = relations.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
    if (relations.includes(name) || below.length > 0) shown[name] = make(below);
  }
  return shown;
}

const plain = ({ minor: _, ...row }) => row;

function paymentOf({ order, session, data, captures, refunds }, config) {
  const { amount, ...rest } = order;
  const row = { ...rest, ...columns(amount, order.currency_code), data, payment_session_id: session.id };
  return selected(row, config, {
    captures: () => captures.map(plain),
    refunds: () => refunds.map(plain),
  });
}

function sessionOf({ session, data }, config) {
  const { amount, ...rest } = session;
  return selected({ ...rest, ...columns(amount, session.currency_code), data }, config, {});
}

/** Services whose rows are those that `list` finds in the database. */
function cradleOf(medusa) {
  const records = () => [...medusa.records.values()];
  const rowsOf = (name) => (config) =>
    records().flatMap((record) =>
      record[name].map((row) =>
        selected(plain(row), config, { payment: (relations) => paymentOf(record, { relations }) }),
      ),
    );
  const services = {
    captureService: service("Capture", rowsOf("captures")),
    refundService: service("Refund", rowsOf("refunds")),
    paymentService: service("Payment", (config) =>
      records()
        .filter(({ order }) => order)
        .map((record) => paymentOf(record, config)),
    ),
    paymentSessionService: service("PaymentSession", (config) => records().map((record) => sessionOf(record, config))),
    logger: Object.fromEntries(["debug", "info", "warn", "error"].map((level) => [level, () => {}])),
  };

  function service(what, rows) {
    const all = async (config) => {
      await new Promise(setImmediate);
      if (!medusa.isReadable) throw medusaError("unexpected_state", `${what} cannot be read`);
      return rows(config);
    };
    return {
      async retrieve(id, config) {
        const found = (await all(config)).find((row) => row.id === id);
        if (!found) throw medusaError("not_found", `${what} with id: ${id} was not found`);
        return found;
      },
      async list(filter = {}, config) {
        const names = Object.keys(filter);
        return (await all(config)).filter((row) => names.every((name) => [filter[name]].flat().includes(row[name])));
      },
    };
  }

  return new Proxy(services, {
    get(target, name) {
      if (typeof name === "symbol" || name in target) return target[name];
      throw Object.assign(new Error(`Could not resolve '${name}'.`), { name: "AwilixResolutionError" });
    },
  });
}

const medusaError = (type, message) => Object.assign(new Error(message), { __isMedusaError: true, type });

module.exports = { cradleOf };
