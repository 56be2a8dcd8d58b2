import type { AbstractPaymentProcessor as RustPaymentProcessor } from "medusa-payment-rs";

/** The class whose methods run in this package's Rust. */
export declare const AbstractPaymentProcessor: typeof RustPaymentProcessor;

/** The identifiers of the processors in this package. */
export declare const registeredIdentifiers: string[];
