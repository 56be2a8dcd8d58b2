//! The Node.js face: the only place that knows napi.
//!
//! `link` makes the class of a host for one realm (a JavaScript global): the `link.js` that calls it hands over its own
//! JSON, Promise and Error, and puts the host's class above ours. These are the rooms, and an arrow between two of them
//! always points down this list:
//!
//! 1. `class` has what JavaScript sees: the constructor, and the methods with their arguments.
//! 2. `medusa1` and `medusa2` are the hosts: the names of their methods, and how a request, an answer and an error look
//!    there. They know nothing of napi.
//! 3. `calls` brings a call to its processor and the answer back, on the event loop itself or on threads of its own.
//! 4. `host` is the trait through which the rooms above know a host.
//! 5. `realm` keeps the calls that are in flight in a realm, and brings messages there from other threads.
//! 6. `boundary` is JSON: what may cross, and as what.
//! 7. `js` is what napi lacks for JavaScript's values.
//!
//! `audit` stands beside them: what the package's command line reads and compares, without any host.

#[cfg(feature = "addon")]
pub mod audit;
mod boundary;
mod calls;
mod class;
mod host;
mod js;
mod medusa1;
mod medusa2;
mod realm;

use napi::bindgen_prelude::{Function, JsValue, Object, Unknown};
use napi_derive::napi;

use host::{Host, Method};

use crate::json::JsonObject;
use crate::webhook::Reconciliation;

/// The number of the agreement between `link.js` and an addon: which functions `link` is given, and what
/// their arguments mean. It goes up, here and there, whenever any of that changes.
const PROTOCOL: u32 = 5;

/// What an addon was built with.
#[napi(object, object_from_js = false)]
pub struct BuiltWith {
    /// The version of this crate.
    pub version: &'static str,
    /// The number of the agreement between `link.js` and the addon.
    pub protocol: u32,
}

/// Returns what this addon was built with.
#[napi]
#[must_use]
pub fn built_with() -> BuiltWith {
    BuiltWith { version: env!("CARGO_PKG_VERSION"), protocol: PROTOCOL }
}

/// Makes the class `AbstractPaymentProcessor` for the realm whose functions are handed over.
///
/// # Errors
/// If a function is missing.
#[napi]
pub fn link<'env>(
    env: &'env napi::Env,
    realm: Object<'_>,
) -> napi::Result<Function<'env, Unknown<'static>, ()>> {
    calls::log::install();
    class::define(env, &medusa1::Medusa1, &realm)
}

/// Makes the class `AbstractPaymentProvider` of Medusa 2, as [`link`] makes that of Medusa 1.
///
/// # Errors
/// If a function is missing.
#[napi]
pub fn link_provider<'env>(
    env: &'env napi::Env,
    realm: Object<'_>,
) -> napi::Result<Function<'env, Unknown<'static>, ()>> {
    calls::log::install();
    class::define(env, &medusa2::Medusa2, &realm)
}

/// Returns the names of the methods that an instance of `AbstractPaymentProvider` has only if its processor does.
#[napi]
#[must_use]
pub fn optional_methods() -> Vec<&'static str> {
    optional().map(|method| method.name).collect()
}

/// Whether an instance has the optional method `name`.
#[napi]
#[must_use]
pub fn has_optional_method(instance: Object<'_>, name: String) -> bool {
    let method = optional().find(|method| method.name == name);
    method.is_some_and(|method| class::has_optional(&instance, method.operation))
}

fn optional() -> impl Iterator<Item = &'static Method> {
    medusa2::Medusa2.methods().iter().filter(|method| method.is_optional)
}

/// Returns what Medusa 2 has to do about a webhook event, as JSON. `delivery` is the event and the payment session that it
/// names, as JSON.
///
/// # Errors
/// If something is missing in it.
#[napi]
pub fn webhook_action(delivery: String) -> napi::Result<String> {
    medusa2::webhook::action(&delivery)
        .and_then(|action| serde_json::to_string(&action).map_err(|error| error.to_string()))
        .map_err(|error| {
            napi::Error::from_reason(format!("medusa-payment-rs: webhookAction: {error}"))
        })
}

/// Writes a line of the log to standard error, if the environment asks for its level. `what` is the
/// number of the level, as `link.js` gets it.
#[napi]
pub fn log_to_stderr(what: u32, line: String) {
    if let Some(level) = realm::message::level(what) {
        calls::log::to_stderr(level, &line);
    }
}

/// Returns what Medusa has to do next about a payment, as JSON. `reconciliation` is what the provider and
/// Medusa have of it, as JSON.
///
/// # Errors
/// If something is missing in it.
#[napi]
pub fn next_step(reconciliation: String) -> napi::Result<String> {
    Reconciliation::parse(&reconciliation)
        .and_then(|reconciliation| serde_json::to_string(&reconciliation.next_step()))
        .map_err(|error| napi::Error::from_reason(format!("medusa-payment-rs: nextStep: {error}")))
}

/// Returns how far the payment was when its data, which is JSON, was stored; nothing if the data does not say, or if
/// `instance` is not one of this addon's processors.
#[napi]
#[must_use]
pub fn stored_status(instance: Object<'_>, data: String) -> Option<&'static str> {
    let data = JsonObject::parse(&data).ok()?;
    let status = class::service_of(&instance)?.stack.processor().stored_status(&data)?;
    Some(status.as_str())
}

/// Returns what has to be done in Medusa 2 about an event that it has no action for, as JSON. `sides` is what the provider
/// and Medusa have of the payment, as JSON.
///
/// # Errors
/// If something is missing in it.
#[napi]
pub fn webhook_step(sides: String) -> napi::Result<String> {
    medusa2::webhook::next_step(&sides)
        .and_then(|step| serde_json::to_string(&step).map_err(|error| error.to_string()))
        .map_err(|error| {
            napi::Error::from_reason(format!("medusa-payment-rs: webhookStep: {error}"))
        })
}

/// Returns the name of the processor that serves a class of this addon, unless the class has no identifier.
///
/// # Errors
/// If a static property of the class is not text.
#[napi]
pub fn processor_of(class: Unknown<'_>) -> napi::Result<Option<String>> {
    class::processor_name(class.coerce_to_object()?)
}

/// Returns the identifiers of the processors in this addon, sorted.
#[napi]
#[must_use]
pub fn registered_identifiers() -> Vec<&'static str> {
    crate::registry::identifiers()
}
