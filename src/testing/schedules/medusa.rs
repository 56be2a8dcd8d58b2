//! Medusa 1 around the processor: what it stores of a payment, when it asks, and what it records.

use std::fmt;

use crate::amount::Amount;
use crate::json::JsonObject;
use crate::testing::data::{Order, stored};

/// What an operator can do with the payment of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Capture,
    Cancel,
    Refund(Amount),
}

impl Action {
    /// Returns how much it refunds, in minor units.
    pub(super) fn refunds(self) -> u64 {
        match self {
            Self::Refund(amount) => amount.minor_units(),
            Self::Capture | Self::Cancel => 0,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture => write!(f, "capture"),
            Self::Cancel => write!(f, "cancel"),
            Self::Refund(amount) => write!(f, "refund of {amount}"),
        }
    }
}

/// The row of a payment. A call works with the row as it was read before, and saves it whole
/// (`@medusajs/medusa/dist/services/payment-provider.js`): what was stored meanwhile is overwritten.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub data: JsonObject,
    pub is_captured: bool,
    pub is_canceled: bool,
    refunded: u64,
}

/// One payment in Medusa's database.
pub(super) struct Medusa {
    pub row: Row,
    /// The refunds of the order. They are rows of their own, which nothing overwrites.
    pub refunds: Vec<Amount>,
    /// What the payment is over, in minor units.
    pub total: u64,
}

impl Medusa {
    /// The payment of an order that was just placed, over `total` minor units.
    pub(super) fn new(data: &JsonObject, total: u64) -> Self {
        let data = stored(data, Order::Jsonb);
        let row = Row { data, is_captured: false, is_canceled: false, refunded: 0 };
        Self { row, refunds: Vec::new(), total }
    }

    /// Returns how much the recorded refunds are together.
    pub(super) fn refunded(&self) -> u64 {
        self.refunds.iter().map(|amount| amount.minor_units()).sum()
    }

    /// Returns how often a refund of this amount was recorded.
    pub(super) fn times_refunded(&self, amount: Amount) -> usize {
        self.refunds.iter().filter(|recorded| **recorded == amount).count()
    }

    /// Returns whether Medusa asks the processor at all (`capturePayment`, `cancel` and `createRefund` in
    /// `dist/services/order.js`, `refundPayment` in `dist/services/payment-provider.js`).
    pub(super) fn allows(&self, row: &Row, action: Action) -> bool {
        match action {
            Action::Capture => !row.is_captured && !row.is_canceled,
            Action::Cancel => self.refunds.is_empty() && !row.is_canceled,
            Action::Refund(amount) => {
                let amount = amount.minor_units();
                row.is_captured
                    && !row.is_canceled
                    && amount <= self.total.saturating_sub(row.refunded)
                    && amount <= self.total.saturating_sub(self.refunded())
            }
        }
    }

    /// Stores a success. `read` is the row that the call started from, `data` what it returned, which
    /// Medusa keeps of a capture and a refund only.
    pub(super) fn store(&mut self, read: Row, action: Action, data: &JsonObject) {
        let data = stored(data, Order::Jsonb);
        self.row = match action {
            Action::Capture => Row { data, is_captured: true, ..read },
            Action::Cancel => Row { is_canceled: true, ..read },
            Action::Refund(amount) => {
                self.refunds.push(amount);
                Row { data, refunded: read.refunded + amount.minor_units(), ..read }
            }
        };
    }
}
