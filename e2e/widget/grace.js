// The audit says nothing about what has changed in the last minute: what is planted is older, on both sides.

const AGE_MIN = 10;

/** The clock of a Stripe for which the store's orders are old. */
const beforeGrace = () => Date.now() - AGE_MIN * 60_000;

/** In SQL. */
const LONG_AGO = `interval '${AGE_MIN} minutes'`;

module.exports = { beforeGrace, LONG_AGO };
