//! The key of a logical call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{ErrorKind, Result};
use crate::request::{Operation, Request, Response};
use crate::types::PaymentSessionStatus;

/// How many refusals are remembered at most; past that all are forgotten, which costs the next
/// repetition of each one replayed refusal and nothing else.
const CAPACITY: usize = 10_000;

/// Makes idempotency keys.
///
/// The key of an operation on a stored payment follows from what is stored and asked, so that it
/// survives a restart. After the provider's clear "no" the same action gets a new key: providers
/// replay a stored refusal under the old one (Stripe for a day). What is remembered for that is
/// only in memory: where it is lost, one more refusal is replayed, and never is money moved twice.
#[derive(Default)]
pub(crate) struct IdempotencyKeys {
    refusals: Mutex<HashMap<String, u32>>,
}

/// A key and the part of it that does not count refusals.
pub(crate) struct IdempotencyKey {
    pub key: String,
    base: Option<String>,
}

impl IdempotencyKeys {
    pub(crate) fn key_for(
        &self,
        identifier: &str,
        payment_id: Option<&str>,
        request: &Request,
    ) -> IdempotencyKey {
        let Some(base) = payment_id.and_then(|id| derived(identifier, id, request)) else {
            return IdempotencyKey { key: Uuid::new_v4().to_string(), base: None };
        };
        let refusals = self.refusals().get(&base).copied().unwrap_or(0);
        IdempotencyKey {
            key: if refusals == 0 { base.clone() } else { format!("{base}-{refusals}") },
            base: Some(base),
        }
    }

    /// Learns from the answer whether the next call of the same action needs a new key.
    pub(crate) fn settle(&self, key: IdempotencyKey, result: &Result<Response>) {
        let Some(base) = key.base else { return };
        let final_without_money = match result {
            // A request that was not accepted says nothing about one with the same key before it.
            Err(error) => error.kind() == ErrorKind::Refused,
            // What is pending may still become a payment: that is asked about under the same key.
            Ok(Response::Authorization(authorization)) => matches!(
                authorization.status,
                PaymentSessionStatus::RequiresMore
                    | PaymentSessionStatus::Error
                    | PaymentSessionStatus::Canceled
            ),
            Ok(_) => false,
        };
        if final_without_money {
            let mut refusals = self.refusals();
            if refusals.len() >= CAPACITY {
                refusals.clear();
            }
            *refusals.entry(base).or_insert(0) += 1;
        }
    }

    fn refusals(&self) -> std::sync::MutexGuard<'_, HashMap<String, u32>> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key that follows from a request, or `None` for operations that two callers may well want to
/// do twice with the same arguments (a payment that is started anew after it was given up).
fn derived(identifier: &str, payment_id: &str, request: &Request) -> Option<String> {
    let amount = match request {
        Request::RefundPayment { amount, .. } => amount.minor_units(),
        _ => 0,
    };
    let operation = request.operation();
    let data = match operation {
        Operation::AuthorizePayment
        | Operation::CapturePayment
        | Operation::RefundPayment
        | Operation::CancelPayment
        | Operation::DeletePayment => request.payment_data()?,
        _ => return None,
    };
    let mut hash = Sha256::new();
    for part in [identifier, operation.name(), payment_id, data.as_str()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(amount.to_be_bytes());
    Some(hash.finalize().iter().take(20).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use crate::error::PaymentProcessorError;
    use crate::json::JsonObject;
    use crate::types::Authorization;

    fn refund(data: &str, amount: u64) -> Request {
        Request::RefundPayment {
            data: JsonObject::parse(data).unwrap(),
            amount: Amount::new(amount).unwrap(),
        }
    }

    fn key(keys: &IdempotencyKeys, request: &Request) -> String {
        keys.key_for("stripe", Some("pi_1"), request).key
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
    fn another_amount_other_books_or_another_payment_have_another_key() {
        let keys = IdempotencyKeys::default();
        let first = key(&keys, &refund(r#"{"id":"pi_1","refunded":0}"#, 100));
        assert_ne!(first, key(&keys, &refund(r#"{"id":"pi_1","refunded":0}"#, 101)));
        assert_ne!(first, key(&keys, &refund(r#"{"id":"pi_1","refunded":100}"#, 100)));
        let other =
            keys.key_for("stripe", Some("pi_2"), &refund(r#"{"id":"pi_1","refunded":0}"#, 100));
        assert_ne!(first, other.key);
    }

    #[test]
    fn a_refused_action_gets_a_new_key_and_an_unknown_one_keeps_its_own() {
        let keys = IdempotencyKeys::default();
        let request = refund(r#"{"id":"pi_1"}"#, 100);
        let first = key(&keys, &request);

        let unknown = Err(PaymentProcessorError::outcome_unknown("", ""));
        keys.settle(keys.key_for("stripe", Some("pi_1"), &request), &unknown);
        assert_eq!(key(&keys, &request), first);

        let refused = Err(PaymentProcessorError::refused("", "", ""));
        keys.settle(keys.key_for("stripe", Some("pi_1"), &request), &refused);
        let second = key(&keys, &request);
        assert_ne!(second, first);
        assert!(second.len() <= 64);
    }

    #[test]
    fn a_request_that_was_not_accepted_keeps_the_key_of_what_may_have_been_done() {
        let keys = IdempotencyKeys::default();
        let request = refund(r#"{"id":"pi_1"}"#, 100);
        let first = key(&keys, &request);
        for error in [
            PaymentProcessorError::outcome_unknown("", ""),
            PaymentProcessorError::invalid("", "", ""),
        ] {
            keys.settle(keys.key_for("stripe", Some("pi_1"), &request), &Err(error));
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
            keys.settle(keys.key_for("stripe", Some("pi_1"), &request), &answer(status));
            key(&keys, &request)
        };
        assert_eq!(settle(PaymentSessionStatus::Pending), first);
        assert_ne!(settle(PaymentSessionStatus::Canceled), first);
    }

    #[test]
    fn a_payment_without_an_id_and_a_new_payment_have_a_key_of_their_own_each_time() {
        let keys = IdempotencyKeys::default();
        let request = refund("{}", 100);
        assert_ne!(
            keys.key_for("manual", None, &request).key,
            keys.key_for("manual", None, &request).key
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let keys = IdempotencyKeys::default();
        let refused = Err(PaymentProcessorError::refused("", "", ""));
        for amount in 0..=CAPACITY as u64 {
            keys.settle(keys.key_for("stripe", Some("pi_1"), &refund("{}", amount)), &refused);
        }
        assert!(keys.refusals().len() <= CAPACITY);
    }
}
