//! One check's run: a processor, a cart of its own, and the steps that checks are made of.

use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use super::data::{Order, stored};
use super::harness::{Fault, Harness, Ledger, Payable};
use crate::amount::Amount;
use crate::call::HostCall;
use crate::error::PaymentProcessorError;
use crate::json::JsonObject;
use crate::layers::Stack;
use crate::request::{Operation, Request, Response};
use crate::types::{PaymentProcessorContext, PaymentSessionStatus};

/// How often a repeated call may ask to wait before it is done.
const MOST_REPETITIONS: usize = 4;

/// Why a check ends before its end.
pub(super) enum Stop {
    Failed(String),
    Skipped(String),
}

pub(super) type Checked<T = ()> = Result<T, Stop>;

pub(super) fn failed<T>(message: impl Into<String>) -> Checked<T> {
    Err(Stop::Failed(message.into()))
}

pub(super) fn expect<T: PartialEq + fmt::Debug>(what: &str, actual: T, expected: T) -> Checked {
    if actual == expected {
        return Ok(());
    }
    failed(format!("{what}: expected {expected:?}, got {actual:?}"))
}

/// What a call came to.
pub(super) enum Outcome {
    Done(Response),
    Failed(PaymentProcessorError),
    Late,
}

pub(super) struct Answer {
    pub operation: Operation,
    pub outcome: Outcome,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.operation.name();
        match &self.outcome {
            Outcome::Done(Response::Session(session)) => {
                write!(f, "{name} returned session data {}", session.session_data.as_str())
            }
            Outcome::Done(Response::Authorization(it)) => {
                write!(f, "{name} returned {} with {}", it.status.as_str(), it.data.as_str())
            }
            Outcome::Done(Response::Data(data)) => write!(f, "{name} returned {}", data.as_str()),
            Outcome::Done(other) => write!(f, "{name} returned {other:?}"),
            Outcome::Failed(error) => write!(f, "{name} failed: {error}"),
            Outcome::Late => write!(f, "{name} did not answer in time"),
        }
    }
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        matches!(self.outcome, Outcome::Done(_))
    }

    pub(super) fn error(&self) -> Option<&PaymentProcessorError> {
        match &self.outcome {
            Outcome::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// The payment's data in a success; `None` where an update had nothing to change.
    pub(super) fn data(&self) -> Option<&JsonObject> {
        match &self.outcome {
            Outcome::Done(Response::Session(session)) => Some(&session.session_data),
            Outcome::Done(Response::Authorization(authorization)) => Some(&authorization.data),
            Outcome::Done(Response::Data(data)) => Some(data),
            _ => None,
        }
    }

    pub(super) fn status(&self) -> Option<PaymentSessionStatus> {
        match &self.outcome {
            Outcome::Done(Response::Authorization(authorization)) => Some(authorization.status),
            Outcome::Done(Response::Status(status)) => Some(*status),
            _ => None,
        }
    }

    pub(super) fn is_authorized(&self) -> bool {
        // Medusa v1 is told that what is captured is authorized.
        matches!(
            self.status(),
            Some(PaymentSessionStatus::Authorized | PaymentSessionStatus::Captured)
        )
    }

    pub(super) fn succeeded(self) -> Checked<Self> {
        if self.is_success() { Ok(self) } else { failed(format!("expected a success: {self}")) }
    }

    pub(super) fn refused(self) -> Checked<Self> {
        if self.error().is_some() { Ok(self) } else { failed(format!("expected an error: {self}")) }
    }

    pub(super) fn answered(self) -> Checked<Self> {
        if matches!(self.outcome, Outcome::Late) { failed(self.to_string()) } else { Ok(self) }
    }

    pub(super) fn authorized(self) -> Checked<Self> {
        let answer = self.succeeded()?;
        if answer.is_authorized() {
            return Ok(answer);
        }
        failed(format!("expected a payment that is authorized: {answer}"))
    }
}

pub(super) struct Trial<'a> {
    pub harness: &'a dyn Harness,
    pub resource: String,
    /// How data is handed to the next call.
    pub order: Order,
    stack: Stack,
    /// What does not hold, where the check goes on.
    complaints: Vec<String>,
}

impl<'a> Trial<'a> {
    pub(super) async fn open(harness: &'a dyn Harness) -> Self {
        let id = Uuid::new_v4().simple().to_string();
        Self {
            harness,
            resource: format!("cart_{id}"),
            order: Order::Jsonb,
            stack: harness.stack().await,
            complaints: Vec::new(),
        }
    }

    /// From here on another process answers.
    pub(super) async fn restart(&mut self) {
        self.stack = self.harness.stack().await;
    }

    pub(super) fn verdict(self, result: Checked) -> Checked {
        let mut messages = self.complaints;
        match result {
            Err(Stop::Failed(message)) => messages.insert(0, message),
            Err(skipped) if messages.is_empty() => return Err(skipped),
            _ => {}
        }
        if messages.is_empty() { Ok(()) } else { failed(messages.join("\n")) }
    }

    pub(super) fn complain(&mut self, message: String) {
        if !self.complaints.contains(&message) {
            self.complaints.push(message);
        }
    }

    pub(super) fn context(&self) -> PaymentProcessorContext {
        PaymentProcessorContext { resource_id: self.resource.clone(), ..self.harness.context() }
    }

    pub(super) fn total(&self) -> u64 {
        self.harness.context().amount.minor_units()
    }

    /// Less than half of it, and in whole tens: there are currencies that are paid in tens only.
    pub(super) fn part(&self) -> u64 {
        self.total() / 25 * 10
    }

    /// Makes a call, and waits no longer than any call may take.
    pub(super) async fn call(&self, request: Request) -> Answer {
        answer_of(&self.stack, request, self.harness.limit()).await
    }

    /// Makes a call and complains where it is not answered.
    pub(super) async fn heard(&mut self, request: Request) -> Answer {
        let answer = self.call(request).await;
        if matches!(answer.outcome, Outcome::Late) {
            self.complain(answer.to_string());
        }
        answer
    }

    pub(super) fn store(&self, data: &JsonObject) -> JsonObject {
        stored(data, self.order)
    }

    /// The data that a call has to return, as it is handed to the next one.
    pub(super) async fn data(&self, request: Request) -> Checked<JsonObject> {
        let answer = self.call(request).await.succeeded()?;
        Ok(answer.data().map(|data| self.store(data)).unwrap_or_default())
    }

    pub(super) async fn started(&self) -> Checked<JsonObject> {
        self.data(Request::InitiatePayment(Box::new(self.context()))).await
    }

    pub(super) async fn authorized(&self) -> Checked<JsonObject> {
        let data = self.started().await?;
        self.harness.pay(&data).await;
        self.authorize(data).await
    }

    pub(super) async fn authorize(&self, data: JsonObject) -> Checked<JsonObject> {
        let answer = self.call(self.authorization(data)).await.authorized()?;
        Ok(answer.data().map(|data| self.store(data)).unwrap_or_default())
    }

    pub(super) fn authorization(&self, data: JsonObject) -> Request {
        let context = JsonObject::empty()
            .with([("ip_address", "127.0.0.1".into()), ("cart_id", self.resource.clone().into())]);
        Request::AuthorizePayment { data, context }
    }

    pub(super) async fn captured(&self) -> Checked<JsonObject> {
        let data = self.authorized().await?;
        self.capture(data).await
    }

    pub(super) async fn capture(&self, data: JsonObject) -> Checked<JsonObject> {
        self.data(Request::capture(data)).await
    }

    pub(super) async fn cancel(&self, data: JsonObject) -> Checked<JsonObject> {
        self.data(Request::CancelPayment { data }).await
    }

    pub(super) async fn delete(&self, data: JsonObject) -> Checked<JsonObject> {
        self.data(Request::DeletePayment { data }).await
    }

    pub(super) async fn refunded(&self, data: JsonObject, amount: u64) -> Checked<JsonObject> {
        self.data(refund(data, amount)).await
    }

    /// The data after an update that has to succeed.
    pub(super) async fn updated(&self, context: PaymentProcessorContext) -> Checked<JsonObject> {
        let old = context.payment_session_data.clone();
        let answer = self.call(Request::UpdatePayment(Box::new(context))).await.succeeded()?;
        Ok(answer.data().map(|data| self.store(data)).unwrap_or(old))
    }

    /// # Errors
    /// Where the harness cannot have that fault.
    pub(super) async fn inject(&self, fault: Fault, operation: Operation) -> Checked {
        if self.harness.inject(fault, operation).await {
            return Ok(());
        }
        Err(Stop::Skipped(format!("needs `inject` with Fault::{fault:?} for {operation:?}")))
    }

    /// Repeats a call until it succeeds, as an operator does: an answer may ask to wait, and time
    /// passes.
    pub(super) async fn repeated(&mut self, request: Request) -> Checked<Answer> {
        let mut answer = self.heard(request.clone()).await;
        for _ in 1..MOST_REPETITIONS {
            if answer.is_success() {
                return Ok(answer);
            }
            self.harness.later().await;
            answer = self.heard(request.clone()).await;
        }
        if answer.is_success() {
            return Ok(answer);
        }
        failed(format!("the same call again does not succeed: {answer}"))
    }

    pub(super) async fn ledger(&self, data: &JsonObject) -> Checked<Ledger> {
        let missing = || Stop::Skipped("needs `ledger`".to_owned());
        self.harness.ledger(data).await.ok_or_else(missing)
    }

    pub(super) async fn payable(&self, data: &JsonObject) -> Checked<Payable> {
        let missing = || Stop::Skipped("needs `payable`".to_owned());
        self.harness.payable(data).await.ok_or_else(missing)
    }

    /// Of this check's cart.
    pub(super) async fn payments(&self) -> Checked<usize> {
        let missing = || Stop::Skipped("needs `payments`".to_owned());
        self.harness.payments(&self.resource).await.ok_or_else(missing)
    }

    pub(super) fn must_hold(&self) -> Checked {
        if self.harness.captures_at_once() {
            let reason = "the processor captures at once and holds nothing";
            return Err(Stop::Skipped(reason.to_owned()));
        }
        Ok(())
    }

    pub(super) async fn has_captured(&self, data: &JsonObject, amount: u64) -> Checked {
        expect("what the provider has captured", self.ledger(data).await?.captured, amount)
    }

    pub(super) async fn has_refunded(&self, data: &JsonObject, amount: u64) -> Checked {
        expect("what the provider has refunded", self.ledger(data).await?.refunded, amount)
    }

    /// Held or taken, and once.
    pub(super) async fn has_held(&self, data: &JsonObject) -> Checked {
        let ledger = self.ledger(data).await?;
        let sum = ledger.held.saturating_add(ledger.captured);
        expect("what the provider has held and captured", sum, self.total())
    }

    pub(super) async fn is_unpayable(&self, data: &JsonObject) -> Checked {
        expect("what a shopper can still pay", self.payable(data).await?, Payable::Nothing)
    }

    /// Brings a payment to its end, to see that this amount is taken.
    pub(super) async fn can_be_paid(&self, session: &JsonObject, amount: u64) -> Checked {
        let data = self.store(session);
        self.harness.pay(&data).await;
        let authorized = self.authorize(data).await?;
        let captured = self.capture(authorized).await?;
        self.has_captured(&captured, amount).await
    }
}

/// Makes a call, and waits for its answer no longer than `limit`.
pub(super) async fn answer_of(stack: &Stack, request: Request, limit: Duration) -> Answer {
    answer_to(stack, HostCall::default(), request, limit).await
}

/// The same for a host.
pub(super) async fn answer_to(
    stack: &Stack,
    host: HostCall,
    request: Request,
    limit: Duration,
) -> Answer {
    let operation = request.operation();
    let outcome = match tokio::time::timeout(limit, stack.call_from(host, request)).await {
        Ok(Ok(response)) => Outcome::Done(response),
        Ok(Err(error)) => Outcome::Failed(error),
        Err(_) => Outcome::Late,
    };
    Answer { operation, outcome }
}

pub(super) fn refund(data: JsonObject, amount: u64) -> Request {
    Request::RefundPayment { data, amount: money(amount) }
}

/// The sums of a check are far below the largest amount.
pub(super) fn money(minor_units: u64) -> Amount {
    Amount::new(minor_units).unwrap_or(Amount::MAX)
}

/// What looks at books that the harness may not have: without them, nothing is known.
pub(super) fn where_known(result: Checked) -> Checked {
    match result {
        Err(Stop::Skipped(_)) => Ok(()),
        known => known,
    }
}
