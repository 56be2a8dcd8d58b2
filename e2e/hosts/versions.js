// The versions of Medusa in which the package is tried, the oldest first, and what each needs of others. In all else a store
// gets what npm has on the day.
//
// - `medusa`: the version
// - `pins`: what the template's `package.json` has in this version (`support/store.js`)
// - `lacks`: the flows that this version has nothing for, and why

const { dependencies: OF_THE_STORE } = require("../../support/medusa2/template/package.json");
const lock = require("../../support/medusa2/template/package-lock.json");

const ofMedusa1 = (medusa, dependencies, overrides) => ({
  dependencies: { "@medusajs/medusa": medusa, ...dependencies },
  overrides,
});

/** Medusa refuses it for every `PaymentProcessor` (`updateSessionData`, dist/services/payment-provider.js). */
const POSTED_DATA = "Medusa takes what a shopper posts with a session from 1.12.3 on";

const MEDUSA_1 = [
  {
    medusa: "1.8.0",
    pins: ofMedusa1("1.8.0", {
      "@medusajs/cache-inmemory": "1.8.6",
      "@medusajs/event-bus-local": "1.9.3",
      "medusa-fulfillment-manual": "1.1.38",
      "medusa-interfaces": "1.3.7",
      typeorm: "0.3.11",
    }),
    lacks: { "posted data": POSTED_DATA },
  },
  {
    medusa: "1.12.3",
    pins: ofMedusa1(
      "1.12.3",
      {
        "@medusajs/cache-inmemory": "1.8.8",
        "@medusajs/event-bus-local": "1.9.6",
        "medusa-fulfillment-manual": "1.1.38",
        "medusa-interfaces": "1.3.7",
        typeorm: "0.3.16",
      },
      {
        "@medusajs/medusa-cli": "1.3.17",
        "@medusajs/modules-sdk": "1.8.8",
        "@medusajs/types": "1.8.11",
        "@medusajs/utils": "1.9.2",
      },
    ),
  },
  { medusa: "1.20.11", pins: ofMedusa1("1.20.11") },
];

/** The one that the other tests run on. */
const OF_THE_TESTS = lock.packages["node_modules/@medusajs/medusa"].version;

/**
 * The oldest with which the class works: 2.5 gives a provider no idempotency keys, by which it finds Medusa's rows, and before
 * 2.7.1 the row of a refund that the provider has refused stays (`refundPayment`, dist/services/payment-module.js of
 * `@medusajs/payment`).
 */
const OLDEST_2 = "2.7.1";

/** Medusa 2's packages, which are released together. The older ones take any newer one of each other. */
const FAMILY = Object.entries(lock.packages)
  .filter(([folder, { version }]) => folder.startsWith("node_modules/@medusajs/") && version === OF_THE_TESTS)
  .map(([folder]) => folder.slice("node_modules/".length));

const ofMedusa2 = (medusa) => ({
  dependencies: Object.fromEntries(FAMILY.filter((name) => name in OF_THE_STORE).map((name) => [name, medusa])),
  overrides: Object.fromEntries(FAMILY.map((name) => [name, medusa])),
});

const MEDUSA_2 = [OLDEST_2, OF_THE_TESTS].map((medusa) => ({ medusa, pins: ofMedusa2(medusa) }));

const LISTED = [
  ...MEDUSA_1.map((version) => ({ major: 1, ...version })),
  ...MEDUSA_2.map((version) => ({ major: 2, ...version })),
];

/** A version that is not listed needs what the one before it does. */
function unlisted(medusa) {
  const major = Number(medusa.split(".")[0]);
  if (major === 2) return { major, medusa, pins: ofMedusa2(medusa) };
  const before = MEDUSA_1.findLast((version) => compare(version.medusa, medusa) < 0);
  if (major !== 1 || !before) throw new Error(`There is nothing to be tried in Medusa ${medusa}`);
  const { dependencies, overrides } = before.pins;
  return { major, medusa, pins: ofMedusa1(medusa, { ...dependencies, "@medusajs/medusa": medusa }, overrides) };
}

const compare = (one, other) => one.localeCompare(other, "en", { numeric: true });

/** Those that are asked for; if none is, all that are listed, and `newest` of Medusa 2 if it is not listed yet. */
function versionsOf({ asked, newest }) {
  const known = (medusa) => LISTED.find((version) => version.medusa === medusa);
  if (asked.length > 0) return asked.map((medusa) => known(medusa) ?? unlisted(medusa));
  return newest?.startsWith("2.") && !known(newest) ? [...LISTED, unlisted(newest)] : LISTED;
}

module.exports = { versionsOf, LISTED };
