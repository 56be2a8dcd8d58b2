// The extension of Medusa 1's admin, as `medusa-admin bundle` makes one of a widget (@medusajs/admin 7, commands/bundle.js).

import { useAdminCustomQuery } from "medusa-react";
import { PaymentsCard, type Ui } from "./card";
import { type Answer, maybeStripe, type Tone } from "./payments";

interface Order {
  id: string;
  status: string;
  payment_status: string;
  refunded_total?: number;
  payments?: { provider_id: string }[];
  swaps?: { payment?: { provider_id: string } }[];
}

const DOTS: Record<Tone, string> = {
  good: "bg-teal-50",
  waiting: "bg-yellow-50",
  bad: "bg-rose-50",
  neutral: "bg-grey-40",
};

const ui: Ui = {
  Card: ({ title, children }) => (
    <section aria-label={title} className="rounded-rounded border-grey-20 bg-grey-0 border pb-8">
      <h2 className="inter-xlarge-semibold text-grey-90 px-xlarge py-large">{title}</h2>
      {children}
    </section>
  ),
  Table: ({ children }) => <table className="inter-small-regular text-grey-90 w-full text-left">{children}</table>,
  Head: ({ isAmount, children }) => (
    <th
      scope="col"
      className={`inter-small-semibold text-grey-50 border-grey-20 border-y py-3 pr-4 first:pl-8 last:pr-8 ${isAmount ? "text-right" : ""}`}
    >
      {children}
    </th>
  ),
  Row: ({ isJoined, children }) => <tr className={isJoined ? "" : "border-grey-20 border-b"}>{children}</tr>,
  Cell: ({ isAmount, children }) => (
    <td className={`py-3 pr-4 align-top first:pl-8 last:pr-8 ${isAmount ? "whitespace-nowrap text-right" : ""}`}>
      {children}
    </td>
  ),
  WideCell: ({ span, children }) => <td colSpan={span}>{children}</td>,
  Badge: ({ text, tone }) => (
    <span className="inline-flex items-center gap-x-2 whitespace-nowrap">
      <span className={`h-1.5 w-1.5 rounded-full ${DOTS[tone]}`} />
      {text}
    </span>
  ),
  Minor: ({ children }) => <div className="text-grey-50 whitespace-nowrap">{children}</div>,
  Note: ({ children }) => <p className="inter-small-regular text-grey-50 px-xlarge">{children}</p>,
  Id: ({ href, children }) => (
    <a
      href={href}
      title={String(children)}
      target="_blank"
      rel="noopener noreferrer"
      className={`block max-w-[120px] truncate ${href ? "text-violet-60" : ""}`}
    >
      {children}
    </a>
  ),
  Alert: ({ children }) => (
    <div
      role="alert"
      className="rounded-rounded border-rose-30 bg-rose-5 inter-small-regular text-rose-70 mx-8 mb-4 flex flex-col gap-y-1 border p-4"
    >
      {children}
    </div>
  ),
  Button: ({ onClick, children }) => (
    <button type="button" onClick={onClick} className="btn btn-secondary btn-small mt-2 self-start">
      {children}
    </button>
  ),
};

const StripePayments = ({ order }: { order: Order }) => {
  // Another state of the order is another key: what the operator has just captured or refunded is read again.
  const state = [order.id, order.status, order.payment_status, order.refunded_total];
  const { data, error, refetch } = useAdminCustomQuery<never, Answer>(
    `/orders/stripe-payments/${order.id}`,
    ["medusa-payment-rs", ...state],
    undefined,
    { retry: false, keepPreviousData: true },
  );
  const providers = [...(order.payments ?? []), ...(order.swaps ?? []).map((swap) => swap.payment)];
  const isShown = data ? data.payments.length > 0 : maybeStripe(providers.map((payment) => payment?.provider_id));
  if (!isShown) return null;
  return (
    <PaymentsCard ui={ui} reading={{ answer: data, error: error ? reasonOf(error) : undefined, retry: refetch }} />
  );
};

/** Medusa's answer says why; without one, the client does. */
const reasonOf = (error: { message: string; response?: { data?: { message?: string } } }) =>
  error.response?.data?.message ?? error.message;

export default {
  identifier: "medusa-payment-rs",
  extensions: [{ Component: StripePayments, config: { type: "widget", zone: "order.details.after" } }],
};
