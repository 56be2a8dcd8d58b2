//! What `npx medusa-payment-rs audit` runs in Rust: the requests to Stripe, and the comparison.

use std::sync::Arc;

use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Task};
use napi_derive::napi;

use super::calls::runtime::runtime;
use crate::providers::stripe::reader::Reader;

fn failed(what: &str, why: &str) -> napi::Error {
    napi::Error::from_reason(format!("medusa-payment-rs: {what}: {why}"))
}

/// Returns what differs between Medusa's records and Stripe's, as JSON. `audit` is what both have, as JSON.
///
/// # Errors
/// If something is missing in it.
#[napi]
pub fn audit(audit: String) -> napi::Result<String> {
    crate::audit::audit(&audit).map_err(|why| failed("audit", &why))
}

/// Returns what an order's page in Medusa's admin shows of an intent, as JSON. `intent` is Stripe's object, as JSON.
///
/// # Errors
/// If something is missing in it.
#[napi]
pub fn shown_payment(intent: String) -> napi::Result<String> {
    crate::audit::shown_payment(&intent).map_err(|why| failed("shownPayment", &why))
}

/// An account of Stripe's that is only read.
#[napi]
pub struct StripeReader {
    reader: Arc<Reader>,
}

#[napi]
impl StripeReader {
    /// Makes one. `settings` is `{ api_key, api_base }` as JSON.
    ///
    /// # Errors
    /// If the key cannot be a key, or the address is not a URL.
    #[napi(constructor)]
    pub fn new(settings: String) -> napi::Result<Self> {
        let reader = Reader::new(&settings).map_err(|why| failed("Stripe", &why))?;
        Ok(Self { reader: Arc::new(reader) })
    }

    /// Resolves with `{ status, retry_after, body, code, message }` as JSON; rejects if there is no answer.
    #[napi]
    pub fn get(&self, path: String) -> AsyncTask<Get> {
        AsyncTask::new(Get { reader: Arc::clone(&self.reader), path })
    }
}

/// A request that waits on a thread of Node's own.
pub struct Get {
    reader: Arc<Reader>,
    path: String,
}

impl Task for Get {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<String> {
        let runtime = runtime().map_err(|why| failed("Stripe", &why))?;
        let answer = runtime.block_on(self.reader.get(&self.path));
        let answer = answer.map_err(|why| failed("Stripe", &why))?;
        serde_json::to_string(&answer).map_err(|error| failed("Stripe", &error.to_string()))
    }

    fn resolve(&mut self, _: Env, answer: String) -> napi::Result<String> {
        Ok(answer)
    }
}
