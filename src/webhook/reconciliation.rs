//! What Medusa has to do next so that its records say what the provider's say.
//!
//! What is decided on is the payment as the provider has it now, and Medusa's rows as they are now;
//! after each step both are read anew.

use serde::{Deserialize, Serialize};

use super::PaymentState;
use crate::amount::Amount;
use crate::types::PaymentSessionStatus;

/// How the ids of payment collections begin; those of carts begin with `cart_`.
const COLLECTION: &str = "paycol";

/// How long a payment collection is left to the shopper's own request, in milliseconds. Two requests at
/// once record it once, but the second one gets an error; a shopper should rather see what was bought.
const SHOPPER_FIRST_MS: u64 = 2_000;

/// Tax lines that are younger than this, in milliseconds, say that another request is completing the
/// cart: Medusa creates them first, and removes them if it fails.
const COMPLETION_UNDER_WAY_MS: u64 = 5_000;

/// How long a payment without an order may be on its way to one, in milliseconds; after that the process
/// that was at it has died. Between the two commits there is one call of the provider, which has 12 s.
const ORDER_UNDER_WAY_MS: u64 = 15_000;

/// The two sides of a payment.
#[derive(Debug, Deserialize)]
pub struct Reconciliation {
    /// The provider's name as a person writes it, for messages.
    provider: String,
    /// What the provider has of the payment now.
    state: PaymentState,
    /// `cart_…` or `paycol_…`
    resource: String,
    /// Whether the cart has become an order or a swap.
    is_completed: bool,
    /// Whether that order or swap is canceled.
    is_canceled: bool,
    /// What the cart, or the collection's session, asks for.
    total: Option<Amount>,
    /// The payment that the selected session waits for.
    session: Option<String>,
    /// The age of the cart's tax lines, if it has any.
    tax_lines_age_ms: Option<u64>,
    /// The payments that Medusa has recorded on the resource.
    payments: Vec<Recorded>,
    /// How long ago work on the event began.
    waited_ms: u64,
}

#[derive(Debug, Deserialize)]
struct Recorded {
    payment: Option<String>,
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
    /// Make an order of a cart whose payment is recorded already.
    Resume,
    /// Record that the money was taken.
    Capture,
    /// Look again in a moment.
    Wait(String),
    /// Nothing is left to do.
    Done(String),
    /// Nothing can be done automatically, and a person has to look at it.
    Attend(String),
    /// It cannot be done as things are; it can be done later, after a person has changed something.
    Refuse(String),
}

impl Reconciliation {
    /// Returns the two sides that a JSON text spells.
    ///
    /// # Errors
    /// If something is missing.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Returns what comes next.
    #[must_use]
    pub fn next_step(&self) -> Step {
        let (id, resource) = (&self.state.payment, &self.resource);
        if !self.is_held() && !self.is_taken() {
            return Step::Done(format!("{id} is not paid, or not any more"));
        }
        let mine = |payment: &&Recorded| payment.payment.as_ref() == Some(id);
        if self.payments.iter().filter(mine).filter(|payment| !payment.is_canceled).count() > 1 {
            return Step::Attend(format!(
                "{id} is recorded more than once on {resource}: it was paid once. Capture one of \
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
        let (id, resource) = (&self.state.payment, &self.resource);
        if self.state.is_refunded() {
            return self.nothing_to_complete();
        }
        if self.session.as_ref() != Some(id) {
            return Step::Attend(format!(
                "{resource} does not wait for {id} any more: its payment session was replaced or \
                 deleted, and {}",
                self.what_to_do()
            ));
        }
        match self.total {
            Some(total) if total == self.state.amount => {}
            total => {
                let total = total.map_or_else(|| "nothing".to_owned(), |total| total.to_string());
                return Step::Refuse(format!(
                    "{id} is a payment of {} and {resource} asks for {total} (minor units). Nothing was \
                     completed. Change {resource} to what was paid and send the event again from \
                     {}'s dashboard, or give the money back there.",
                    self.state.amount, self.provider
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

    fn after_authorization(&self, payment: &Recorded) -> Step {
        let (id, resource) = (&self.state.payment, &self.resource);
        if !self.is_completed && !self.is_collection() {
            return if self.state.is_refunded() {
                self.nothing_to_complete()
            } else if payment.age_ms < ORDER_UNDER_WAY_MS {
                Step::Wait(format!("another request makes an order of {resource}"))
            } else {
                Step::Resume
            };
        }
        if !self.is_taken() || payment.is_captured {
            return Step::Done(format!("{id} is recorded on {resource}"));
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
            self.state.payment, self.resource
        ))
    }

    fn is_collection(&self) -> bool {
        self.resource.starts_with(COLLECTION)
    }

    fn is_held(&self) -> bool {
        self.state.status == PaymentSessionStatus::Authorized
    }

    fn is_taken(&self) -> bool {
        self.state.status == PaymentSessionStatus::Captured
    }

    /// For money that Medusa will not give back by itself.
    fn what_to_do(&self) -> String {
        let (amount, provider) = (self.state.amount, &self.provider);
        if self.is_taken() {
            format!(
                "{provider} has taken {amount} (minor units) with it: refund it in its dashboard."
            )
        } else {
            format!("{provider} holds {amount} (minor units) with it: cancel it in its dashboard.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A cart that waits for a payment whose money is held, with changes.
    fn reconciliation(changes: &Value) -> Reconciliation {
        let mut value = json!({
            "provider": "Stripe",
            "state": {"payment": "pi_1", "status": "authorized", "amount": 1500, "captured": 0, "refunded": 0},
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
        Reconciliation::parse(&value.to_string()).unwrap()
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
        reconciliation(changes).next_step()
    }

    fn recorded(payment: &str, is_captured: bool, age_ms: u64) -> Value {
        json!({"payment": payment, "is_captured": is_captured, "is_canceled": false, "age_ms": age_ms})
    }

    fn attention(step: Step) -> String {
        match step {
            Step::Attend(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_paid_cart_is_completed() {
        for status in ["authorized", "captured"] {
            assert_eq!(step(&json!({"state": {"status": status}})), Step::Complete);
        }
    }

    #[test]
    fn a_payment_that_is_not_paid_needs_nothing() {
        for status in ["canceled", "pending", "requires_more", "error"] {
            let step = step(&json!({"state": {"status": status}, "session": null}));
            assert!(matches!(step, Step::Done(_)), "{status}: {step:?}");
        }
    }

    #[test]
    fn money_that_was_given_back_buys_nothing() {
        let given_back =
            json!({"state": {"status": "captured", "captured": 1500, "refunded": 1500}});
        let old = [recorded("pi_1", false, ORDER_UNDER_WAY_MS)];
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
            let payments = json!([recorded("pi_1", is_captured, 0)]);
            json!({"state": {"status": status}, "is_completed": true, "payments": payments})
        };
        assert!(matches!(step(&order("authorized", false)), Step::Done(_)));
        assert_eq!(step(&order("captured", false)), Step::Capture);
        assert!(matches!(step(&order("captured", true)), Step::Done(_)));
    }

    #[test]
    fn a_payment_that_gets_no_order_is_taken_over_after_a_while() {
        let cart = |age| json!({"payments": [recorded("pi_1", false, age)]});
        assert!(matches!(step(&cart(ORDER_UNDER_WAY_MS - 1)), Step::Wait(_)));
        assert_eq!(step(&cart(ORDER_UNDER_WAY_MS)), Step::Resume);
    }

    #[test]
    fn a_cart_that_is_being_completed_is_left_alone_for_a_while() {
        let cart = |age| json!({"tax_lines_age_ms": age});
        assert!(matches!(step(&cart(COMPLETION_UNDER_WAY_MS - 1)), Step::Wait(_)));
        assert_eq!(step(&cart(COMPLETION_UNDER_WAY_MS)), Step::Complete);
    }

    #[test]
    fn a_payment_that_its_cart_does_not_wait_for_completes_nothing() {
        for (changes, status, advice) in [
            (json!({"session": "pi_2"}), "authorized", "cancel"),
            (json!({"session": null}), "captured", "refund"),
            (json!({"payments": [recorded("pi_2", false, 0)]}), "captured", "refund"),
            (
                json!({"is_completed": true, "payments": [recorded("pi_2", true, 0)]}),
                "captured",
                "refund",
            ),
            (json!({"is_completed": true}), "authorized", "cancel"),
        ] {
            let mut changes = changes;
            merge(&mut changes, &json!({"state": {"status": status}}));
            let why = attention(step(&changes));
            assert!(why.contains(advice) && why.contains("pi_1") && why.contains("1500"), "{why}");
        }
    }

    #[test]
    fn money_taken_for_what_medusa_has_canceled_is_pointed_out() {
        let order = json!({
            "state": {"status": "captured"},
            "is_completed": true,
            "is_canceled": true,
            "payments": [recorded("pi_1", false, 0)],
        });
        assert!(attention(step(&order)).contains("refund"));
        let mut payment = recorded("pi_1", false, 0);
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
            "state": {"status": "captured"},
            "resource": "paycol_1",
            "payments": [recorded("pi_2", false, 0), recorded("pi_1", false, 0)],
        });
        assert_eq!(step(&collection), Step::Capture);
        let other = json!({"resource": "paycol_1", "waited_ms": 9_000, "payments": [recorded("pi_2", false, 0)]});
        assert_eq!(step(&other), Step::Complete);
    }

    #[test]
    fn one_payment_that_is_recorded_twice_is_pointed_out() {
        let twice = [recorded("pi_1", true, 0), recorded("pi_1", false, 0)];
        let collection = json!({
            "state": {"status": "captured"}, "resource": "paycol_1", "payments": twice,
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
