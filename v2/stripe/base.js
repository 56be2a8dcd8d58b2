// What the eight services have in common, beside what runs in Rust, and what a store's own class for another way to pay
// extends.

const { AbstractPaymentProvider } = require("../../index.js");
const { withShippingAddress } = require("./shipping-address.js");

let hasWarned = false;

/** Once, although Medusa asks each of the eight. */
function warnOnce() {
  if (hasWarned) return;
  hasWarned = true;
  console.warn(
    "medusa-payment-rs: the option `webhookSecret` of Stripe is missing, so every webhook is refused. An order whose " +
      "shopper pays but never comes back from the bank's page, or who pays with a method that takes days, waits for a " +
      "webhook. Set it to the endpoint's signing secret (whsec_…).",
  );
}

class StripeBase extends AbstractPaymentProvider {
  // Medusa 1's processor has the name `stripe`.
  static processor = "v2/stripe";

  constructor(cradle, options) {
    super(cradle, options);
    // The names that the JavaScript plugin has for its subclasses.
    this.options_ = this.config;
    this.container_ = this.container;
  }

  /** The provider's options in `medusa-config.ts`. */
  get options() {
    return this.config;
  }

  /** What a subclass says of the intents that it makes. Rust reads it each time that a payment is started or changed. */
  get paymentIntentOptions() {
    return {};
  }

  static validateOptions(options) {
    // biome-ignore lint/complexity/noThisInStatic: the identifier is that of the class it is called on
    super.validateOptions(options);
    if (!(options?.webhookSecret ?? options?.webhook_secret)?.trim()) warnOnce();
  }

  async initiatePayment(input) {
    return super.initiatePayment(await withShippingAddress(this, input));
  }
}

// As an ES module compiled to CommonJS has it, so that each spelling of the JavaScript plugin's import finds the class.
Object.defineProperty(exports, "__esModule", { value: true });
exports.StripeBase = StripeBase;
exports.default = StripeBase;
