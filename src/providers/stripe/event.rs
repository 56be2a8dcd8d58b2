//! What a webhook event is about (<https://docs.stripe.com/api/events>).

use serde::{Deserialize, Serialize};

use crate::json::JsonObject;

/// Where payment collections' ids begin, those of carts with `cart_`.
pub(super) const COLLECTION: &str = "paycol";

/// What an event tells the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventTopic {
    /// The shopper has paid: money is held, or was taken.
    Paid,
    /// An attempt to pay failed; the shopper may try again.
    Failed,
    /// Nothing that a store has to act on.
    Other,
}

/// An event as far as a store looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookEvent {
    /// `evt_…`; Stripe may deliver one event several times.
    pub id: String,
    /// Stripe's own word, as `payment_intent.succeeded`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it tells the store.
    pub topic: EventTopic,
    /// The intent that it is about.
    pub intent: Option<String>,
    /// The cart or the payment collection that the intent was made for.
    pub resource: Option<String>,
    /// Why an attempt to pay failed.
    pub reason: Option<String>,
}

#[derive(Deserialize)]
struct EventFields {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    object: JsonObject,
}

/// The event that a text spells; `None` where it spells something else.
#[must_use]
pub fn read_event(text: &str) -> Option<WebhookEvent> {
    let EventFields { id, kind, data: EventData { object } } = serde_json::from_str(text).ok()?;
    let topic = match kind.as_str() {
        "payment_intent.succeeded" | "payment_intent.amount_capturable_updated" => EventTopic::Paid,
        "payment_intent.payment_failed" => EventTopic::Failed,
        _ => EventTopic::Other,
    };
    if topic == EventTopic::Other {
        return Some(WebhookEvent { id, kind, topic, intent: None, resource: None, reason: None });
    }
    Some(WebhookEvent {
        id,
        kind,
        topic,
        intent: Some(object.get("id")?),
        resource: resource(&object),
        reason: object
            .get::<JsonObject>("last_payment_error")
            .and_then(|error| error.get("message")),
    })
}

/// Older versions of `medusa-payment-stripe` named the cart `cart_id`, and some have both; collections
/// are `resource_id` in all of them.
fn resource(intent: &JsonObject) -> Option<String> {
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

    fn event(kind: &str, object: &str) -> WebhookEvent {
        let text = format!(r#"{{"id":"evt_1","type":"{kind}","data":{{"object":{object}}}}}"#);
        read_event(&text).unwrap()
    }

    #[test]
    fn money_that_is_held_or_taken_is_a_payment() {
        for kind in ["payment_intent.succeeded", "payment_intent.amount_capturable_updated"] {
            let event = event(kind, r#"{"id":"pi_1","metadata":{"resource_id":"cart_1"}}"#);
            assert_eq!(event.topic, EventTopic::Paid);
            assert_eq!(event.intent.as_deref(), Some("pi_1"));
            assert_eq!(event.resource.as_deref(), Some("cart_1"));
        }
    }

    #[test]
    fn a_failure_has_stripes_reason() {
        let failed = event(
            "payment_intent.payment_failed",
            r#"{"id":"pi_1","last_payment_error":{"message":"Your card was declined."}}"#,
        );
        assert_eq!(failed.topic, EventTopic::Failed);
        assert_eq!(failed.reason.as_deref(), Some("Your card was declined."));
        let without = event("payment_intent.payment_failed", r#"{"id":"pi_1"}"#);
        assert_eq!(without.reason, None);
    }

    #[test]
    fn other_events_are_none_of_a_stores_business() {
        for kind in ["charge.refunded", "payment_intent.canceled", "account.updated", ""] {
            assert_eq!(event(kind, r#"{"id":"pi_1"}"#).topic, EventTopic::Other);
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
    fn what_is_no_event_is_none() {
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
}
