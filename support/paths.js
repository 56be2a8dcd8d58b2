// Where the harness reads and writes. All that it writes, temporary folders apart, is under `STORE`.

const crypto = require("node:crypto");
const os = require("node:os");
const path = require("node:path");

const ROOT = path.resolve(__dirname, "..");
const STORE = path.join(ROOT, ".store");

/**
 * The projects in which the packages are tried: what each is made from, and where. Side by side, because Node would look
 * into a folder above for what is missing in one.
 */
const MEDUSA_1 = { template: path.join(ROOT, "support/medusa1/template"), store: path.join(STORE, "medusa1") };
const MEDUSA_2 = { template: path.join(ROOT, "support/medusa2/template"), store: path.join(STORE, "medusa2") };

/** A second package with an addon of its own, as a third party would make it. */
const TEST_ADDON = path.join(ROOT, "support/addon");

/** Where the scaffold is tried: away from the repository, whose `node_modules` and cargo workspace would help it. */
const SCAFFOLDED = path.join(os.tmpdir(), `medusa-payment-rs-${hash(ROOT)}`);

function hash(text) {
  return crypto.createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** The complete example of a provider's package. */
const PAYPAL = path.join(ROOT, "examples/paypal");

/** What the store of the tests has installed. */
const PACKAGES = [ROOT, TEST_ADDON, PAYPAL];

module.exports = { ROOT, TEST_ADDON, PAYPAL, PACKAGES, MEDUSA_1, MEDUSA_2, STORE, SCAFFOLDED };
