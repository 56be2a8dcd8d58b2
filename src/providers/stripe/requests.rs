//! What is sent to Stripe, as values, for both hosts
//! (<https://docs.stripe.com/api/payment_intents>, <https://docs.stripe.com/api/refunds>).

use super::form::Form;
use crate::amount::{Amount, currency_exponent};
use crate::error::{PaymentProcessorError, Result};
use crate::http::{HttpRequest, path_segment};

pub(super) fn get(path: &str, query: &Form) -> HttpRequest {
    HttpRequest::get(format!("{path}?{}", query.encoded()))
}

pub(super) fn post(path: impl Into<String>, form: &Form) -> HttpRequest {
    HttpRequest::post(path).form(form.encoded())
}

/// A request whose form was encoded before.
pub(super) fn post_encoded(path: &str, form: String) -> HttpRequest {
    HttpRequest::post(path).form(form)
}

pub(super) fn intent_path(id: &str) -> String {
    format!("/v1/payment_intents/{}", path_segment(id))
}

pub(super) fn retrieve_intent(id: &str) -> HttpRequest {
    HttpRequest::get(intent_path(id))
}

/// The intent with these of its members as whole objects: what Stripe calls expanded.
pub(super) fn retrieve_intent_with(id: &str, whole: &[&str]) -> HttpRequest {
    let numbered = whole.iter().enumerate();
    let query = numbered.fold(Form::default(), |query, (number, member)| {
        query.with(format!("expand[{number}]"), member)
    });
    get(&intent_path(id), &query)
}

pub(super) fn retrieve_method(id: &str) -> HttpRequest {
    HttpRequest::get(format!("/v1/payment_methods/{}", path_segment(id)))
}

/// A page of the intents that were made since then, in seconds since 1970, newest first.
pub(super) fn intents_since(since: u64, after: Option<&str>) -> HttpRequest {
    let query = Form::default()
        .with("created[gte]", since)
        .with("limit", 100)
        .with_some("starting_after", after);
    get("/v1/payment_intents", &query)
}

/// The last intents of a customer, newest first. What a cart has left behind is among them.
pub(super) fn list_intents(customer: &str) -> HttpRequest {
    let query = Form::default().with("customer", customer).with("limit", 20);
    get("/v1/payment_intents", &query)
}

pub(super) fn capture_intent(id: &str) -> HttpRequest {
    capture_with(id, &Form::default())
}

pub(super) fn capture_with(id: &str, form: &Form) -> HttpRequest {
    post(format!("{}/capture", intent_path(id)), form)
}

pub(super) fn cancel_intent(id: &str) -> HttpRequest {
    post(format!("{}/cancel", intent_path(id)), &Form::default())
}

pub(super) fn update_amount(id: &str, amount: Amount) -> HttpRequest {
    post(intent_path(id), &Form::default().with("amount", amount))
}

pub(super) fn create_customer(email: &str) -> HttpRequest {
    post("/v1/customers", &Form::default().with("email", email))
}

pub(super) fn update_customer(id: &str, form: &Form) -> HttpRequest {
    post(format!("/v1/customers/{}", path_segment(id)), form)
}

/// A page of an intent's refunds, newest first.
pub(super) fn list_refunds(intent: &str, after: Option<&str>) -> HttpRequest {
    let query = Form::default()
        .with("payment_intent", intent)
        .with("limit", 100)
        .with_some("starting_after", after);
    get("/v1/refunds", &query)
}

/// The metadata that says which call has asked for a refund. One of the dashboard has none.
pub(super) const REFUND_MARK: &str = "medusa_payment_rs";

/// A refund of what was taken with an intent, or with a charge: `of` is `payment_intent` or `charge`.
pub(super) fn create_refund(of: &str, id: &str, amount: Amount, mark: &str) -> HttpRequest {
    let form = Form::default()
        .with(of, id)
        .with("amount", amount)
        .with(format!("metadata[{REFUND_MARK}]"), mark);
    post("/v1/refunds", &form)
}

pub(super) fn mark_refund(id: &str, mark: &str) -> HttpRequest {
    let form = Form::default().with(format!("metadata[{REFUND_MARK}]"), mark);
    post(format!("/v1/refunds/{}", path_segment(id)), &form)
}

/// The currencies that have no fractions any more, and of which Stripe still counts hundredths
/// (<https://docs.stripe.com/currencies#special-cases>).
const WHOLE_IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// Stripe takes amounts of three-decimal currencies in steps of ten only
/// (<https://docs.stripe.com/currencies#three-decimal>), and of those without fractions whole ones.
pub(super) fn check_amount(amount: Amount, currency: &str) -> Result<()> {
    let is_whole = WHOLE_IN_HUNDREDTHS.iter().any(|code| code.eq_ignore_ascii_case(currency));
    let step = match currency_exponent(currency) {
        _ if is_whole => 100,
        3 => 10,
        _ => 1,
    };
    if amount.minor_units().is_multiple_of(step) {
        return Ok(());
    }
    Err(PaymentProcessorError::invalid(
        "The amount is not valid",
        "invalid_amount",
        format!(
            "Stripe takes amounts in {} only as multiples of {step} of its own unit, got {amount}. \
             Stripe was not asked.",
            currency.to_uppercase()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_cannot_leave_their_place_in_the_path() {
        assert_eq!(retrieve_intent("pi_1").path(), "/v1/payment_intents/pi_1");
        assert_eq!(
            retrieve_intent("../refunds?a").path(),
            "/v1/payment_intents/%2E%2E%2Frefunds%3Fa"
        );
    }

    #[test]
    fn three_decimal_currencies_come_in_steps_of_ten() {
        let amount = |minor_units| Amount::new(minor_units).unwrap();
        assert!(check_amount(amount(1230), "kwd").is_ok());
        assert_eq!(check_amount(amount(1234), "KWD").unwrap_err().code(), "invalid_amount");
        assert!(check_amount(amount(1234), "eur").is_ok());
        assert!(check_amount(amount(1), "jpy").is_ok());
        assert!(check_amount(amount(1500), "isk").is_ok());
        assert_eq!(check_amount(amount(1550), "isk").unwrap_err().code(), "invalid_amount");
    }
}
