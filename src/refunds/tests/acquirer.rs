//! A provider in memory, with all that makes refunds hard: idempotency keys that it forgets, stored
//! refusals, replies that are lost, requests that it serves long after.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::amount::Amount;
use crate::refunds::Refund;
use crate::request::Operation;
use crate::testing::{Fault, Ledger};

/// How long a request is on its way, and its reply.
const LATENCY: Duration = Duration::from_millis(40);

/// How long a refund takes, during which its key is in use.
const PROCESSING: Duration = Duration::from_millis(40);

/// How long a refund takes that seems to hang.
const AGES: Duration = Duration::from_secs(20);

/// How long keys are remembered.
const KEYS_LIVE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Open,
    Held,
    Captured,
    Canceled,
}

#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub status: Status,
    pub amount: u64,
    pub created: Instant,
    pub refunds: Vec<Refund>,
}

impl Payment {
    /// What was paid back and did not fail.
    fn refunded(&self) -> u64 {
        let paid = self.refunds.iter().filter(|refund| refund.void.is_none());
        paid.filter_map(|refund| refund.amount).map(Amount::minor_units).sum()
    }

    /// What can still be paid back.
    pub(super) fn left(&self) -> Amount {
        let captured = if self.status == Status::Captured { self.amount } else { 0 };
        Amount::new(captured - self.refunded()).unwrap()
    }
}

/// How a request ended.
#[derive(Debug)]
pub(super) enum Ended<T> {
    Done(T),
    Refused(&'static str),
    /// What was answered to an earlier request with its key.
    Replayed(Result<T, &'static str>),
    OfAnotherRequest,
    InUse,
    /// It did not arrive.
    NotSent,
    /// Its reply did not arrive.
    Lost,
}

/// What a request with a key is for.
#[derive(Clone, PartialEq, Eq)]
enum Asked {
    /// A refund of this amount with this mark.
    Refund(Amount, String),
    /// Another mark for the refund with this id.
    Mark(String, String),
}

/// The first request with a key.
struct Keyed {
    asked: Asked,
    at: Instant,
    /// `None` as long as it is being served.
    answer: Option<Result<Refund, &'static str>>,
}

#[derive(Default)]
struct State {
    payments: Vec<Payment>,
    keys: HashMap<String, Keyed>,
    refunds: usize,
    /// Faults, each for one request or for all.
    faults: Vec<(Fault, Operation, Option<usize>)>,
    requests: HashMap<Operation, usize>,
}

pub(super) struct Acquirer {
    state: Mutex<State>,
    started: Instant,
    /// Whether a key is refused for other parameters than it was first used with.
    compares: bool,
    /// Whether a refund that seems to hang is made in the end.
    serves_late: bool,
}

impl Acquirer {
    pub(super) fn new(compares: bool, serves_late: bool) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), started: Instant::now(), compares, serves_late })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn with<T>(&self, id: &str, work: impl FnOnce(&mut Payment) -> T) -> T {
        let number: usize = id.trim_start_matches("pay_").parse().unwrap();
        work(&mut self.state().payments[number])
    }

    /// The time by its clock, in seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        1_800_000_000 + self.started.elapsed().as_secs()
    }

    pub(super) fn start(&self, amount: u64) -> String {
        let mut state = self.state();
        let (status, created) = (Status::Open, Instant::now());
        state.payments.push(Payment { status, amount, created, refunds: Vec::new() });
        format!("pay_{}", state.payments.len() - 1)
    }

    pub(super) fn pay(&self, id: &str) {
        self.with(id, |payment| payment.status = Status::Held);
    }

    pub(super) fn ledger(&self, id: &str) -> Ledger {
        self.with(id, |payment| Ledger {
            held: if payment.status == Status::Held { payment.amount } else { 0 },
            captured: if payment.status == Status::Captured { payment.amount } else { 0 },
            refunded: payment.refunded(),
            canceled: payment.status == Status::Canceled,
        })
    }

    /// Whether every key that was used for the payment is certainly remembered.
    pub(super) fn remembers_every_key(&self, id: &str) -> bool {
        self.with(id, |payment| payment.created.elapsed() < KEYS_LIVE * 5 / 6)
    }

    pub(super) fn refund_elsewhere(&self, id: &str, amount: Amount) -> bool {
        self.pay_back(id, amount, None, None).is_ok()
    }

    /// A refund fails at the bank that Medusa has asked for, or (if it is not `ours`) that a person has made.
    pub(super) fn refund_fails(&self, id: &str, amount: Amount, ours: bool) -> bool {
        self.with(id, |payment| {
            let refund = payment.refunds.iter_mut().find(|refund| {
                refund.is_ours() == ours && refund.void.is_none() && refund.amount == Some(amount)
            });
            refund.map(|refund| refund.void = Some("account_closed".to_owned())).is_some()
        })
    }

    pub(super) fn inject(&self, fault: Fault, operation: Operation, request: Option<usize>) {
        let mut state = self.state();
        let before = state.requests.get(&operation).copied().unwrap_or_default();
        state.faults.push((fault, operation, request.map(|request| before + request)));
    }

    pub(super) fn clear(&self) {
        self.state().faults.clear();
    }

    /// Counts a request, and says what goes wrong with it.
    fn next_fault(&self, operation: Operation) -> Option<Fault> {
        let mut state = self.state();
        let count = state.requests.entry(operation).or_default();
        let number = *count;
        *count += 1;
        let hits = |meant: &Operation, request: &Option<usize>| {
            *meant == operation && request.is_none_or(|request| request == number)
        };
        let mut faults = state.faults.iter();
        faults.find(|(_, meant, request)| hits(meant, request)).map(|(fault, ..)| *fault)
    }

    /// Serves a request, even if the client does not wait for its reply any more. `served_late` says whether one that
    /// seems to hang is served in the end.
    async fn serve<T: Send + 'static>(
        fault: Option<Fault>,
        served_late: bool,
        work: impl Future<Output = Ended<T>> + Send + 'static,
    ) -> Ended<T> {
        let on_its_way = match fault {
            Some(Fault::Unavailable) => return Ended::NotSent,
            Some(Fault::Garble) => {
                sleep(LATENCY).await;
                return Ended::Lost;
            }
            Some(Fault::Hang) if !served_late => return std::future::pending().await,
            Some(Fault::Hang) => AGES,
            _ => LATENCY,
        };
        let served = tokio::spawn(async move {
            sleep(on_its_way).await;
            work.await
        });
        let ended = served.await.unwrap();
        sleep(LATENCY).await;
        match fault {
            Some(Fault::LoseReply | Fault::CutOff | Fault::Hang) => Ended::Lost,
            _ => ended,
        }
    }

    pub(super) async fn read(self: &Arc<Self>, operation: Operation, id: &str) -> Ended<Payment> {
        let (acquirer, id) = (Arc::clone(self), id.to_owned());
        let fault = self.next_fault(operation);
        Self::serve(fault, false, async move {
            Ended::Done(acquirer.with(&id, |payment| payment.clone()))
        })
        .await
    }

    /// Captures or releases the held money; what is done already is done.
    pub(super) async fn change(
        self: &Arc<Self>,
        operation: Operation,
        id: &str,
        wanted: Status,
    ) -> Ended<Status> {
        let (acquirer, id) = (Arc::clone(self), id.to_owned());
        let fault = self.next_fault(operation);
        Self::serve(fault, false, async move {
            acquirer.with(&id, |payment| match (payment.status, fault) {
                (status, _) if status == wanted => Ended::Done(status),
                (Status::Captured | Status::Canceled, _) => Ended::Refused("not_possible"),
                (_, Some(Fault::Decline)) => Ended::Refused("declined"),
                (status, Some(Fault::DeclineQuietly)) => Ended::Done(status),
                _ => {
                    payment.status = wanted;
                    Ended::Done(wanted)
                }
            })
        })
        .await
    }

    pub(super) async fn refund(
        self: &Arc<Self>,
        operation: Operation,
        id: &str,
        (amount, mark): (Amount, &str),
        key: &str,
    ) -> Ended<Refund> {
        self.once(operation, id, Asked::Refund(amount, mark.to_owned()), key).await
    }

    pub(super) async fn mark(
        self: &Arc<Self>,
        operation: Operation,
        id: &str,
        (refund, mark): (&str, &str),
        key: &str,
    ) -> Ended<Refund> {
        self.once(operation, id, Asked::Mark(refund.to_owned(), mark.to_owned()), key).await
    }

    async fn once(
        self: &Arc<Self>,
        operation: Operation,
        id: &str,
        asked: Asked,
        key: &str,
    ) -> Ended<Refund> {
        let (acquirer, id, key) = (Arc::clone(self), id.to_owned(), format!("{id} {key}"));
        let fault = self.next_fault(operation);
        let late = self.serves_late;
        let work = async move { acquirer.served_once(fault, &id, asked, key).await };
        Self::serve(fault, late, work).await
    }

    async fn served_once(
        &self,
        fault: Option<Fault>,
        id: &str,
        asked: Asked,
        key: String,
    ) -> Ended<Refund> {
        if let Some(ended) = self.earlier(&key, &asked) {
            return ended;
        }
        let first = Keyed { asked: asked.clone(), at: Instant::now(), answer: None };
        self.state().keys.insert(key.clone(), first);
        sleep(PROCESSING).await;
        let void = (fault == Some(Fault::DeclineQuietly)).then(|| "expired_card".to_owned());
        let answer = match (fault, asked) {
            (Some(Fault::Decline), _) => Err("declined"),
            (_, Asked::Refund(amount, mark)) => self.pay_back(id, amount, Some(mark), void),
            (_, Asked::Mark(refund, mark)) => Ok(self.with(id, |payment| {
                let refund = payment.refunds.iter_mut().find(|known| known.id == refund).unwrap();
                refund.mark = Some(mark);
                refund.clone()
            })),
        };
        if let Some(keyed) = self.state().keys.get_mut(&key) {
            keyed.answer = Some(answer.clone());
        }
        match answer {
            Ok(refund) => Ended::Done(refund),
            Err(code) => Ended::Refused(code),
        }
    }

    /// What is answered because of an earlier request with this key.
    fn earlier(&self, key: &str, asked: &Asked) -> Option<Ended<Refund>> {
        let state = self.state();
        let keyed = state.keys.get(key).filter(|keyed| keyed.at.elapsed() < KEYS_LIVE)?;
        Some(match &keyed.answer {
            None => Ended::InUse,
            Some(_) if keyed.asked != *asked && self.compares => Ended::OfAnotherRequest,
            Some(answer) => Ended::Replayed(answer.clone()),
        })
    }

    fn pay_back(
        &self,
        id: &str,
        amount: Amount,
        mark: Option<String>,
        void: Option<String>,
    ) -> Result<Refund, &'static str> {
        let number = {
            let mut state = self.state();
            state.refunds += 1;
            state.refunds
        };
        let created = self.now();
        self.with(id, |payment| {
            if payment.status != Status::Captured {
                return Err("not_captured");
            }
            if payment.refunded() + amount.minor_units() > payment.amount {
                return Err("too_much");
            }
            let id = format!("re_{number:06}");
            let refund = Refund { id, amount: Some(amount), created, void, mark };
            payment.refunds.push(refund.clone());
            Ok(refund)
        })
    }
}
