//! A processor that plays a script, for the tests of the layers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::{Layers, Stack};
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;
use crate::processor::PaymentProcessor;
use crate::request::{Operation, Request};
use crate::types::{
    Authorization, Capture, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus,
};

/// What the next call does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Done,
    Slow,
    Refuse,
    Invalid,
    Unavailable,
    UnavailableForGood,
    OutcomeUnknown,
    /// For this many seconds.
    BusyFor(u64),
    Hang,
    Panic,
}

#[derive(Default)]
pub(crate) struct Script {
    steps: Mutex<VecDeque<Step>>,
    keys: Mutex<Vec<String>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    carries_keys: bool,
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self { steps: Mutex::new(steps.into_iter().collect()), ..Self::default() })
    }

    pub(crate) fn carrying_keys(self: Arc<Self>) -> Arc<Self> {
        Arc::new(Self { carries_keys: true, ..Arc::into_inner(self).unwrap() })
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.keys.lock().unwrap().len()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    async fn play(&self, call: &CallContext) -> Result<()> {
        self.keys.lock().unwrap().push(call.idempotency_key().to_owned());
        let step = self.steps.lock().unwrap().pop_front().expect("the script has no more steps");
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        let result = match step {
            Step::Done => Ok(()),
            Step::Slow => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(())
            }
            Step::Refuse => Err(PaymentProcessorError::refused("", "", "")),
            Step::Invalid => Err(PaymentProcessorError::invalid("", "", "")),
            Step::Unavailable => Err(PaymentProcessorError::unavailable("", "")),
            Step::UnavailableForGood => {
                Err(PaymentProcessorError::unavailable("", "").never_retry())
            }
            Step::OutcomeUnknown => Err(PaymentProcessorError::outcome_unknown("", "")),
            Step::BusyFor(seconds) => Err(PaymentProcessorError::unavailable("", "")
                .retry_after(Duration::from_secs(seconds))),
            Step::Hang => std::future::pending().await,
            Step::Panic => panic!("out of cheese"),
        };
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

#[async_trait]
impl PaymentProcessor for Arc<Script> {
    fn is_repeatable(&self, operation: Operation) -> bool {
        self.carries_keys || operation.is_read()
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        self.play(call).await?;
        Ok(context.payment_session_data.into())
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        _context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        self.play(call).await?;
        Ok(None)
    }

    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        self.play(call).await?;
        Ok(Authorization { status: PaymentSessionStatus::Authorized, data })
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _capture: Capture,
    ) -> Result<JsonObject> {
        self.play(call).await?;
        Ok(data)
    }

    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _amount: Amount,
    ) -> Result<JsonObject> {
        self.play(call).await?;
        Ok(data)
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.play(call).await?;
        Ok(data)
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.play(call).await?;
        Ok(data)
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.play(call).await?;
        Ok(data)
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        _data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        self.play(call).await?;
        Ok(PaymentSessionStatus::Authorized)
    }

    async fn update_payment_data(
        &self,
        call: &CallContext,
        _session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        self.play(call).await?;
        Ok(data)
    }
}

pub(crate) fn stack(script: &Arc<Script>) -> Stack {
    stack_with(script, Layers::default())
}

pub(crate) fn stack_with(script: &Arc<Script>, layers: Layers) -> Stack {
    Stack::new("script", Arc::new(Arc::clone(script)), layers)
}

fn data(id: &str) -> JsonObject {
    JsonObject::empty().with([("id", id.into())])
}

pub(crate) fn update(id: &str) -> Request {
    let mut context = PaymentProcessorContext::new(Amount::new(1).unwrap(), "eur", "cart_1");
    context.payment_session_data = data(id);
    Request::UpdatePayment(Box::new(context))
}

pub(crate) fn authorize(id: &str) -> Request {
    Request::AuthorizePayment { data: data(id), context: JsonObject::empty() }
}

pub(crate) fn capture(id: &str) -> Request {
    Request::capture(data(id))
}

pub(crate) fn refund(id: &str, amount: u64) -> Request {
    Request::RefundPayment { data: data(id), amount: Amount::new(amount).unwrap() }
}

pub(crate) fn retrieve(id: &str) -> Request {
    Request::RetrievePayment { data: data(id) }
}

pub(crate) fn status(id: &str) -> Request {
    Request::GetPaymentStatus { data: data(id) }
}
