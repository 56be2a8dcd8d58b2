// Generated from admin/src by `npm run build:admin`.
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// admin/src/medusa2.tsx
var medusa2_exports = {};
__export(medusa2_exports, {
  default: () => medusa2_default
});
module.exports = __toCommonJS(medusa2_exports);
var import_ui = require("@medusajs/ui");
var import_react = require("react");

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
var import_jsx_runtime = require("react/jsx-runtime");
var COLUMNS = ["Payment", "Status", "Risk"];
var TYPES = { order: "", swap: "Swap", edit: "Order edit" };
var AMOUNTS = ["Amount", "Captured", "Refunded"];
function PaymentsCard({ ui: ui2, reading }) {
  const { Card } = ui2;
  return /* @__PURE__ */ (0, import_jsx_runtime.jsx)(Card, { title: "Stripe payments", children: /* @__PURE__ */ (0, import_jsx_runtime.jsx)(Content, { ui: ui2, ...reading }) });
}
function Content({ ui: ui2, answer, error, retry }) {
  if (error !== void 0) return /* @__PURE__ */ (0, import_jsx_runtime.jsx)(Failure, { ui: ui2, error, retry });
  if (!answer) {
    return /* @__PURE__ */ (0, import_jsx_runtime.jsx)("div", { role: "status", children: /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Note, { children: "Asking Stripe…" }) });
  }
  return /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(import_jsx_runtime.Fragment, { children: [
    answer.findings.length > 0 && /* @__PURE__ */ (0, import_jsx_runtime.jsx)(Findings, { ui: ui2, findings: answer.findings }),
    /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(ui2.Table, { children: [
      /* @__PURE__ */ (0, import_jsx_runtime.jsx)("thead", { children: /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(ui2.Row, { children: [
        COLUMNS.map((title) => /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Head, { children: title }, title)),
        AMOUNTS.map((title) => /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Head, { isAmount: true, children: title }, title))
      ] }) }),
      /* @__PURE__ */ (0, import_jsx_runtime.jsx)("tbody", { children: answer.payments.map((payment) => /* @__PURE__ */ (0, import_jsx_runtime.jsx)(PaymentRows, { ui: ui2, payment }, payment.id)) })
    ] })
  ] });
}
function PaymentRows({ ui: ui2, payment }) {
  const { findings } = payment;
  const risk = riskOf(payment);
  return /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(import_jsx_runtime.Fragment, { children: [
    /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(ui2.Row, { isJoined: findings.length > 0, children: [
      /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(ui2.Cell, { children: [
        /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Id, { href: payment.dashboard_url, children: payment.id }),
        /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Minor, { children: [dateOf(payment), TYPES[payment.type]].filter(Boolean).join(" · ") })
      ] }),
      /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Cell, { children: /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Badge, { ...statusOf(payment) }) }),
      /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Cell, { children: risk ? /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Badge, { ...risk }) : /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Minor, { children: "–" }) }),
      [payment.amount, payment.captured, payment.refunded].map((amount, column) => /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Cell, { isAmount: true, children: money(amount, payment) }, AMOUNTS[column]))
    ] }),
    findings.length > 0 && /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Row, { children: /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.WideCell, { span: COLUMNS.length + AMOUNTS.length, children: /* @__PURE__ */ (0, import_jsx_runtime.jsx)(Findings, { ui: ui2, findings }) }) })
  ] });
}
function Findings({ ui: ui2, findings }) {
  return /* @__PURE__ */ (0, import_jsx_runtime.jsx)(import_jsx_runtime.Fragment, { children: findings.map((finding, index) => /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(ui2.Alert, { children: [
    /* @__PURE__ */ (0, import_jsx_runtime.jsx)("strong", { children: finding.title }),
    /* @__PURE__ */ (0, import_jsx_runtime.jsxs)("p", { children: [
      "Medusa: ",
      finding.medusa
    ] }),
    /* @__PURE__ */ (0, import_jsx_runtime.jsxs)("p", { children: [
      "Stripe: ",
      finding.stripe
    ] }),
    /* @__PURE__ */ (0, import_jsx_runtime.jsx)("p", { children: finding.advice })
  ] }, index)) });
}
function Failure({ ui: ui2, error, retry }) {
  return /* @__PURE__ */ (0, import_jsx_runtime.jsxs)(ui2.Alert, { children: [
    /* @__PURE__ */ (0, import_jsx_runtime.jsx)("strong", { children: "Stripe's payments of this order could not be read" }),
    /* @__PURE__ */ (0, import_jsx_runtime.jsx)("p", { children: error }),
    /* @__PURE__ */ (0, import_jsx_runtime.jsx)("p", { children: "The order itself is not touched by this." }),
    /* @__PURE__ */ (0, import_jsx_runtime.jsx)(ui2.Button, { onClick: retry, children: "Try again" })
  ] });
}

// admin/src/medusa2.tsx
var import_jsx_runtime2 = require("react/jsx-runtime");
var COLOURS = { good: "green", waiting: "orange", bad: "red", neutral: "grey" };
var ui = {
  Card: ({ title, children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsxs)(import_ui.Container, { role: "region", "aria-label": title, className: "overflow-hidden p-0", children: [
    /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Heading, { level: "h2", className: "px-6 py-4", children: title }),
    children
  ] }),
  Table: ({ children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Table, { children }),
  Head: ({ isAmount, children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Table.HeaderCell, { scope: "col", className: (0, import_ui.clx)("border-ui-border-base border-t", isAmount && "text-right"), children }),
  Row: ({ isJoined, children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Table.Row, { className: (0, import_ui.clx)(isJoined && "border-b-0"), children }),
  Cell: ({ isAmount, children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Table.Cell, { className: (0, import_ui.clx)("py-3", isAmount && "whitespace-nowrap text-right"), children }),
  WideCell: ({ span, children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)("td", { colSpan: span, className: "!px-0", children }),
  Badge: ({ text, tone }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.StatusBadge, { color: COLOURS[tone], className: "text-nowrap", children: text }),
  Minor: ({ children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Text, { size: "small", leading: "compact", className: "text-ui-fg-subtle whitespace-nowrap", children }),
  Note: ({ children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Text, { size: "small", leading: "compact", className: "text-ui-fg-subtle px-6 pb-4", children }),
  Id: ({ href, children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(
    "a",
    {
      href,
      title: String(children),
      target: "_blank",
      rel: "noopener noreferrer",
      className: (0, import_ui.clx)(
        "block max-w-[140px] truncate",
        href && "text-ui-fg-interactive hover:text-ui-fg-interactive-hover"
      ),
      children
    }
  ),
  Alert: ({ children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(
    import_ui.Alert,
    {
      variant: "error",
      role: "alert",
      className: "border-ui-tag-red-border bg-ui-tag-red-bg text-ui-tag-red-text mx-6 mb-4",
      children
    }
  ),
  Button: ({ onClick, children }) => /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(import_ui.Button, { size: "small", variant: "secondary", onClick, className: "mt-2", children })
};
var StripePayments = ({ data: order }) => {
  const payments = (order.payment_collections ?? []).flatMap((collection) => collection.payments ?? []);
  const state = JSON.stringify([order.updated_at, order.status, order.payment_status, payments]);
  const { answer, error, retry } = useAnswer(`/admin/orders/${order.id}/stripe-payments`, state);
  const isShown = answer ? answer.payments.length > 0 : maybeStripe(payments.map((payment) => payment.provider_id));
  if (!isShown) return null;
  return /* @__PURE__ */ (0, import_jsx_runtime2.jsx)(PaymentsCard, { ui, reading: { answer, error, retry } });
};
function useAnswer(path, state) {
  const [known, setKnown] = (0, import_react.useState)({});
  const [attempt, setAttempt] = (0, import_react.useState)(0);
  (0, import_react.useEffect)(() => {
    const leaving = new AbortController();
    ask(path, leaving.signal).then(
      (answer) => setKnown({ answer }),
      (error) => leaving.signal.aborted || setKnown({ error: error.message })
    );
    return () => leaving.abort();
  }, [path, state, attempt]);
  return { ...known, retry: (0, import_react.useCallback)(() => setAttempt((attempt2) => attempt2 + 1), []) };
}
async function ask(path, signal) {
  const backend = (__BACKEND_URL__ ?? "").replace(/\/$/, "");
  const response = await fetch(backend + path, { credentials: "include", headers: authorization(), signal });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.message ?? `${response.status} ${response.statusText}`);
  return body;
}
function authorization() {
  if (__AUTH_TYPE__ !== "jwt") return {};
  const token = localStorage.getItem(__JWT_TOKEN_STORAGE_KEY__ ?? "medusa_auth_token");
  return token ? { authorization: `Bearer ${token}` } : {};
}
var medusa2_default = {
  widgetModule: { widgets: [{ Component: StripePayments, zone: ["order.details.after"] }] },
  routeModule: { routes: [] },
  menuItemModule: { menuItems: [] },
  formModule: { customFields: {} },
  displayModule: { displays: {} },
  i18nModule: { resources: {} },
  layoutModule: { layouts: [] },
  cellRendererModule: {},
  searchEntityModule: {}
};
