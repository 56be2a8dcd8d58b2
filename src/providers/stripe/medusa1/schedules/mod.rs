//! The whole processor, with its layers, in random schedules against Stripe in memory.

mod account;
mod fake;

use std::sync::Arc;
use std::time::Duration;

use super::super::Any;
use super::*;
use crate::layers::Stack;
use crate::testing::{Fault, Harness, Ledger, Schedules, schedules};
use account::Intent as FakeIntent;
use fake::Fake;

struct AtStripe {
    fake: Arc<Fake>,
    /// The plugin's option `capture`.
    captures_at_once: bool,
}

impl AtStripe {
    fn new(captures_at_once: bool, serves_late: bool) -> Self {
        Self { fake: Fake::new(serves_late), captures_at_once }
    }

    fn with<T>(&self, data: &JsonObject, work: impl FnOnce(&mut FakeIntent) -> T) -> T {
        let id: String = data.get("id").unwrap();
        self.fake.with(|account| work(account.intent(&id).unwrap()))
    }
}

#[async_trait]
impl Harness for AtStripe {
    async fn stack(&self) -> Stack {
        let options = serde_json::json!({"api_key": "sk_test_1", "capture": self.captures_at_once});
        let options: StripeOptions = serde_json::from_value(options).unwrap();
        let settings = Settings::try_from(options).unwrap();
        let client = settings.client().unwrap().build_for(Arc::clone(&self.fake));
        let stripe: Stripe<Any> = Stripe { client, settings, method: PhantomData };
        crate::testing::stack_of(stripe)
    }

    fn captures_at_once(&self) -> bool {
        self.captures_at_once
    }

    async fn pay(&self, data: &JsonObject) {
        self.with(data, FakeIntent::pay);
    }

    async fn ledger(&self, data: &JsonObject) -> Option<Ledger> {
        Some(self.with(data, |intent| Ledger {
            held: if intent.status == "requires_capture" { intent.amount } else { 0 },
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
        let refund = (amount, None, "succeeded");
        self.fake.with(|account| account.refund(&intent, refund, now)).0 == 200
    }

    async fn refund_fails(&self, data: &JsonObject, amount: Amount) -> bool {
        self.with(data, |intent| {
            let mut refunds = intent.refunds.iter_mut();
            let refund = refunds.find(|refund| {
                refund.amount == amount.minor_units() && refund.is_paid() && refund.mark.is_some()
            });
            refund.map(|refund| refund.status = "failed").is_some()
        })
    }
}

#[tokio::test(start_paused = true)]
async fn in_random_schedules_every_amount_is_moved_once() {
    for (captures_at_once, serves_late) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let harness = AtStripe::new(captures_at_once, serves_late);
        schedules(&harness, Schedules { count: 500, seed: None }).await.assert_passed();
    }
}
