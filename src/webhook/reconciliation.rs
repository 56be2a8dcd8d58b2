//! What Medusa has to do next so that its records say what the provider's say.
//!
//! What is decided on is the payment as the provider has it now, and Medusa's rows as they are now;
//! after each step both are read anew.

use serde::{Deserialize, Serialize};

use super::{MoneyEvent, MoneyNews, PaymentState};
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

/// How long a cancellation and a refund are left to the request of Medusa's own that has caused the event, in milliseconds:
/// the provider tells of them before Medusa has stored them.
const MEDUSA_FIRST_MS: u64 = 3_000;

/// How long a refund that Medusa asked for may be on its way to Medusa's records, in seconds; after that its reply is lost.
const REFUND_UNDER_WAY_S: u64 = 60;

/// The two sides of a payment.
#[derive(Debug, Deserialize)]
pub struct Reconciliation {
    /// The provider's name as a person writes it, for messages.
    pub(crate) provider: String,
    /// What the provider has of the payment now.
    pub(crate) state: PaymentState,
    /// What the event says about money that was taken, if it is about that.
    #[serde(default)]
    pub(crate) money: Option<MoneyEvent>,
    /// `cart_…` or `paycol_…`
    pub(crate) resource: String,
    /// What the resource has become, as a person finds it: an order with its number.
    #[serde(default)]
    pub(crate) found_as: Option<String>,
    /// The route in Medusa's admin by which a person refunds it.
    #[serde(default)]
    pub(crate) refund_route: Option<String>,
    /// Whether the cart has become an order or a swap.
    pub(crate) is_completed: bool,
    /// Whether that order or swap is canceled.
    pub(crate) is_canceled: bool,
    /// What the cart, or the collection's session, asks for.
    pub(crate) total: Option<Amount>,
    /// The payment that the selected session waits for.
    pub(crate) session: Option<String>,
    /// The age of the cart's tax lines, if it has any.
    pub(crate) tax_lines_age_ms: Option<u64>,
    /// The payments that Medusa has recorded on the resource.
    pub(crate) payments: Vec<Recorded>,
    /// How long ago work on the event began.
    pub(crate) waited_ms: u64,
    /// The time, in seconds since 1970.
    #[serde(default)]
    pub(crate) now: u64,
}

/// A payment that Medusa has recorded.
#[derive(Debug, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) payment: Option<String>,
    pub(crate) is_captured: bool,
    pub(crate) is_canceled: bool,
    pub(crate) age_ms: u64,
    /// How much of it Medusa has recorded as refunded, in minor units.
    #[serde(default)]
    pub(crate) refunded: Amount,
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
    /// Record that the payment was canceled, and have a person look at what was bought with it.
    Cancel(String),
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
            return self.after_loss();
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
        if let Some(money) = &self.money {
            return self.before_order(money);
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
            } else if let Some(money) = &self.money {
                self.before_order(money)
            } else if payment.age_ms < ORDER_UNDER_WAY_MS {
                Step::Wait(format!("another request makes an order of {resource}"))
            } else {
                Step::Resume
            };
        }
        if !self.is_taken() || payment.is_captured {
            return match &self.money {
                Some(money) => self.after_money(payment, money),
                None => Step::Done(format!("{id} is recorded on {resource}")),
            };
        }
        if self.is_canceled {
            return Step::Attend(format!(
                "Medusa has canceled what {resource} became, and {}",
                self.what_to_do()
            ));
        }
        Step::Capture
    }

    /// The provider neither holds nor has the money: it was canceled there, has expired, or was denied.
    fn after_loss(&self) -> Step {
        let (id, provider) = (&self.state.payment, &self.provider);
        let nothing = || Step::Done(format!("{id} is not paid, or not any more"));
        let is_mine = |payment: &&Recorded| payment.payment.as_ref() == Some(id);
        let live = self.payments.iter().filter(is_mine).find(|payment| !payment.is_canceled);
        let is_lost = matches!(
            self.state.status,
            PaymentSessionStatus::Canceled | PaymentSessionStatus::Error
        );
        let Some(payment) = live.filter(|_| is_lost) else { return nothing() };
        if self.is_canceled || !(self.is_completed || self.is_collection()) {
            return nothing();
        }
        if self.waited_ms < MEDUSA_FIRST_MS {
            return Step::Wait(format!("Medusa may be canceling {id} itself"));
        }
        let (amount, found) = (self.state.amount, self.found());
        let what = format!(
            "{provider} has canceled the payment {id} of {found}, of {amount} (minor units), and holds nothing for it \
             any more"
        );
        if payment.is_captured {
            return Step::Attend(format!(
                "{what}, but Medusa has recorded that the money was taken. Look at the payment in {provider}'s dashboard."
            ));
        }
        let advice = "Do not send anything out that is not paid: have the shopper pay anew, or cancel it in Medusa's admin.";
        match self.state.status {
            PaymentSessionStatus::Canceled => {
                Step::Cancel(format!("{what}. Medusa's payment is canceled now, too. {advice}"))
            }
            _ => Step::Attend(format!("{what}. {advice}")),
        }
    }

    /// What the event says about money that was taken and that Medusa has recorded.
    fn after_money(&self, payment: &Recorded, event: &MoneyEvent) -> Step {
        if let MoneyNews::Disputed { reason } = &event.news {
            return self.disputed(event, reason.as_deref());
        }
        let (given_back, recorded) = (self.state.refunded, payment.refunded);
        let id = &self.state.payment;
        if given_back == recorded {
            return Step::Done(format!("{given_back} of {id} are refunded on both sides"));
        }
        if self.waited_ms < MEDUSA_FIRST_MS {
            return Step::Wait(format!("Medusa may be recording a refund of {id} itself"));
        }
        match given_back.checked_sub(recorded) {
            Some(missing) => self.not_recorded(missing, event),
            None => self.not_given_back(payment, event),
        }
    }

    /// A refund or a dispute before there is an order is not a reason to make one.
    fn before_order(&self, event: &MoneyEvent) -> Step {
        let (id, resource, provider) = (&self.state.payment, &self.resource, &self.provider);
        let what = match &event.news {
            MoneyNews::Disputed { .. } => "is disputed",
            _ => "was refunded in part, or a refund of it failed",
        };
        Step::Attend(format!(
            "the payment {id} of {resource} {what}, and {resource} is not an order. No order is made because of that. \
             Look at the payment in {provider}'s dashboard, and give back the rest there if nothing is to be sent."
        ))
    }

    fn disputed(&self, event: &MoneyEvent, reason: Option<&str>) -> Step {
        let (id, provider) = (&self.state.payment, &self.provider);
        let dispute = event.id.as_deref().map_or_else(String::new, |id| format!(", dispute {id}"));
        let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
        Step::Attend(format!(
            "the shopper disputes {} (minor units) of the payment {id} of {}{reason}{dispute}. {provider} keeps the money \
             until it is decided. Answer it in {provider}'s dashboard, under its disputes, and refund nothing of it in \
             Medusa meanwhile. Medusa records no disputes.",
            event.amount.unwrap_or(self.state.captured),
            self.found(),
        ))
    }

    /// The provider has given back more than Medusa has recorded. It is not recorded automatically: what Medusa's own
    /// refunds store is what they have read before, without a lock, so one that a person makes at the same moment would
    /// overwrite it, and a refund whose reply was lost would be recorded once more when it is repeated.
    fn not_recorded(&self, missing: Amount, event: &MoneyEvent) -> Step {
        let (id, provider, found) = (&self.state.payment, &self.provider, self.found());
        let is_ours = match event.news {
            MoneyNews::Refunded { is_ours } => is_ours,
            _ => None,
        };
        if is_ours == Some(true) && self.is_young(event) {
            return Step::Refuse(format!(
                "Medusa is still recording the refund {} of {id}, or has lost its reply",
                event.id.as_deref().unwrap_or_default()
            ));
        }
        let what = format!(
            "{provider} has given back {missing} (minor units) of the payment {id} of {found} that Medusa has not recorded"
        );
        let refund = event.id.as_deref().map_or_else(
            || "a refund".to_owned(),
            |id| {
                let amount = event.amount.map_or_else(String::new, |it| format!(" of {it}"));
                format!("the refund {id}{amount}")
            },
        );
        let amount = event.amount.unwrap_or(missing);
        let again = format!("refund {amount} in Medusa's admin{}", self.route());
        if is_ours == Some(true) {
            return Step::Attend(format!(
                "{what}: Medusa asked for {refund}, and its reply was lost. To record it, {again}: it is found, and not paid \
                 again."
            ));
        }
        let left = self.state.captured.checked_sub(self.state.refunded).unwrap_or_default();
        let advice = if left < amount {
            format!(
                "To record it, {again}: {provider} has less than that left, so what was given back in its dashboard is \
                 recorded, and nothing is paid."
            )
        } else {
            format!(
                "Keep a note of it: {left} are left, and a refund in Medusa's admin would be paid as well."
            )
        };
        let origin = match is_ours {
            None => "or Medusa asked for it, and its reply was lost",
            _ => "and not by Medusa",
        };
        Step::Attend(format!(
            "{what}: {refund} was made in {provider}'s dashboard, {origin}. {advice}"
        ))
    }

    /// Medusa has recorded more refunds than the provider has given back. Medusa cannot take back a refund that it has
    /// recorded.
    fn not_given_back(&self, payment: &Recorded, event: &MoneyEvent) -> Step {
        let (id, provider, found) = (&self.state.payment, &self.provider, self.found());
        let (recorded, given_back) = (payment.refunded, self.state.refunded);
        let kept = recorded.checked_sub(given_back).unwrap_or_default();
        let failed = match (&event.news, &event.id) {
            (MoneyNews::RefundFailed { reason }, Some(refund)) => {
                let reason = reason.as_deref().unwrap_or("no reason given");
                format!(": the refund {refund} failed ({reason})")
            }
            _ => String::new(),
        };
        Step::Attend(format!(
            "Medusa has recorded {recorded} (minor units) of the payment {id} of {found} as refunded, and {provider} has \
             given back {given_back}{failed}. The other {kept} are with you, and not with the shopper, and Medusa cannot \
             take the record back. Refund {kept} again in {provider}'s dashboard, which makes the record right, or pay the \
             shopper in another way. Not in Medusa's admin: that would be recorded once more."
        ))
    }

    /// Whether a refund that Medusa asked for may still be on its way to Medusa's records.
    fn is_young(&self, event: &MoneyEvent) -> bool {
        event.at.is_some_and(|at| self.now.saturating_sub(at) < REFUND_UNDER_WAY_S)
    }

    /// What a person finds the payment by.
    fn found(&self) -> &str {
        self.found_as.as_deref().unwrap_or(&self.resource)
    }

    fn route(&self) -> String {
        self.refund_route.as_deref().map_or_else(String::new, |route| format!(" ({route})"))
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

    /// A placed order whose money was taken and recorded, with a refund over 500 that the provider has paid.
    fn order_with(news: &Value, state: &Value, recorded_refunds: u64) -> Value {
        let mut payment = recorded("pi_1", true, 0);
        merge(&mut payment, &json!({"refunded": recorded_refunds}));
        let mut changes = json!({
            "state": {"status": "captured", "captured": 1500},
            "is_completed": true,
            "found_as": "the order order_1 (#7)",
            "refund_route": "POST /admin/orders/order_1/refund",
            "payments": [payment],
            "waited_ms": MEDUSA_FIRST_MS,
            "now": 1_000,
            "money": {"id": "re_1", "amount": 500, "at": 0},
        });
        merge(&mut changes, &json!({"state": state, "money": news}));
        changes
    }

    fn refunded(is_ours: bool) -> Value {
        json!({"news": "refunded", "is_ours": is_ours})
    }

    #[test]
    fn a_refund_or_a_dispute_makes_no_order() {
        for news in [refunded(false), json!({"news": "disputed"})] {
            let mut cart = order_with(&news, &json!({"refunded": 500}), 0);
            merge(
                &mut cart,
                &json!({"is_completed": false, "payments": [], "session": "pi_1", "total": 1500}),
            );
            assert!(attention(step(&cart)).contains("not an order"), "{news}");
            let authorized = json!([recorded("pi_1", false, ORDER_UNDER_WAY_MS)]);
            merge(&mut cart, &json!({"payments": authorized}));
            assert!(attention(step(&cart)).contains("not an order"), "{news}");
        }
    }

    #[test]
    fn a_refund_that_both_sides_have_needs_nothing() {
        for news in [refunded(true), refunded(false), json!({"news": "refund_failed"})] {
            for waited in [0, MEDUSA_FIRST_MS] {
                let mut changes = order_with(&news, &json!({"refunded": 500}), 500);
                merge(&mut changes, &json!({"waited_ms": waited}));
                assert!(matches!(step(&changes), Step::Done(_)), "{news}");
            }
        }
    }

    #[test]
    fn a_refund_that_medusa_is_making_is_left_to_it_for_a_while() {
        let mut early = order_with(&refunded(true), &json!({"refunded": 500}), 0);
        merge(&mut early, &json!({"waited_ms": MEDUSA_FIRST_MS - 1}));
        assert!(matches!(step(&early), Step::Wait(_)));
        let mut young = order_with(&refunded(true), &json!({"refunded": 500}), 0);
        merge(&mut young, &json!({"now": REFUND_UNDER_WAY_S - 1}));
        assert!(matches!(step(&young), Step::Refuse(_)), "delivered again later");
        merge(&mut young, &json!({"now": REFUND_UNDER_WAY_S}));
        let why = attention(step(&young));
        for part in
            ["order_1 (#7)", "re_1 of 500", "/admin/orders/order_1/refund", "not paid again"]
        {
            assert!(why.contains(part), "{part}: {why}");
        }
    }

    #[test]
    fn a_refund_of_the_dashboard_is_pointed_out_with_what_records_it() {
        let unknown = json!({"news": "refunded", "id": null, "amount": null});
        for (news, refunded, parts) in [
            (self::refunded(false), 500, ["re_1 of 500", "Keep a note"]),
            (self::refunded(false), 1500, ["re_1 of 500", "refund 500 in Medusa's admin"]),
            (unknown, 500, ["a refund was made", "order_1 (#7)"]),
        ] {
            let why = attention(step(&order_with(&news, &json!({"refunded": refunded}), 0)));
            assert!(parts.iter().all(|part| why.contains(part)), "{why}");
        }
    }

    #[test]
    fn a_recorded_refund_that_failed_is_pointed_out() {
        let news = json!({"news": "refund_failed", "reason": "expired_or_canceled_card"});
        let why = attention(step(&order_with(&news, &json!({"refunded": 0}), 500)));
        for part in [
            "order_1 (#7)",
            "re_1 failed (expired_or_canceled_card)",
            "Refund 500 again in Stripe's",
        ] {
            assert!(why.contains(part), "{part}: {why}");
        }
        let unrecorded = step(&order_with(&news, &json!({"refunded": 0}), 0));
        assert!(matches!(unrecorded, Step::Done(_)), "Medusa was told at once: {unrecorded:?}");
    }

    #[test]
    fn a_dispute_is_pointed_out_whatever_was_refunded() {
        let news =
            json!({"news": "disputed", "id": "du_1", "amount": 1500, "reason": "fraudulent"});
        for refunded in [0, 500] {
            let why = attention(step(&order_with(&news, &json!({"refunded": refunded}), 0)));
            for part in ["1500", "order_1 (#7)", "(fraudulent), dispute du_1", "dashboard"] {
                assert!(why.contains(part), "{part}: {why}");
            }
        }
    }

    #[test]
    fn money_is_looked_at_once_the_capture_is_recorded() {
        let mut changes = order_with(&refunded(false), &json!({"refunded": 500}), 0);
        merge(&mut changes, &json!({"payments": [recorded("pi_1", false, 0)]}));
        assert_eq!(step(&changes), Step::Capture);
    }

    #[test]
    fn a_payment_that_the_provider_has_canceled_is_canceled_in_medusa() {
        let order = |waited| {
            json!({
                "state": {"status": "canceled"}, "is_completed": true, "found_as": "the order order_1 (#7)",
                "payments": [recorded("pi_1", false, 0)], "waited_ms": waited,
            })
        };
        assert!(matches!(step(&order(MEDUSA_FIRST_MS - 1)), Step::Wait(_)));
        let Step::Cancel(why) = step(&order(MEDUSA_FIRST_MS)) else { panic!() };
        assert!(why.contains("order_1 (#7), of 1500"), "{why}");
        let mut denied = order(MEDUSA_FIRST_MS);
        merge(&mut denied, &json!({"state": {"status": "error"}}));
        assert!(attention(step(&denied)).contains("order_1"), "nothing was canceled");
        let mut collection = order(MEDUSA_FIRST_MS);
        merge(&mut collection, &json!({"is_completed": false, "resource": "paycol_1"}));
        assert!(matches!(step(&collection), Step::Cancel(_)));
        let mut captured = order(MEDUSA_FIRST_MS);
        merge(&mut captured, &json!({"payments": [recorded("pi_1", true, 0)]}));
        assert!(attention(step(&captured)).contains("recorded that the money was taken"));
    }

    #[test]
    fn a_payment_that_was_canceled_on_both_sides_needs_nothing() {
        let mut payment = recorded("pi_1", false, 0);
        merge(&mut payment, &json!({"is_canceled": true}));
        for changes in [
            json!({"is_completed": true, "is_canceled": true, "payments": [recorded("pi_1", false, 0)]}),
            json!({"is_completed": true, "payments": [payment]}),
            json!({"is_completed": true, "payments": [recorded("pi_2", false, 0)]}),
            json!({"payments": [recorded("pi_1", false, 0)]}),
        ] {
            let mut changes = changes;
            merge(&mut changes, &json!({"state": {"status": "canceled"}, "waited_ms": 9_000}));
            assert!(matches!(step(&changes), Step::Done(_)), "{changes}");
        }
    }

    #[test]
    fn a_step_is_told_in_json() {
        assert_eq!(serde_json::to_string(&Step::Complete).unwrap(), r#"{"step":"complete"}"#);
        let done = serde_json::to_string(&Step::Done("ok".to_owned())).unwrap();
        assert_eq!(done, r#"{"step":"done","why":"ok"}"#);
    }
}
