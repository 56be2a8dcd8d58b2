//! What Medusa has to do next so that its books say what Stripe's say.
//!
//! A webhook event is a hint only: deliveries come late, twice and out of order. What is decided on is
//! the intent as Stripe has it now, and Medusa's rows as they are now; after each step both are looked
//! at anew.

use serde::{Deserialize, Serialize};

use super::event::COLLECTION;
use super::intent::{Intent, IntentStatus};
use crate::amount::Amount;

/// How long a payment collection is left to the shopper's own request. Two at once book it once, but the
/// second one gets an error; a shopper should rather see what was bought.
const SHOPPER_FIRST_MS: u64 = 2_000;

/// Tax lines that are younger than this say that somebody is completing the cart: Medusa makes them first,
/// and takes them away where it fails.
const COMPLETION_UNDER_WAY_MS: u64 = 5_000;

/// A payment without an order is on its way to one for so long; then whoever was at it has died. Between
/// the two commits there is one look at Stripe, which has 12 s.
const ORDER_UNDER_WAY_MS: u64 = 15_000;

/// The two sides of a payment.
#[derive(Debug, Deserialize)]
pub struct Settlement {
    /// The PaymentIntent as Stripe has it now, with its charge.
    intent: Intent,
    /// `cart_…` or `paycol_…`
    resource: String,
    /// Whether the cart has become an order or a swap.
    is_completed: bool,
    /// Whether that order or swap is canceled.
    is_canceled: bool,
    /// What the cart, or the collection's session, asks for.
    total: Option<Amount>,
    /// The intent that the selected session waits for.
    session: Option<String>,
    /// The age of the cart's tax lines, where it has any.
    tax_lines_age_ms: Option<u64>,
    /// The payments that Medusa has booked on the resource.
    payments: Vec<Booked>,
    /// For how long the event has been looked at.
    waited_ms: u64,
}

#[derive(Debug, Deserialize)]
struct Booked {
    intent: Option<String>,
    is_captured: bool,
    is_canceled: bool,
    age_ms: u64,
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", content = "why", rename_all = "snake_case")]
pub enum Step {
    /// Complete the cart, or authorize the collection's session.
    Complete,
    /// Make an order of a cart whose payment is booked already.
    Resume,
    /// Book that the money was taken.
    Capture,
    /// Look again in a moment.
    Wait(String),
    /// Nothing is left to do.
    Done(String),
    /// Nothing can be done here, and somebody has to look at it.
    Attend(String),
    /// It cannot be done as things are; it can be later, once somebody has changed something.
    Refuse(String),
}

impl Settlement {
    /// The two sides, from JSON.
    ///
    /// # Errors
    /// Where something is missing.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// What comes next.
    #[must_use]
    pub fn next_step(&self) -> Step {
        let (id, resource) = (&self.intent.fields.id, &self.resource);
        if !self.is_held() && !self.is_taken() {
            return Step::Done(format!("{id} is not paid, or not any more"));
        }
        let mine = |payment: &&Booked| payment.intent.as_ref() == Some(id);
        if self.payments.iter().filter(mine).filter(|payment| !payment.is_canceled).count() > 1 {
            return Step::Attend(format!(
                "{id} is booked more than once on {resource}: it was paid once. Capture one of \
                 these payments only."
            ));
        }
        let live = self.payments.iter().find(|payment| !payment.is_canceled);
        match self.payments.iter().filter(mine).find(|payment| !payment.is_canceled) {
            Some(payment) => self.after_authorization(payment),
            None if self.payments.iter().any(|payment| mine(&payment)) => Step::Attend(format!(
                "Medusa has canceled the payment {id} on {resource}, and {}",
                self.what_to_do()
            )),
            None if self.is_completed || live.is_some_and(|_| !self.is_collection()) => {
                Step::Attend(format!(
                    "{resource} was paid with another payment than {id}, and {}",
                    self.what_to_do()
                ))
            }
            None => self.before_authorization(),
        }
    }

    fn before_authorization(&self) -> Step {
        let (id, resource) = (&self.intent.fields.id, &self.resource);
        if self.intent.is_refunded() {
            return self.nothing_to_complete();
        }
        if self.session.as_ref() != Some(id) {
            return Step::Attend(format!(
                "nobody waits for {id} on {resource} any more: its payment session was replaced or \
                 deleted, and {}",
                self.what_to_do()
            ));
        }
        match self.total {
            Some(total) if total == self.intent.fields.amount => {}
            total => {
                let total = total.map_or_else(|| "nothing".to_owned(), |total| total.to_string());
                return Step::Refuse(format!(
                    "{id} is over {} and {resource} asks for {total} (minor units). Nothing was \
                     completed. Change {resource} to what was paid and send the event again from \
                     Stripe's dashboard, or give the money back there.",
                    self.intent.fields.amount
                ));
            }
        }
        if self.tax_lines_age_ms.is_some_and(|age| age < COMPLETION_UNDER_WAY_MS) {
            return Step::Wait(format!("another request completes {resource}"));
        }
        if self.is_collection() && self.waited_ms < SHOPPER_FIRST_MS {
            return Step::Wait(format!("the shopper comes first on {resource}"));
        }
        Step::Complete
    }

    fn after_authorization(&self, payment: &Booked) -> Step {
        let (id, resource) = (&self.intent.fields.id, &self.resource);
        if !self.is_completed && !self.is_collection() {
            return if self.intent.is_refunded() {
                self.nothing_to_complete()
            } else if payment.age_ms < ORDER_UNDER_WAY_MS {
                Step::Wait(format!("another request makes an order of {resource}"))
            } else {
                Step::Resume
            };
        }
        if !self.is_taken() || payment.is_captured {
            return Step::Done(format!("{id} is booked on {resource}"));
        }
        if self.is_canceled {
            return Step::Attend(format!(
                "Medusa has canceled what {resource} became, and {}",
                self.what_to_do()
            ));
        }
        Step::Capture
    }

    fn nothing_to_complete(&self) -> Step {
        Step::Done(format!(
            "{} was refunded before {} was completed",
            self.intent.fields.id, self.resource
        ))
    }

    fn is_collection(&self) -> bool {
        self.resource.starts_with(COLLECTION)
    }

    fn is_held(&self) -> bool {
        self.intent.fields.status == IntentStatus::RequiresCapture
    }

    fn is_taken(&self) -> bool {
        self.intent.fields.status == IntentStatus::Succeeded
    }

    /// For money that Medusa will not give back by itself.
    fn what_to_do(&self) -> String {
        let amount = self.intent.fields.amount;
        if self.is_taken() {
            format!("Stripe has taken {amount} (minor units) with it: refund it in its dashboard.")
        } else {
            format!("Stripe holds {amount} (minor units) with it: cancel it in its dashboard.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A cart that waits for an intent whose money is held, with changes.
    fn settlement(changes: &Value) -> Settlement {
        let mut value = json!({
            "intent": {"id": "pi_1", "status": "requires_capture", "amount": 1500},
            "resource": "cart_1",
            "is_completed": false,
            "is_canceled": false,
            "total": 1500,
            "session": "pi_1",
            "tax_lines_age_ms": null,
            "payments": [],
            "waited_ms": 0,
        });
        merge(&mut value, changes);
        Settlement::parse(&value.to_string()).unwrap()
    }

    fn merge(value: &mut Value, changes: &Value) {
        match (value, changes) {
            (Value::Object(members), Value::Object(changes)) => {
                for (key, change) in changes {
                    merge(members.entry(key).or_insert(Value::Null), change);
                }
            }
            (value, change) => *value = change.clone(),
        }
    }

    fn step(changes: &Value) -> Step {
        settlement(changes).next_step()
    }

    fn booked(intent: &str, is_captured: bool, age_ms: u64) -> Value {
        json!({"intent": intent, "is_captured": is_captured, "is_canceled": false, "age_ms": age_ms})
    }

    fn attention(step: Step) -> String {
        match step {
            Step::Attend(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_paid_cart_is_completed() {
        for status in ["requires_capture", "succeeded"] {
            assert_eq!(step(&json!({"intent": {"status": status}})), Step::Complete);
        }
    }

    #[test]
    fn an_intent_that_is_not_paid_needs_nothing() {
        for status in [
            "canceled",
            "processing",
            "requires_action",
            "requires_confirmation",
            "requires_payment_method",
            "new",
        ] {
            let step = step(&json!({"intent": {"status": status}, "session": null}));
            assert!(matches!(step, Step::Done(_)), "{status}: {step:?}");
        }
    }

    #[test]
    fn money_that_was_given_back_buys_nothing() {
        let charge = json!({"id": "ch_1", "refunded": true});
        let given_back = json!({"intent": {"status": "succeeded", "latest_charge": charge}});
        let old = [booked("pi_1", false, ORDER_UNDER_WAY_MS)];
        for more in [json!({}), json!({"resource": "paycol_1"}), json!({"payments": old})] {
            let mut changes = given_back.clone();
            merge(&mut changes, &more);
            let step = step(&changes);
            assert!(matches!(&step, Step::Done(why) if why.contains("refunded")), "{step:?}");
        }
    }

    #[test]
    fn an_order_is_captured_once_the_money_is_taken() {
        let order = |status, is_captured| {
            let payments = json!([booked("pi_1", is_captured, 0)]);
            json!({"intent": {"status": status}, "is_completed": true, "payments": payments})
        };
        assert!(matches!(step(&order("requires_capture", false)), Step::Done(_)));
        assert_eq!(step(&order("succeeded", false)), Step::Capture);
        assert!(matches!(step(&order("succeeded", true)), Step::Done(_)));
    }

    #[test]
    fn a_payment_without_an_order_is_left_to_whoever_is_at_it_and_then_taken_over() {
        let cart = |age| json!({"payments": [booked("pi_1", false, age)]});
        assert!(matches!(step(&cart(ORDER_UNDER_WAY_MS - 1)), Step::Wait(_)));
        assert_eq!(step(&cart(ORDER_UNDER_WAY_MS)), Step::Resume);
    }

    #[test]
    fn a_cart_that_somebody_is_completing_is_left_to_them_for_a_while() {
        let cart = |age| json!({"tax_lines_age_ms": age});
        assert!(matches!(step(&cart(COMPLETION_UNDER_WAY_MS - 1)), Step::Wait(_)));
        assert_eq!(step(&cart(COMPLETION_UNDER_WAY_MS)), Step::Complete);
    }

    #[test]
    fn an_intent_that_nobody_waits_for_completes_nothing() {
        for (changes, status, advice) in [
            (json!({"session": "pi_2"}), "requires_capture", "cancel"),
            (json!({"session": null}), "succeeded", "refund"),
            (json!({"payments": [booked("pi_2", false, 0)]}), "succeeded", "refund"),
            (
                json!({"is_completed": true, "payments": [booked("pi_2", true, 0)]}),
                "succeeded",
                "refund",
            ),
            (json!({"is_completed": true}), "requires_capture", "cancel"),
        ] {
            let mut changes = changes;
            merge(&mut changes, &json!({"intent": {"status": status}}));
            let why = attention(step(&changes));
            assert!(why.contains(advice) && why.contains("pi_1") && why.contains("1500"), "{why}");
        }
    }

    #[test]
    fn money_taken_for_what_medusa_has_canceled_is_pointed_out() {
        let order = json!({
            "intent": {"status": "succeeded"},
            "is_completed": true,
            "is_canceled": true,
            "payments": [booked("pi_1", false, 0)],
        });
        assert!(attention(step(&order)).contains("refund"));
        let mut payment = booked("pi_1", false, 0);
        merge(&mut payment, &json!({"is_canceled": true}));
        let order = json!({"is_completed": true, "payments": [payment]});
        assert!(attention(step(&order)).contains("cancel"));
    }

    #[test]
    fn a_payment_over_another_amount_completes_nothing() {
        for total in [json!(1499), json!(0), Value::Null] {
            let Step::Refuse(why) = step(&json!({"total": total})) else { panic!("{total}") };
            assert!(why.contains("1500"), "{why}");
        }
    }

    #[test]
    fn a_collection_is_left_to_the_shopper_for_a_moment() {
        let collection = |waited| json!({"resource": "paycol_1", "waited_ms": waited});
        assert!(matches!(step(&collection(0)), Step::Wait(_)));
        assert_eq!(step(&collection(SHOPPER_FIRST_MS)), Step::Complete);
    }

    #[test]
    fn a_collections_payments_are_captured_one_by_one() {
        let collection = json!({
            "intent": {"status": "succeeded"},
            "resource": "paycol_1",
            "payments": [booked("pi_2", false, 0), booked("pi_1", false, 0)],
        });
        assert_eq!(step(&collection), Step::Capture);
        let other = json!({"resource": "paycol_1", "waited_ms": 9_000, "payments": [booked("pi_2", false, 0)]});
        assert_eq!(step(&other), Step::Complete);
    }

    #[test]
    fn one_intent_that_is_booked_twice_is_pointed_out() {
        let twice = [booked("pi_1", true, 0), booked("pi_1", false, 0)];
        let collection = json!({
            "intent": {"status": "succeeded"}, "resource": "paycol_1", "payments": twice,
        });
        assert!(attention(step(&collection)).contains("more than once"));
    }

    #[test]
    fn a_step_is_told_in_json() {
        assert_eq!(serde_json::to_string(&Step::Complete).unwrap(), r#"{"step":"complete"}"#);
        let done = serde_json::to_string(&Step::Done("ok".to_owned())).unwrap();
        assert_eq!(done, r#"{"step":"done","why":"ok"}"#);
    }
}
