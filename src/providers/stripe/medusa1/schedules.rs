//! The whole processor, with its layers, in random schedules.

use super::super::Any;
use super::super::schedules::AtStripe;
use super::*;
use crate::testing::{Schedules, schedules, stack_of};

#[tokio::test(start_paused = true)]
async fn in_random_schedules_every_amount_is_moved_once() {
    for (captures_at_once, serves_late) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let options = serde_json::json!({"api_key": "sk_test_1", "capture": captures_at_once});
        let harness = AtStripe::new(captures_at_once, serves_late, |fake| {
            let options: StripeOptions = serde_json::from_value(options.clone()).unwrap();
            let settings = Settings::try_from(options).unwrap();
            let client = settings.client().unwrap().build_for(fake);
            stack_of(Stripe::<Any> { client, settings, method: PhantomData })
        });
        schedules(&harness, Schedules { count: 500, seed: None }).await.assert_passed();
    }
}
