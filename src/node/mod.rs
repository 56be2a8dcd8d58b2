//! The Node.js face: the only place that knows napi.
//!
//! The addon exports two functions. `link` makes the class `AbstractPaymentProcessor` for one
//! realm: the `index.js` that calls it hands over its own JSON, Promise and Error, and puts the
//! host's class above it. `registeredIdentifiers` lists what [`export!`](crate::export) registered.

mod boundary;
mod calls;
mod class;
mod log;
mod mailbox;
mod realm;
mod runtime;
#[cfg(feature = "stripe")]
mod stripe;
mod text;
mod watchdog;
mod weak;

#[cfg(feature = "stripe")]
pub use stripe::{stripe_next_step, stripe_signature_problem, stripe_webhook_event};

use napi::bindgen_prelude::{Function, Object, Unknown};
use napi_derive::napi;

/// The class `AbstractPaymentProcessor` for the realm whose functions are handed over.
///
/// # Errors
/// Where a function is missing.
#[napi]
pub fn link<'env>(
    env: &'env napi::Env,
    realm: Object<'_>,
) -> napi::Result<Function<'env, Unknown<'static>, ()>> {
    log::install();
    class::define(env, &realm)
}

/// The identifiers of the processors in this addon, sorted.
#[napi]
#[must_use]
pub fn registered_identifiers() -> Vec<&'static str> {
    crate::registry::identifiers()
}
