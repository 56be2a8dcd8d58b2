// The extension of Medusa 2's admin, as `medusa plugin:build` makes one of a widget (@medusajs/admin-vite-plugin).

import { Alert, Button, Container, clx, Heading, StatusBadge, Table, Text } from "@medusajs/ui";
import { useCallback, useEffect, useState } from "react";
import { PaymentsCard, type Ui } from "./card";
import { type Answer, maybeStripe, type Tone } from "./payments";

// What the admin's own client goes by; the bundler puts them in (@medusajs/admin-bundler).
declare const __BACKEND_URL__: string | undefined;
declare const __AUTH_TYPE__: string | undefined;
declare const __JWT_TOKEN_STORAGE_KEY__: string | undefined;

interface Order {
  id: string;
  updated_at?: string;
  status?: string;
  payment_status?: string;
  payment_collections?: { payments?: { provider_id: string; refunds?: unknown[] }[] }[];
}

const COLOURS = { good: "green", waiting: "orange", bad: "red", neutral: "grey" } as const satisfies Record<
  Tone,
  string
>;

const ui: Ui = {
  Card: ({ title, children }) => (
    <Container role="region" aria-label={title} className="overflow-hidden p-0">
      <Heading level="h2" className="px-6 py-4">
        {title}
      </Heading>
      {children}
    </Container>
  ),
  Table: ({ children }) => <Table>{children}</Table>,
  Head: ({ isAmount, children }) => (
    <Table.HeaderCell scope="col" className={clx("border-ui-border-base border-t", isAmount && "text-right")}>
      {children}
    </Table.HeaderCell>
  ),
  Row: ({ isJoined, children }) => <Table.Row className={clx(isJoined && "border-b-0")}>{children}</Table.Row>,
  Cell: ({ isAmount, children }) => (
    <Table.Cell className={clx("py-3", isAmount && "whitespace-nowrap text-right")}>{children}</Table.Cell>
  ),
  WideCell: ({ span, children }) => (
    <td colSpan={span} className="!px-0">
      {children}
    </td>
  ),
  Badge: ({ text, tone }) => (
    <StatusBadge color={COLOURS[tone]} className="text-nowrap">
      {text}
    </StatusBadge>
  ),
  Minor: ({ children }) => (
    <Text size="small" leading="compact" className="text-ui-fg-subtle whitespace-nowrap">
      {children}
    </Text>
  ),
  Note: ({ children }) => (
    <Text size="small" leading="compact" className="text-ui-fg-subtle px-6 pb-4">
      {children}
    </Text>
  ),
  Id: ({ href, children }) => (
    <a
      href={href}
      title={String(children)}
      target="_blank"
      rel="noopener noreferrer"
      className={clx(
        "block max-w-[140px] truncate",
        href && "text-ui-fg-interactive hover:text-ui-fg-interactive-hover",
      )}
    >
      {children}
    </a>
  ),
  Alert: ({ children }) => (
    <Alert
      variant="error"
      role="alert"
      className="border-ui-tag-red-border bg-ui-tag-red-bg text-ui-tag-red-text mx-6 mb-4"
    >
      {children}
    </Alert>
  ),
  Button: ({ onClick, children }) => (
    <Button size="small" variant="secondary" onClick={onClick} className="mt-2">
      {children}
    </Button>
  ),
};

const StripePayments = ({ data: order }: { data: Order }) => {
  const payments = (order.payment_collections ?? []).flatMap((collection) => collection.payments ?? []);
  // Another state of the order: what the operator has just captured or refunded is read again.
  const state = JSON.stringify([order.updated_at, order.status, order.payment_status, payments]);
  const { answer, error, retry } = useAnswer(`/admin/orders/${order.id}/stripe-payments`, state);
  const isShown = answer ? answer.payments.length > 0 : maybeStripe(payments.map((payment) => payment.provider_id));
  if (!isShown) return null;
  return <PaymentsCard ui={ui} reading={{ answer, error, retry }} />;
};

/** Asks once for each `state`, and again when it is told to. What was known meanwhile stays. */
function useAnswer(path: string, state: string) {
  const [known, setKnown] = useState<{ answer?: Answer; error?: string }>({});
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    ask(path, leaving.signal).then(
      (answer) => setKnown({ answer }),
      (error) => leaving.signal.aborted || setKnown({ error: error.message }),
    );
    return () => leaving.abort();
  }, [path, state, attempt]);
  return { ...known, retry: useCallback(() => setAttempt((attempt) => attempt + 1), []) };
}

async function ask(path: string, signal: AbortSignal): Promise<Answer> {
  const backend = (__BACKEND_URL__ ?? "").replace(/\/$/, "");
  const response = await fetch(backend + path, { credentials: "include", headers: authorization(), signal });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.message ?? `${response.status} ${response.statusText}`);
  return body;
}

function authorization(): Record<string, string> {
  if (__AUTH_TYPE__ !== "jwt") return {};
  const token = localStorage.getItem(__JWT_TOKEN_STORAGE_KEY__ ?? "medusa_auth_token");
  return token ? { authorization: `Bearer ${token}` } : {};
}

// Every part that a 2.x looks for: some read them without asking whether they are there.
export default {
  widgetModule: { widgets: [{ Component: StripePayments, zone: ["order.details.after"] }] },
  routeModule: { routes: [] },
  menuItemModule: { menuItems: [] },
  formModule: { customFields: {} },
  displayModule: { displays: {} },
  i18nModule: { resources: {} },
  layoutModule: { layouts: [] },
  cellRendererModule: {},
  searchEntityModule: {},
};
