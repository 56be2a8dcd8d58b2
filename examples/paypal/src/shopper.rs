//! What a shopper's browser may put into a payment session.

use medusa_payment_rs::{JsonObject, PaymentProcessorError, Result};

use crate::stored_state;

/// What only PayPal says about an order. Medusa's storefronts post the order that PayPal's script
/// hands them; it is read from PayPal itself when the cart is completed, so nothing of it is taken
/// from a browser.
const PAYPALS: [&str; 12] = [
    "id",
    "intent",
    "status",
    "purchase_units",
    "payer",
    "payment_source",
    "processing_instruction",
    "links",
    "create_time",
    "update_time",
    "invoice_id",
    "error",
];

/// Returns what is stored of `data`.
///
/// # Errors
/// If it has an amount: that is the cart's.
pub(crate) fn accepted(data: &JsonObject) -> Result<JsonObject> {
    if data.keys().iter().any(|key| key == "amount") {
        return Err(PaymentProcessorError::invalid(
            "The payment session cannot be updated",
            "field_not_allowed",
            "The amount is the cart's and cannot be set by a shopper. Nothing was changed.",
        ));
    }
    let refused = PAYPALS.iter().chain([&stored_state::MEMBER]);
    Ok(refused.fold(data.clone(), |data, key| data.without(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_paypals_script_hands_over_changes_nothing() {
        let data = JsonObject::parse(
            r#"{"id":"O2","status":"COMPLETED","purchase_units":[],"medusa_payment_rs_paypal":{},"data":{"id":"O2"},"note":1.0}"#,
        )
        .unwrap();
        assert_eq!(accepted(&data).unwrap().as_str(), r#"{"data":{"id":"O2"},"note":1.0}"#);
    }

    #[test]
    fn an_amount_is_refused() {
        for data in [r#"{"amount":0}"#, r#"{"amount":null}"#, r#"{"amount":1}"#] {
            let error = accepted(&JsonObject::parse(data).unwrap()).unwrap_err();
            assert_eq!(error.code(), "field_not_allowed");
        }
    }
}
