//! What this processor stores in a payment's data, beside the intent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::json::JsonObject;
use crate::refunds::{RefundRecord, ids_with_amounts};

/// The member of the data that holds it. Stripe has no field of that name, and shoppers cannot set it.
const MEMBER: &str = "medusa_payment_rs";

/// What Medusa has to hand back at the next call. Keyed by Stripe's ids, never a list: Medusa 2 merges
/// data deep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredState {
    #[serde(flatten)]
    pub refunds: RefundRecord,
    /// Intents that are not waited for any more, and that could not be canceled yet, with their amounts
    /// if those are known.
    #[serde(
        alias = "superseded",
        deserialize_with = "ids_with_amounts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub orphaned_intents: BTreeMap<String, Option<Amount>>,
    /// Medusa's customer (`cus_…`) for whom the intent was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Whether that customer was logged in.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_account: bool,
    /// Whether less was left to pay than Stripe takes: the intent is canceled, and the session has to wait for another
    /// amount.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub amount_too_small: bool,
}

impl StoredState {
    /// Returns what is stored in `data`; nothing in rows that `medusa-payment-stripe` wrote.
    pub(super) fn of(data: &JsonObject) -> Self {
        data.get(MEMBER).unwrap_or_default()
    }

    /// Returns `data` with this state.
    pub(super) fn written_into(&self, data: &JsonObject) -> JsonObject {
        data.with_state(MEMBER, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_read_as_it_was_written() {
        let data =
            JsonObject::parse(r#"{"id":"pi_1","medusa_payment_rs":{"refunds":{"re_1":300}}}"#)
                .unwrap();
        let state = StoredState::of(&data);
        assert_eq!(state.refunds.recorded().collect::<Vec<_>>(), ["re_1"]);
        assert_eq!(state.written_into(&data), data);
        assert_eq!(
            state.written_into(&JsonObject::parse(r#"{"id":"pi_1"}"#).unwrap()).as_str(),
            data.as_str()
        );
    }

    #[test]
    fn an_empty_state_leaves_the_intent_as_it_is() {
        let data = JsonObject::parse(r#"{"id":"pi_1","amount":1.0}"#).unwrap();
        assert_eq!(StoredState::of(&data), StoredState::default());
        assert_eq!(StoredState::default().written_into(&data), data);
        let written = data.with([(MEMBER, serde_json::json!({"orphaned_intents": {"pi_0": 5}}))]);
        assert_eq!(StoredState::default().written_into(&written), data);
    }

    #[test]
    fn the_lists_of_older_rows_are_read() {
        let data = JsonObject::parse(
            r#"{"medusa_payment_rs":{"refunds":["re_1","re_2"],"superseded":["pi_0"]}}"#,
        );
        let state = StoredState::of(&data.unwrap());
        assert_eq!(state.refunds.recorded().collect::<Vec<_>>(), ["re_1", "re_2"]);
        assert_eq!(state.orphaned_intents.keys().collect::<Vec<_>>(), ["pi_0"]);
    }
}
