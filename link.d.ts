import type { AbstractPaymentProcessor } from "./index";

declare namespace link {
  /** An addon, linked to the realm that called {@link link}. */
  interface LinkedAddon {
    /** The addon's own class: its processors are found by `static identifier`. */
    AbstractPaymentProcessor: typeof AbstractPaymentProcessor;
    /** The identifiers of the processors in the addon, sorted. */
    registeredIdentifiers: string[];
    /** Decides what Medusa has to do next about a payment; for `medusa-payment-rs/webhook`. */
    nextStep(reconciliation: object): { step: string; why?: string };
  }
}

/**
 * Makes the classes of an addon this realm's own, below the `AbstractPaymentProcessor` of the Medusa
 * that is installed in the project.
 *
 * @param addon the exports of a `.node` file that was built with the crate `medusa-payment-rs`
 * @throws TypeError where they are not, Error where this version cannot link the version that it was built with
 */
declare function link(addon: object): link.LinkedAddon;

export = link;
