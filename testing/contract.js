// The checks: what rules.json says about each, with the function that runs it.

const { operations } = require("./operations");
const table = require("./rules.json");

const functions = {
  ...require("./checks/life"),
  ...require("./checks/repetition"),
  ...require("./checks/money"),
  ...require("./checks/updates"),
  ...require("./checks/input"),
  ...require("./checks/faults"),
};

const rules = new Map(table.rules.map((rule) => [rule.id, rule]));

/** `updateData` in an id is `update-data`, as `cutOff` would be `cut-off`. */
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function check(entry, name) {
  const { rule, why, host } = rules.get(entry.rule);
  const operation = operations[name];
  return {
    id: name ? `${entry.id}-${kebab(name)}` : entry.id,
    title: entry.title.replace("{operation}", operation?.method),
    rule,
    why: `${why} (${host})`,
    where: `docs/contract.md#${entry.rule}`,
    needs: entry.needs ?? [],
    run: (trial) => functions[entry.id](trial, operation),
  };
}

/** Every check, in the order of the payment's life and then by what goes wrong. */
const all = table.checks
  .filter(({ only }) => only === undefined || only === "javascript")
  .flatMap((entry) => (entry.for ? entry.for.map((name) => check(entry, name)) : [check(entry)]));

module.exports = { all };
