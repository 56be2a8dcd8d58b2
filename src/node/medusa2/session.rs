//! What the class keeps of Medusa's payment session in the payment's data: capture, refund and cancel come without a
//! currency, and the books of a store get back the very amount that they asked for.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::json::JsonObject;

/// The member of the data.
pub(super) const MEMBER: &str = "medusa_session";

/// A payment session. It is stored beside the processor's own data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    /// Medusa's id, `payses_…`.
    pub(super) id: String,
    /// In lower case.
    pub(super) currency_code: String,
    /// What Medusa asked for, in major units, with all of its decimals.
    pub(super) amount: String,
}

impl Session {
    pub(super) fn new(id: impl Into<String>, currency_code: &str, amount: Decimal) -> Self {
        let (id, currency_code) = (id.into(), currency_code.to_lowercase());
        Self { id, currency_code, amount: amount.to_string() }
    }

    /// Returns the session that the data is about, unless a processor in JavaScript has stored it.
    pub(super) fn of(data: &JsonObject) -> Option<Self> {
        data.get(MEMBER)
    }

    pub(super) fn written_into(&self, data: &JsonObject) -> JsonObject {
        data.with_state(MEMBER, self)
    }
}
