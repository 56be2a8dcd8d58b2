// What both hosts hand over.

const { payment } = require("../../payloads.js");

const KEY = "sk_test_benchmark";

/** A store's logger, at no cost of its own. */
const logger = { error() {}, warn() {}, info() {}, debug() {} };

/** Data as Medusa hands it over, of a payment of today; the number makes every payment another one. */
const data = (number) => ({
  ...payment("3 KB", number),
  id: `pi_${number}`,
  created: Math.floor(Date.now() / 1000),
  status: "succeeded",
});

/** The same data as those of another payment. Not a copy, which would cost both subjects as much as a part of the call. */
const withId = (data, id) => Object.assign(data, { id });

module.exports = { data, KEY, logger, withId };
