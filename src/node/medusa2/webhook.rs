//! What a webhook tells Medusa 2 to do.
//!
//! Medusa acts on `authorized` and `captured` for a session that it knows, and takes the amount for what was captured, in
//! major units (`process-payment.js`, `@medusajs/core-flows/dist/payment/workflows`). So the amount is the session's own,
//! with all of its decimals, if the event is over the session's amount as the provider has it.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::amount::{decimal, major_units, minor_units};
use crate::amount::Amount;
use crate::webhook::{MoneyEvent, PaymentState, Reconciliation, Recorded, Step, WebhookAction};

/// An event as a processor has read it ([`WebhookEvent`](crate::webhook::WebhookEvent)), and the session that it names.
#[derive(Deserialize)]
struct Delivery {
    event: EventJson,
    /// `None` if Medusa does not know it.
    session: Option<SessionJson>,
}

#[derive(Deserialize)]
struct EventJson {
    action: WebhookAction,
    amount: Option<Amount>,
}

/// A row of Medusa's table of payment sessions.
#[derive(Deserialize)]
struct SessionJson {
    id: String,
    /// In major units.
    amount: String,
    currency_code: String,
}

/// What Medusa gets (`WebhookActionResult`, `@medusajs/types/dist/payment/provider.d.ts`).
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct ActionResult {
    action: WebhookAction,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<ActionData>,
}

#[derive(Debug, PartialEq, Serialize)]
struct ActionData {
    session_id: String,
    amount: Number,
}

/// Returns what Medusa does about a delivery, which is JSON.
///
/// # Errors
/// If something is missing in it.
pub(crate) fn action(delivery: &str) -> Result<ActionResult, String> {
    let Delivery { event, session } =
        serde_json::from_str(delivery).map_err(|error| error.to_string())?;
    let Some(session) = session.filter(|_| event.action != WebhookAction::NotSupported) else {
        return Ok(ActionResult { action: WebhookAction::NotSupported, data: None });
    };
    let currency = &session.currency_code;
    let asked =
        decimal(&session.amount).map_err(|error| format!("the session's amount: {error}"))?;
    let amount = match event.amount {
        Some(amount) if minor_units(asked, currency) != Ok(amount) => major_units(amount, currency),
        _ => asked,
    };
    // As it is spelled: a JavaScript number of it is the one that Medusa's own session has.
    let amount = serde_json::from_str(&amount.to_string()).map_err(|error| error.to_string())?;
    let data = ActionData { session_id: session.id, amount };
    Ok(ActionResult { action: event.action, data: Some(data) })
}

/// The two sides of a payment, for an event that Medusa has no action for.
#[derive(Deserialize)]
struct Sides {
    provider: String,
    state: PaymentState,
    money: Option<MoneyEvent>,
    /// `payses_…`
    session: String,
    payment: PaymentJson,
    waited_ms: u64,
    now: u64,
}

/// A row of Medusa's table of payments.
#[derive(Deserialize)]
struct PaymentJson {
    id: String,
    payment_collection_id: Option<String>,
    currency_code: String,
    is_captured: bool,
    is_canceled: bool,
    /// The amounts of its refunds, in major units.
    refunds: Vec<String>,
}

/// Returns what has to be done about an event that Medusa has no action for, which is JSON: a cancellation, or what
/// happened to money after it was taken.
///
/// # Errors
/// If something is missing in it, or an amount cannot be read.
pub(crate) fn next_step(sides: &str) -> Result<Step, String> {
    let sides: Sides = serde_json::from_str(sides).map_err(|error| error.to_string())?;
    let PaymentJson { id, payment_collection_id, currency_code, is_captured, is_canceled, refunds } =
        sides.payment;
    let mut refunded = Amount::ZERO;
    for refund in &refunds {
        // Each was rounded by itself when the provider was asked for it.
        let amount = decimal(refund).and_then(|refund| minor_units(refund, &currency_code));
        let amount = amount.map_err(|error| format!("a refund's amount: {error}"))?;
        refunded = refunded.checked_add(amount).unwrap_or(Amount::MAX);
    }
    let collection = payment_collection_id.map_or_else(String::new, |id| format!(" (of {id})"));
    let recorded = Recorded {
        payment: Some(sides.state.payment.clone()),
        is_captured,
        is_canceled,
        age_ms: 0,
        refunded,
    };
    let reconciliation = Reconciliation {
        provider: sides.provider,
        state: sides.state,
        money: sides.money,
        resource: sides.session,
        found_as: Some(format!("Medusa's payment {id}{collection}")),
        refund_route: Some(format!("POST /admin/payments/{id}/refund")),
        // Medusa has a payment only once the session is authorized.
        is_completed: true,
        is_canceled: false,
        total: None,
        session: None,
        tax_lines_age_ms: None,
        payments: vec![recorded],
        waited_ms: sides.waited_ms,
        now: sides.now,
    };
    Ok(reconciliation.next_step())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(changes: serde_json::Value) -> Step {
        let mut sides = serde_json::json!({
            "provider": "stripe",
            "state": {"payment": "pi_1", "status": "captured", "amount": 1307, "captured": 1307, "refunded": 500},
            "money": {"news": "refunded", "is_ours": false, "id": "re_1", "amount": 500},
            "session": "payses_1",
            "payment": {
                "id": "pay_1", "payment_collection_id": "pay_col_1", "currency_code": "usd",
                "is_captured": true, "is_canceled": false, "refunds": ["2.00", "3"],
            },
            "waited_ms": 60_000,
            "now": 0,
        });
        if let (Some(sides), serde_json::Value::Object(changes)) = (sides.as_object_mut(), changes)
        {
            sides.extend(changes);
        }
        super::next_step(&sides.to_string()).unwrap()
    }

    #[test]
    fn refunds_are_compared_in_the_currencys_minor_unit() {
        assert!(matches!(step(serde_json::json!({})), Step::Done(_)));
        let state = serde_json::json!({
            "payment": "pi_1", "status": "captured", "amount": 1307, "captured": 1307, "refunded": 501,
        });
        let Step::Attend(why) = step(serde_json::json!({"state": state})) else { panic!() };
        for part in ["given back 1 (minor units)", "pay_1 (of pay_col_1)", "re_1 of 500"] {
            assert!(why.contains(part), "{part}: {why}");
        }
    }

    fn told(action: &str, amount: Option<u64>, session: Option<(&str, &str)>) -> String {
        let session = session.map(|(amount, currency_code)| {
            serde_json::json!({"id": "payses_1", "amount": amount, "currency_code": currency_code})
        });
        let delivery = serde_json::json!({
            "event": {"action": action, "amount": amount}, "session": session,
        });
        serde_json::to_string(&super::action(&delivery.to_string()).unwrap()).unwrap()
    }

    fn captured(amount: Option<u64>, session: (&str, &str)) -> String {
        let told = told("captured", amount, Some(session));
        let prefix = r#"{"action":"captured","data":{"session_id":"payses_1","amount":"#;
        told.strip_prefix(prefix).unwrap().trim_end_matches('}').to_owned()
    }

    #[test]
    fn the_amount_is_the_sessions_own() {
        for (units, session, amount) in [
            (1307, ("13.065", "usd"), "13.065"),
            (1234, ("1.234", "kwd"), "1.234"),
            (1500, ("1500.4", "jpy"), "1500.4"),
            (9_999_999_999, ("99999999.99", "usd"), "99999999.99"),
            (0, ("0", "eur"), "0"),
        ] {
            assert_eq!(captured(Some(units), session), amount);
        }
        assert_eq!(captured(None, ("13.065", "usd")), "13.065");
    }

    #[test]
    fn another_amount_than_the_sessions_is_told_as_it_is() {
        assert_eq!(captured(Some(500), ("13.065", "usd")), "5");
        assert_eq!(captured(Some(505), ("13.065", "usd")), "5.05");
        assert_eq!(captured(Some(5), ("1.234", "kwd")), "0.005");
    }

    #[test]
    fn an_event_that_is_not_about_a_session_of_this_store_is_not_supported() {
        let not_supported = r#"{"action":"not_supported"}"#;
        assert_eq!(told("captured", Some(1), None), not_supported);
        assert_eq!(told("not_supported", None, Some(("1", "eur"))), not_supported);
    }

    #[test]
    fn an_action_that_medusa_does_not_know_is_an_error() {
        assert!(action(r#"{"event":{"action":"paid"},"session":null}"#).is_err());
        assert!(action("{}").is_err());
    }
}
