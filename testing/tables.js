// The tables of rules. What both hosts ask for is written once, in Medusa 1's: a rule or a check of the same id in
// Medusa 2's says only what is different there.

const medusa1 = require("./rules.json");

module.exports = { tables: { medusa1 } };
