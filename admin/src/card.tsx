// The card, whatever the host: it hands in its own components, so that the card looks like its neighbours.

import type { ComponentType, ReactNode } from "react";
import { type Answer, dateOf, type Finding, money, type Payment, riskOf, type Said, statusOf } from "./payments";

type With<Props = object> = ComponentType<Props & { children?: ReactNode }>;

/** How a host draws what the card is made of. */
export interface Ui {
  Card: With<{ title: string }>;
  Table: With;
  Head: With<{ isAmount?: boolean }>;
  /** A row; with `isJoined`, it belongs to the one below. */
  Row: With<{ isJoined?: boolean }>;
  Cell: With<{ isAmount?: boolean }>;
  WideCell: With<{ span: number }>;
  Badge: ComponentType<Said>;
  /** Beside the main thing in a cell. */
  Minor: With;
  /** In the place of the table. */
  Note: With;
  /** An id of Stripe's, which leads to its dashboard if it is known where. */
  Id: With<{ href?: string }>;
  Alert: With;
  Button: With<{ onClick: () => void }>;
}

export interface Reading {
  answer?: Answer;
  /** Why there is no answer. */
  error?: string;
  retry: () => void;
}

const COLUMNS = ["Payment", "Status", "Risk"];
const TYPES = { order: "", swap: "Swap", edit: "Order edit" };
const AMOUNTS = ["Amount", "Captured", "Refunded"];

export function PaymentsCard({ ui, reading }: { ui: Ui; reading: Reading }) {
  const { Card } = ui;
  return (
    <Card title="Stripe payments">
      <Content ui={ui} {...reading} />
    </Card>
  );
}

function Content({ ui, answer, error, retry }: Reading & { ui: Ui }) {
  if (error !== undefined) return <Failure ui={ui} error={error} retry={retry} />;
  if (!answer) {
    return (
      <div role="status">
        <ui.Note>Asking Stripe…</ui.Note>
      </div>
    );
  }
  return (
    <>
      {answer.findings.length > 0 && <Findings ui={ui} findings={answer.findings} />}
      <ui.Table>
        <thead>
          <ui.Row>
            {COLUMNS.map((title) => (
              <ui.Head key={title}>{title}</ui.Head>
            ))}
            {AMOUNTS.map((title) => (
              <ui.Head key={title} isAmount>
                {title}
              </ui.Head>
            ))}
          </ui.Row>
        </thead>
        <tbody>
          {answer.payments.map((payment) => (
            <PaymentRows key={payment.id} ui={ui} payment={payment} />
          ))}
        </tbody>
      </ui.Table>
    </>
  );
}

function PaymentRows({ ui, payment }: { ui: Ui; payment: Payment }) {
  const { findings } = payment;
  const risk = riskOf(payment);
  return (
    <>
      <ui.Row isJoined={findings.length > 0}>
        <ui.Cell>
          <ui.Id href={payment.dashboard_url}>{payment.id}</ui.Id>
          <ui.Minor>{[dateOf(payment), TYPES[payment.type]].filter(Boolean).join(" · ")}</ui.Minor>
        </ui.Cell>
        <ui.Cell>
          <ui.Badge {...statusOf(payment)} />
        </ui.Cell>
        <ui.Cell>{risk ? <ui.Badge {...risk} /> : <ui.Minor>–</ui.Minor>}</ui.Cell>
        {[payment.amount, payment.captured, payment.refunded].map((amount, column) => (
          <ui.Cell key={AMOUNTS[column]} isAmount>
            {money(amount, payment)}
          </ui.Cell>
        ))}
      </ui.Row>
      {findings.length > 0 && (
        <ui.Row>
          <ui.WideCell span={COLUMNS.length + AMOUNTS.length}>
            <Findings ui={ui} findings={findings} />
          </ui.WideCell>
        </ui.Row>
      )}
    </>
  );
}

function Findings({ ui, findings }: { ui: Ui; findings: Finding[] }) {
  return (
    <>
      {findings.map((finding, index) => (
        <ui.Alert key={index}>
          <strong>{finding.title}</strong>
          <p>Medusa: {finding.medusa}</p>
          <p>Stripe: {finding.stripe}</p>
          <p>{finding.advice}</p>
        </ui.Alert>
      ))}
    </>
  );
}

function Failure({ ui, error, retry }: { ui: Ui; error: string; retry: () => void }) {
  return (
    <ui.Alert>
      <strong>Stripe's payments of this order could not be read</strong>
      <p>{error}</p>
      <p>The order itself is not touched by this.</p>
      <ui.Button onClick={retry}>Try again</ui.Button>
    </ui.Alert>
  );
}
