// JSON as Stripe writes it, and copies: what leaves the fake is the test's own.

const toJson = (value) => JSON.stringify(value, null, 2);

// Not `structuredClone`: in jest its objects belong to another realm, and strict equality would not hold.
const copy = (value) => JSON.parse(JSON.stringify(value));

module.exports = { toJson, copy };
