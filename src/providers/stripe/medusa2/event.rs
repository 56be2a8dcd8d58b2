//! What a webhook event is about (<https://docs.stripe.com/api/events>), for Medusa 2.

use super::super::event;
use super::super::intent::{Intent, PaymentMethod};
use super::super::units;
use super::start::{AMOUNT, SESSION, STORE};
use crate::amount::Amount;
use crate::json::JsonObject;
use crate::webhook::{MoneyEvent, WebhookAction, WebhookEvent};

/// An event, and its intent's payment method if that decides on the action.
pub(super) struct Event {
    pub(super) event: WebhookEvent,
    /// The payment method of an intent that is being processed.
    pub(super) method: Option<PaymentMethod>,
}

/// Returns the event that a text spells, or `None` if it spells something else. `store_mark` is that of this store.
pub(super) fn read_event(text: &str, store_mark: Option<&str>) -> Option<Event> {
    let event = event::Event::read(text)?;
    if let Some(money) = event.money() {
        return Some(Event { event: in_medusas_words(money, &event.object), method: None });
    }
    let event::Event { id, kind, object, .. } = event;
    let (action, amount) = match kind.as_str() {
        "payment_intent.succeeded" => (WebhookAction::Captured, "amount_received"),
        "payment_intent.amount_capturable_updated" => {
            (WebhookAction::Authorized, "amount_capturable")
        }
        "payment_intent.payment_failed" => (WebhookAction::Failed, "amount"),
        "payment_intent.canceled" => (WebhookAction::Canceled, "amount"),
        "payment_intent.created" | "payment_intent.processing" => {
            (WebhookAction::Pending, "amount")
        }
        "payment_intent.requires_action" | "payment_intent.partially_funded" => {
            (WebhookAction::RequiresMore, "amount")
        }
        _ => return Some(Event::not_supported(id, kind)),
    };
    let intent = Intent::try_from(object).ok()?;
    let metadata = intent.fields.metadata.as_ref();
    let named = |name| {
        let value: Option<String> = metadata?.get(name);
        value.filter(|value| !value.is_empty())
    };
    // An intent of another integration on the same account.
    let Some(session) = named(SESSION) else { return Some(Event::not_supported(id, kind)) };
    let amount = match kind.as_str() {
        "payment_intent.partially_funded" => still_to_pay(&intent.raw),
        _ => intent.raw.get(amount),
    };
    let is_of_this_store = store_mark.is_some() && named(STORE).as_deref() == store_mark;
    let event = WebhookEvent {
        id,
        kind,
        action,
        resource: Some(session),
        amount: in_minor_units(amount.unwrap_or(intent.fields.amount), &intent),
        reason: event::reason(&intent.raw),
        is_of_this_store,
        payment: Some(intent.fields.id),
        money: None,
    };
    let method = intent.fields.payment_method.filter(|_| action == WebhookAction::Pending);
    Some(Event { event, method })
}

/// Returns what Medusa has asked for if the amount is all of it, and otherwise the amount in the currency's minor unit.
pub(super) fn in_minor_units(amount: Amount, intent: &Intent) -> Option<Amount> {
    let is_all = amount == intent.fields.amount;
    let metadata = intent.fields.metadata.as_ref();
    let asked = metadata.and_then(|metadata| metadata.get::<String>(AMOUNT));
    let asked = asked.and_then(|text| text.parse().ok()).and_then(|it| Amount::new(it).ok());
    asked.filter(|_| is_all).or_else(|| units::from_stripe(amount, &intent.fields.currency))
}

/// An event about money, with the session that the charge names, and with its amount in the currency's minor unit.
fn in_medusas_words(event: WebhookEvent, object: &JsonObject) -> WebhookEvent {
    let currency = object.get::<String>("currency").unwrap_or_default();
    let amount = |money: &MoneyEvent| units::from_stripe(money.amount?, &currency);
    let money = event.money.map(|money| MoneyEvent { amount: amount(&money), ..money });
    WebhookEvent { money, resource: session_of(object), ..event }
}

/// The session that an intent, or its charge, which has its metadata, is for.
pub(super) fn session_of(object: &JsonObject) -> Option<String> {
    object.get::<JsonObject>("metadata")?.get::<String>(SESSION).filter(|id| !id.is_empty())
}

/// What a bank transfer has left to pay.
fn still_to_pay(intent: &JsonObject) -> Option<Amount> {
    intent
        .get::<JsonObject>("next_action")?
        .get::<JsonObject>("display_bank_transfer_instructions")?
        .get("amount_remaining")
}

impl Event {
    fn not_supported(id: String, kind: String) -> Self {
        Self { event: WebhookEvent::not_supported(id, kind), method: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz;

    fn read(kind: &str, members: &str) -> WebhookEvent {
        let object = format!(
            r#"{{"id":"pi_1","object":"payment_intent","status":"processing","amount":1240,"currency":"kwd",{members}}}"#
        );
        let text = format!(r#"{{"id":"evt_1","type":"{kind}","data":{{"object":{object}}}}}"#);
        read_event(&text, Some("mark")).unwrap().event
    }

    const OURS: &str =
        r#""metadata":{"session_id":"payses_1","medusa_amount":"1234","medusa_store":"mark"}"#;

    #[test]
    fn every_event_of_an_intent_has_medusas_action() {
        for (kind, action) in [
            ("succeeded", WebhookAction::Captured),
            ("amount_capturable_updated", WebhookAction::Authorized),
            ("payment_failed", WebhookAction::Failed),
            ("canceled", WebhookAction::Canceled),
            ("created", WebhookAction::Pending),
            ("processing", WebhookAction::Pending),
            ("requires_action", WebhookAction::RequiresMore),
            ("partially_funded", WebhookAction::RequiresMore),
            ("invented", WebhookAction::NotSupported),
        ] {
            assert_eq!(read(&format!("payment_intent.{kind}"), OURS).action, action, "{kind}");
        }
        assert_eq!(read("charge.captured", OURS).action, WebhookAction::NotSupported);
    }

    #[test]
    fn money_is_told_in_the_currencys_minor_unit_and_medusa_takes_no_action() {
        let members = format!(r#""payment_intent":"pi_1","reason":"general",{OURS}"#);
        let disputed = read("charge.dispute.created", &members);
        assert_eq!(disputed.action, WebhookAction::NotSupported);
        assert_eq!(disputed.resource.as_deref(), Some("payses_1"));
        assert_eq!(disputed.money.unwrap().amount, Amount::new(1240).ok());
        let isk = r#"{"id":"evt_1","type":"refund.created","data":{"object":
            {"id":"re_1","amount":50000,"currency":"isk","status":"succeeded","payment_intent":"pi_1"}}}"#;
        let refunded = read_event(isk, None).unwrap().event;
        assert_eq!(refunded.resource, None, "the intent names it");
        assert_eq!(refunded.money.unwrap().amount, Amount::new(500).ok());
    }

    #[test]
    fn medusa_gets_back_what_it_asked_for() {
        let amount = |members: &str| {
            let event = read("payment_intent.succeeded", &format!("{members},{OURS}"));
            event.amount.unwrap().minor_units()
        };
        assert_eq!(amount(r#""amount_received":1240"#), 1234);
        assert_eq!(amount(r#""amount_received":500"#), 500);
    }

    #[test]
    fn an_intent_without_a_session_belongs_to_another_integration() {
        let event = read("payment_intent.succeeded", r#""metadata":{"order":"7"}"#);
        assert_eq!(event.action, WebhookAction::NotSupported);
    }

    #[test]
    fn only_an_intent_with_the_stores_mark_is_of_this_store() {
        assert!(read("payment_intent.succeeded", OURS).is_of_this_store);
        let other = OURS.replace("mark", "other");
        assert!(!read("payment_intent.succeeded", &other).is_of_this_store);
        let text = r#"{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","status":"succeeded","amount":5,"metadata":{"session_id":"payses_1"}}}}"#;
        assert!(!read_event(text, None).unwrap().event.is_of_this_store);
    }

    #[test]
    fn a_bank_transfer_says_what_is_left_to_pay() {
        let members = format!(
            r#""next_action":{{"display_bank_transfer_instructions":{{"amount_remaining":240}}}},{OURS}"#
        );
        let event = read("payment_intent.partially_funded", &members);
        assert_eq!(event.amount, Amount::new(240).ok());
    }

    proptest::proptest! {
        #[test]
        fn fuzz_an_event_that_a_store_acts_on_names_its_payment_and_its_session(
            text in fuzz::json_text(fuzz::with_members(
                serde_json::json!({
                    "id": "evt_1",
                    "type": "payment_intent.succeeded",
                    "data": {"object": {
                        "id": "pi_1", "status": "succeeded", "amount": 5, "metadata": {"session_id": "payses_1"},
                    }},
                }),
                &["id", "type", "data", "object", "metadata"],
            )),
        ) {
            if let Some(Event { event, .. }) = read_event(&text, None) {
                let is_acted_on = event.action != WebhookAction::NotSupported;
                let is_named = event.payment.is_some() && event.resource.is_some();
                proptest::prop_assert!(!is_acted_on || is_named, "{event:?}");
            }
        }
    }
}
