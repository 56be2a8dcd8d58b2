// What the routes answer (stripe/payments.js, v2/stripe/payments.js), and how it reads.

/** What the audit finds: docs/audit.md. */
export interface Finding {
  /** What differs, in words. */
  title: string;
  /** What either side says. */
  medusa: string;
  stripe: string;
  /** What to do about it. */
  advice: string;
}

/** A payment in Medusa, and what Stripe has of it: all of that is missing if Stripe does not know it. */
export interface Payment {
  /** The PaymentIntent. */
  id: string;
  type: "order" | "swap" | "edit";
  findings: Finding[];
  currency_code?: string;
  /** How many decimals Stripe counts the currency with. */
  decimals?: number;
  /** In Stripe's unit, as the other amounts. */
  amount?: number;
  captured?: number;
  refunded?: number;
  status?: string;
  /** In seconds since 1970. */
  created?: number;
  risk_level?: string | null;
  risk_score?: number | null;
  dashboard_url?: string;
}

export interface Answer {
  payments: Payment[];
  /** What is about the order as a whole. */
  findings: Finding[];
}

export type Tone = "good" | "waiting" | "bad" | "neutral";

export interface Said {
  text: string;
  tone: Tone;
}

/** In the words of Stripe's dashboard (https://docs.stripe.com/payments/paymentintents/lifecycle). */
const STATUSES: Record<string, Said> = {
  requires_payment_method: { text: "Incomplete", tone: "waiting" },
  requires_confirmation: { text: "Incomplete", tone: "waiting" },
  requires_action: { text: "Incomplete", tone: "waiting" },
  processing: { text: "Processing", tone: "waiting" },
  requires_capture: { text: "Uncaptured", tone: "waiting" },
  succeeded: { text: "Succeeded", tone: "good" },
  canceled: { text: "Canceled", tone: "neutral" },
};

export function statusOf({ status }: Payment): Said {
  if (status === undefined) return { text: "Not found", tone: "bad" };
  return STATUSES[status] ?? { text: words(status), tone: "neutral" };
}

/** The tone follows Stripe's level, which knows the account's own thresholds (https://docs.stripe.com/radar/risk-evaluation). */
const RISKS: Record<string, Tone> = { normal: "good", elevated: "waiting", highest: "bad" };

export function riskOf({ risk_level: level, risk_score: score }: Payment): Said | undefined {
  if (!level || level === "not_assessed" || level === "unknown") return undefined;
  const text = typeof score !== "number" ? words(level) : `${words(level)} (${score})`;
  return { text, tone: RISKS[level] ?? "neutral" };
}

/** `not_assessed` → "Not assessed" */
function words(name: string) {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** In the language of the browser, if no other is asked for. */
export function money(amount: number | undefined, { currency_code: code, decimals }: Payment, locale?: string) {
  if (amount === undefined || code === undefined || decimals === undefined) return "–";
  const value = amount / 10 ** decimals;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency: code, ...digits }).format(value);
  } catch {
    return `${value.toFixed(decimals)} ${code.toUpperCase()}`; // a code that the browser cannot read
  }
}

export function dateOf({ created }: Payment) {
  return created === undefined ? "" : new Date(created * 1000).toLocaleDateString(undefined, { dateStyle: "medium" });
}

/** Whether one of these providers may be Stripe: then it is worth saying that its payments are being read. */
export const maybeStripe = (providers: (string | undefined)[]) =>
  providers.some((provider) => /^(pp_)?stripe/.test(provider ?? ""));
