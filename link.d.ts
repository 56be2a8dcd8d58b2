import type { AbstractPaymentProcessor } from "./index";

/** An addon that is linked to the realm in which {@link link} was called. */
interface LinkedAddon {
  /** The addon's own class. A subclass names one of its processors by `static identifier`. */
  AbstractPaymentProcessor: typeof AbstractPaymentProcessor;
  /** The identifiers of the processors in the addon, sorted. */
  registeredIdentifiers: string[];
}

/**
 * Links an addon to this realm, and puts its class below the `AbstractPaymentProcessor` of the Medusa that is
 * installed in the project.
 *
 * @param addon the exports of a `.node` file that was built with the crate `medusa-payment-rs`
 * @throws TypeError if they are not, Error if this version cannot link the version that it was built with
 */
declare function link(addon: object): LinkedAddon;

export = link;
