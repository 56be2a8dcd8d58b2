//! Rules that are almost right, so that it is seen that the schedules find what is wrong with them.

use std::time::Duration;

use async_trait::async_trait;

use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::refunds::{Keyed, MOST_REPLAYS, Refund, RefundApi, RefundRecord, STORING, refund};

/// What is wrong with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The rule before this one: only the last recorded refund counts for the key, and nothing that was
    /// seen stays known.
    Old,
    /// The key follows from the amount, too.
    AmountInTheKey,
    /// A call's second attempt takes what it finds for its own, whether or not the first was sent.
    AttemptsDecide,
    /// A call that has lost a reply takes what it finds for its own.
    DoubtDecides,
    /// What was seen does not stay known.
    Forgets,
    /// After a key of another request the next key is used without a look.
    NoLookAfterAMismatch,
    /// What another server has just made is taken over.
    TakesOverTheYoung,
    /// A reply that was lost is called a refusal.
    CallsItRefused,
    /// The key is the same for every refund of a payment.
    OneKey,
    /// What was found is recorded without a word to other servers.
    ClaimsNothing,
    /// What failed at the bank counts as paid.
    TakesOverTheVoid,
    /// What was given back in the dashboard is never recorded.
    LeavesTheDashboardAlone,
    /// A refund of the dashboard is recorded before the provider was asked to pay.
    RecordsBeforeItAsks,
    /// A refund of the dashboard is recorded whatever the provider refused it for.
    RecordsAfterAnyRefusal,
    /// A refund of the dashboard is recorded as one of another amount.
    RecordsAnotherAmount,
    /// A refund of the dashboard is recorded without a word to other servers.
    ClaimsNothingOfTheDashboard,
    /// A refund of the dashboard that failed is recorded.
    RecordsAFailedOne,
}

/// Refunds by a rule that is wrong in this one way.
pub(super) async fn flawed(
    flaw: Flaw,
    api: &dyn RefundApi,
    call: &CallContext,
    payment: &str,
    amount: Amount,
    mut record: RefundRecord,
    deadline: Duration,
) -> Result<RefundRecord> {
    if flaw == Flaw::Old {
        let old = Old { api, call, amount, settling: deadline + STORING };
        return old.refund(payment, record).await;
    }
    if flaw == Flaw::Forgets {
        record.unrecorded_refunds.clear();
    }
    let api = Flawed { api, flaw, call, payment, wanted: amount };
    match refund(&api, call, payment, amount, record, deadline).await {
        Err(error) if flaw == Flaw::CallsItRefused && error.kind() == ErrorKind::OutcomeUnknown => {
            Err(PaymentProcessorError::refused("", "", ""))
        }
        answer => answer,
    }
}

/// A provider as a flawed rule sees it.
struct Flawed<'a> {
    api: &'a dyn RefundApi,
    flaw: Flaw,
    call: &'a CallContext,
    payment: &'a str,
    wanted: Amount,
}

#[async_trait]
impl RefundApi for Flawed<'_> {
    fn provider(&self) -> &'static str {
        self.api.provider()
    }

    async fn list(&self) -> Result<Vec<Refund>> {
        let mut refunds = self.api.list().await?;
        if self.flaw == Flaw::TakesOverTheVoid {
            refunds.iter_mut().for_each(|refund| refund.void = None);
        }
        for refund in refunds.iter_mut().filter(|refund| !refund.is_ours()) {
            match self.flaw {
                Flaw::RecordsBeforeItAsks => refund.mark = Some("long_ago".to_owned()),
                Flaw::RecordsAnotherAmount => refund.amount = Some(self.wanted),
                Flaw::RecordsAFailedOne => refund.void = None,
                _ => {}
            }
        }
        if self.flaw == Flaw::AttemptsDecide && self.call.attempt() > 1
            || self.flaw == Flaw::DoubtDecides && self.call.in_doubt()
        {
            let ours = refunds.iter_mut().filter(|refund| refund.is_ours());
            ours.for_each(|refund| refund.mark = Some(self.call.mark().to_owned()));
        }
        Ok(refunds)
    }

    async fn create(&self, amount: Amount, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let key = match self.flaw {
            Flaw::AmountInTheKey => format!("{key}-{amount}"),
            Flaw::OneKey => format!("refund-{}", self.payment),
            _ => key.to_owned(),
        };
        match self.api.create(amount, &key, mark).await? {
            Keyed::OfAnotherRequest if self.flaw == Flaw::NoLookAfterAMismatch => {
                self.api.create(amount, &format!("{key}-{amount}"), mark).await
            }
            answer => Ok(answer),
        }
    }

    async fn claim(&self, refund: &Refund, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let claims_nothing = match self.flaw {
            Flaw::ClaimsNothing => true,
            Flaw::ClaimsNothingOfTheDashboard => !refund.is_ours(),
            _ => false,
        };
        if claims_nothing {
            return Ok(Keyed::Done(Refund { mark: Some(mark.to_owned()), ..refund.clone() }));
        }
        let claimed = self.api.claim(refund, key, mark).await?;
        let is_blind = self.flaw == Flaw::RecordsAFailedOne && !refund.is_ours();
        if self.flaw == Flaw::TakesOverTheVoid || is_blind {
            return Ok(claimed.map(|refund| Refund { void: None, ..refund }));
        }
        Ok(claimed)
    }

    async fn left(&self, refusal: &PaymentProcessorError) -> Result<Option<Amount>> {
        match self.flaw {
            Flaw::LeavesTheDashboardAlone => Ok(None),
            Flaw::RecordsAfterAnyRefusal => Ok(Some(Amount::ZERO)),
            _ => self.api.left(refusal).await,
        }
    }

    fn now(&self) -> u64 {
        let hour = if self.flaw == Flaw::TakesOverTheYoung { 60 * 60 } else { 0 };
        self.api.now() + hour
    }

    fn remembers_every_key(&self) -> bool {
        self.api.remembers_every_key()
    }
}

/// That version marked all refunds alike.
const MARK: &str = "refund";

/// The rule of version 0.1, in short.
struct Old<'a> {
    api: &'a dyn RefundApi,
    call: &'a CallContext,
    amount: Amount,
    settling: Duration,
}

impl Old<'_> {
    async fn refund(&self, payment: &str, record: RefundRecord) -> Result<RefundRecord> {
        let base = format!("refund-{payment}-{}", record.recorded().last().unwrap_or("none"));
        if self.call.attempt() == 1 && self.api.remembers_every_key() {
            match self.create(&base).await? {
                Keyed::Done(refund) => return self.paid(&refund, record),
                Keyed::Refused(error) | Keyed::InUse(error) => return Err(error),
                _ => {}
            }
        }
        let mut key = base.clone();
        for step in 1..=MOST_REPLAYS {
            let listed = self.api.list().await?;
            let unrecorded = || {
                listed.iter().filter(|refund| {
                    refund.is_ours() && refund.void.is_none() && !record.has_recorded(refund)
                })
            };
            let wanted = Some(self.amount);
            if unrecorded().any(|refund| refund.amount != wanted && self.is_young(refund)) {
                return Err(self.waits());
            }
            if let Some(refund) = unrecorded().find(|refund| refund.amount == wanted) {
                return self.taken_over(refund, record);
            }
            match self.create(&key).await? {
                Keyed::Done(refund) => return self.paid(&refund, record),
                Keyed::Replayed(refund)
                    if !record.has_recorded(&refund)
                        && !listed
                            .iter()
                            .any(|known| known.id == refund.id && known.void.is_some()) =>
                {
                    return self.taken_over(&refund, record);
                }
                Keyed::Refused(error) => return Err(error),
                Keyed::InUse(error) if self.call.in_doubt() => return Err(error),
                Keyed::InUse(_) => return Err(self.waits()),
                Keyed::Replayed(_) | Keyed::FailureReplayed | Keyed::OfAnotherRequest => {}
            }
            key = format!("{base}.{step}");
        }
        Err(self.waits())
    }

    async fn create(&self, key: &str) -> Result<Keyed<Refund>> {
        let was_in_doubt = self.call.in_doubt();
        self.call.set_in_doubt(true);
        let reply = self.api.create(self.amount, key, MARK).await;
        self.call.set_in_doubt(was_in_doubt || reply.is_err());
        reply
    }

    fn is_young(&self, refund: &Refund) -> bool {
        Duration::from_secs(self.api.now().saturating_sub(refund.created)) < self.settling
    }

    fn taken_over(&self, refund: &Refund, record: RefundRecord) -> Result<RefundRecord> {
        if !self.call.in_doubt() && self.is_young(refund) {
            return Err(self.waits());
        }
        self.paid(refund, record)
    }

    fn paid(&self, refund: &Refund, record: RefundRecord) -> Result<RefundRecord> {
        match &refund.void {
            Some(reason) => Err(PaymentProcessorError::refused("", reason, "")),
            None => Ok(record.record(refund, Some(self.amount))),
        }
    }

    fn waits(&self) -> PaymentProcessorError {
        PaymentProcessorError::unavailable("", "It has to wait.").never_retry()
    }
}
