//! Stripe in memory, for random schedules of a whole processor with its layers.

mod account;
mod fake;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::amount::Amount;
use crate::json::JsonObject;
use crate::layers::Stack;
use crate::request::Operation;
use crate::testing::{Fault, Harness, Ledger};
use account::Intent as FakeIntent;
use fake::Fake;

/// A processor, made anew for each process, at Stripe in memory.
pub(super) struct AtStripe<F> {
    fake: Arc<Fake>,
    /// The plugin's option `capture`.
    captures_at_once: bool,
    stack: F,
}

impl<F: Fn(Arc<Fake>) -> Stack> AtStripe<F> {
    /// `serves_late` says whether a change that seems to hang is made in the end.
    pub(super) fn new(captures_at_once: bool, serves_late: bool, stack: F) -> Self {
        Self { fake: Fake::new(serves_late), captures_at_once, stack }
    }

    fn with<T>(&self, data: &JsonObject, work: impl FnOnce(&mut FakeIntent) -> T) -> T {
        let id: String = data.get("id").unwrap();
        self.fake.with(|account| work(account.intent(&id).unwrap()))
    }
}

#[async_trait]
impl<F: Fn(Arc<Fake>) -> Stack + Send + Sync> Harness for AtStripe<F> {
    async fn stack(&self) -> Stack {
        (self.stack)(Arc::clone(&self.fake))
    }

    fn captures_at_once(&self) -> bool {
        self.captures_at_once
    }

    async fn pay(&self, data: &JsonObject) {
        self.with(data, FakeIntent::pay);
    }

    async fn ledger(&self, data: &JsonObject) -> Option<Ledger> {
        Some(self.with(data, |intent| Ledger {
            held: intent.held(),
            captured: intent.captured(),
            refunded: intent.refunded(),
            canceled: intent.status == "canceled",
        }))
    }

    async fn inject(&self, fault: Fault, _operation: Operation) -> bool {
        self.fake.inject(fault, None);
        true
    }

    async fn inject_at(&self, fault: Fault, _operation: Operation, request: usize) -> bool {
        self.fake.inject(fault, Some(request));
        true
    }

    async fn clear(&self) {
        self.fake.clear();
    }

    async fn time_passes(&self, time: Duration) -> bool {
        tokio::time::sleep(time).await;
        true
    }

    async fn refund_elsewhere(&self, data: &JsonObject, amount: Amount) -> bool {
        let intent: String = data.get("id").unwrap();
        let (now, amount) = (self.fake.now(), amount.minor_units());
        let refund = (amount, None, if fastrand::bool() { "succeeded" } else { "pending" });
        self.fake.with(|account| account.refund(&intent, refund, now)).0 == 200
    }

    async fn refund_fails(&self, data: &JsonObject, amount: Amount) -> bool {
        self.with(data, |intent| fails(intent, amount, false))
    }

    async fn refund_elsewhere_fails(&self, data: &JsonObject, amount: Amount) -> bool {
        self.with(data, |intent| fails(intent, amount, true))
    }
}

/// A refund of this amount fails at the bank, if there is one.
fn fails(intent: &mut FakeIntent, amount: Amount, is_made_elsewhere: bool) -> bool {
    let mut refunds = intent.refunds.iter_mut();
    let refund = refunds.find(|refund| {
        refund.amount == amount.minor_units()
            && refund.is_paid()
            && refund.is_made_elsewhere() == is_made_elsewhere
    });
    refund.map(|refund| refund.status = "failed").is_some()
}
