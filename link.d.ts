import type { AbstractPaymentProcessor, AbstractPaymentProvider } from "./index";

declare namespace link {
  /** An addon, linked to the realm that called {@link link}. */
  interface LinkedAddon {
    /** The addon's own class for Medusa 1: its processors are found by `static identifier`. */
    AbstractPaymentProcessor: typeof AbstractPaymentProcessor;
    /** The addon's own class for Medusa 2: its processors are found by `static identifier`. */
    AbstractPaymentProvider: typeof AbstractPaymentProvider;
    /** The name of the processor that serves an instance of one of the two classes; `undefined` for any other object. */
    processorOf(instance: object): string | undefined;
    /** The identifiers of the processors in the addon, sorted. */
    registeredIdentifiers: string[];
    /** Decides what Medusa has to do next about a payment; for `medusa-payment-rs/webhook`. */
    nextStep(reconciliation: object): { step: string; why?: string };
    /** How far a payment was when its data was stored, if the data says so. */
    storedStatus(processor: object, data: object): string | undefined;
  }
}

/**
 * Links an addon to this realm, and puts its class for Medusa 1 below the `AbstractPaymentProcessor` of the Medusa that
 * runs, or is installed in the project.
 *
 * @param addon the exports of a `.node` file that was built with the crate `medusa-payment-rs`
 * @throws TypeError if they are not, Error if this version cannot link the version that it was built with
 */
declare function link(addon: object): link.LinkedAddon;

export = link;
