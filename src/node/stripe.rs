//! What the plugin's JavaScript needs of the Stripe processor beside its methods.

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::providers::stripe::verify_signature;

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
