//! The idempotency key of a logical call.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::canonical::canonical;
use crate::error::{ErrorKind, Result};
use crate::json::JsonObject;
use crate::memory::Recent;
use crate::request::{Operation, Request, Response};
use crate::types::PaymentSessionStatus;

/// How many refused actions are remembered at most, and for how long: as long as any provider known to us
/// replays an answer (PayPal 45 days, Stripe one). To forget one costs the next call of the same action one
/// replayed refusal.
const MOST: usize = 10_000;
const LONGEST: Duration = Duration::from_secs(45 * 86_400);

/// Makes idempotency keys.
///
/// The key of an operation on a stored payment follows from what is stored and what is asked, so that it
/// survives a restart. After the provider has clearly refused it the same action gets a new key, because
/// providers replay a stored refusal under the old one (Stripe for a day). How often an action was refused is
/// known only in memory. If that is lost, the provider may replay the refusal once more, even if a later
/// attempt has moved the money since: [`CallContext::idempotency_key`](crate::CallContext::idempotency_key)
/// says what follows for a processor.
pub(crate) struct IdempotencyKeys(Arc<Refusals>);

/// How often each action was refused.
type Refusals = Recent<String, u32>;

impl Default for IdempotencyKeys {
    fn default() -> Self {
        Self(Arc::new(Recent::new(MOST, LONGEST)))
    }
}

/// The key of one logical call. Its text is made when it is first asked for, which reads never do.
#[derive(Debug)]
pub(crate) struct IdempotencyKey {
    /// `None` for operations that may be wanted twice with the same arguments, such as a payment that is
    /// started again after it was given up.
    action: Option<Action>,
    refusals: Arc<Refusals>,
    text: OnceLock<String>,
}

/// What the key of an operation on a stored payment follows from.
#[derive(Debug)]
struct Action {
    identifier: &'static str,
    operation: Operation,
    payment_id: String,
    data: JsonObject,
    amount: u64,
}

impl IdempotencyKeys {
    pub(crate) fn key_for(
        &self,
        identifier: &'static str,
        payment_id: Option<&str>,
        request: &Request,
    ) -> IdempotencyKey {
        // What a shopper's browser sends with a new session is not the id of a payment.
        let payment_id = payment_id.filter(|_| request.operation() != Operation::InitiatePayment);
        IdempotencyKey {
            action: payment_id
                .or_else(|| only_one_of(request))
                .and_then(|id| Action::of(identifier, id, request)),
            refusals: Arc::clone(&self.0),
            text: OnceLock::new(),
        }
    }
}

impl IdempotencyKey {
    pub(crate) fn as_str(&self) -> &str {
        self.text.get_or_init(|| {
            let Some(action) = &self.action else { return Uuid::new_v4().to_string() };
            let base = action.hash();
            match self.refusals.get(&base) {
                None => base,
                Some(refusals) => format!("{base}-{refusals}"),
            }
        })
    }

    /// Notes from the answer whether the next call of the same action needs a new key.
    pub(crate) fn settle(&self, result: &Result<Response>) {
        let Some(action) = &self.action else { return };
        let final_without_money = match result {
            // An invalid request says nothing about an earlier one with the same key.
            Err(error) => error.kind() == ErrorKind::Refused,
            // What is pending may still become a payment, which the same key has to find.
            Ok(Response::Authorization(authorization)) => matches!(
                authorization.status,
                PaymentSessionStatus::RequiresMore
                    | PaymentSessionStatus::Error
                    | PaymentSessionStatus::Canceled
            ),
            Ok(_) => false,
        };
        if final_without_money {
            let count = |before: Option<&u32>| before.map_or(1, |count| count.saturating_add(1));
            self.refusals.update(action.hash(), count);
        }
    }
}

impl Action {
    fn of(identifier: &'static str, payment_id: &str, request: &Request) -> Option<Self> {
        let (data, amount) = match request {
            Request::RefundPayment { data, amount } => (data, amount.minor_units()),
            Request::CreateAccountHolder { .. } => (&JsonObject::empty(), 0),
            Request::AuthorizePayment { data, .. }
            | Request::CancelPayment { data }
            | Request::DeletePayment { data } => (data, 0),
            Request::CapturePayment { data, capture } => {
                (data, capture.part().unwrap_or_default().minor_units())
            }
            Request::InitiatePayment(context) => {
                (&context.payment_session_data, context.amount.minor_units())
            }
            Request::UpdatePayment(_)
            | Request::RetrievePayment { .. }
            | Request::GetPaymentStatus { .. }
            | Request::UpdatePaymentData { .. }
            | Request::ReadWebhook(_)
            | Request::PaymentState { .. }
            | Request::RetrieveAccountHolder { .. }
            | Request::UpdateAccountHolder { .. }
            | Request::DeleteAccountHolder { .. }
            | Request::ListPaymentMethods { .. }
            | Request::SavePaymentMethod { .. }
            | Request::DeletePaymentMethod { .. } => return None,
        };
        Some(Self {
            identifier,
            operation: request.operation(),
            payment_id: payment_id.to_owned(),
            data: data.clone(),
            amount,
        })
    }

    fn hash(&self) -> String {
        let (operation, data) = (self.operation.name(), canonical(&self.data));
        let texts = [self.identifier, operation, &self.payment_id, &data];
        key_of(&texts, &self.amount.to_be_bytes())
    }
}

/// Returns the id of what has only one of what the request asks for: a customer one account holder, a payment session of
/// Medusa 2 one payment. A session of Medusa 1 is for a cart, which may start several payments.
fn only_one_of(request: &Request) -> Option<&str> {
    match request {
        Request::CreateAccountHolder { customer } => customer.id.as_deref(),
        Request::InitiatePayment(context) => {
            Some(context.resource_id.as_str()).filter(|id| id.starts_with("payses_"))
        }
        _ => None,
    }
}

/// Returns the key that follows from these parts, in which each part counts by itself.
pub(crate) fn key_of(texts: &[&str], end: &[u8]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hash.update(end);
    let mut key = base16ct::lower::encode_string(&hash.finalize());
    // Providers take 64 characters, and the number of refusals is added.
    key.truncate(40);
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use crate::error::PaymentProcessorError;
    use crate::types::{Authorization, PaymentProcessorContext};

    fn refund(data: &str, amount: u64) -> Request {
        Request::RefundPayment {
            data: JsonObject::parse(data).unwrap(),
            amount: Amount::new(amount).unwrap(),
        }
    }

    fn key(keys: &IdempotencyKeys, request: &Request) -> String {
        keys.key_for("stripe", Some("pi_1"), request).as_str().to_owned()
    }

    #[test]
    fn the_same_action_has_the_same_key_also_after_a_restart() {
        let request = refund(r#"{"id":"pi_1","refunded":0}"#, 100);
        assert_eq!(
            key(&IdempotencyKeys::default(), &request),
            key(&IdempotencyKeys::default(), &request)
        );
    }

    #[test]
    fn the_same_action_has_the_same_key_however_its_data_are_spelled() {
        let keys = IdempotencyKeys::default();
        let written = refund(r#"{"id":"pi_1","amount":1500,"refunds":{"re_2":1,"re_1":2.0}}"#, 100);
        let stored =
            refund(r#"{"id": "pi_1", "amount": 1500, "refunds": {"re_1": 2, "re_2": 1}}"#, 100);
        assert_eq!(key(&keys, &written), key(&keys, &stored));
    }

    #[test]
    fn another_amount_other_data_or_another_payment_has_another_key() {
        let keys = IdempotencyKeys::default();
        let first = key(&keys, &refund(r#"{"id":"pi_1","refunded":0}"#, 100));
        assert_ne!(first, key(&keys, &refund(r#"{"id":"pi_1","refunded":0}"#, 101)));
        assert_ne!(first, key(&keys, &refund(r#"{"id":"pi_1","refunded":100}"#, 100)));
        let other =
            keys.key_for("stripe", Some("pi_2"), &refund(r#"{"id":"pi_1","refunded":0}"#, 100));
        assert_ne!(first, other.as_str());
    }

    #[test]
    fn a_refused_action_gets_a_new_key_and_an_unknown_one_keeps_its_own() {
        let keys = IdempotencyKeys::default();
        let request = refund(r#"{"id":"pi_1"}"#, 100);
        let first = key(&keys, &request);

        let unknown = Err(PaymentProcessorError::outcome_unknown("", ""));
        keys.key_for("stripe", Some("pi_1"), &request).settle(&unknown);
        assert_eq!(key(&keys, &request), first);

        let refused = Err(PaymentProcessorError::refused("", "", ""));
        keys.key_for("stripe", Some("pi_1"), &request).settle(&refused);
        let second = key(&keys, &request);
        assert_ne!(second, first);
        assert!(second.len() <= 64);
    }

    #[test]
    fn an_invalid_request_keeps_the_key_of_what_may_have_been_done() {
        let keys = IdempotencyKeys::default();
        let request = refund(r#"{"id":"pi_1"}"#, 100);
        let first = key(&keys, &request);
        for error in [
            PaymentProcessorError::outcome_unknown("", ""),
            PaymentProcessorError::invalid("", "", ""),
        ] {
            keys.key_for("stripe", Some("pi_1"), &request).settle(&Err(error));
            assert_eq!(key(&keys, &request), first);
        }
    }

    #[test]
    fn an_authorization_that_is_pending_keeps_its_key() {
        let keys = IdempotencyKeys::default();
        let data = JsonObject::parse(r#"{"id":"pi_1"}"#).unwrap();
        let request =
            Request::AuthorizePayment { data: data.clone(), context: JsonObject::empty() };
        let first = key(&keys, &request);
        let answer = |status| {
            let data = data.clone();
            Ok(Response::Authorization(Authorization { status, data }))
        };
        let settle = |status| {
            keys.key_for("stripe", Some("pi_1"), &request).settle(&answer(status));
            key(&keys, &request)
        };
        assert_eq!(settle(PaymentSessionStatus::Pending), first);
        assert_ne!(settle(PaymentSessionStatus::Canceled), first);
    }

    #[test]
    fn a_session_of_medusa_2_starts_one_payment_and_a_cart_of_medusa_1_several() {
        let keys = IdempotencyKeys::default();
        let start = |resource: &str, data: &str| {
            let amount = Amount::new(100).unwrap();
            let context = PaymentProcessorContext {
                payment_session_data: JsonObject::parse(data).unwrap(),
                ..PaymentProcessorContext::new(amount, "eur", resource)
            };
            let request = Request::InitiatePayment(Box::new(context));
            keys.key_for("stripe", Some("pi_1"), &request).as_str().to_owned()
        };
        assert_eq!(start("payses_1", "{}"), start("payses_1", "{}"));
        assert_ne!(start("payses_1", "{}"), start("payses_2", "{}"));
        assert_ne!(start("cart_1", r#"{"id":"pi_1"}"#), start("cart_1", r#"{"id":"pi_1"}"#));
    }

    #[test]
    fn a_payment_without_an_id_has_a_new_key_each_time() {
        let keys = IdempotencyKeys::default();
        let request = refund("{}", 100);
        assert_ne!(
            keys.key_for("manual", None, &request).as_str(),
            keys.key_for("manual", None, &request).as_str()
        );
    }
}
