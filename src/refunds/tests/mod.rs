//! The rule against a provider in memory, in random schedules.

mod acquirer;
mod mutants;
mod processor;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::amount::Amount;
use crate::call::{HostCall, Rows};
use crate::error::{ErrorKind, Result};
use crate::json::JsonObject;
use crate::layers::{Layers, Stack};
use crate::request::{Operation, Request, Response};
use crate::testing::{Fault, Harness, Ledger, ScheduleReport, Schedules, schedules};
use crate::types::PaymentProcessorContext;
use acquirer::Acquirer;
use mutants::Flaw;
use processor::{Processor, Rule};

struct AtTheAcquirer {
    acquirer: Arc<Acquirer>,
    rule: Rule,
}

fn amount(minor_units: u64) -> Amount {
    Amount::new(minor_units).unwrap()
}

fn id(data: &JsonObject) -> String {
    data.get("id").unwrap_or_default()
}

#[async_trait]
impl Harness for AtTheAcquirer {
    async fn stack(&self) -> Stack {
        let processor = Processor { acquirer: Arc::clone(&self.acquirer), rule: self.rule };
        Stack::new("acquirer", Arc::new(processor), Layers::default())
    }

    async fn pay(&self, data: &JsonObject) {
        self.acquirer.pay(&id(data));
    }

    async fn ledger(&self, data: &JsonObject) -> Option<Ledger> {
        Some(self.acquirer.ledger(&id(data)))
    }

    async fn inject(&self, fault: Fault, operation: Operation) -> bool {
        self.acquirer.inject(fault, operation, None);
        true
    }

    async fn inject_at(&self, fault: Fault, operation: Operation, request: usize) -> bool {
        self.acquirer.inject(fault, operation, Some(request));
        true
    }

    async fn clear(&self) {
        self.acquirer.clear();
    }

    async fn time_passes(&self, time: Duration) -> bool {
        tokio::time::sleep(time).await;
        true
    }

    async fn refund_elsewhere(&self, data: &JsonObject, amount: Amount) -> bool {
        self.acquirer.refund_elsewhere(&id(data), amount)
    }

    async fn refund_fails(&self, data: &JsonObject, amount: Amount) -> bool {
        self.acquirer.refund_fails(&id(data), amount, true)
    }

    async fn refund_elsewhere_fails(&self, data: &JsonObject, amount: Amount) -> bool {
        self.acquirer.refund_fails(&id(data), amount, false)
    }
}

/// Tries schedules of chance, or those that the environment asks for.
async fn tried(acquirer: Arc<Acquirer>, rule: Rule) -> ScheduleReport {
    schedules(&AtTheAcquirer { acquirer, rule }, Schedules { count: 500, seed: None }).await
}

#[tokio::test(start_paused = true)]
async fn in_random_schedules_a_refund_is_paid_once() {
    for remembers_every_key in [true, false] {
        for serves_late in [false, true] {
            let acquirer = Acquirer::new(true, serves_late);
            let rule = Rule { remembers_every_key, ..Rule::default() };
            tried(acquirer, rule).await.assert_passed();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_random_schedules_a_provider_that_hides_replays_pays_a_refund_once() {
    for compares in [false, true] {
        let acquirer = Acquirer::new(compares, true);
        let rule = Rule { hides_replays: true, ..Rule::default() };
        tried(acquirer, rule).await.assert_passed();
    }
}

/// Two servers on the same database, and a captured payment.
struct TwoServers {
    harness: AtTheAcquirer,
    a: Stack,
    b: Stack,
    data: JsonObject,
}

async fn data_of(stack: &Stack, request: Request) -> Result<JsonObject> {
    match stack.call(request).await? {
        Response::Data(data) => Ok(data),
        Response::Session(session) => Ok(session.session_data),
        other => panic!("no data: {other:?}"),
    }
}

impl TwoServers {
    async fn start() -> Self {
        let harness = AtTheAcquirer { acquirer: Acquirer::new(true, false), rule: Rule::default() };
        let (a, b) = (harness.stack().await, harness.stack().await);
        let context = Box::new(PaymentProcessorContext::new(amount(1000), "eur", "cart_1"));
        let data = data_of(&a, Request::InitiatePayment(context)).await.unwrap();
        harness.pay(&data).await;
        let data = data_of(&a, Request::capture(data)).await.unwrap();
        Self { harness, a, b, data }
    }

    /// Refunds 300, starting from what was recorded before any refund.
    async fn refund(&self, stack: &Stack) -> bool {
        let request = Request::RefundPayment { data: self.data.clone(), amount: amount(300) };
        data_of(stack, request).await.is_ok()
    }

    /// Asks for that on both servers at once, and sees that no success is one too many.
    async fn refund_on_both(&self) {
        let (a, b) = tokio::join!(self.refund(&self.a), self.refund(&self.b));
        let successes = u64::from(a) + u64::from(b);
        let refunded = self.harness.ledger(&self.data).await.unwrap().refunded;
        assert!(successes <= 1 && refunded <= 300, "{successes} successes, {refunded} refunded");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_refunds_at_once_the_one_that_loses_a_reply_does_not_record_the_others() {
    for fault in [Fault::LoseReply, Fault::Garble, Fault::Hang, Fault::Unavailable] {
        for request in 0..6 {
            let servers = TwoServers::start().await;
            servers.harness.inject_at(fault, Operation::RefundPayment, request).await;
            servers.refund_on_both().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_refund_that_two_servers_find_at_once_is_recorded_once() {
    let servers = TwoServers::start().await;
    // Medusa does not store this one.
    assert!(servers.refund(&servers.a).await);
    tokio::time::sleep(Duration::from_secs(20)).await;
    servers.refund_on_both().await;
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_was_young_when_a_call_began_is_left_alone_however_long_the_call_takes() {
    let servers = TwoServers::start().await;
    assert!(servers.refund(&servers.a).await);
    // Medusa may still be storing that when this starts, and not any more when it looks.
    tokio::time::sleep(Duration::from_secs(11)).await;
    servers.harness.inject_at(Fault::Hang, Operation::RefundPayment, 0).await;
    assert!(!servers.refund(&servers.b).await);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(servers.refund(&servers.b).await);
}

/// What was refunded in the dashboard, in its order, is what Medusa then asks for; returns what each answer was.
struct Dashboard {
    harness: AtTheAcquirer,
    stack: Stack,
    data: JsonObject,
}

impl Dashboard {
    /// A captured payment of 1500 of which these amounts were given back in the dashboard.
    async fn with(remembers_every_key: bool, refunds: &[u64]) -> Self {
        let rule = Rule { remembers_every_key, ..Rule::default() };
        let harness = AtTheAcquirer { acquirer: Acquirer::new(true, false), rule };
        let stack = harness.stack().await;
        let context = Box::new(PaymentProcessorContext::new(amount(1500), "eur", "cart_1"));
        let data = data_of(&stack, Request::InitiatePayment(context)).await.unwrap();
        harness.pay(&data).await;
        let data = data_of(&stack, Request::capture(data)).await.unwrap();
        for refund in refunds {
            assert!(harness.refund_elsewhere(&data, amount(*refund)).await);
        }
        Self { harness, stack, data }
    }

    /// Asks for a refund of this much in Medusa, a minute later.
    async fn refund(&mut self, wanted: u64) -> Result<()> {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let data = self.data.clone();
        let request = Request::RefundPayment { data, amount: amount(wanted) };
        self.data = data_of(&self.stack, request).await?;
        Ok(())
    }

    async fn given_back(&self) -> u64 {
        self.harness.ledger(&self.data).await.unwrap().refunded
    }
}

#[tokio::test(start_paused = true)]
async fn a_wanted_refund_is_paid_as_long_as_enough_is_left() {
    for remembers_every_key in [true, false] {
        let mut payment = Dashboard::with(remembers_every_key, &[300]).await;
        payment.refund(300).await.unwrap();
        assert_eq!(payment.given_back().await, 600);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_given_back_in_the_dashboard_is_the_refund_that_cannot_be_paid_any_more() {
    for (elsewhere, wanted) in [
        (&[1500][..], &[1500][..]),
        (&[1000], &[1000]),
        (&[1000], &[1000, 500]),
        (&[700, 800], &[800, 700]),
        (&[800, 700], &[1500]),
        (&[700, 300], &[1000]),
        (&[500, 500, 500], &[500, 500, 500]),
    ] {
        for remembers_every_key in [true, false] {
            let mut payment = Dashboard::with(remembers_every_key, elsewhere).await;
            for wanted in wanted {
                payment.refund(*wanted).await.unwrap();
            }
            let (elsewhere, wanted) = (elsewhere.iter().sum::<u64>(), wanted.iter().sum::<u64>());
            assert_eq!(payment.given_back().await, elsewhere.max(wanted));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_given_back_in_the_dashboard_is_recorded_once() {
    let mut payment = Dashboard::with(true, &[1000]).await;
    payment.refund(1000).await.unwrap();
    let again = payment.refund(1000).await.unwrap_err();
    assert_eq!((again.kind(), payment.given_back().await), (ErrorKind::Refused, 1000));
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_is_neither_left_nor_given_back_names_what_was_and_what_can_be_done() {
    let mut payment = Dashboard::with(true, &[700, 400]).await;
    let error = payment.refund(1000).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    for part in ["over 700", "over 400", "400 can still be refunded", "nothing is paid"] {
        assert!(error.detail().contains(part), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refund_of_the_dashboard_that_failed_is_none() {
    let mut payment = Dashboard::with(true, &[1500]).await;
    assert!(payment.harness.refund_elsewhere_fails(&payment.data, amount(1500)).await);
    payment.refund(1500).await.unwrap();
    assert_eq!(payment.given_back().await, 1500);
    let recorded = payment.data.get::<JsonObject>("refunds").unwrap();
    assert_eq!(recorded.keys(), ["re_000002"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_another_reason_records_nothing() {
    let mut payment = Dashboard::with(true, &[300]).await;
    payment.harness.inject_at(Fault::Decline, Operation::RefundPayment, 0).await;
    assert_eq!(payment.refund(300).await.unwrap_err().code(), "declined");
    assert_eq!(payment.given_back().await, 300);
}

#[tokio::test(start_paused = true)]
async fn a_refund_without_a_mark_that_has_a_row_is_recorded() {
    for (wanted, is_recorded) in [(500, true), (1000, false)] {
        let payment = Dashboard::with(true, &[500, 1000]).await;
        let rows = Rows {
            current: Some("ref_new".to_owned()),
            others: BTreeSet::from(["ref_of_another_plugin".to_owned()]),
            refunds: BTreeMap::from([("ref_of_another_plugin".to_owned(), amount(500))]),
            ..Rows::default()
        };
        let host = HostCall { rows, ..HostCall::default() };
        let data = payment.data.clone();
        let request = Request::RefundPayment { data, amount: amount(wanted) };
        let answer = payment.stack.call_from(host, request).await;
        assert_eq!(answer.is_err(), is_recorded, "{wanted}: {answer:?}");
        assert_eq!(payment.given_back().await, 1500);
    }
}

// The JavaScript plugin for Medusa 1 marks nothing, and its refunds are not named in the payment's data.
#[tokio::test(start_paused = true)]
async fn no_more_is_recorded_as_refunded_than_was_given_back() {
    for remembers_every_key in [true, false] {
        for (wanted, recorded, is_recorded) in [
            (500, Some(1000), false),
            (300, Some(1000), true),
            (300, Some(1001), false),
            (1300, Some(500), false),
            (500, Some(800), true),
            (500, None, true),
        ] {
            let payment = Dashboard::with(remembers_every_key, &[500, 500, 300]).await;
            let rows = Rows { refunded: recorded.map(amount), ..Rows::default() };
            let host = HostCall { rows, ..HostCall::default() };
            let data = payment.data.clone();
            let request = Request::RefundPayment { data, amount: amount(wanted) };
            let answer = payment.stack.call_from(host, request).await;
            assert_eq!(answer.is_ok(), is_recorded, "{wanted} beside {recorded:?}: {answer:?}");
            assert_eq!(payment.given_back().await, 1300);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_servers_one_records_what_was_given_back_in_the_dashboard() {
    for fault in [None, Some(Fault::LoseReply), Some(Fault::Hang), Some(Fault::Unavailable)] {
        for (request, elsewhere) in
            (0..7).flat_map(|request| [(request, &[1500][..]), (request, &[900, 600])])
        {
            let payment = Dashboard::with(true, elsewhere).await;
            let other = payment.harness.stack().await;
            if let Some(fault) = fault {
                payment.harness.inject_at(fault, Operation::RefundPayment, request).await;
            }
            let refund = async |stack: &Stack| {
                let data = payment.data.clone();
                let request = Request::RefundPayment { data, amount: amount(1500) };
                data_of(stack, request).await.is_ok()
            };
            let (a, b) = tokio::join!(refund(&payment.stack), refund(&other));
            assert!(!(a && b), "{fault:?} hits request {request}: both have recorded it");
        }
    }
}

/// Tries up to 3000 schedules, always the same, with a rule that has this flaw.
async fn tried_with(flaw: Flaw) -> ScheduleReport {
    let rule = Rule { remembers_every_key: true, flaw: Some(flaw), ..Rule::default() };
    let harness = AtTheAcquirer { acquirer: Acquirer::new(true, false), rule };
    schedules(&harness, Schedules { count: 3000, seed: Some(4000) }).await
}

#[tokio::test(start_paused = true)]
async fn the_refunds_of_version_0_1_are_caught_by_the_schedules() {
    assert!(tried_with(Flaw::Old).await.failed.is_some());
}

#[tokio::test(start_paused = true)]
async fn every_flaw_is_caught_by_the_schedules() {
    for flaw in [
        Flaw::AmountInTheKey,
        Flaw::AttemptsDecide,
        Flaw::DoubtDecides,
        Flaw::Forgets,
        Flaw::NoLookAfterAMismatch,
        Flaw::TakesOverTheYoung,
        Flaw::CallsItRefused,
        Flaw::OneKey,
        Flaw::ClaimsNothing,
        Flaw::TakesOverTheVoid,
        Flaw::LeavesTheDashboardAlone,
        Flaw::RecordsBeforeItAsks,
        Flaw::RecordsAfterAnyRefusal,
        Flaw::RecordsAnotherAmount,
        Flaw::ClaimsNothingOfTheDashboard,
        Flaw::RecordsAFailedOne,
    ] {
        assert!(tried_with(flaw).await.failed.is_some(), "{flaw:?}");
    }
}

#[test]
fn a_record_of_which_medusa_2_has_nulled_a_part_keeps_the_rest() {
    let stored = r#"{"refunds":{"re_1":300},"unrecorded_refunds":null}"#;
    let record: crate::refunds::RefundRecord = serde_json::from_str(stored).unwrap();
    assert_eq!(record.recorded().collect::<Vec<_>>(), ["re_1"]);
    assert_eq!(record.unrecorded().count(), 0);
    let none: crate::refunds::RefundRecord =
        serde_json::from_str(r#"{"refunds":null,"unrecorded_refunds":{"re_2":300}}"#).unwrap();
    assert_eq!(none.recorded().count(), 0);
    assert_eq!(none.unrecorded().count(), 1);
}
