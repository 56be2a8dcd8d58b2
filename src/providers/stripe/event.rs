//! Stripe's events (<https://docs.stripe.com/api/events>), as far as they are the same for both hosts.

use serde::Deserialize;

use crate::json::JsonObject;

/// An event, and the object that it is about.
pub(super) struct Event {
    pub id: String,
    pub kind: String,
    pub object: JsonObject,
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

impl Event {
    /// Returns the event that a text spells, or `None` if it spells something else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let EventFields { id, kind, data } = serde_json::from_str(text).ok()?;
        Some(Self { id, kind, object: data.object })
    }
}

/// Returns why the last attempt to pay an intent failed, in Stripe's words.
pub(super) fn reason(intent: &JsonObject) -> Option<String> {
    intent.get::<JsonObject>("last_payment_error")?.get("message")
}
