// The tables of rules. What both hosts ask for is written once, in Medusa 1's: a rule or a check of the same id in Medusa
// 2's says only what is different there.

const medusa1 = require("./rules.json");
const medusa2 = require("./rules-medusa2.json");

const completed = (list, first) =>
  list.map((entry) => ({ ...first.find(({ id }) => id === entry.id), only: undefined, ...entry }));

const tables = {
  medusa1,
  medusa2: {
    rules: completed(medusa2.rules, medusa1.rules),
    checks: completed(medusa2.checks, medusa1.checks),
  },
};

module.exports = { tables };
