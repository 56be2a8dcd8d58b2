//! A provider's own records of customers, and the payment methods that it keeps for them: optional parts of a
//! [`PaymentProcessor`](crate::PaymentProcessor).
//!
//! Medusa 2 makes an account holder when a customer who has an account starts a payment, keeps what the provider returns of
//! it, and hands it to later calls (`createAccountHolder`, `@medusajs/payment/dist/services/payment-module.js`).

use async_trait::async_trait;

use crate::call::CallContext;
use crate::error::Result;
use crate::json::JsonObject;
use crate::types::{Customer, Kept};

/// The provider's records of customers.
#[async_trait]
pub trait AccountHolders: Send + Sync {
    /// Reads the account holder with the provider's id `id`.
    ///
    /// # Errors
    /// If it cannot be read.
    async fn retrieve_account_holder(&self, call: &CallContext, id: String) -> Result<Kept>;

    /// Makes the provider's record of a customer. It carries the call's
    /// [idempotency key](CallContext::idempotency_key), which follows from the customer's id: one customer has one record,
    /// however often it is asked for.
    ///
    /// # Errors
    /// If it cannot be made. The customer can then not pay with this provider.
    async fn create_account_holder(&self, call: &CallContext, customer: Customer) -> Result<Kept>;

    /// Follows a change of the customer. `holder` is what Medusa has stored of the record
    /// ([`Kept::data`]); the result takes its place.
    ///
    /// # Errors
    /// If the record cannot be changed.
    async fn update_account_holder(
        &self,
        call: &CallContext,
        holder: JsonObject,
        customer: Customer,
    ) -> Result<JsonObject>;

    /// Deletes the record; one that is gone already is a success.
    ///
    /// # Errors
    /// If it cannot be deleted.
    async fn delete_account_holder(&self, call: &CallContext, holder: JsonObject) -> Result<()>;
}

/// The payment methods that the provider keeps for an account holder. Medusa 1 only lists them
/// (`GET /store/customers/me/payment-methods`). `holder` is what Medusa has stored of its record
/// ([`Kept::data`]).
#[async_trait]
pub trait PaymentMethods: Send + Sync {
    /// Lists the payment methods.
    ///
    /// # Errors
    /// If they cannot be read.
    async fn list_payment_methods(
        &self,
        call: &CallContext,
        holder: JsonObject,
    ) -> Result<Vec<Kept>>;

    /// Returns the record of a customer in Medusa 1, which keeps no account holders: what the processor has put into the
    /// customer's metadata itself ([`UpdateRequests`](crate::UpdateRequests)), in the form of [`Kept::data`]. `None` if there
    /// is none, or if a payment of the store's class cannot be made with what is kept: `provider` is the identifier of the
    /// class, and `intent_options` is what it says of its payments
    /// ([`PaymentProcessorContext::intent_options`](crate::PaymentProcessorContext::intent_options)).
    ///
    /// By default Medusa 1 shows no saved payment methods.
    fn holder_of(
        &self,
        _provider: &str,
        _customer: &Customer,
        _intent_options: &JsonObject,
    ) -> Option<JsonObject> {
        None
    }

    /// Keeps a payment method, of which `data` says what the provider needs.
    ///
    /// # Errors
    /// If it cannot be kept.
    async fn save_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        data: JsonObject,
    ) -> Result<Kept>;

    /// Deletes the payment method with the provider's id `id`; one that is gone already is a success. One that is not the
    /// account holder's is refused.
    ///
    /// # Errors
    /// If it cannot be deleted.
    async fn delete_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        id: String,
    ) -> Result<()>;
}
