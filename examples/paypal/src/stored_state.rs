//! What this processor stores in a payment's data, beside PayPal's order.

use std::collections::BTreeMap;

use medusa_payment_rs::refunds::{RefundRecord, ids_with_amounts};
use medusa_payment_rs::{Amount, JsonObject};
use serde::{Deserialize, Serialize};

/// The member of the data that holds it. PayPal has no field of that name, and shoppers cannot set
/// it.
pub(crate) const MEMBER: &str = "medusa_payment_rs_paypal";

/// What Medusa has to hand back at the next call. Keyed by PayPal's ids, never a list: Medusa 2 merges
/// data deep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredState {
    #[serde(flatten)]
    pub refunds: RefundRecord,
    /// The parts that were captured, by the ids of Medusa's rows.
    #[serde(deserialize_with = "ids_with_amounts", skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<String, Option<Amount>>,
    /// Orders that another one replaced, with their amounts if those are known. PayPal has no way to
    /// cancel an order that has not been paid; what a shopper pays on one is released.
    #[serde(
        alias = "superseded",
        deserialize_with = "ids_with_amounts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub orphaned_orders: BTreeMap<String, Option<Amount>>,
}

impl StoredState {
    /// Returns what is stored in `data`; nothing in rows that `medusa-payment-paypal` wrote.
    pub(crate) fn of(data: &JsonObject) -> Self {
        data.get(MEMBER).unwrap_or_default()
    }

    /// Returns the sum of the parts that were captured, if that is known.
    pub(crate) fn captured(&self) -> Option<Amount> {
        self.captures.values().try_fold(Amount::ZERO, |sum, amount| sum.checked_add((*amount)?))
    }

    /// Returns `data` with this state.
    pub(crate) fn written_into(&self, data: &JsonObject) -> JsonObject {
        data.with_state(MEMBER, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_read_as_it_was_written() {
        let order = JsonObject::parse(r#"{"id":"O1","exact":1.0}"#).unwrap();
        assert_eq!(StoredState::of(&order), StoredState::default());
        assert_eq!(StoredState::default().written_into(&order), order);
        let text = r#"{"id":"O1","exact":1.0,"medusa_payment_rs_paypal":{"refunds":{"R1":300}}}"#;
        let data = JsonObject::parse(text).unwrap();
        assert_eq!(StoredState::of(&data).written_into(&order).as_str(), text);
        assert_eq!(StoredState::default().written_into(&data), order);
    }

    #[test]
    fn the_lists_of_older_rows_are_read() {
        let data = JsonObject::parse(
            r#"{"medusa_payment_rs_paypal":{"refunds":["R1","R2"],"superseded":["O0"]}}"#,
        );
        let state = StoredState::of(&data.unwrap());
        assert_eq!(state.refunds.recorded().collect::<Vec<_>>(), ["R1", "R2"]);
        assert_eq!(state.orphaned_orders.keys().collect::<Vec<_>>(), ["O0"]);
    }
}
