//! Medusa around the processor: what it stores of a payment, when it asks, and what it records.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::amount::Amount;
use crate::call::Rows;
use crate::json::JsonObject;
use crate::testing::data::{Order, merged, stored};

/// Which Medusa it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Medusa1,
    Medusa2,
}

/// What an operator can do with the payment of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Capture(Amount),
    Cancel,
    Refund(Amount),
}

impl Action {
    /// Returns how much it refunds, in minor units.
    pub(super) fn refunds(self) -> u64 {
        match self {
            Self::Refund(amount) => amount.minor_units(),
            Self::Capture(_) | Self::Cancel => 0,
        }
    }

    /// Returns how much it captures, in minor units.
    pub(super) fn captures(self) -> u64 {
        match self {
            Self::Capture(amount) => amount.minor_units(),
            Self::Refund(_) | Self::Cancel => 0,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture(amount) => write!(f, "capture of {amount}"),
            Self::Cancel => write!(f, "cancel"),
            Self::Refund(amount) => write!(f, "refund of {amount}"),
        }
    }
}

/// The row of a payment. In Medusa 1 a call works with the row as it was read before, and saves it whole
/// (`@medusajs/medusa/dist/services/payment-provider.js`): what was stored meanwhile is overwritten. Medusa 2 merges the
/// data.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub data: JsonObject,
    pub is_captured: bool,
    pub is_canceled: bool,
    refunded: u64,
}

/// A recorded capture or refund.
#[derive(Clone, Copy)]
struct Movement {
    amount: Amount,
    since: Instant,
}

/// After this time a row of Medusa 2's stays: it is deleted as soon as the call behind it has failed.
const SETTLED: Duration = Duration::from_secs(60);

/// One payment in Medusa's database.
pub(super) struct Medusa {
    pub host: Host,
    pub row: Row,
    /// The captures of Medusa 2, by their ids.
    captures: BTreeMap<String, Movement>,
    /// The refunds of the order. They are rows of their own, which nothing overwrites.
    refunds: BTreeMap<String, Movement>,
    /// How much of the recorded captures was asked for by servers that died: nobody learns what became of it.
    pub captures_never_known: u64,
    /// The same of the refunds.
    pub refunds_never_known: u64,
    /// What the payment is over, in minor units.
    pub total: u64,
}

impl Medusa {
    /// The payment of an order that was just placed, over `total` minor units. Of one that was captured when it was
    /// authorized Medusa 2 has a row.
    pub(super) fn new(
        host: Host,
        data: &JsonObject,
        total: u64,
        captured_at_once: Option<Amount>,
    ) -> Self {
        let data = stored(data, Order::Jsonb);
        let row = Row { data, is_captured: false, is_canceled: false, refunded: 0 };
        let mut medusa = Self {
            host,
            row,
            captures: BTreeMap::new(),
            refunds: BTreeMap::new(),
            captures_never_known: 0,
            refunds_never_known: 0,
            total,
        };
        captured_at_once.and_then(|amount| medusa.begin(Action::Capture(amount)));
        medusa
    }

    /// Returns how much the recorded refunds are together.
    pub(super) fn refunded(&self) -> u64 {
        sum(&self.refunds)
    }

    /// Returns how much the recorded captures are together.
    pub(super) fn captured(&self) -> u64 {
        match self.host {
            Host::Medusa1 if self.row.is_captured => self.total,
            Host::Medusa1 => 0,
            Host::Medusa2 => sum(&self.captures),
        }
    }

    /// Returns how often a refund of this amount was recorded.
    pub(super) fn times_refunded(&self, amount: Amount) -> usize {
        self.refunds.values().filter(|recorded| recorded.amount == amount).count()
    }

    /// Returns whether Medusa asks the processor at all (`capturePayment`, `cancel` and `createRefund` in
    /// `dist/services/order.js`, `refundPayment` in `dist/services/payment-provider.js`; `capturePayment` and
    /// `refundPayment` in `@medusajs/payment/dist/services/payment-module.js`, where it is decided by what is stored now).
    pub(super) fn allows(&self, row: &Row, action: Action) -> bool {
        match (self.host, action) {
            (Host::Medusa1, Action::Capture(_)) => !row.is_captured && !row.is_canceled,
            (Host::Medusa1, Action::Cancel) => self.refunds.is_empty() && !row.is_canceled,
            (Host::Medusa1, Action::Refund(amount)) => {
                let amount = amount.minor_units();
                row.is_captured
                    && !row.is_canceled
                    && amount <= self.total.saturating_sub(row.refunded)
                    && amount <= self.total.saturating_sub(self.refunded())
            }
            (Host::Medusa2, Action::Capture(amount)) => {
                let captured = self.captured() + amount.minor_units();
                !self.row.is_canceled && captured <= self.total
            }
            // The workflow that cancels an order refunds what is captured.
            (Host::Medusa2, Action::Cancel) => self.captures.is_empty() && !self.row.is_canceled,
            (Host::Medusa2, Action::Refund(amount)) => {
                self.refunded() + amount.minor_units() <= self.captured()
            }
        }
    }

    /// Writes what Medusa 2 does before it asks, and returns the row's id.
    pub(super) fn begin(&mut self, action: Action) -> Option<String> {
        if self.host == Host::Medusa1 {
            return None;
        }
        match action {
            Action::Capture(amount) => Some(insert(&mut self.captures, "capt", amount)),
            Action::Refund(amount) => Some(insert(&mut self.refunds, "ref", amount)),
            Action::Cancel => None,
        }
    }

    /// Returns what the processor can know of Medusa 2's rows; `id` is the call's own.
    pub(super) fn rows(&self, id: Option<&str>) -> Rows {
        if self.host == Host::Medusa1 {
            return Rows::default();
        }
        let others = |rows: &BTreeMap<String, Movement>, is_wanted: fn(&Movement) -> bool| {
            rows.iter()
                .filter(|(other, row)| Some(other.as_str()) != id && is_wanted(row))
                .map(|(other, row)| (other.clone(), row.amount))
                .collect::<BTreeMap<_, _>>()
        };
        let (captures, refunds) = (&self.captures, &self.refunds);
        Rows {
            current: id.map(str::to_owned),
            others: others(captures, |_| true)
                .into_keys()
                .chain(others(refunds, |_| true).into_keys())
                .collect(),
            captures: others(captures, Movement::is_settled),
            young_captures: others(captures, |row| !row.is_settled()),
            refunds: others(refunds, Movement::is_settled),
            refunded: None,
            were_read_again: false,
            after_loss: false,
        }
    }

    /// Stores a success. `read` is the row that the call started from, `data` what it returned, which
    /// Medusa 1 keeps of a capture and a refund only. What Medusa 2 has written before stays.
    pub(super) fn store(&mut self, read: Row, action: Action, data: &JsonObject) {
        if self.host == Host::Medusa2 {
            self.row.data = stored(&merged(&self.row.data, &read.data, data), Order::Jsonb);
            self.row.is_canceled |= action == Action::Cancel;
            return;
        }
        let data = stored(data, Order::Jsonb);
        self.row = match action {
            Action::Capture(_) => Row { data, is_captured: true, ..read },
            Action::Cancel => Row { is_canceled: true, ..read },
            Action::Refund(amount) => {
                insert(&mut self.refunds, "ref", amount);
                Row { data, refunded: read.refunded + amount.minor_units(), ..read }
            }
        };
    }

    /// Deletes the row of a call that has failed.
    pub(super) fn give_up(&mut self, id: Option<&str>) {
        if let Some(id) = id {
            self.captures.remove(id);
            self.refunds.remove(id);
        }
    }

    /// The server has died that made the call with this row, which stays.
    pub(super) fn leave(&mut self, action: Action) {
        self.captures_never_known += action.captures();
        self.refunds_never_known += action.refunds();
    }
}

impl Movement {
    fn is_settled(&self) -> bool {
        self.since.elapsed() >= SETTLED
    }
}

fn sum(rows: &BTreeMap<String, Movement>) -> u64 {
    rows.values().map(|row| row.amount.minor_units()).sum()
}

fn insert(rows: &mut BTreeMap<String, Movement>, prefix: &str, amount: Amount) -> String {
    let id = format!("{prefix}_{}", Uuid::new_v4().simple());
    rows.insert(id.clone(), Movement { amount, since: Instant::now() });
    id
}
