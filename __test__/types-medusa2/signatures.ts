// Every signature is Medusa's own.

import type { IPaymentProvider, ModuleProviderExports } from "@medusajs/framework/types";
import type { AbstractPaymentProvider as Theirs } from "@medusajs/framework/utils";
import { AbstractPaymentProvider } from "medusa-payment-rs";
import type link from "medusa-payment-rs/link";
import manual from "medusa-payment-rs/v2/manual";
import stripe, { type StripeOptions } from "medusa-payment-rs/v2/stripe";
import { check, type Equal } from "../types/equal";

/** Medusa's methods, all of them. */
type Method = keyof IPaymentProvider;
check<Equal<keyof AbstractPaymentProvider, Method>>();
check<Equal<keyof typeof AbstractPaymentProvider, keyof typeof Theirs | "processor">>();

/** With the modifier `?`, which indexed access leaves out. */
check<Equal<Pick<AbstractPaymentProvider, Method>, Pick<IPaymentProvider, Method>>>();

type Ours<M extends Method> = NonNullable<AbstractPaymentProvider[M]>;
type Same<M extends Method> = Equal<
  [Ours<M>, Parameters<Ours<M>>, ReturnType<Ours<M>>],
  [
    NonNullable<IPaymentProvider[M]>,
    Parameters<NonNullable<IPaymentProvider[M]>>,
    ReturnType<NonNullable<IPaymentProvider[M]>>,
  ]
>;

check<Same<"getIdentifier">>();
check<Same<"initiatePayment">>();
check<Same<"updatePayment">>();
check<Same<"authorizePayment">>();
check<Same<"capturePayment">>();
check<Same<"refundPayment">>();
check<Same<"cancelPayment">>();
check<Same<"deletePayment">>();
check<Same<"retrievePayment">>();
check<Same<"getPaymentStatus">>();
check<Same<"getWebhookActionAndData">>();
check<Same<"retrieveAccountHolder">>();
check<Same<"createAccountHolder">>();
check<Same<"updateAccountHolder">>();
check<Same<"deleteAccountHolder">>();
check<Same<"listPaymentMethods">>();
check<Same<"savePaymentMethod">>();
check<Same<"deletePaymentMethod">>();

check<Equal<typeof AbstractPaymentProvider.identifier, typeof Theirs.identifier>>();
check<Equal<typeof AbstractPaymentProvider._isPaymentProvider, typeof Theirs._isPaymentProvider>>();
check<Equal<typeof AbstractPaymentProvider.isPaymentProvider, typeof Theirs.isPaymentProvider>>();
check<Equal<typeof AbstractPaymentProvider.validateOptions, typeof Theirs.validateOptions>>();

// Medusa's is protected: its parameters cannot be named.
check<
  Equal<
    ConstructorParameters<typeof AbstractPaymentProvider<{ apiKey: string }>>,
    [cradle: Record<string, unknown>, options?: { apiKey: string } | undefined]
  >
>();

// In both directions.
declare const theirs: IPaymentProvider;
export const asTheirs: IPaymentProvider = new AbstractPaymentProvider({});
export const asOurs: Pick<AbstractPaymentProvider, Method> = theirs;

// What Medusa's configuration takes.
export const entries: ModuleProviderExports[] = [manual, stripe];

// What `@medusajs/payment-stripe` takes, Medusa's documentation has, and ours in addition.
export const options: StripeOptions[] = [
  {
    apiKey: "sk_test_1",
    webhookSecret: "whsec_1",
    capture: true,
    automaticPaymentMethods: true,
    paymentMethodConfiguration: "pmc_1",
    paymentDescription: "Mugs",
    oxxoExpiresDays: 3,
    asyncPaymentMethodTypes: ["sepa_debit"],
  },
  {
    api_key: "sk_test_1",
    webhook_secret: "whsec_1",
    automatic_payment_methods: true,
    payment_method_configuration: "pmc_1",
    payment_description: "Mugs",
    oxxo_expires_days: 3,
    async_payment_method_types: ["sepa_debit"],
    multicapture: true,
    api_base: "http://localhost:12111",
    timeout_ms: 5000,
    deadline_ms: 8000,
    max_retries: 2,
  },
];

// An author's addon has the same class.
check<Equal<ReturnType<typeof link>["AbstractPaymentProvider"], typeof AbstractPaymentProvider>>();
