//! The contract of a payment processor as tests, for `cargo test` without Node.js.
//!
//! An author says with a [`Harness`] how to get at a processor and its provider, which is best a
//! fake, and [`check`] runs the same checks as the npm package's `medusa-payment-rs/testing`. What
//! JavaScript alone can get wrong (a missing `detail`, an amount that is NaN, a `Date`) has no check
//! here: types, and the addon's boundary, see to it.
//!
//! ```
//! use medusa_payment_rs::layers::Stack;
//! use medusa_payment_rs::prelude::*;
//! use medusa_payment_rs::providers::Manual;
//! use medusa_payment_rs::testing::{self, Harness};
//!
//! struct Manually;
//!
//! #[async_trait]
//! impl Harness for Manually {
//!     async fn stack(&self) -> Stack {
//!         testing::stack_of(Manual)
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let report = testing::check(&Manually).await;
//! report.assert_passed();
//! # });
//! ```
//!
//! With the clock of `#[tokio::test(start_paused = true)]` a provider that hangs takes no time.

mod checks;
mod data;
mod harness;
mod operations;
mod report;
mod rules;
mod schedules;
mod trial;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use harness::{Fault, Harness, Ledger, Payable};
pub use report::{Failure, Report, Skipped};
pub use schedules::{
    FailedSchedule, ScheduleReport, Schedules, Tally, provider_schedules, schedules,
};

use crate::call::CallContext;
use crate::idempotency::IdempotencyKeys;
use crate::layers::Stack;
use crate::registry::Provider;
use crate::request::Request;
use trial::{Stop, Trial};

/// A processor in the layers that it asks for, as an addon makes it.
pub fn stack_of<P: Provider>(provider: P) -> Stack {
    let layers = provider.layers();
    Stack::new(P::IDENTIFIER, Arc::new(provider), layers)
}

/// What a provider is told about a call, for a test of one method without any layer.
///
/// It is the first attempt at the call, which has as long as the provider's own layers give it. The
/// idempotency key is as in a store: [`CallContext::idempotency_key`].
///
/// ```
/// use medusa_payment_rs::prelude::*;
/// use medusa_payment_rs::providers::Manual;
/// use medusa_payment_rs::{Request, testing};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let data = JsonObject::parse(r#"{"id":"manual_1","status":"canceled"}"#)?;
/// let call = testing::call_of(&Manual, &Request::capture(data.clone()));
/// let refusal = Manual.capture_payment(&call, data, Capture::All).await.unwrap_err();
/// assert_eq!(refusal.code(), "payment_canceled");
/// assert_eq!((call.payment(), call.attempt()), ("manual_1", 1));
/// # Ok::<(), medusa_payment_rs::JsonError>(())
/// # }).unwrap();
/// ```
pub fn call_of<P: Provider>(provider: &P, request: &Request) -> CallContext {
    let keys = IdempotencyKeys::default();
    let limit = provider.layers().limit();
    let payment_id = request.payment_data().and_then(|data| provider.payment_id(data));
    let call = CallContext::begin(P::IDENTIFIER, payment_id, request, &keys, limit);
    call.begin_attempt();
    call
}

/// Runs every check, one after the other.
pub async fn check(harness: &dyn Harness) -> Report {
    check_some(harness, |_| true).await
}

/// Runs the checks whose ids `wanted` picks.
pub async fn check_some(harness: &dyn Harness, wanted: impl Fn(&str) -> bool) -> Report {
    let mut report = Report::default();
    for check in rules::checks().filter(|check| wanted(&check.id)) {
        if let Some(reason) = harness.skip(&check.id) {
            report.skipped.push(Skipped { id: check.id, reason });
            continue;
        }
        let mut trial = Trial::open(harness).await;
        let result = checks::run(&check, &mut trial).await;
        harness.clear().await;
        match trial.verdict(result) {
            Ok(()) => report.passed.push(check.id),
            Err(Stop::Skipped(reason)) => report.skipped.push(Skipped { id: check.id, reason }),
            Err(Stop::Failed(message)) => report.failed.push(check.failure(message)),
        }
    }
    report
}
