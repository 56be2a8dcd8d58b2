//! What this processor remembers in a payment's data, beside PayPal's order.

use medusa_payment_rs::JsonObject;
use serde::{Deserialize, Serialize};

/// The member of the data that holds it. PayPal has no field of that name, and shoppers cannot set
/// it.
pub(crate) const MEMBER: &str = "medusa_payment_rs_paypal";

/// What Medusa has to hand back at the next call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Books {
    /// The refunds that Medusa knows of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<String>,
    /// Orders that this one took the place of. PayPal has no way to cancel an order that nobody
    /// paid: what a shopper pays all the same is released.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub superseded: Vec<String>,
}

impl Books {
    /// The books in `data`; empty in rows that `medusa-payment-paypal` wrote.
    pub(crate) fn of(data: &JsonObject) -> Self {
        data.get(MEMBER).unwrap_or_default()
    }

    /// `data` with these books.
    pub(crate) fn written_into(&self, data: &JsonObject) -> JsonObject {
        if *self == Self::of(data) {
            return data.clone();
        }
        // Lists of strings: nothing here can fail to serialize.
        data.with([(MEMBER, serde_json::to_value(self).unwrap_or_default())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_come_back_as_they_were_written() {
        let order = JsonObject::parse(r#"{"id":"O1","exact":1.0}"#).unwrap();
        assert_eq!(Books::of(&order), Books::default());
        assert_eq!(Books::default().written_into(&order), order);
        let books = Books { refunds: vec!["R1".to_owned()], ..Books::default() };
        let data = books.written_into(&order);
        assert_eq!(
            data.as_str(),
            r#"{"id":"O1","exact":1.0,"medusa_payment_rs_paypal":{"refunds":["R1"]}}"#
        );
        assert_eq!(Books::of(&data), books);
    }
}
