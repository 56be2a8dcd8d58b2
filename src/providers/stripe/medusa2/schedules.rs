//! The whole processor, with its layers, in random schedules of Medusa 2.

use serde_json::{Value, json};

use super::super::Any;
use super::super::schedules::AtStripe;
use super::*;
use crate::testing::{ScheduleReport, Schedules, provider_schedules, stack_of};

async fn played(options: Value, serves_late: bool, count: u64) -> ScheduleReport {
    let captures_at_once = options["capture"] == true;
    let harness = AtStripe::new(captures_at_once, serves_late, |fake| {
        let options: StripeOptions = serde_json::from_value(options.clone()).unwrap();
        let settings = Settings::try_from(options).unwrap();
        let client = settings.client().unwrap().build_for(fake);
        stack_of(Stripe::<Any> { client, settings, method: PhantomData })
    });
    provider_schedules(&harness, Schedules { count, seed: None }).await
}

#[tokio::test(start_paused = true)]
async fn in_random_schedules_every_amount_is_moved_once() {
    for serves_late in [false, true] {
        for options in [
            json!({"apiKey": "sk_test_1"}),
            json!({"apiKey": "sk_test_1", "multicapture": true}),
            json!({"apiKey": "sk_test_1", "capture": true}),
        ] {
            played(options, serves_late, 500).await.assert_passed();
        }
    }
}
