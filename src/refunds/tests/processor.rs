//! The smallest processor that refunds by a rule: what is tried on it is the rule.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::acquirer::{Acquirer, Ended, Status};
use super::mutants::{Flaw, flawed};
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;
use crate::processor::PaymentProcessor;
use crate::refunds::{Keyed, Refund, RefundApi, RefundRecord};
use crate::request::Operation;
use crate::types::{
    Authorization, Capture, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus,
};

/// What the processor knows of its provider, and how it refunds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rule {
    /// Whether a first refund needs no list.
    pub remembers_every_key: bool,
    /// Whether a replay cannot be told from a new answer.
    pub hides_replays: bool,
    /// What is wrong with it.
    pub flaw: Option<Flaw>,
}

pub(super) struct Processor {
    pub acquirer: Arc<Acquirer>,
    pub rule: Rule,
}

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    refunds: RefundRecord,
}

fn unknown() -> PaymentProcessorError {
    PaymentProcessorError::outcome_unknown("", "")
}

fn unavailable() -> PaymentProcessorError {
    PaymentProcessorError::unavailable("", "")
}

fn refused(code: &str) -> PaymentProcessorError {
    PaymentProcessorError::refused("", code, "")
}

impl Processor {
    fn id(data: &JsonObject) -> Result<String> {
        data.get("id").ok_or_else(|| PaymentProcessorError::invalid("", "no_id", ""))
    }

    async fn status(&self, call: &CallContext, data: &JsonObject) -> Result<PaymentSessionStatus> {
        match self.acquirer.read(call.operation(), &Self::id(data)?).await {
            Ended::Done(payment) => Ok(match payment.status {
                Status::Open => PaymentSessionStatus::Pending,
                Status::Held => PaymentSessionStatus::Authorized,
                Status::Captured => PaymentSessionStatus::Captured,
                Status::Canceled => PaymentSessionStatus::Canceled,
            }),
            _ => Err(unavailable()),
        }
    }

    async fn change(
        &self,
        call: &CallContext,
        data: JsonObject,
        wanted: Status,
    ) -> Result<JsonObject> {
        match self.acquirer.change(call.operation(), &Self::id(&data)?, wanted).await {
            Ended::Done(status) if status == wanted => Ok(data),
            Ended::Done(_) => Err(refused("not_done")),
            Ended::Refused(code) => Err(refused(code)),
            Ended::NotSent => Err(unavailable()),
            _ => Err(unknown()),
        }
    }
}

/// The refunds of one payment on behalf of a call.
struct Refunds<'a> {
    acquirer: &'a Arc<Acquirer>,
    rule: Rule,
    call: &'a CallContext,
    payment: &'a str,
}

impl Refunds<'_> {
    fn understood(&self, ended: Ended<Refund>) -> Result<Keyed<Refund>> {
        match ended {
            Ended::Done(refund) => Ok(Keyed::Done(refund)),
            Ended::Refused(code) => Ok(Keyed::Refused(refused(code))),
            Ended::Replayed(Ok(refund)) if self.rule.hides_replays => Ok(Keyed::Done(refund)),
            Ended::Replayed(Ok(refund)) => Ok(Keyed::Replayed(refund)),
            Ended::Replayed(Err(code)) if self.rule.hides_replays => {
                Ok(Keyed::Refused(refused(code)))
            }
            Ended::Replayed(Err(_)) => Ok(Keyed::FailureReplayed),
            Ended::OfAnotherRequest => Ok(Keyed::OfAnotherRequest),
            Ended::InUse => Ok(Keyed::InUse(unknown())),
            Ended::NotSent => Err(unavailable()),
            Ended::Lost => Err(unknown()),
        }
    }
}

#[async_trait]
impl RefundApi for Refunds<'_> {
    fn provider(&self) -> &'static str {
        "The acquirer"
    }

    async fn list(&self) -> Result<Vec<Refund>> {
        match self.acquirer.read(self.call.operation(), self.payment).await {
            Ended::Done(payment) => Ok(payment.refunds),
            _ => Err(unavailable()),
        }
    }

    async fn create(&self, amount: Amount, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let operation = self.call.operation();
        let ended = self.acquirer.refund(operation, self.payment, (amount, mark), key).await;
        self.understood(ended)
    }

    async fn claim(&self, refund: &Refund, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let operation = self.call.operation();
        let ended = self.acquirer.mark(operation, self.payment, (&refund.id, mark), key).await;
        self.understood(ended)
    }

    async fn left(&self, _refusal: &PaymentProcessorError) -> Result<Option<Amount>> {
        match self.acquirer.read(self.call.operation(), self.payment).await {
            Ended::Done(payment) => Ok(Some(payment.left())),
            _ => Err(unavailable()),
        }
    }

    fn now(&self) -> u64 {
        self.acquirer.now()
    }

    fn remembers_every_key(&self) -> bool {
        self.rule.remembers_every_key && self.acquirer.remembers_every_key(self.payment)
    }
}

#[async_trait]
impl PaymentProcessor for Processor {
    fn is_repeatable(&self, _operation: Operation) -> bool {
        true
    }

    async fn initiate_payment(
        &self,
        _call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        let id = self.acquirer.start(context.amount.minor_units());
        Ok(JsonObject::empty().with([("id", id.into())]).into())
    }

    async fn update_payment(
        &self,
        _call: &CallContext,
        _context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        Ok(None)
    }

    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        Ok(Authorization { status: self.status(call, &data).await?, data })
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _capture: Capture,
    ) -> Result<JsonObject> {
        self.change(call, data, Status::Captured).await
    }

    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let payment = Self::id(&data)?;
        let Self { acquirer, rule } = self;
        let api = Refunds { acquirer, rule: *rule, call, payment: &payment };
        let Stored { refunds } = data.deserialize().unwrap_or_default();
        let deadline = crate::layers::Layers::default().limit();
        let refunded = match rule.flaw {
            None => crate::refunds::refund(&api, call, &payment, amount, refunds, deadline).await,
            Some(flaw) => flawed(flaw, &api, call, &payment, amount, refunds, deadline).await,
        };
        let stored = JsonObject::from_serialize(&Stored { refunds: refunded? })?;
        let fields = ["refunds", "unrecorded_refunds"].map(|name| (name, stored.get(name)));
        Ok(fields.into_iter().fold(data, |data, (name, value)| match value {
            Some(value) => data.with([(name, value)]),
            None => data.without(name),
        }))
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.change(call, data, Status::Canceled).await
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.change(call, data, Status::Canceled).await
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.status(call, &data).await?;
        Ok(data)
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        self.status(call, &data).await
    }

    async fn update_payment_data(
        &self,
        _call: &CallContext,
        _session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        Ok(data)
    }
}
