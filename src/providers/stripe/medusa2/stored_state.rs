//! What this processor stores in a payment's data, beside the intent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::unconfirmed::UnconfirmedStart;
use crate::amount::Amount;
use crate::call::CallContext;
use crate::json::JsonObject;
use crate::refunds::{RefundRecord, ids_with_amounts};

/// The member of the data that holds it. Stripe has no field of that name.
const MEMBER: &str = "medusa_payment_rs";

/// What Medusa has to hand back at the next call. Keyed by ids, never a list: Medusa 2 merges data deep. Amounts are in
/// Stripe's unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredState {
    #[serde(flatten)]
    pub refunds: RefundRecord,
    /// What was captured, by the ids of Medusa's rows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "ids_with_amounts")]
    pub captures: BTreeMap<String, Option<Amount>>,
    /// How much of the held money a capture in part has released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<Amount>,
    /// The start whose outcome is not known. It may be a storefront's invention: [`UnconfirmedStart::is_signed_with`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed_start: Option<UnconfirmedStart>,
}

impl StoredState {
    /// Returns what is stored in `data`; nothing in rows that `@medusajs/payment-stripe` wrote.
    pub(super) fn of(data: &JsonObject) -> Self {
        data.get(MEMBER).unwrap_or_default()
    }

    /// Records what was taken for the call's row.
    pub(super) fn record_capture(&mut self, call: &CallContext, taken: Amount) {
        if let Some(row) = call.row() {
            self.captures.insert(row.to_owned(), Some(taken));
        }
    }

    /// Returns the sum of what was captured, if that is known.
    pub(super) fn captured(&self) -> Option<Amount> {
        self.captures.values().try_fold(Amount::ZERO, |sum, amount| sum.checked_add((*amount)?))
    }

    /// Returns `data` with this state.
    pub(super) fn written_into(&self, data: &JsonObject) -> JsonObject {
        data.with_state(MEMBER, self)
    }
}
