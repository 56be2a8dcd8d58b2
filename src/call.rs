//! The context of one call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::amount::Amount;
use crate::error::Result;
use crate::idempotency::{IdempotencyKey, IdempotencyKeys};
use crate::request::{Operation, Request, Response};

/// How a host makes a call.
#[derive(Clone, Debug)]
pub(crate) struct HostCall {
    /// How long a call may take if the processor does not say so.
    pub(crate) usual_deadline: Duration,
    pub(crate) rows: Rows,
    /// The identifier of the class that is called, if there is a class.
    pub(crate) provider: Option<Arc<str>>,
}

impl Default for HostCall {
    /// As Medusa 1 does.
    fn default() -> Self {
        Self { usual_deadline: Duration::from_secs(12), rows: Rows::default(), provider: None }
    }
}

/// The rows that a host writes before it asks the processor. Medusa 2 does so for a capture and for a refund, and deletes
/// the row if the processor fails (`capturePayment`, `refundPayment`,
/// `@medusajs/payment/dist/services/payment-module.js`): a row that is there is recorded, even if the process died before
/// the payment's data was stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// The row of this call.
    pub(crate) current: Option<String>,
    /// The other captures and refunds of the payment. One that is being made at this moment is among them, and may yet
    /// fail.
    pub(crate) others: BTreeSet<String>,
    /// The other captures that will stay, with their amounts in minor units.
    pub(crate) captures: BTreeMap<String, Amount>,
    /// The other captures that are being made at this moment, or were just made, likewise. Each of them may yet fail.
    pub(crate) young_captures: BTreeMap<String, Amount>,
    /// The other refunds that will stay, likewise.
    pub(crate) refunds: BTreeMap<String, Amount>,
    /// What is recorded as refunded of the payment in all, in minor units, if the host has said so: in Medusa 1 a refund
    /// has no row that could be told from others.
    pub(crate) refunded: Option<Amount>,
    /// Whether the call is repeated with rows that were read after the provider's state had been.
    pub(crate) were_read_again: bool,
    /// Whether the call that is repeated had lost an attempt before it asked for the rows.
    pub(crate) after_loss: bool,
}

/// One logical call: made once, before any layer, and the same for every attempt at it.
#[derive(Debug)]
pub struct CallContext {
    operation: Operation,
    identifier: &'static str,
    provider: Option<Arc<str>>,
    payment: String,
    key: IdempotencyKey,
    started: Instant,
    deadline: Instant,
    attempts: AtomicU32,
    in_doubt: AtomicBool,
    lost_an_attempt: AtomicBool,
    mark: OnceLock<String>,
    rows: Rows,
}

impl CallContext {
    /// Begins a call about the payment with this id, which has to be answered within `limit`.
    pub(crate) fn begin(
        identifier: &'static str,
        payment_id: Option<String>,
        request: &Request,
        keys: &IdempotencyKeys,
        limit: Duration,
    ) -> Self {
        let key = keys.key_for(identifier, payment_id.as_deref(), request);
        Self {
            operation: request.operation(),
            identifier,
            provider: None,
            payment: payment_id.unwrap_or_else(|| resource_of(request)),
            key,
            started: Instant::now(),
            deadline: Instant::now() + limit,
            attempts: AtomicU32::new(0),
            in_doubt: AtomicBool::new(false),
            lost_an_attempt: AtomicBool::new(false),
            mark: OnceLock::new(),
            rows: Rows::default(),
        }
    }

    pub(crate) fn made_by(self, host: HostCall) -> Self {
        let call = Self { rows: host.rows, provider: host.provider, ..self };
        if call.rows.after_loss {
            call.lose_an_attempt();
        }
        call
    }

    /// Returns the operation.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns the identifier under which the processor is registered. Idempotency keys follow from it.
    #[must_use]
    pub fn identifier(&self) -> &str {
        self.identifier
    }

    /// Returns the identifier by which the store knows the provider, for logs and messages. It is that of the class, which
    /// may have another one than its processor: several classes of a store may be served by one processor.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.provider.as_deref().unwrap_or(self.identifier)
    }

    /// Names the payment in messages: by its id, or else by the cart's.
    #[must_use]
    pub fn payment(&self) -> &str {
        &self.payment
    }

    /// Returns the key to send with every request of this call that moves money: 1 to 64 printable ASCII
    /// characters.
    ///
    /// It is the same for every attempt of this call. For a capture, refund, cancellation, deletion
    /// or authorization of a payment that has an id it follows from the operation, what the payment's
    /// stored data say and the amount, so that the same action, repeated after a lost reply, a restart
    /// or by another server, carries the same key, until what is stored about it changes or the
    /// provider has clearly refused it (an authorization: asked the shopper for more). So a refund has
    /// to change the payment's data.
    ///
    /// Only this process knows of the refusals that it has seen. After a restart, or on another server,
    /// the same action begins with its first key again, under which the provider may replay a refusal
    /// that is no longer true: a later attempt, with a later key, may have moved the money. So an answer
    /// that the provider replays is not the answer to this call. Look at the provider's state first: if
    /// it shows that the action is done, that is the answer; otherwise ask again under a key that follows
    /// from this one (`key.1`, `key.2`, …).
    #[must_use]
    pub fn idempotency_key(&self) -> &str {
        self.key.as_str()
    }

    /// Returns when the whole call has to be answered, waiting and retries included.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Returns which attempt at this call it is, from 1. It is more than 1 if the retry layer retries the
    /// call: what is found at the provider may then be the work of an attempt whose reply was lost.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempts.load(Ordering::Acquire)
    }

    /// Returns what the call does to which payment, for messages: `"refund_payment of pi_1"`, or
    /// `"refund_payment"` if the payment has no name.
    #[must_use]
    pub fn subject(&self) -> String {
        let operation = self.operation.name();
        match self.payment() {
            "" => operation.to_owned(),
            payment => format!("{operation} of {payment}"),
        }
    }

    /// Returns the id of the row that the host has written for this capture or refund (`capt_…`, `ref_…`), if it writes
    /// one before it asks, as Medusa 2 does. It tells what is recorded from what is not, also to people. A retry of the
    /// same action has another one, so it is no idempotency key.
    #[must_use]
    pub fn row(&self) -> Option<&str> {
        self.rows.current.as_deref()
    }

    /// Returns the rows that the host has of the payment.
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether the host has a row with this id beside that of this call.
    pub(crate) fn is_recorded(&self, row: &str) -> bool {
        self.rows.others.contains(row)
    }

    /// Returns when the call began: not before Medusa had read what it is about.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// Returns a text that every attempt of this call has in common, and no other call: the id of its row if that is one
    /// that any provider can keep.
    pub(crate) fn mark(&self) -> &str {
        let is_plain = |id: &&str| {
            id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        self.mark.get_or_init(|| match self.row().filter(is_plain) {
            Some(row) => row.to_owned(),
            None => Uuid::new_v4().simple().to_string(),
        })
    }

    /// Whether a request of this call may have moved money without its reply having arrived.
    pub(crate) fn in_doubt(&self) -> bool {
        self.in_doubt.load(Ordering::Acquire)
    }

    /// Set before such a request, and reset after a reply: an attempt may end at any moment between.
    pub(crate) fn set_in_doubt(&self, in_doubt: bool) {
        self.in_doubt.store(in_doubt, Ordering::Release);
    }

    /// Whether the outcome of an earlier attempt at this call is not known. Only the provider's answer to
    /// the same request settles it: that a read is refused says nothing about it.
    pub(crate) fn has_lost_an_attempt(&self) -> bool {
        self.lost_an_attempt.load(Ordering::Acquire)
    }

    pub(crate) fn lose_an_attempt(&self) {
        self.lost_an_attempt.store(true, Ordering::Release);
    }

    /// Counts an attempt: from here on a call that ends without an answer may have moved money.
    pub(crate) fn begin_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::AcqRel);
    }

    /// Notes from the call's answer whether the next call of the same action needs a new key.
    pub(crate) fn settle(&self, result: &Result<Response>) {
        self.key.settle(result);
    }

    pub(crate) fn was_reached(&self) -> bool {
        self.attempt() > 0
    }
}

/// Names the payment of a request whose data has no id, or an empty string.
fn resource_of(request: &Request) -> String {
    match request {
        Request::InitiatePayment(context) | Request::UpdatePayment(context) => {
            context.resource_id.clone()
        }
        Request::UpdatePaymentData { session_id, .. } => session_id.clone(),
        Request::RetrieveAccountHolder { id } => id.clone(),
        Request::CreateAccountHolder { customer }
        | Request::UpdateAccountHolder { customer, .. } => customer.id.clone().unwrap_or_default(),
        Request::DeletePaymentMethod { id, .. } => id.clone(),
        _ => String::new(),
    }
}
