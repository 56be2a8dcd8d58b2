//! The rule against a provider in memory, in random schedules.

mod acquirer;
mod mutants;
mod processor;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::amount::Amount;
use crate::error::Result;
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
        self.acquirer.refund_fails(&id(data), amount)
    }
}

async fn report(harness: &AtTheAcquirer, count: u64) -> ScheduleReport {
    schedules(harness, Schedules { count, seed: None }).await
}

#[tokio::test(start_paused = true)]
async fn in_random_schedules_a_refund_is_paid_once() {
    for remembers_every_key in [true, false] {
        for serves_late in [false, true] {
            let acquirer = Acquirer::new(true, serves_late);
            let rule = Rule { remembers_every_key, ..Rule::default() };
            report(&AtTheAcquirer { acquirer, rule }, 500).await.assert_passed();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_random_schedules_a_provider_that_hides_replays_pays_a_refund_once() {
    for compares in [false, true] {
        let acquirer = Acquirer::new(compares, true);
        let rule = Rule { hides_replays: true, ..Rule::default() };
        report(&AtTheAcquirer { acquirer, rule }, 500).await.assert_passed();
    }
}

async fn recorded(stack: &Stack, request: Request) -> Result<JsonObject> {
    match stack.call(request).await {
        Ok(Response::Data(data)) => Ok(data),
        Ok(Response::Session(session)) => Ok(session.session_data),
        Ok(other) => panic!("no data: {other:?}"),
        Err(error) => Err(error),
    }
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_was_young_when_a_call_began_is_left_alone_however_long_the_call_takes() {
    let harness = AtTheAcquirer { acquirer: Acquirer::new(true, false), rule: Rule::default() };
    let (a, b) = (harness.stack().await, harness.stack().await);
    let context = Box::new(PaymentProcessorContext::new(amount(1000), "eur", "cart_1"));
    let data = recorded(&a, Request::InitiatePayment(context)).await.unwrap();
    harness.pay(&data).await;
    let data = recorded(&a, Request::CapturePayment { data }).await.unwrap();
    let refund = || Request::RefundPayment { data: data.clone(), amount: amount(300) };
    recorded(&a, refund()).await.unwrap();
    // Medusa may still be storing that when this starts, and not any more when it looks.
    tokio::time::sleep(Duration::from_secs(11)).await;
    harness.inject_at(Fault::Hang, Operation::RefundPayment, 0).await;
    assert!(recorded(&b, refund()).await.is_err());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(recorded(&b, refund()).await.is_ok());
}

/// Whether the schedules find this flaw, in a provider where it does harm.
async fn is_caught(flaw: Flaw) -> bool {
    let rule = Rule { remembers_every_key: true, flaw: Some(flaw), ..Rule::default() };
    let report = report(&AtTheAcquirer { acquirer: Acquirer::new(true, false), rule }, 500).await;
    println!("{flaw:?}: {report}\n");
    report.failed.is_some()
}

#[tokio::test(start_paused = true)]
async fn the_refunds_of_version_0_1_are_caught_by_the_schedules() {
    assert!(is_caught(Flaw::Old).await);
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
    ] {
        assert!(is_caught(flaw).await, "{flaw:?}");
    }
}
