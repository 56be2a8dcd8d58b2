// Every signature is Medusa's own.

import type { IPaymentProvider, ModuleProviderExports } from "@medusajs/framework/types";
import type { AbstractPaymentProvider as Theirs } from "@medusajs/framework/utils";
import { AbstractPaymentProvider } from "medusa-payment-rs";
import type link from "medusa-payment-rs/link";
import manual from "medusa-payment-rs/v2/manual";
import { check, type Equal } from "../types/equal";

/** Medusa's methods, all of them. */
type Method = keyof IPaymentProvider;
check<Equal<keyof AbstractPaymentProvider, Method>>();
check<Equal<keyof typeof AbstractPaymentProvider, keyof typeof Theirs>>();

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
export const entry: ModuleProviderExports = manual;

// An author's addon has the same class.
check<Equal<ReturnType<typeof link>["AbstractPaymentProvider"], typeof AbstractPaymentProvider>>();
