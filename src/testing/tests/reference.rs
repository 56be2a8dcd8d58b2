//! A processor that keeps the contract, and its flaws: one decision each that can be made wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;

use super::bank::{Bank, BankError, Refund, State, Status, create};
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;
use crate::processor::PaymentProcessor;
use crate::request::Operation;
use crate::testing::Fault;
use crate::types::{
    Authorization, Capture, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus,
};

/// What is wrong with a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    None,
    /// Always an error.
    Fails(Operation),
    /// A success, and nothing was done.
    Lies(Operation),
    /// What the bank refuses or does not answer is a success.
    TakesErrorsForSuccess(Operation),
    /// An error of the bank is never answered.
    HangsOnErrors(Operation),
    /// What is done already is an error.
    Forgets(Operation),
    /// The answer is always this status.
    Says(Operation, PaymentSessionStatus),
    /// A captured payment is not authorized any more.
    UnauthorizesCaptured,
    HoldsAgain,
    CapturesAgain,
    CapturesLess,
    PaysLess,
    /// Every refund is another one.
    PaysAgain,
    /// A refund is known by its payment and amount alone.
    PaysOnce,
    /// Nobody knows which payment it is, and two refunds at once are one.
    Anonymous,
    RemembersRefusals,
    /// What the bank answered to an earlier request with the same key is this call's answer, without a look at the payment.
    BelievesReplays,
    /// A refund that was found out about is not written down.
    KeepsOldBooks,
    IgnoresOutcomes,
    /// Every update is another payment.
    StartsAnew,
    /// A start whose reply was lost is tried again.
    StartsTwice,
    PanicsWithoutAnId,
    OrderMatters,
    DropsUnknown,
    TakesAnything,
    /// Waits longer than anybody has time.
    Patient,
    /// A lost reply is called a refusal.
    CallsItRefused,
}

pub(super) struct Reference {
    pub bank: Arc<Bank>,
    pub flaw: Flaw,
    refused_before: AtomicBool,
}

const PROTECTED: [&str; 5] = ["amount", "currency", "id", "status", "refunds"];

impl Reference {
    pub(super) fn new(bank: Arc<Bank>, flaw: Flaw) -> Self {
        Self { bank, flaw, refused_before: AtomicBool::new(false) }
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    /// Asks the bank.
    async fn ask<T>(
        &self,
        call: &CallContext,
        work: impl FnOnce(&mut State) -> Result<T, BankError> + Send,
    ) -> Result<T> {
        self.understood(call, self.bank.ask(call.operation(), work).await).await
    }

    /// Asks the bank for a change, and returns the key under which it was made. What the bank only
    /// replays is its answer to an earlier request, so that the next key asks anew.
    async fn ask_once(
        &self,
        call: &CallContext,
        first_key: String,
        work: impl Fn(&mut State, &str) -> Result<(), BankError> + Sync,
    ) -> Result<String> {
        let mut key = first_key.clone();
        let mut replays = 0;
        loop {
            let answer =
                self.bank.ask_once(call.operation(), &key, |state| work(state, &key)).await;
            if matches!(answer, Err(BankError::RefusedBefore(_))) && !self.is(Flaw::BelievesReplays)
            {
                replays += 1;
                key = format!("{first_key}.{replays}");
                continue;
            }
            return self.understood(call, answer).await.map(|()| key);
        }
    }

    async fn understood<T>(&self, call: &CallContext, answer: Result<T, BankError>) -> Result<T> {
        let operation = call.operation();
        if self.is(Flaw::Fails(operation)) {
            return Err(PaymentProcessorError::refused("It always fails", "", ""));
        }
        let error = match answer {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if self.is(Flaw::HangsOnErrors(operation)) {
            std::future::pending::<()>().await;
        }
        Err(match error {
            BankError::Refused(code) | BankError::RefusedBefore(code) => {
                PaymentProcessorError::refused("Refused", code, "")
            }
            BankError::Unavailable => PaymentProcessorError::unavailable("", ""),
            BankError::Lost if self.is(Flaw::CallsItRefused) => {
                PaymentProcessorError::refused("", "", "")
            }
            BankError::Lost => PaymentProcessorError::outcome_unknown("", ""),
        })
    }

    fn tolerated(&self, call: &CallContext) -> bool {
        self.is(Flaw::TakesErrorsForSuccess(call.operation()))
    }

    fn id(&self, data: &JsonObject) -> Result<String> {
        if self.is(Flaw::OrderMatters) && data.keys().first().is_some_and(|key| key != "id") {
            return Err(PaymentProcessorError::invalid("The id comes first", "", ""));
        }
        match data.get("id") {
            Some(id) => Ok(id),
            None if self.is(Flaw::PanicsWithoutAnId) => panic!("no id"),
            None => Err(PaymentProcessorError::invalid("There is no id", "no_id", "")),
        }
    }

    async fn start(
        &self,
        call: &CallContext,
        context: &PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        let (amount, currency) = (context.amount.minor_units(), context.currency_code.as_str());
        let make = || self.ask(call, |state| create(state, &context.resource_id, amount, currency));
        let mut made = make().await;
        if made.is_err() && self.is(Flaw::StartsTwice) {
            made = make().await;
        }
        let id = match made {
            Err(_) if self.tolerated(call) => "unknown".to_owned(),
            made => made?,
        };
        let refunds: Vec<Value> = Vec::new();
        Ok(JsonObject::empty()
            .with([
                ("id", id.into()),
                ("amount", amount.into()),
                ("currency", currency.into()),
                ("refunds", refunds.into()),
            ])
            .into())
    }

    async fn read(&self, call: &CallContext, data: &JsonObject) -> Result<PaymentSessionStatus> {
        let operation = call.operation();
        let id = self.id(data)?;
        let holds_again = self.is(Flaw::HoldsAgain) && operation == Operation::AuthorizePayment;
        let status = self
            .ask(call, |state| {
                let payment = state.payment(&id)?;
                payment.held += if holds_again { payment.amount } else { 0 };
                Ok(payment.status)
            })
            .await?;
        Ok(match (self.flaw, status) {
            (Flaw::Says(said, status), _) if said == operation => status,
            (Flaw::UnauthorizesCaptured, Status::Captured) => PaymentSessionStatus::Error,
            (_, Status::Open) => PaymentSessionStatus::Pending,
            (_, Status::Held) => PaymentSessionStatus::Authorized,
            (_, Status::Captured) => PaymentSessionStatus::Captured,
            (_, Status::Canceled) => PaymentSessionStatus::Canceled,
        })
    }

    /// Changes a payment that is in one of these statuses, unless it is done.
    async fn change(
        &self,
        call: &CallContext,
        data: JsonObject,
        done: Status,
        from: &[Status],
    ) -> Result<JsonObject> {
        if self.is(Flaw::Lies(call.operation())) {
            return Ok(data);
        }
        let id = self.id(&data)?;
        let is_done_anew = self.is(Flaw::CapturesAgain) || self.is(Flaw::Forgets(call.operation()));
        let key = if is_done_anew { new_key() } else { call.idempotency_key().to_owned() };
        let changed = self
            .ask_once(call, key, |state, _| {
                let payment = state.payment(&id)?;
                let again = payment.status == done;
                if again && self.is(Flaw::CapturesAgain) {
                    payment.captured += payment.amount;
                }
                if again && !self.is(Flaw::Forgets(call.operation())) {
                    return Ok(());
                }
                if !from.contains(&payment.status) {
                    return Err(BankError::Refused("not_possible"));
                }
                payment.status = done;
                payment.held = 0;
                if done == Status::Captured {
                    payment.captured = payment.amount - u64::from(self.is(Flaw::CapturesLess));
                }
                Ok(())
            })
            .await;
        match changed {
            Err(_) if self.tolerated(call) => Ok(data),
            changed => changed.map(|_| data),
        }
    }

    /// Pays a refund, or finds one that an earlier call has paid and that is not recorded. Returns its id,
    /// and whether it was found.
    async fn refund(
        &self,
        call: &CallContext,
        data: &JsonObject,
        amount: Amount,
        recorded: &[String],
    ) -> Result<(String, bool)> {
        let (id, operation) = (self.id(data)?, call.operation());
        if !matches!(self.flaw, Flaw::PaysAgain | Flaw::BelievesReplays) {
            let found = self.bank.look(operation, |state| {
                let is_lost = |refund: &&Refund| {
                    refund.amount == amount.minor_units() && !recorded.contains(&refund.id)
                };
                Ok(state.payment(&id)?.refunds.iter().find(is_lost).cloned())
            });
            if let Some(lost) = self.understood(call, found.await).await? {
                return Ok((lost.id, true));
            }
        }
        let quietly = self.bank.fault_for(operation) == Some(Fault::DeclineQuietly);
        let paid = amount.minor_units() - u64::from(self.is(Flaw::PaysLess));
        let refund = self
            .ask_once(call, self.refund_key(call, data, amount), |state, key| {
                let payment = state.payment(&id)?;
                if payment.refunded() + amount.minor_units() > payment.captured {
                    return Err(BankError::Refused("too_much"));
                }
                if !quietly {
                    payment.refunds.push(Refund { id: key.to_owned(), amount: paid });
                }
                Ok(())
            })
            .await?;
        let is_paid = self.bank.look(operation, |state| {
            Ok(state.payment(&id)?.refunds.iter().any(|known| known.id == refund))
        });
        if !self.understood(call, is_paid.await).await? && !self.is(Flaw::IgnoresOutcomes) {
            return Err(PaymentProcessorError::refused("", "refund_failed", ""));
        }
        Ok((refund, false))
    }

    fn refund_key(&self, call: &CallContext, data: &JsonObject, amount: Amount) -> String {
        match self.flaw {
            Flaw::PaysAgain => new_key(),
            Flaw::PaysOnce => format!("{:?} {amount}", data.get::<String>("id")),
            Flaw::Anonymous => format!("{} {amount}", data.as_str()),
            _ => call.idempotency_key().to_owned(),
        }
    }
}

fn new_key() -> String {
    Uuid::new_v4().to_string()
}

#[async_trait]
impl PaymentProcessor for Reference {
    fn payment_id(&self, data: &JsonObject) -> Option<String> {
        if matches!(self.flaw, Flaw::PaysAgain | Flaw::Anonymous) { None } else { data.get("id") }
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        self.start(call, &context).await
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = &context.payment_session_data;
        if self.is(Flaw::Lies(call.operation())) {
            return Ok(None);
        }
        let id = match self.id(data) {
            Ok(id) if !self.is(Flaw::StartsAnew) => id,
            _ => return self.start(call, &context).await.map(Some),
        };
        let (amount, currency) = (context.amount.minor_units(), context.currency_code.clone());
        let is_same = data.get::<u64>("amount") == Some(amount)
            && data.get::<String>("currency").as_ref() == Some(&currency);
        if is_same {
            return Ok(None);
        }
        let changed = self
            .ask(call, |state| {
                let payment = state.payment(&id)?;
                if payment.status != Status::Open {
                    return Err(BankError::Refused("not_open"));
                }
                payment.amount = amount;
                payment.currency.clone_from(&currency);
                Ok(())
            })
            .await;
        if !self.tolerated(call) {
            changed?;
        }
        Ok(Some(data.with([("amount", amount.into()), ("currency", currency.into())]).into()))
    }

    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        Ok(Authorization { status: self.read(call, &data).await?, data })
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _capture: Capture,
    ) -> Result<JsonObject> {
        self.change(call, data, Status::Captured, &[Status::Held]).await
    }

    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let id = self.id(&data)?;
        let recorded: Vec<String> = data.get("refunds").unwrap_or_default();
        let result = self.refund(call, &data, amount, &recorded).await;
        let (refund, was_found) = match result {
            Err(_) if self.tolerated(call) => return Ok(data),
            Err(error) => {
                self.refused_before.store(error.code() == "declined", Ordering::Relaxed);
                return Err(error);
            }
            Ok(refund) => refund,
        };
        if self.is(Flaw::RemembersRefusals) && self.refused_before.load(Ordering::Relaxed) {
            return Err(PaymentProcessorError::refused("", "refund_failed", ""));
        }
        if was_found && self.is(Flaw::KeepsOldBooks) {
            return Ok(data);
        }
        let refunds: Vec<_> = recorded.into_iter().chain([refund]).collect();
        let known = if self.is(Flaw::DropsUnknown) {
            JsonObject::empty().with([("id", id.into())])
        } else {
            data
        };
        Ok(known.with([("refunds", refunds.into())]))
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.change(call, data, Status::Canceled, &[Status::Open, Status::Held]).await
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.change(call, data, Status::Canceled, &[Status::Open, Status::Held]).await
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        match self.read(call, &data).await {
            _ if self.is(Flaw::Lies(call.operation())) => Ok(data.without("id")),
            Err(_) if self.tolerated(call) => Ok(JsonObject::empty()),
            read => read.map(|_| data),
        }
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        self.read(call, &data).await
    }

    async fn update_payment_data(
        &self,
        call: &CallContext,
        session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        let forbidden = data.keys().iter().any(|key| PROTECTED.contains(&key.as_str()));
        if forbidden && !self.is(Flaw::TakesAnything) {
            return Err(PaymentProcessorError::invalid("It is not allowed", "", ""));
        }
        if self.is(Flaw::PanicsWithoutAnId) && data.keys().is_empty() {
            panic!("nothing was posted");
        }
        self.ask(call, |state| state.payment(&session_id).map(|_| ())).await?;
        Ok(data)
    }
}
