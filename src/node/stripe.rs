//! What the plugin's JavaScript needs of the Stripe processor beside its methods.

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::providers::stripe::{Settlement, read_event, verify_signature};

/// Why a webhook request is not Stripe's, or null. `header` is `Stripe-Signature`, `now` in seconds since
/// 1970.
#[napi]
#[must_use]
pub fn stripe_signature_problem(
    raw_body: Buffer,
    header: String,
    secret: String,
    now: u32,
) -> Option<String> {
    verify_signature(&raw_body, &header, &secret, now.into())
        .err()
        .map(|problem| problem.to_string())
}

/// What a webhook event is about, as JSON; null where the text is no event of Stripe's.
#[napi]
#[must_use]
pub fn stripe_webhook_event(text: String) -> Option<String> {
    read_event(&text).and_then(|event| serde_json::to_string(&event).ok())
}

/// What Medusa has to do next about a payment, as JSON. `settlement` is what Stripe and Medusa have in
/// their books, as JSON.
///
/// # Errors
/// Where something is missing in it.
#[napi]
pub fn stripe_next_step(settlement: String) -> napi::Result<String> {
    Settlement::parse(&settlement)
        .and_then(|settlement| serde_json::to_string(&settlement.next_step()))
        .map_err(|error| napi::Error::from_reason(format!("no settlement: {error}")))
}
