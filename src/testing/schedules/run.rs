//! A schedule, carried out on one payment: Medusa around the processor, an operator, and a look into the
//! provider's books after every step.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::medusa::{Action, Medusa, Row};
use super::schedule::{Call, End, Hits, Part, Server, Start, Step, What};
use crate::amount::Amount;
use crate::error::ErrorKind;
use crate::json::JsonObject;
use crate::layers::Stack;
use crate::request::Request;
use crate::testing::harness::{Harness, Ledger};
use crate::testing::trial::{Answer, Checked, Outcome, Trial, answer_of, expect, failed, money};
use crate::types::PaymentSessionStatus;

/// How often the operator retries at the end what is not settled, a minute apart.
const MINUTES: usize = 6;

/// How often after that, a day apart: a provider may have stored an answer for that long.
const DAYS: usize = 2;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(25 * 60 * 60);

/// A schedule that was carried out.
pub(super) struct Played {
    /// What happened, one line a step.
    pub lines: Vec<String>,
    pub verdict: Checked<Tally>,
}

/// Carries out a schedule on a payment of its own. What the layers leave to chance follows from `seed`.
pub(super) async fn run(harness: &dyn Harness, seed: u64, steps: &[Step]) -> Played {
    fastrand::seed(seed);
    match Run::open(harness).await {
        Ok(mut run) => {
            let result = run.all(steps).await;
            harness.clear().await;
            Played { lines: run.lines, verdict: result.map(|()| run.tally) }
        }
        Err(stop) => Played { lines: Vec::new(), verdict: Err(stop) },
    }
}

/// How much happened in a schedule, so that it can be seen that schedules are not empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often the processor was called.
    pub calls: u64,
    /// How many of these calls left it open whether they had an effect, or were not recorded.
    pub in_doubt: u64,
    /// How many refunds Medusa recorded.
    pub refunds: u64,
}

/// Something that an operator wants to be done.
#[derive(Clone, Copy)]
struct Want {
    action: Action,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The provider certainly has not done it.
    Undone,
    /// It may have been done, and is not recorded.
    InDoubt,
    /// It is recorded, or was clearly refused.
    Settled,
}

/// A call that Medusa makes.
struct Prepared<'c> {
    call: &'c Call,
    request: Request,
    /// What the operator wants with it; a read is wanted by nobody.
    want: Option<usize>,
}

/// What becomes of a call.
enum Reply {
    Answered(Answer),
    /// The server died before the answer.
    Died,
}

struct Run<'a> {
    trial: Trial<'a>,
    lines: Vec<String>,
    servers: [Stack; 2],
    medusa: Medusa,
    session: JsonObject,
    wants: Vec<Want>,
    tally: Tally,
    /// What was refunded in the provider's dashboard.
    elsewhere: u64,
    /// Recorded refunds that failed at the customer's bank later.
    failed_later: Vec<Amount>,
    /// Refunds that failed at the customer's bank and may or may not have been recorded before.
    failed_sometime: u64,
    /// For a message.
    last_answer: String,
    /// Whether the schedule is over, and only what is not settled is retried.
    is_settling: bool,
}

impl<'a> Run<'a> {
    /// Places an order whose payment is authorized. Nothing goes wrong so far.
    async fn open(harness: &'a dyn Harness) -> Checked<Self> {
        let trial = Trial::open(harness).await;
        let session = trial.authorized().await?;
        let data = trial.data(Request::RetrievePayment { data: session.clone() }).await?;
        trial.ledger(&data).await?;
        Ok(Self {
            lines: Vec::new(),
            servers: [harness.stack().await, harness.stack().await],
            medusa: Medusa::new(&data, trial.total()),
            trial,
            session,
            wants: Vec::new(),
            tally: Tally::default(),
            elsewhere: 0,
            failed_later: Vec::new(),
            failed_sometime: 0,
            last_answer: String::new(),
            is_settling: false,
        })
    }

    async fn all(&mut self, mut steps: &[Step]) -> Checked {
        while let [step, rest @ ..] = steps {
            steps = match (step, rest) {
                (Step::Call(first), [Step::Call(second), rest @ ..])
                    if second.start != Start::Afresh =>
                {
                    self.call(&[first, second]).await?;
                    rest
                }
                (Step::Call(call), rest) => {
                    self.call(&[call]).await?;
                    rest
                }
                (step, rest) => {
                    let happened = self.happen(step).await;
                    self.lines.extend(happened);
                    rest
                }
            };
            self.books_are_equal().await?;
        }
        self.settle().await
    }

    /// Lets something happen that is not a call, and says what it was.
    async fn happen(&mut self, step: &Step) -> Option<String> {
        let harness = self.trial.harness;
        match step {
            Step::Call(_) => None,
            Step::Restart(server) => {
                self.restart(*server).await;
                Some(format!("server {server:?} is restarted"))
            }
            Step::Wait(time) => {
                let passes = harness.time_passes(*time).await;
                passes.then(|| format!("{} s pass", time.as_secs()))
            }
            Step::RefundElsewhere(part) => {
                let amount = self.amount(*part);
                let is_made = harness.refund_elsewhere(&self.medusa.row.data, amount).await;
                self.elsewhere += if is_made { amount.minor_units() } else { 0 };
                is_made.then(|| format!("refund of {amount} in the provider's dashboard"))
            }
            Step::RefundFails(part) => {
                let amount = self.amount(*part);
                let has_failed = harness.refund_fails(&self.medusa.row.data, amount).await;
                if has_failed {
                    self.note_failed_refund(amount);
                }
                has_failed.then(|| format!("a refund of {amount} fails at the customer's bank"))
            }
        }
    }

    async fn restart(&mut self, server: Server) {
        let [a, b] = &mut self.servers;
        *(if server == Server::A { a } else { b }) = self.trial.harness.stack().await;
    }

    /// Notes which of Medusa's records, if any, is not true any more without anybody's mistake.
    fn note_failed_refund(&mut self, amount: Amount) {
        let failed = self.failed_later.iter().filter(|failed| **failed == amount).count();
        let may_be_recorded = self.medusa.times_refunded(amount) > failed;
        let may_be_unrecorded = self
            .wants
            .iter()
            .any(|want| want.action == Action::Refund(amount) && want.state == State::InDoubt);
        match (may_be_recorded, may_be_unrecorded) {
            (true, false) => self.failed_later.push(amount),
            (true, true) => self.failed_sometime += amount.minor_units(),
            (false, _) => {}
        }
    }

    /// Makes one call, or two that start from the same data. Medusa stores their results in the order of
    /// the answers, and the second overwrites what the first has stored.
    async fn call(&mut self, calls: &[&Call]) -> Checked {
        let row = self.medusa.row.clone();
        let mut prepared: Vec<Prepared> = Vec::new();
        for call in calls {
            let taken = prepared.first().and_then(|first| first.want);
            prepared.extend(self.prepared(call, &row, taken));
        }
        self.make(prepared, row).await
    }

    async fn make(&mut self, prepared: Vec<Prepared<'_>>, row: Row) -> Checked {
        let before = self.trial.ledger(&row.data).await?;
        let replies = self.replies(&prepared).await;
        for (number, prepared) in prepared.iter().enumerate() {
            let mut replies = replies.iter().filter(|(of, _)| *of == number);
            self.lines.extend(replies.next().map(|(_, reply)| self.line(prepared, reply)));
        }
        for (number, reply) in replies {
            let Some(call) = prepared.get(number) else { continue };
            self.tally.calls += 1;
            match call.want {
                Some(want) => self.conclude(call, want, &row, reply).await?,
                None if prepared.len() == 1 => self.status_is_true(call, &reply, before).await?,
                None => {}
            }
        }
        Ok(())
    }

    /// Returns the replies with the numbers of their calls, in the order in which they came.
    async fn replies(&self, calls: &[Prepared<'_>]) -> Vec<(usize, Reply)> {
        let replies = Mutex::new(Vec::new());
        let made = async |number: usize, prepared: &Prepared<'_>| {
            let reply = self.reply(prepared).await;
            replies.lock().unwrap_or_else(PoisonError::into_inner).push((number, reply));
        };
        match calls {
            [first, second] if second.call.start == Start::AtOnce => {
                self.inject(first).await;
                self.inject(second).await;
                tokio::join!(made(0, first), made(1, second));
                self.trial.harness.clear().await;
            }
            calls => {
                for (number, prepared) in calls.iter().enumerate() {
                    self.inject(prepared).await;
                    made(number, prepared).await;
                    self.trial.harness.clear().await;
                }
            }
        }
        replies.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    async fn inject(&self, Prepared { call, request, .. }: &Prepared<'_>) {
        let (harness, operation) = (self.trial.harness, request.operation());
        for mishap in &call.mishaps {
            match mishap.hits {
                Hits::All => harness.inject(mishap.fault, operation).await,
                Hits::Only(number) => harness.inject_at(mishap.fault, operation, number).await,
            };
        }
    }

    async fn reply(&self, Prepared { call, request, .. }: &Prepared<'_>) -> Reply {
        let limit = self.trial.harness.limit();
        let answer = answer_of(self.server(call.server), request.clone(), limit);
        match call.end {
            End::Dies(after) => match tokio::time::timeout(after, answer).await {
                Ok(answer) => Reply::Answered(answer),
                Err(_) => Reply::Died,
            },
            End::Stored | End::RolledBack => Reply::Answered(answer.await),
        }
    }

    fn server(&self, server: Server) -> &Stack {
        let [a, b] = &self.servers;
        if server == Server::A || self.trial.harness.keeps_books_in_data() { a } else { b }
    }

    /// Returns the call as Medusa makes it from this row; `None` if Medusa does not make it, or there is
    /// nothing to do. `taken` is what another call is about at the same time.
    fn prepared<'c>(
        &mut self,
        call: &'c Call,
        row: &Row,
        taken: Option<usize>,
    ) -> Option<Prepared<'c>> {
        let data = row.data.clone();
        let read = |request| Some(Prepared { call, request, want: None });
        let want = match call.what {
            What::Authorize => return read(self.trial.authorization(self.session.clone())),
            What::Retrieve => return read(Request::RetrievePayment { data }),
            What::Status => return read(Request::GetPaymentStatus { data }),
            What::Retry(number) => self.unsettled(row, number, taken)?,
            What::Capture => self.wanted(row, Action::Capture)?,
            What::Cancel => self.wanted(row, Action::Cancel)?,
            What::Refund(part) => self.wanted(row, Action::Refund(self.amount(part)))?,
        };
        self.prepared_for(want, call, row)
    }

    fn prepared_for<'c>(&self, want: usize, call: &'c Call, row: &Row) -> Option<Prepared<'c>> {
        let data = row.data.clone();
        let request = match self.wants.get(want)?.action {
            Action::Capture => Request::CapturePayment { data },
            Action::Cancel => Request::CancelPayment { data },
            Action::Refund(amount) => Request::RefundPayment { data, amount },
        };
        Some(Prepared { call, request, want: Some(want) })
    }

    /// Adds something that the operator wants, if Medusa lets it through.
    fn wanted(&mut self, row: &Row, action: Action) -> Option<usize> {
        // Nobody refunds so much that it would be too much if what is in doubt was paid.
        let promised = self.medusa.refunded() + self.refunds_in_doubt() + action.refunds();
        if !self.medusa.allows(row, action) || promised > self.trial.total() {
            return None;
        }
        self.wants.push(Want { action, state: State::Undone });
        Some(self.wants.len() - 1)
    }

    /// One of the wants that are not settled and that Medusa lets through, counted around. A second click
    /// on `taken` at the same time is as good as another want.
    fn unsettled(&mut self, row: &Row, number: usize, taken: Option<usize>) -> Option<usize> {
        let unsettled: Vec<usize> = self.all_unsettled(row).collect();
        let want = *unsettled.get(number.checked_rem(unsettled.len())?)?;
        if Some(want) != taken {
            return Some(want);
        }
        let action = self.wants.get(want)?.action;
        self.wants.push(Want { action, state: State::Undone });
        Some(self.wants.len() - 1)
    }

    fn all_unsettled(&self, row: &Row) -> impl Iterator<Item = usize> {
        let is_open =
            |want: &Want| want.state != State::Settled && self.medusa.allows(row, want.action);
        self.wants.iter().enumerate().filter(move |(_, want)| is_open(want)).map(|(want, _)| want)
    }

    /// Takes a reply as Medusa and the operator take it.
    async fn conclude(
        &mut self,
        prepared: &Prepared<'_>,
        want: usize,
        row: &Row,
        reply: Reply,
    ) -> Checked {
        let Some(want) = self.wants.get_mut(want) else { return Ok(()) };
        let end = prepared.call.end;
        want.state = match &reply {
            Reply::Answered(answer) => match &answer.outcome {
                Outcome::Done(_) if end == End::RolledBack => State::InDoubt,
                Outcome::Done(_) => {
                    let data = answer.data().cloned().unwrap_or_default();
                    self.medusa.store(row.clone(), want.action, &data);
                    self.tally.refunds += u64::from(want.action.refunds() > 0);
                    State::Settled
                }
                Outcome::Failed(error) => match (error.kind(), want.state) {
                    (ErrorKind::Refused, _) => State::Settled,
                    // It says nothing about an attempt before it, unless nothing goes wrong any more.
                    (ErrorKind::Invalid, State::InDoubt) if !self.is_settling => State::InDoubt,
                    (ErrorKind::Invalid, _) => State::Settled,
                    (ErrorKind::OutcomeUnknown, _) => State::InDoubt,
                    (ErrorKind::Unavailable, state) => state,
                },
                Outcome::Late => return failed(format!("a call is not bounded in time: {answer}")),
            },
            Reply::Died => State::InDoubt,
        };
        self.tally.in_doubt += u64::from(want.state == State::InDoubt);
        self.last_answer = reply.to_string();
        if matches!(reply, Reply::Died) {
            self.restart(prepared.call.server).await;
        }
        Ok(())
    }

    /// Sees whether what a read says was so before it or is so after it: what was asked for earlier may be
    /// done in between. Nothing went wrong while it was made.
    async fn status_is_true(
        &self,
        prepared: &Prepared<'_>,
        reply: &Reply,
        before: Ledger,
    ) -> Checked {
        let Reply::Answered(answer) = reply else { return Ok(()) };
        let Some(status) = answer.status() else { return Ok(()) };
        if !prepared.call.mishaps.is_empty() || self.trial.harness.keeps_books_in_data() {
            return Ok(());
        }
        let after = self.trial.ledger(&self.medusa.row.data).await?;
        let said = (answer.is_authorized(), status == PaymentSessionStatus::Canceled);
        let is_so = |ledger: Ledger| said == (ledger.held + ledger.captured > 0, ledger.canceled);
        if is_so(before) || is_so(after) {
            return Ok(());
        }
        failed(format!("a status that is not so: {answer}"))
    }

    /// Compares what Medusa has recorded, and what may have been done beside it, with the provider's own
    /// books.
    async fn books_are_equal(&self) -> Checked {
        let ledger = self.trial.ledger(&self.medusa.row.data).await?;
        let paid = ledger.refunded.saturating_sub(self.elsewhere);
        let failed_later: u64 = self.failed_later.iter().map(|amount| amount.minor_units()).sum();
        let recorded = self.medusa.refunded().saturating_sub(failed_later);
        let in_doubt = self.refunds_in_doubt();
        if paid + self.failed_sometime < recorded {
            return failed(format!(
                "Medusa has recorded refunds of {recorded}, and the provider has paid {paid}"
            ));
        }
        if paid > recorded + in_doubt {
            return failed(format!(
                "the provider has paid refunds of {paid}, Medusa has recorded {recorded}, and the \
                 operator was told that {in_doubt} more may have been paid"
            ));
        }
        let row = &self.medusa.row;
        let total = self.trial.total();
        match (row.is_captured, ledger.captured) {
            (true, captured) => expect("what the provider has captured", captured, total)?,
            (false, 0) => {}
            (false, _) if self.trial.harness.captures_at_once() => {}
            (false, captured) => {
                expect("what the provider has captured", captured, total)?;
                let in_doubt = self.is_in_doubt(Action::Capture);
                expect("whether the operator was told that it may be captured", in_doubt, true)?;
            }
        }
        if self.trial.harness.keeps_books_in_data() {
            return Ok(());
        }
        match (row.is_canceled, ledger.canceled) {
            (true, canceled) => expect("whether the provider has canceled it", canceled, true),
            (false, true) => {
                let in_doubt = self.is_in_doubt(Action::Cancel);
                expect("whether the operator was told that it may be canceled", in_doubt, true)
            }
            (false, false) => Ok(()),
        }
    }

    fn refunds_in_doubt(&self) -> u64 {
        let in_doubt = self.wants.iter().filter(|want| want.state == State::InDoubt);
        in_doubt.map(|want| want.action.refunds()).sum()
    }

    fn is_in_doubt(&self, action: Action) -> bool {
        self.wants.iter().any(|want| want.action == action && want.state == State::InDoubt)
    }

    /// Nothing goes wrong any more, and the operator retries until everything is recorded or refused.
    async fn settle(&mut self) -> Checked {
        self.is_settling = true;
        for round in 0..MINUTES + DAYS {
            let time = if round < MINUTES { MINUTE } else { DAY };
            if !self.trial.harness.time_passes(time).await {
                self.trial.harness.later().await;
                // What a process remembers for a while would hold it back longer.
                self.restart(Server::A).await;
                self.restart(Server::B).await;
            }
            self.books_are_equal().await?;
            let unsettled: Vec<usize> = self.all_unsettled(&self.medusa.row).collect();
            if unsettled.is_empty() {
                return Ok(());
            }
            let since = if round == 0 { ", and nothing goes wrong any more" } else { "" };
            self.lines.push(format!("{} s pass{since}", time.as_secs()));
            for want in unsettled {
                let row = self.medusa.row.clone();
                if !self.all_unsettled(&row).any(|unsettled| unsettled == want) {
                    continue;
                }
                let server = if (round + want) % 2 == 0 { Server::A } else { Server::B };
                let call = Call { server, ..Call::plain(What::Retry(want)) };
                let prepared = self.prepared_for(want, &call, &row);
                self.make(prepared.into_iter().collect(), row).await?;
                self.books_are_equal().await?;
            }
        }
        if self.all_unsettled(&self.medusa.row).next().is_none() {
            return Ok(());
        }
        failed(format!(
            "the operator retries and retries, and the last answer is still {}",
            self.last_answer
        ))
    }

    fn amount(&self, Part(tenths): Part) -> Amount {
        money(self.trial.total() / 10 * tenths)
    }

    fn line(&self, Prepared { call, want, request }: &Prepared<'_>, reply: &Reply) -> String {
        let what = match want.and_then(|want| self.wants.get(want)) {
            Some(want) if matches!(call.what, What::Retry(_)) => {
                format!("retry of the {}", want.action)
            }
            Some(want) => want.action.to_string(),
            None => request.operation().name().to_owned(),
        };
        format!("{} → {reply}", call.about(&what))
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Died => write!(f, "the server died before it answered"),
            Self::Answered(answer) => match &answer.outcome {
                Outcome::Done(_) => match answer.status() {
                    Some(status) => write!(f, "{}", status.as_str()),
                    None => write!(f, "done"),
                },
                Outcome::Failed(error) => write!(f, "{:?} ({})", error.kind(), error.code()),
                Outcome::Late => write!(f, "not answered in time"),
            },
        }
    }
}
