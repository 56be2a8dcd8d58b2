// Generated from admin/src by `npm run build:admin`.

// admin/src/medusa1.tsx
import { useAdminCustomQuery } from "medusa-react";

// admin/src/payments.ts
var STATUSES = {
  requires_payment_method: { text: "Incomplete", tone: "waiting" },
  requires_confirmation: { text: "Incomplete", tone: "waiting" },
  requires_action: { text: "Incomplete", tone: "waiting" },
  processing: { text: "Processing", tone: "waiting" },
  requires_capture: { text: "Uncaptured", tone: "waiting" },
  succeeded: { text: "Succeeded", tone: "good" },
  canceled: { text: "Canceled", tone: "neutral" }
};
function statusOf({ status }) {
  if (status === void 0) return { text: "Not found", tone: "bad" };
  return STATUSES[status] ?? { text: words(status), tone: "neutral" };
}
var RISKS = { normal: "good", elevated: "waiting", highest: "bad" };
function riskOf({ risk_level: level, risk_score: score }) {
  if (!level || level === "not_assessed" || level === "unknown") return void 0;
  const text = typeof score !== "number" ? words(level) : `${words(level)} (${score})`;
  return { text, tone: RISKS[level] ?? "neutral" };
}
function words(name) {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
function money(amount, { currency_code: code, decimals }, locale) {
  if (amount === void 0 || code === void 0 || decimals === void 0) return "–";
  const value = amount / 10 ** decimals;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency: code, ...digits }).format(value);
  } catch {
    return `${value.toFixed(decimals)} ${code.toUpperCase()}`;
  }
}
function dateOf({ created }) {
  return created === void 0 ? "" : new Date(created * 1e3).toLocaleDateString(void 0, { dateStyle: "medium" });
}
var maybeStripe = (providers) => providers.some((provider) => /^(pp_)?stripe/.test(provider ?? ""));

// admin/src/card.tsx
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
var COLUMNS = ["Payment", "Status", "Risk"];
var TYPES = { order: "", swap: "Swap", edit: "Order edit" };
var AMOUNTS = ["Amount", "Captured", "Refunded"];
function PaymentsCard({ ui: ui2, reading }) {
  const { Card } = ui2;
  return /* @__PURE__ */ jsx(Card, { title: "Stripe payments", children: /* @__PURE__ */ jsx(Content, { ui: ui2, ...reading }) });
}
function Content({ ui: ui2, answer, error, retry }) {
  if (error !== void 0) return /* @__PURE__ */ jsx(Failure, { ui: ui2, error, retry });
  if (!answer) {
    return /* @__PURE__ */ jsx("div", { role: "status", children: /* @__PURE__ */ jsx(ui2.Note, { children: "Asking Stripe…" }) });
  }
  return /* @__PURE__ */ jsxs(Fragment, { children: [
    answer.findings.length > 0 && /* @__PURE__ */ jsx(Findings, { ui: ui2, findings: answer.findings }),
    /* @__PURE__ */ jsxs(ui2.Table, { children: [
      /* @__PURE__ */ jsx("thead", { children: /* @__PURE__ */ jsxs(ui2.Row, { children: [
        COLUMNS.map((title) => /* @__PURE__ */ jsx(ui2.Head, { children: title }, title)),
        AMOUNTS.map((title) => /* @__PURE__ */ jsx(ui2.Head, { isAmount: true, children: title }, title))
      ] }) }),
      /* @__PURE__ */ jsx("tbody", { children: answer.payments.map((payment) => /* @__PURE__ */ jsx(PaymentRows, { ui: ui2, payment }, payment.id)) })
    ] })
  ] });
}
function PaymentRows({ ui: ui2, payment }) {
  const { findings } = payment;
  const risk = riskOf(payment);
  return /* @__PURE__ */ jsxs(Fragment, { children: [
    /* @__PURE__ */ jsxs(ui2.Row, { isJoined: findings.length > 0, children: [
      /* @__PURE__ */ jsxs(ui2.Cell, { children: [
        /* @__PURE__ */ jsx(ui2.Id, { href: payment.dashboard_url, children: payment.id }),
        /* @__PURE__ */ jsx(ui2.Minor, { children: [dateOf(payment), TYPES[payment.type]].filter(Boolean).join(" · ") })
      ] }),
      /* @__PURE__ */ jsx(ui2.Cell, { children: /* @__PURE__ */ jsx(ui2.Badge, { ...statusOf(payment) }) }),
      /* @__PURE__ */ jsx(ui2.Cell, { children: risk ? /* @__PURE__ */ jsx(ui2.Badge, { ...risk }) : /* @__PURE__ */ jsx(ui2.Minor, { children: "–" }) }),
      [payment.amount, payment.captured, payment.refunded].map((amount, column) => /* @__PURE__ */ jsx(ui2.Cell, { isAmount: true, children: money(amount, payment) }, AMOUNTS[column]))
    ] }),
    findings.length > 0 && /* @__PURE__ */ jsx(ui2.Row, { children: /* @__PURE__ */ jsx(ui2.WideCell, { span: COLUMNS.length + AMOUNTS.length, children: /* @__PURE__ */ jsx(Findings, { ui: ui2, findings }) }) })
  ] });
}
function Findings({ ui: ui2, findings }) {
  return /* @__PURE__ */ jsx(Fragment, { children: findings.map((finding, index) => /* @__PURE__ */ jsxs(ui2.Alert, { children: [
    /* @__PURE__ */ jsx("strong", { children: finding.title }),
    /* @__PURE__ */ jsxs("p", { children: [
      "Medusa: ",
      finding.medusa
    ] }),
    /* @__PURE__ */ jsxs("p", { children: [
      "Stripe: ",
      finding.stripe
    ] }),
    /* @__PURE__ */ jsx("p", { children: finding.advice })
  ] }, index)) });
}
function Failure({ ui: ui2, error, retry }) {
  return /* @__PURE__ */ jsxs(ui2.Alert, { children: [
    /* @__PURE__ */ jsx("strong", { children: "Stripe's payments of this order could not be read" }),
    /* @__PURE__ */ jsx("p", { children: error }),
    /* @__PURE__ */ jsx("p", { children: "The order itself is not touched by this." }),
    /* @__PURE__ */ jsx(ui2.Button, { onClick: retry, children: "Try again" })
  ] });
}

// admin/src/medusa1.tsx
import { jsx as jsx2, jsxs as jsxs2 } from "react/jsx-runtime";
var DOTS = {
  good: "bg-teal-50",
  waiting: "bg-yellow-50",
  bad: "bg-rose-50",
  neutral: "bg-grey-40"
};
var ui = {
  Card: ({ title, children }) => /* @__PURE__ */ jsxs2("section", { "aria-label": title, className: "rounded-rounded border-grey-20 bg-grey-0 border pb-8", children: [
    /* @__PURE__ */ jsx2("h2", { className: "inter-xlarge-semibold text-grey-90 px-xlarge py-large", children: title }),
    children
  ] }),
  Table: ({ children }) => /* @__PURE__ */ jsx2("table", { className: "inter-small-regular text-grey-90 w-full text-left", children }),
  Head: ({ isAmount, children }) => /* @__PURE__ */ jsx2(
    "th",
    {
      scope: "col",
      className: `inter-small-semibold text-grey-50 border-grey-20 border-y py-3 pr-4 first:pl-8 last:pr-8 ${isAmount ? "text-right" : ""}`,
      children
    }
  ),
  Row: ({ isJoined, children }) => /* @__PURE__ */ jsx2("tr", { className: isJoined ? "" : "border-grey-20 border-b", children }),
  Cell: ({ isAmount, children }) => /* @__PURE__ */ jsx2("td", { className: `py-3 pr-4 align-top first:pl-8 last:pr-8 ${isAmount ? "whitespace-nowrap text-right" : ""}`, children }),
  WideCell: ({ span, children }) => /* @__PURE__ */ jsx2("td", { colSpan: span, children }),
  Badge: ({ text, tone }) => /* @__PURE__ */ jsxs2("span", { className: "inline-flex items-center gap-x-2 whitespace-nowrap", children: [
    /* @__PURE__ */ jsx2("span", { className: `h-1.5 w-1.5 rounded-full ${DOTS[tone]}` }),
    text
  ] }),
  Minor: ({ children }) => /* @__PURE__ */ jsx2("div", { className: "text-grey-50 whitespace-nowrap", children }),
  Note: ({ children }) => /* @__PURE__ */ jsx2("p", { className: "inter-small-regular text-grey-50 px-xlarge", children }),
  Id: ({ href, children }) => /* @__PURE__ */ jsx2(
    "a",
    {
      href,
      title: String(children),
      target: "_blank",
      rel: "noopener noreferrer",
      className: `block max-w-[120px] truncate ${href ? "text-violet-60" : ""}`,
      children
    }
  ),
  Alert: ({ children }) => /* @__PURE__ */ jsx2(
    "div",
    {
      role: "alert",
      className: "rounded-rounded border-rose-30 bg-rose-5 inter-small-regular text-rose-70 mx-8 mb-4 flex flex-col gap-y-1 border p-4",
      children
    }
  ),
  Button: ({ onClick, children }) => /* @__PURE__ */ jsx2("button", { type: "button", onClick, className: "btn btn-secondary btn-small mt-2 self-start", children })
};
var StripePayments = ({ order }) => {
  const state = [order.id, order.status, order.payment_status, order.refunded_total];
  const { data, error, refetch } = useAdminCustomQuery(
    `/orders/stripe-payments/${order.id}`,
    ["medusa-payment-rs", ...state],
    void 0,
    { retry: false, keepPreviousData: true }
  );
  const providers = [...order.payments ?? [], ...(order.swaps ?? []).map((swap) => swap.payment)];
  const isShown = data ? data.payments.length > 0 : maybeStripe(providers.map((payment) => payment?.provider_id));
  if (!isShown) return null;
  return /* @__PURE__ */ jsx2(PaymentsCard, { ui, reading: { answer: data, error: error ? reasonOf(error) : void 0, retry: refetch } });
};
var reasonOf = (error) => error.response?.data?.message ?? error.message;
var medusa1_default = {
  identifier: "medusa-payment-rs",
  extensions: [{ Component: StripePayments, config: { type: "widget", zone: "order.details.after" } }]
};
export {
  medusa1_default as default
};
