//! Stripe's events (<https://docs.stripe.com/api/events>), as far as they are the same for both hosts.

use serde::Deserialize;
use serde_json::Value;

use super::requests::REFUND_MARK;
use crate::json::JsonObject;
use crate::webhook::{MoneyEvent, MoneyNews, WebhookEvent};

/// How the objects of the other kind of events are named, which carry no data
/// (<https://docs.stripe.com/event-destinations#thin-events>). None of them is about a payment.
const THIN: &str = "v2.";

/// An event, and the object that it is about.
pub(super) struct Event {
    pub id: String,
    pub kind: String,
    pub object: JsonObject,
    /// In seconds since 1970.
    created: Option<u64>,
}

#[derive(Deserialize)]
struct EventFields {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    object: Option<Value>,
    #[serde(default)]
    created: Option<Value>,
    #[serde(default)]
    data: Option<EventData>,
}

#[derive(Default, Deserialize)]
struct EventData {
    #[serde(default)]
    object: Option<JsonObject>,
}

impl Event {
    /// Returns the event that a text spells, or `None` if it spells something else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let fields: EventFields = serde_json::from_str(text).ok()?;
        let is_thin =
            fields.object.as_ref().and_then(Value::as_str).is_some_and(|it| it.starts_with(THIN));
        let object = fields.data.unwrap_or_default().object;
        Some(Self {
            id: fields.id,
            kind: fields.kind,
            object: if is_thin { JsonObject::empty() } else { object? },
            created: fields.created.as_ref().and_then(Value::as_u64),
        })
    }

    /// Returns what the event says about money that was taken, if it is about that and about a PaymentIntent. Amounts are
    /// Stripe's.
    pub(super) fn money(&self) -> Option<WebhookEvent> {
        let Self { id, kind, object, created } = self;
        let news = match kind.as_str() {
            // Of all refunds of the charge: which one is new is said by the refund's own event.
            "charge.refunded" => MoneyNews::Refunded { is_ours: None },
            "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
                refund_news(object)
            }
            "charge.dispute.created" => MoneyNews::Disputed { reason: object.get("reason") },
            _ => return None,
        };
        let is_of_one = kind != "charge.refunded";
        let money = MoneyEvent {
            id: object.get("id").filter(|_| is_of_one),
            amount: object.get("amount").filter(|_| is_of_one),
            at: *created,
            news,
        };
        let payment = object.get::<String>("payment_intent")?;
        Some(WebhookEvent::about_money(id, kind, payment, money))
    }
}

fn refund_news(refund: &JsonObject) -> MoneyNews {
    let status = refund.get::<String>("status");
    if let Some(status @ ("failed" | "canceled")) = status.as_deref() {
        let reason = refund.get("failure_reason").unwrap_or_else(|| status.to_owned());
        return MoneyNews::RefundFailed { reason: Some(reason) };
    }
    let metadata = refund.get::<JsonObject>("metadata");
    let mark = metadata.and_then(|metadata| metadata.get::<String>(REFUND_MARK));
    MoneyNews::Refunded { is_ours: Some(mark.is_some()) }
}

/// Returns why the last attempt to pay an intent failed, in Stripe's words.
pub(super) fn reason(intent: &JsonObject) -> Option<String> {
    intent.get::<JsonObject>("last_payment_error")?.get("message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;

    fn event(kind: &str, object: &str) -> Event {
        let text = format!(
            r#"{{"id":"evt_1","object":"event","type":"{kind}","created":1700000000,"data":{{"object":{object}}}}}"#
        );
        Event::read(&text).unwrap()
    }

    fn money(kind: &str, object: &str) -> MoneyEvent {
        let event = event(kind, object).money().unwrap();
        assert_eq!(event.payment.as_deref(), Some("pi_1"));
        event.money.unwrap()
    }

    #[test]
    fn a_refund_says_whether_medusa_asked_for_it() {
        for (metadata, is_ours) in
            [("{}", false), ("null", false), (r#"{"medusa_payment_rs":"a1b2"}"#, true)]
        {
            let refund = format!(
                r#"{{"id":"re_1","amount":500,"status":"succeeded","payment_intent":"pi_1","metadata":{metadata}}}"#
            );
            for kind in ["refund.created", "refund.updated", "charge.refund.updated"] {
                let MoneyEvent { news, id, amount, at } = money(kind, &refund);
                assert_eq!(news, MoneyNews::Refunded { is_ours: Some(is_ours) }, "{metadata}");
                assert_eq!((id.as_deref(), amount), (Some("re_1"), Amount::new(500).ok()));
                assert_eq!(at, Some(1_700_000_000));
            }
        }
    }

    #[test]
    fn a_refund_that_failed_has_stripes_reason() {
        for (status, reason, told) in [
            ("failed", r#""lost_or_stolen_card""#, "lost_or_stolen_card"),
            ("failed", "null", "failed"),
            ("canceled", "null", "canceled"),
        ] {
            let refund = format!(
                r#"{{"id":"re_1","amount":500,"status":"{status}","failure_reason":{reason},"payment_intent":"pi_1"}}"#
            );
            for kind in
                ["refund.failed", "refund.updated", "charge.refund.updated", "refund.created"]
            {
                let reason = Some(told.to_owned());
                assert_eq!(money(kind, &refund).news, MoneyNews::RefundFailed { reason });
            }
        }
    }

    #[test]
    fn a_charge_says_that_it_was_refunded_and_not_by_which_refund() {
        let charge = r#"{"id":"ch_1","amount":1500,"amount_refunded":500,"payment_intent":"pi_1"}"#;
        let MoneyEvent { news, id, amount, .. } = money("charge.refunded", charge);
        assert_eq!(news, MoneyNews::Refunded { is_ours: None });
        assert_eq!((id, amount), (None, None));
    }

    #[test]
    fn a_dispute_has_the_banks_reason() {
        let dispute =
            r#"{"id":"du_1","amount":1500,"reason":"fraudulent","payment_intent":"pi_1"}"#;
        let event = money("charge.dispute.created", dispute);
        assert_eq!(event.news, MoneyNews::Disputed { reason: Some("fraudulent".to_owned()) });
        assert_eq!(event.id.as_deref(), Some("du_1"));
    }

    #[test]
    fn a_charge_without_an_intent_is_another_integrations() {
        for (kind, object) in [
            ("charge.refunded", r#"{"id":"ch_1","payment_intent":null}"#),
            ("refund.created", r#"{"id":"re_1","charge":"ch_1"}"#),
            ("charge.dispute.created", r#"{"id":"du_1"}"#),
            ("payment_intent.succeeded", r#"{"id":"pi_1","payment_intent":"pi_1"}"#),
        ] {
            assert_eq!(event(kind, object).money(), None, "{kind}");
        }
    }

    #[test]
    fn a_thin_event_is_an_event_without_an_object() {
        let text = r#"{"id":"evt_test_65","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered",
            "livemode":false,"created":"2024-09-17T06:20:52.246Z",
            "related_object":{"id":"mtr_1","type":"billing.meter","url":"/v1/billing/meters/mtr_1"}}"#;
        let event = Event::read(text).unwrap();
        assert_eq!((event.id.as_str(), event.created), ("evt_test_65", None));
        assert_eq!(event.object, JsonObject::empty());
        assert!(Event::read(&text.replace("v2.core.event", "event")).is_none());
    }
}
