//! What a webhook event is about (<https://docs.stripe.com/api/events>).

use super::super::event::{Event, reason};
use crate::json::JsonObject;
use crate::webhook::{WebhookAction, WebhookEvent};

/// Where payment collections' ids begin, those of carts with `cart_`.
const COLLECTION: &str = "paycol";

/// Returns the event that a text spells, or `None` if it spells something else.
pub(super) fn read_event(text: &str) -> Option<WebhookEvent> {
    let event = Event::read(text)?;
    if let Some(money) = event.money() {
        return Some(WebhookEvent { resource: resource(&event.object), ..money });
    }
    let Event { id, kind, object, .. } = event;
    let (action, amount) = match kind.as_str() {
        "payment_intent.succeeded" => (WebhookAction::Captured, "amount_received"),
        "payment_intent.amount_capturable_updated" => {
            (WebhookAction::Authorized, "amount_capturable")
        }
        "payment_intent.payment_failed" => (WebhookAction::Failed, "amount"),
        "payment_intent.canceled" => (WebhookAction::Canceled, "amount"),
        _ => return Some(WebhookEvent::not_supported(id, kind)),
    };
    Some(WebhookEvent {
        id,
        kind,
        action,
        payment: Some(object.get("id")?),
        resource: resource(&object),
        amount: object.get(amount).or_else(|| object.get("amount")),
        reason: reason(&object),
        // In Medusa 1 the route looks for the cart, and nothing is given up.
        is_of_this_store: false,
        money: None,
    })
}

/// Returns what an intent, or its charge, which has its metadata, is for. Older versions of `medusa-payment-stripe` named the cart `cart_id`, and some have both; collections
/// are `resource_id` in all of them.
pub(super) fn resource(intent: &JsonObject) -> Option<String> {
    let metadata = intent.get::<JsonObject>("metadata")?;
    let named = |name| metadata.get::<String>(name).filter(|id| !id.is_empty());
    let resource = named("resource_id");
    if resource.as_ref().is_some_and(|id| id.starts_with(COLLECTION)) {
        return resource;
    }
    named("cart_id").or(resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz;

    fn event(kind: &str, object: &str) -> WebhookEvent {
        let text = format!(r#"{{"id":"evt_1","type":"{kind}","data":{{"object":{object}}}}}"#);
        read_event(&text).unwrap()
    }

    #[test]
    fn what_became_of_an_intents_money_is_about_its_payment() {
        for (kind, action) in [
            ("payment_intent.succeeded", WebhookAction::Captured),
            ("payment_intent.amount_capturable_updated", WebhookAction::Authorized),
            ("payment_intent.canceled", WebhookAction::Canceled),
        ] {
            let event = event(kind, r#"{"id":"pi_1","metadata":{"resource_id":"cart_1"}}"#);
            assert_eq!(event.action, action);
            assert_eq!(event.payment.as_deref(), Some("pi_1"));
            assert_eq!(event.resource.as_deref(), Some("cart_1"));
        }
    }

    #[test]
    fn a_failure_has_stripes_reason() {
        let failed = event(
            "payment_intent.payment_failed",
            r#"{"id":"pi_1","last_payment_error":{"message":"Your card was declined."}}"#,
        );
        assert_eq!(failed.action, WebhookAction::Failed);
        assert_eq!(failed.reason.as_deref(), Some("Your card was declined."));
        let without = event("payment_intent.payment_failed", r#"{"id":"pi_1"}"#);
        assert_eq!(without.reason, None);
    }

    #[test]
    fn money_is_about_the_cart_that_the_charge_names() {
        let charge = r#"{"id":"ch_1","payment_intent":"pi_1","metadata":{"resource_id":"cart_1"}}"#;
        let refunded = event("charge.refunded", charge);
        assert_eq!(refunded.action, WebhookAction::NotSupported);
        assert_eq!(refunded.resource.as_deref(), Some("cart_1"));
        assert!(refunded.money.is_some());
        let refund = r#"{"id":"re_1","payment_intent":"pi_1","metadata":{}}"#;
        assert_eq!(event("refund.created", refund).resource, None);
    }

    #[test]
    fn a_store_does_not_act_on_other_events() {
        for kind in ["charge.captured", "payment_intent.created", "account.updated", ""] {
            assert_eq!(event(kind, r#"{"id":"pi_1"}"#).action, WebhookAction::NotSupported);
        }
    }

    #[test]
    fn the_cart_is_found_in_what_every_version_of_the_javascript_plugin_wrote() {
        for (metadata, resource) in [
            (r#"{"resource_id":"cart_1"}"#, Some("cart_1")),
            (r#"{"cart_id":"cart_1"}"#, Some("cart_1")),
            (r#"{"cart_id":"cart_1","resource_id":"cart_2"}"#, Some("cart_1")),
            (r#"{"cart_id":"cart_1","resource_id":"paycol_1"}"#, Some("paycol_1")),
            (r#"{"cart_id":"","resource_id":"cart_2"}"#, Some("cart_2")),
            (r#"{"order":"7"}"#, None),
            ("null", None),
        ] {
            let object = format!(r#"{{"id":"pi_1","metadata":{metadata}}}"#);
            let event = event("payment_intent.succeeded", &object);
            assert_eq!(event.resource.as_deref(), resource, "{metadata}");
        }
    }

    #[test]
    fn what_is_not_an_event_is_not_read() {
        for text in [
            "",
            "[]",
            "{}",
            "null",
            r#"{"id":"evt_1","type":"payment_intent.succeeded"}"#,
            r#"{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{}}}"#,
            r#"{"id":1,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}"#,
        ] {
            assert_eq!(read_event(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn fuzz_an_event_that_a_store_acts_on_names_its_payment(
            text in fuzz::json_text(fuzz::with_members(
                serde_json::json!({
                    "id": "evt_1",
                    "type": "payment_intent.succeeded",
                    "data": {"object": {"id": "pi_1", "metadata": {"resource_id": "cart_1"}}},
                }),
                &["id", "type", "data"],
            )),
        ) {
            if let Some(event) = read_event(&text) {
                let is_acted_on = event.action != WebhookAction::NotSupported;
                proptest::prop_assert!(!is_acted_on || event.payment.is_some(), "{event:?}");
            }
        }
    }
}
