// The checks of each host: what its table of rules says about them, with the functions that run them.

const { Medusa1 } = require("./hosts/medusa1");
const { Medusa2 } = require("./hosts/medusa2");
const { operations } = require("./operations");
const { tables } = require("./tables");

const shared = {
  ...require("./checks/life"),
  ...require("./checks/repetition"),
  ...require("./checks/money").checks,
  ...require("./checks/updates"),
  ...require("./checks/input").checks,
  ...require("./checks/faults"),
};

/** `updateData` in an id is `update-data`, as `cutOff` would be `cut-off`. */
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * A contract: the host that calls, what it calls, and every check, in the order of the payment's life and then by what
 * goes wrong.
 */
function contract(Host, subject, { rules, checks }, functions) {
  const ruleOf = new Map(rules.map((rule) => [rule.id, rule]));
  const check = (entry, name) => {
    const { rule, why, host } = ruleOf.get(entry.rule);
    const operation = operations[name];
    return {
      id: name ? `${entry.id}-${kebab(name)}` : entry.id,
      title: entry.title.replace("{operation}", operation?.method),
      rule,
      why: `${why} (${host})`,
      where: `docs/contract.md#${entry.rule}`,
      needs: entry.needs ?? [],
      run: (trial) => functions[entry.id](trial, operation, name),
    };
  };
  const all = checks
    .filter(({ only }) => only === undefined || only === "javascript")
    .flatMap((entry) => (entry.for ? entry.for.map((name) => check(entry, name)) : [check(entry)]));
  return { Host, subject, all };
}

const medusa1 = contract(Medusa1, "a payment processor", tables.medusa1, {
  ...shared,
  ...require("./checks/medusa1"),
});

const medusa2 = contract(Medusa2, "a payment provider", tables.medusa2, {
  ...shared,
  ...require("./checks/medusa2"),
});

module.exports = { medusa1, medusa2 };
