//! Stripe, as a drop-in for the JavaScript plugins of both hosts: [`medusa1`] for `medusa-payment-stripe` 6,
//! [`medusa2`] for `@medusajs/payment-stripe` 2, and right where those are wrong.
//!
//! Both speak to Stripe in the same way: `requests` has what is sent, `api` sends it for one call, `intent` is what
//! Stripe has of a payment, `changes` are done once Stripe's own state shows it, `dialect` reads its errors. They
//! differ in the plugin that they stand in for: options, session data, what Medusa asks for. `units` converts amounts
//! to what Stripe counts, for Medusa 2 and for the audit; Medusa 1 counts in Stripe's unit itself.

mod api;
mod buyer;
mod changes;
mod dialect;
mod event;
mod form;
mod intent;
mod intent_options;
pub mod medusa1;
pub mod medusa2;
mod method;
mod options;
mod payment_methods;
#[cfg(feature = "addon")]
pub(crate) mod reader;
mod requests;
#[cfg(test)]
mod schedules;
mod signature;
pub(crate) mod units;

use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;

pub use method::{Any, Bancontact, Blik, Giropay, Ideal, Method, Oxxo, Promptpay, Przelewy24};

/// Returns the id of an intent that the data has, if there is one.
fn stored_id(data: &JsonObject) -> Option<String> {
    data.get::<String>("id").filter(|id| !id.is_empty())
}

/// Returns the id of the intent that the data is about.
fn intent_id(call: &CallContext, data: &JsonObject) -> Result<String> {
    stored_id(data).ok_or_else(|| {
        PaymentProcessorError::invalid(
            format!("{} is not possible", call.subject()),
            "missing_payment_intent",
            "The payment's data has no `id` of a PaymentIntent. Stripe was not asked. Look for the \
             payment in Stripe's dashboard.",
        )
    })
}
