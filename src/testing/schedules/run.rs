//! A schedule, carried out on one payment of two servers, with a look into the provider's books after every
//! step.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::books::{Outside, compare};
use super::medusa::{Action, Host, Medusa, Row};
use super::operator::{Operator, Want};
use super::schedule::{Call, End, Hits, Part, Server, Start, Step, What};
use crate::amount::Amount;
use crate::call::{HostCall, Rows};
use crate::captures::{ROWS_ARE_OLD, ROWS_ARE_OLD_AFTER_LOSS};
use crate::error::{ErrorKind, PaymentProcessorError};
use crate::json::JsonObject;
use crate::layers::Stack;
use crate::request::{Request, Response};
use crate::testing::harness::{Harness, Ledger};
use crate::testing::trial::{Answer, Checked, Outcome, Trial, answer_to, failed, money};
use crate::types::{Capture, PaymentSessionStatus};

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

/// How much happened in schedules: that they passed says nothing if nothing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often the processor was called.
    pub calls: u64,
    /// How many of these calls left it open whether they had an effect, or were not recorded.
    pub in_doubt: u64,
    /// How many refunds Medusa recorded.
    pub refunds: u64,
}

/// Carries out a schedule on a payment of its own. What the layers leave to chance follows from `seed`.
pub(super) async fn run(harness: &dyn Harness, host: Host, seed: u64, steps: &[Step]) -> Played {
    fastrand::seed(seed);
    match Run::open(harness, host).await {
        Ok(mut run) => {
            let result = run.all(steps).await;
            harness.clear().await;
            Played { lines: run.lines, verdict: result.map(|()| run.tally) }
        }
        Err(stop) => Played { lines: Vec::new(), verdict: Err(stop) },
    }
}

/// A call that Medusa makes.
struct Prepared<'c> {
    call: &'c Call,
    request: Request,
    /// What the operator wants with it. Nobody wants a read.
    want: Option<Want>,
    /// What Medusa 2 has written for it, and what else it has of the payment.
    row: Option<String>,
    rows: Rows,
}

impl<'c> Prepared<'c> {
    fn new(call: &'c Call, request: Request, want: Option<Want>) -> Self {
        Self { call, request, want, row: None, rows: Rows::default() }
    }
}

/// What becomes of a call.
enum Reply {
    Answered(Answer),
    /// The server died before the answer.
    Died,
}

struct Run<'a> {
    trial: Trial<'a>,
    servers: [Stack; 2],
    medusa: Medusa,
    session: JsonObject,
    operator: Operator,
    outside: Outside,
    lines: Vec<String>,
    tally: Tally,
}

impl<'a> Run<'a> {
    /// Places an order whose payment is authorized. Nothing goes wrong so far.
    async fn open(harness: &'a dyn Harness, host: Host) -> Checked<Self> {
        let trial = Trial::open(harness).await;
        let session = trial.authorized().await?;
        let data = match host {
            Host::Medusa1 => trial.data(Request::RetrievePayment { data: session.clone() }).await?,
            Host::Medusa2 => session.clone(),
        };
        trial.ledger(&data).await?;
        let captured = harness.captures_at_once().then(|| money(trial.total()));
        Ok(Self {
            servers: [harness.stack().await, harness.stack().await],
            medusa: Medusa::new(host, &data, trial.total(), captured),
            trial,
            session,
            operator: Operator::default(),
            outside: Outside::default(),
            lines: Vec::new(),
            tally: Tally::default(),
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
        let (harness, data) = (self.trial.harness, self.medusa.row.data.clone());
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
                let is_made = harness.refund_elsewhere(&data, amount).await;
                if is_made {
                    self.outside.elsewhere.refund(amount);
                }
                is_made.then(|| format!("refund of {amount} in the provider's dashboard"))
            }
            Step::RefundFails(part) => {
                let amount = self.amount(*part);
                let has_failed = harness.refund_fails(&data, amount).await;
                if has_failed {
                    self.outside.fail(amount, &self.medusa, &self.operator);
                }
                has_failed.then(|| format!("a refund of {amount} fails at the customer's bank"))
            }
            Step::ElsewhereFails(part) => {
                let amount = self.amount(*part);
                let has_failed = harness.refund_elsewhere_fails(&data, amount).await;
                if has_failed {
                    self.outside.fail_elsewhere(amount);
                }
                has_failed.then(|| {
                    format!("a refund of {amount} of the dashboard fails at the customer's bank")
                })
            }
        }
    }

    async fn restart(&mut self, server: Server) {
        let [a, b] = &mut self.servers;
        *(if server == Server::A { a } else { b }) = self.trial.harness.stack().await;
    }

    /// Makes one call, or two that start from the same data.
    async fn call(&mut self, calls: &[&Call]) -> Checked {
        let row = self.medusa.row.clone();
        let mut prepared: Vec<Prepared> = Vec::new();
        for call in calls {
            let clicked = prepared.first().and_then(|first| first.want);
            prepared.extend(self.prepared(call, &row, clicked));
        }
        self.make(prepared, row).await
    }

    /// Returns the call as Medusa makes it from this row; `None` if Medusa does not make it, or there is
    /// nothing to do. `clicked` is what another call is about at the same time.
    fn prepared<'c>(
        &mut self,
        call: &'c Call,
        row: &Row,
        clicked: Option<Want>,
    ) -> Option<Prepared<'c>> {
        let (data, medusa) = (row.data.clone(), &self.medusa);
        let read = |request| Some(Prepared::new(call, request, None));
        let want = match call.what {
            What::Authorize => return read(self.trial.authorization(self.session.clone())),
            What::Retrieve => return read(Request::RetrievePayment { data }),
            What::Status => return read(Request::GetPaymentStatus { data }),
            What::State => return read(Request::PaymentState { data }),
            What::Retry(number) => self.operator.retry((medusa, row), number, clicked)?,
            What::Capture(part) => {
                self.operator.want(medusa, row, Action::Capture(self.amount(part)))?
            }
            What::Cancel => self.operator.want(medusa, row, Action::Cancel)?,
            What::Refund(part) => {
                self.operator.want(medusa, row, Action::Refund(self.amount(part)))?
            }
        };
        self.prepared_for(want, call, row)
    }

    fn prepared_for<'c>(&mut self, want: Want, call: &'c Call, row: &Row) -> Option<Prepared<'c>> {
        let data = row.data.clone();
        let action = self.operator.action(want)?;
        let request = match action {
            Action::Capture(amount) if amount.minor_units() < self.medusa.total => {
                Request::CapturePayment { data, capture: Capture::Part(amount) }
            }
            Action::Capture(_) => Request::capture(data),
            Action::Cancel => Request::CancelPayment { data },
            Action::Refund(amount) => Request::RefundPayment { data, amount },
        };
        let row = self.medusa.begin(action);
        let rows = self.medusa.rows(row.as_deref());
        Some(Prepared { row, rows, ..Prepared::new(call, request, Some(want)) })
    }

    /// Makes these calls. Medusa stores their results in the order of the answers, and the second overwrites
    /// what the first has stored.
    async fn make(&mut self, mut calls: Vec<Prepared<'_>>, row: Row) -> Checked {
        if let [first, second] = calls.as_mut_slice()
            && second.call.start == Start::AtOnce
            && fastrand::bool()
        {
            // The first one looks at the rows when that of the second is there.
            first.rows = self.medusa.rows(first.row.as_deref());
        }
        let before = self.trial.ledger(&row.data).await?;
        let may_be_paid_late =
            self.operator.refunds_in_doubt() + self.medusa.refunds_never_known > 0;
        let replies = self.replies(&calls).await;
        let after = self.trial.ledger(&row.data).await?;
        for (number, call) in calls.iter().enumerate() {
            let mut replies = replies.iter().filter(|(of, _)| *of == number);
            self.lines.extend(replies.next().map(|(_, reply)| self.line(call, reply)));
        }
        for (number, reply) in replies {
            let Some(call) = calls.get(number) else { continue };
            self.tally.calls += 1;
            let is_clear = calls.len() == 1 && !may_be_paid_late && call.call.is_plain();
            self.learn_from(call, &reply, is_clear.then_some((before, after)))?;
            match call.want {
                Some(want) => self.conclude(call, want, &row, reply).await?,
                None if calls.len() == 1 => self.is_so(call.call, &reply, before).await?,
                None => {}
            }
        }
        Ok(())
    }

    /// Returns the replies with the numbers of their calls, in the order in which they came.
    async fn replies(&self, calls: &[Prepared<'_>]) -> Vec<(usize, Reply)> {
        let replies = Mutex::new(Vec::new());
        let made = async |number: usize, call: &Prepared<'_>| {
            let reply = self.reply(call).await;
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
                for (number, call) in calls.iter().enumerate() {
                    self.inject(call).await;
                    made(number, call).await;
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

    async fn reply(&self, prepared: &Prepared<'_>) -> Reply {
        let call = prepared.call;
        let answer = self.answer(prepared);
        match call.end {
            End::Dies(after) => match tokio::time::timeout(after, answer).await {
                Ok(answer) => Reply::Answered(answer),
                Err(_) => Reply::Died,
            },
            End::Stored | End::RolledBack => Reply::Answered(answer.await),
        }
    }

    /// Makes the call as the class of the host does, with rows that are read again if the processor asks for it.
    async fn answer(&self, Prepared { call, request, row, rows, .. }: &Prepared<'_>) -> Answer {
        let made = async |rows: Rows| {
            let host = HostCall { rows, ..HostCall::default() };
            let limit = self.trial.harness.limit();
            answer_to(self.server(call.server), host, request.clone(), limit).await
        };
        let answer = made(rows.clone()).await;
        let after_loss = match answer.error().map(PaymentProcessorError::code) {
            Some(ROWS_ARE_OLD) => false,
            Some(ROWS_ARE_OLD_AFTER_LOSS) => true,
            _ => return answer,
        };
        let rows = self.medusa.rows(row.as_deref());
        made(Rows { were_read_again: true, after_loss, ..rows }).await
    }

    fn server(&self, server: Server) -> &Stack {
        let [a, b] = &self.servers;
        if server == Server::A || self.trial.harness.keeps_books_in_data() { a } else { b }
    }

    /// Learns from the reply to a refund, and from the provider's books before and after it, what was recorded of the
    /// dashboard's refunds; nothing for certain if other causes for the books to change are not excluded.
    fn learn_from(
        &mut self,
        Prepared { want, call, .. }: &Prepared<'_>,
        reply: &Reply,
        books: Option<(Ledger, Ledger)>,
    ) -> Checked {
        let action = want.and_then(|want| self.operator.action(want));
        let Some(Action::Refund(amount)) = action else { return Ok(()) };
        if self.trial.harness.keeps_books_in_data() {
            return Ok(());
        }
        let elsewhere = &mut self.outside.elsewhere;
        match (books, reply) {
            (_, Reply::Answered(Answer { outcome: Outcome::Late, .. })) => Ok(()),
            (Some((before, after)), Reply::Answered(answer)) => match &answer.outcome {
                Outcome::Done(_) => elsewhere.done(amount, before, after),
                Outcome::Failed(error)
                    if error.kind() == ErrorKind::Refused && call.mishaps.is_empty() =>
                {
                    elsewhere.refused(amount, before)
                }
                _ => Ok(()),
            },
            (None, Reply::Answered(answer)) if answer.is_success() => {
                elsewhere.may_be_recorded();
                Ok(())
            }
            (_, Reply::Died) => {
                elsewhere.may_be_recorded();
                Ok(())
            }
            (None, Reply::Answered(_)) => Ok(()),
        }
    }

    /// Takes a reply as Medusa and the operator take it.
    async fn conclude(
        &mut self,
        Prepared { call, row: written, .. }: &Prepared<'_>,
        want: Want,
        row: &Row,
        reply: Reply,
    ) -> Checked {
        let answer = match reply {
            Reply::Answered(answer) => answer,
            Reply::Died => {
                match self.operator.action(want).filter(|_| written.is_some()) {
                    Some(action) => {
                        self.medusa.leave(action);
                        self.operator.settle(want);
                    }
                    None => self.operator.doubt(want),
                }
                self.tally.in_doubt += 1;
                self.restart(call.server).await;
                return Ok(());
            }
        };
        match (&answer.outcome, self.operator.action(want)) {
            (Outcome::Late, _) => {
                return failed(format!("a call is not bounded in time: {answer}"));
            }
            (Outcome::Done(_), Some(action)) if call.end != End::RolledBack => {
                let data = answer.data().cloned().unwrap_or_default();
                self.medusa.store(row.clone(), action, &data);
                self.tally.refunds += u64::from(action.refunds() > 0);
                self.operator.settle(want);
            }
            (Outcome::Done(_), _) => {
                self.medusa.give_up(written.as_deref());
                self.operator.doubt(want);
                self.tally.in_doubt += 1;
            }
            (Outcome::Failed(error), _) => {
                self.medusa.give_up(written.as_deref());
                self.operator.is_told(want, error);
                let is_unknown = error.kind() == ErrorKind::OutcomeUnknown;
                self.tally.in_doubt += u64::from(is_unknown);
            }
        }
        Ok(())
    }

    /// Sees whether what a read says was so before it or is so after it: what was asked for earlier may be
    /// done in between. Nothing went wrong while it was made.
    async fn is_so(&self, call: &Call, reply: &Reply, before: Ledger) -> Checked {
        let Reply::Answered(answer) = reply else { return Ok(()) };
        if !call.mishaps.is_empty() || self.trial.harness.keeps_books_in_data() {
            return Ok(());
        }
        let after = self.trial.ledger(&self.medusa.row.data).await?;
        if contradicts(answer, before) && contradicts(answer, after) {
            return failed(format!("what was read is not so: {answer}"));
        }
        Ok(())
    }

    async fn books_are_equal(&self) -> Checked {
        let ledger = self.trial.ledger(&self.medusa.row.data).await?;
        compare(ledger, &self.medusa, &self.operator, &self.outside, self.trial.harness)
    }

    /// Nothing goes wrong any more, and the operator retries until everything is recorded or refused.
    async fn settle(&mut self) -> Checked {
        self.operator.is_settling = true;
        for round in 0..MINUTES + DAYS {
            let time = if round < MINUTES { MINUTE } else { DAY };
            if !self.trial.harness.time_passes(time).await {
                self.trial.harness.later().await;
                // What a process remembers for a while would hold it back longer.
                self.restart(Server::A).await;
                self.restart(Server::B).await;
            }
            self.books_are_equal().await?;
            let unsettled = self.operator.unsettled(&self.medusa, &self.medusa.row);
            if unsettled.is_empty() {
                return Ok(());
            }
            let since = if round == 0 { ", and nothing goes wrong any more" } else { "" };
            self.lines.push(format!("{} s pass{since}", time.as_secs()));
            for (number, want) in unsettled.into_iter().enumerate() {
                let server = if (round + number) % 2 == 0 { Server::A } else { Server::B };
                self.retry(want, server).await?;
                self.books_are_equal().await?;
            }
        }
        if self.operator.unsettled(&self.medusa, &self.medusa.row).is_empty() {
            return Ok(());
        }
        failed("the operator retries and retries, and it is neither done nor refused")
    }

    async fn retry(&mut self, want: Want, server: Server) -> Checked {
        let row = self.medusa.row.clone();
        // Another retry may have settled that it cannot be done any more.
        if !self.operator.unsettled(&self.medusa, &row).contains(&want) {
            return Ok(());
        }
        let call = Call { server, ..Call::plain(What::Retry(0)) };
        let prepared = self.prepared_for(want, &call, &row);
        self.make(prepared.into_iter().collect(), row).await
    }

    fn amount(&self, Part(tenths): Part) -> Amount {
        money(self.trial.total() / 10 * tenths)
    }

    fn line(&self, Prepared { call, want, request, .. }: &Prepared<'_>, reply: &Reply) -> String {
        let what = match want.and_then(|want| self.operator.action(want)) {
            Some(action) if matches!(call.what, What::Retry(_)) => format!("retry of the {action}"),
            Some(action) => action.to_string(),
            None => request.operation().name().to_owned(),
        };
        format!("{} → {reply}", call.about(&what))
    }
}

/// Returns whether a read says something else than the provider's books.
fn contradicts(answer: &Answer, ledger: Ledger) -> bool {
    let is_status_wrong = answer.status().is_some_and(|status| {
        let said = (answer.is_authorized(), status == PaymentSessionStatus::Canceled);
        said != (ledger.held + ledger.captured > 0 && !ledger.canceled, ledger.canceled)
    });
    match &answer.outcome {
        Outcome::Done(Response::State(state)) => {
            let said = (state.captured.minor_units(), state.refunded.minor_units());
            said != (ledger.captured, ledger.refunded)
        }
        _ => is_status_wrong,
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
