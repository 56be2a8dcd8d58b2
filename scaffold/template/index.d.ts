import type {
  AbstractPaymentProcessor as RustPaymentProcessor,
  AbstractPaymentProvider as RustPaymentProvider,
} from "medusa-payment-rs";

/** The class for Medusa 1. Its methods run in this package's Rust. */
export declare const AbstractPaymentProcessor: typeof RustPaymentProcessor;

/** The class for Medusa 2. Its methods run in this package's Rust. */
export declare const AbstractPaymentProvider: typeof RustPaymentProvider;

/** The identifiers of the processors in this package. */
export declare const registeredIdentifiers: string[];
