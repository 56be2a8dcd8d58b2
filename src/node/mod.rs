//! The Node.js face: the only place that knows napi.
//!
//! Beside Stripe's, the addon exports four functions. `link` makes the class `AbstractPaymentProcessor` for one
//! realm: the `link.js` that calls it hands over its own JSON, Promise and Error, and puts the
//! host's class above it. `builtWith` tells that file beforehand whether the two fit together.
//! `logToStderr` takes the lines that no logger took. `registeredIdentifiers` lists what
//! [`export!`](crate::export) registered.

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

/// What `link.js` and an addon have to agree on: the functions that `link` is handed, and what their
/// arguments mean. Where any of that changes, so does this number, here and there.
const PROTOCOL: u32 = 3;

/// What an addon was built with.
#[napi(object, object_from_js = false)]
pub struct BuiltWith {
    /// The version of this crate.
    pub version: &'static str,
    /// The number of what `link.js` and the addon have to agree on.
    pub protocol: u32,
}

/// What this addon was built with.
#[napi]
#[must_use]
pub fn built_with() -> BuiltWith {
    BuiltWith { version: env!("CARGO_PKG_VERSION"), protocol: PROTOCOL }
}

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

/// Writes a line of the log to standard error, where the environment asks for its level. `what` is the
/// line's level as `link.js` gets it.
#[napi]
pub fn log_to_stderr(what: u32, line: String) {
    if let Some(level) = mailbox::level(what) {
        log::to_stderr(level, &line);
    }
}

/// The identifiers of the processors in this addon, sorted.
#[napi]
#[must_use]
pub fn registered_identifiers() -> Vec<&'static str> {
    crate::registry::identifiers()
}
