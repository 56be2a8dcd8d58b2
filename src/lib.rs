//! Payments written in Rust, running in any [Medusa](https://medusajs.com) store.
//!
//! A provider implements [`PaymentProcessor`]: Medusa's ten payment methods, in snake case. The
//! [`layers`] around it bound every call in time, repeat what may be repeated, keep two calls from
//! changing one payment at once, and log. [`export!`] registers it under its identifier, and the
//! Node.js classes `AbstractPaymentProcessor` (Medusa 1) and `AbstractPaymentProvider` (Medusa 2) find it there.
//!
//! What is the same for every provider is done here: `http` keeps the connections and says what a
//! reply means for the money, [`refunds`] pays a refund once, and [`webhook`] decides what Medusa has to
//! do after an event.
//!
//! With its default features (`node` and `http`) the crate is what a provider's author needs. Without
//! them it is the core alone and knows nothing of Node.js. The feature `addon` registers the built-in
//! [`providers`], and `testing` adds the contract of a payment processor as tests.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod account_holders;
mod amount;
#[cfg(feature = "addon")]
mod audit;
mod call;
mod canonical;
pub mod captures;
mod error;
#[cfg(test)]
mod fuzz;
#[cfg(feature = "http")]
pub mod http;
mod idempotency;
mod json;
mod keyed;
pub mod layers;
mod memory;
#[cfg(feature = "node")]
pub mod node;
mod processor;
pub mod providers;
pub mod refunds;
pub mod registry;
mod request;
mod secret;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod types;
pub mod webhook;
mod wrong_shape;

pub use account_holders::{AccountHolders, PaymentMethods};
pub use amount::{Amount, AmountError, currency_exponent};
pub use async_trait::async_trait;
pub use call::CallContext;
pub use error::{ErrorKind, PaymentProcessorError, Result};
pub use json::{JsonError, JsonObject};
pub use processor::PaymentProcessor;
pub use request::{Operation, Request, Response};
pub use secret::{Secret, redact};
pub use types::{
    Address, Authorization, Capture, Customer, Kept, PaymentProcessorContext,
    PaymentProcessorSessionResponse, PaymentSessionStatus, UpdateRequests,
};

/// What a file that implements a provider needs.
pub mod prelude {
    pub use crate::layers::Layers;
    pub use crate::registry::{NoOptions, Provider};
    pub use crate::webhook::{PaymentState, WebhookAction, WebhookEvent, WebhookRequest};
    pub use crate::{
        Amount, Authorization, CallContext, Capture, ErrorKind, JsonError, JsonObject, Operation,
        PaymentProcessor, PaymentProcessorContext, PaymentProcessorError,
        PaymentProcessorSessionResponse, PaymentSessionStatus, Result, Secret, async_trait,
    };
}

/// The examples in the README and the documentation, compiled and run as tests.
#[cfg(doctest)]
mod documentation {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/errors-and-money.md")]
    struct ErrorsAndMoney;
    #[doc = include_str!("../docs/layers.md")]
    struct LayersAndTime;
    #[cfg(feature = "http")]
    #[doc = include_str!("../docs/write-a-provider.md")]
    struct WriteAProvider;
    #[cfg(feature = "testing")]
    #[doc = include_str!("../docs/testing.md")]
    struct Testing;
}

/// Not part of the public interface: what [`export!`] expands to.
#[doc(hidden)]
pub mod __private {
    pub use inventory;
}

#[cfg(feature = "addon")]
export!(
    providers::Manual,
    providers::stripe::medusa1::Stripe<providers::stripe::Any>,
    providers::stripe::medusa1::Stripe<providers::stripe::Bancontact>,
    providers::stripe::medusa1::Stripe<providers::stripe::Blik>,
    providers::stripe::medusa1::Stripe<providers::stripe::Giropay>,
    providers::stripe::medusa1::Stripe<providers::stripe::Ideal>,
    providers::stripe::medusa1::Stripe<providers::stripe::Przelewy24>,
    providers::stripe::medusa2::Stripe<providers::stripe::Any>,
    providers::stripe::medusa2::Stripe<providers::stripe::Bancontact>,
    providers::stripe::medusa2::Stripe<providers::stripe::Blik>,
    providers::stripe::medusa2::Stripe<providers::stripe::Giropay>,
    providers::stripe::medusa2::Stripe<providers::stripe::Ideal>,
    providers::stripe::medusa2::Stripe<providers::stripe::Przelewy24>,
    providers::stripe::medusa2::Stripe<providers::stripe::Promptpay>,
    providers::stripe::medusa2::Stripe<providers::stripe::Oxxo>,
);
