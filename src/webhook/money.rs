//! What happens to money after it was taken: it is given back, a refund fails, the shopper's bank takes it back.

use serde::{Deserialize, Serialize};

use crate::amount::Amount;

/// What an event says about money that was taken. Amounts are in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyEvent {
    /// What happened.
    #[serde(flatten)]
    pub news: MoneyNews,
    /// The provider's id of the refund or the dispute, if the event names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Over how much, if the event says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// When it happened, in seconds since 1970, if the event says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
}

/// What happened to money that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum MoneyNews {
    /// It was given back, or is on its way.
    Refunded {
        /// Whether Medusa asked for the refund; `None` if the event does not tell it from one that a person made in the
        /// provider's dashboard.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is_ours: Option<bool>,
    },
    /// A refund failed: the money stays with the store.
    RefundFailed {
        /// Why, in the provider's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The shopper's bank, or the provider for the shopper, takes it back until the dispute is decided.
    Disputed {
        /// Why, in the provider's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

impl MoneyEvent {
    /// Returns an event that says nothing but what happened.
    #[must_use]
    pub const fn new(news: MoneyNews) -> Self {
        Self { news, id: None, amount: None, at: None }
    }
}
