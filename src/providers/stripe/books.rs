//! What this processor remembers in a payment's data, beside the intent.

use serde::{Deserialize, Serialize};

use crate::json::JsonObject;

/// The member of the data that holds it. Stripe has no field of that name, and shoppers cannot set it.
const MEMBER: &str = "medusa_payment_rs";

/// What Medusa has to hand back at the next call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Books {
    /// The refunds that Medusa knows of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<String>,
    /// Intents that this one took the place of, and that could not be canceled yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub superseded: Vec<String>,
    /// Medusa's customer (`cus_…`) for whom the intent was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Whether that customer was logged in.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_account: bool,
}

impl Books {
    /// The books in `data`; empty in rows that `medusa-payment-stripe` wrote.
    pub(super) fn of(data: &JsonObject) -> Self {
        data.get(MEMBER).unwrap_or_default()
    }

    /// `data` with these books.
    pub(super) fn written_into(&self, data: &JsonObject) -> JsonObject {
        if *self == Self::of(data) { data.clone() } else { self.replacing_those_of(data) }
    }

    /// As [`written_into`](Self::written_into), for books that are known to be others than those in `data`.
    pub(super) fn replacing_those_of(&self, data: &JsonObject) -> JsonObject {
        if *self == Self::default() {
            return data.without(MEMBER);
        }
        // Strings and lists of them: nothing here can fail to serialize.
        data.with([(MEMBER, serde_json::to_value(self).unwrap_or_default())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_come_back_as_they_were_written() {
        let data = JsonObject::parse(r#"{"id":"pi_1","medusa_payment_rs":{"refunds":["re_1"]}}"#);
        let data = data.unwrap();
        let books = Books::of(&data);
        assert_eq!(books.refunds, ["re_1"]);
        assert_eq!(books.written_into(&data), data);
    }

    #[test]
    fn empty_books_leave_the_intent_as_it_is() {
        let data = JsonObject::parse(r#"{"id":"pi_1","amount":1.0}"#).unwrap();
        assert_eq!(Books::of(&data), Books::default());
        assert_eq!(Books::default().written_into(&data), data);
        let written = data.with([(MEMBER, serde_json::json!({"superseded": ["pi_0"]}))]);
        assert_eq!(Books::default().written_into(&written), data);
    }
}
