//! What a webhook tells Medusa 2 to do.
//!
//! Medusa acts on `authorized` and `captured` for a session that it knows, and takes the amount for what was captured, in
//! major units (`process-payment.js`, `@medusajs/core-flows/dist/payment/workflows`). So the amount is the session's own,
//! with all of its decimals, if the event is over the session's amount as the provider has it.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::amount::{decimal, major_units, minor_units};
use crate::amount::Amount;
use crate::webhook::WebhookAction;

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

#[cfg(test)]
mod tests {
    use super::*;

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
