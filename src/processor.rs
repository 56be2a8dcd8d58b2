//! The contract between Medusa and a payment provider, the same for Medusa 1 and Medusa 2.

use async_trait::async_trait;

use crate::account_holders::{AccountHolders, PaymentMethods};
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::PaymentProcessorError;
use crate::error::Result;
use crate::json::JsonObject;
use crate::request::Operation;
use crate::types::{
    Authorization, Capture, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus,
};
use crate::webhook::{PaymentState, WebhookEvent, WebhookRequest};

/// A payment provider: Medusa's `PaymentProcessor` with its methods in snake case
/// (`@medusajs/medusa/dist/interfaces/payment-processor.d.ts`), and what each has to guarantee.
///
/// Rules for all of them:
///
/// - `data` is all that Medusa remembers of a payment from one call to the next, in this process or
///   another. Keep in it what later calls need, and return what you do not understand unchanged.
///   It reaches the storefront: no secrets.
/// - Every request that moves money carries the call's
///   [idempotency key](CallContext::idempotency_key).
/// - An error that leaves open whether money was moved is
///   [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), never a refusal. The next call of the
///   same operation finds out before it moves money again.
/// - A failure becomes a success only after the provider's own state was read and shows it.
/// - An answer that the provider replays under a key is the answer to an earlier request, not to this
///   call: the provider's state is looked at before it is passed on, a refusal included.
/// - Calls that change one payment never run at once in one process, reads may; another server on
///   the same database is not held back.
/// - Wait with `.await` only: a method that blocks its thread holds up other payments.
/// - A method may be dropped at any `.await` when its time is over, and a panic in it becomes an
///   error with its message.
#[async_trait]
pub trait PaymentProcessor: Send + Sync + 'static {
    /// Returns what identifies a payment in its stored data: calls with the same id never change it at
    /// once, and errors and logs name it. The member `id` if that is a string.
    fn payment_id(&self, data: &JsonObject) -> Option<String> {
        data.get("id")
    }

    /// Whether a second attempt of `operation` within one call cannot move money twice: it only
    /// reads, or it carries the [idempotency key](CallContext::idempotency_key) to a provider that
    /// honours it. Only such calls are repeated when an attempt is lost.
    fn is_repeatable(&self, operation: Operation) -> bool {
        operation.is_read()
    }

    /// Whether `operation` is answered without waiting for anything: from what it is given and what is in
    /// memory, in microseconds. It is asked when the processor is made, and never again.
    ///
    /// Such a call is made on Node.js's event loop itself, which spares it the way to a worker thread and
    /// back. If it waits after all, for its turn or in a layer, it continues on a worker thread; captures and
    /// refunds of Medusa 2 are made there in any case, since merging what they return would cost the event loop
    /// more. One that blocks, reads a file, asks a provider or computes for long would hold up the whole
    /// store: leave it to the worker threads.
    fn is_immediate(&self, _operation: Operation) -> bool {
        false
    }

    /// Whether [`capture_payment`](Self::capture_payment) takes a [part](Capture::Part) of what is held. If not, a
    /// capture of a part is refused before the processor is asked, and nothing is taken.
    fn captures_in_parts(&self) -> bool {
        false
    }

    /// Returns how far the payment was when `data` was stored, if the data says so by itself. Medusa 1 has no status for
    /// money that is taken already: of a new order whose payment is [`Captured`](PaymentSessionStatus::Captured) by its
    /// data, or whose data does not say, the capture is recorded without waiting for a webhook. By default the data does
    /// not say, and the provider is asked ([`payment_state`](Self::payment_state)).
    fn stored_status(&self, _data: &JsonObject) -> Option<PaymentSessionStatus> {
        None
    }

    /// Returns the account holders, if the provider has them: its own records of a store's customers. Only Medusa 2
    /// asks for them.
    fn account_holders(&self) -> Option<&dyn AccountHolders> {
        None
    }

    /// Returns the payment methods that the provider keeps for an account holder, if it keeps any. Medusa 1 only lists
    /// them ([`holder_of`](PaymentMethods::holder_of)).
    fn payment_methods(&self) -> Option<&dyn PaymentMethods> {
        None
    }

    /// Starts a payment; the shopper has chosen the provider, or it is the region's only one.
    ///
    /// The result is stored as the session's data. Nothing is charged yet. In Medusa 2 the context's
    /// [`payment_session_data`](PaymentProcessorContext::payment_session_data) is what the shopper's browser sends with a
    /// new session: what is not returned of it is not stored, so return what a shopper may set, and nothing else.
    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse>;

    /// Returns what to store of a payment of which it is not known whether it was started, if it may have moved money at
    /// once; the calls that follow then find out. By default nothing is stored, the start has failed, and what it may have
    /// left at the provider is given up in the background. Only Medusa 2 asks for it.
    fn unconfirmed_session(
        &self,
        _context: &PaymentProcessorContext,
    ) -> Option<PaymentProcessorSessionResponse> {
        None
    }

    /// Follows a change of the cart: amount, currency, customer, address.
    ///
    /// `None` if nothing has to change: Medusa then keeps the session as it is, its amount
    /// included, and in Medusa 1 a cart that costs something else cannot become an order. It is also called after the cart was completed (when a customer's e-mail address
    /// changes), so a payment that is authorized or captured has to stay as it is. What the new
    /// data supersedes has to become unpayable.
    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>>;

    /// Says whether the money is held, or holds it; the shopper has completed the cart.
    ///
    /// It is called again for the same payment, also at the same time, and has to answer the same.
    /// `context` is `{ip_address, idempotency_key, cart_id}`, for payment collections
    /// `{ip_address}`.
    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        context: JsonObject,
    ) -> Result<Authorization>;

    /// Takes the held money, or a part of it. A payment that is captured already is a success.
    ///
    /// A [part](Capture::Part) is taken as many times as it is asked for, up to what is held: with each part, the result
    /// has to differ from `data`, because it is what tells a wanted second part of the same amount from a repeated one.
    /// Whether the part was taken before, by a capture whose reply was lost, is told by [`captures`](crate::captures).
    /// Only a processor that [captures in parts](Self::captures_in_parts) is asked for one.
    ///
    /// The result becomes the payment's data.
    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        capture: Capture,
    ) -> Result<JsonObject>;

    /// Gives back `amount` minor units, never zero; more than was taken is refused.
    ///
    /// The result becomes the payment's data, and has to differ from `data`: it is what tells a
    /// wanted second refund of the same amount from a repeated one.
    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject>;

    /// Releases the held money. A payment that is canceled already is a success; one that is
    /// captured is an error.
    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject>;

    /// Gives up a payment that never became an order, so that it cannot be paid any more. A payment
    /// that is gone already is a success.
    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject>;

    /// Reads the payment from the provider. The result becomes the payment's data.
    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject>;

    /// Reads how far the payment is. Medusa asks right after an authorization, when its own row of
    /// the payment is already committed: an error here leaves a cart that cannot be completed.
    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus>;

    /// Takes what the shopper's browser posts. `session_id` is Medusa's session id (`ps_…`), not
    /// the provider's; every member of the result overwrites the session's data, so refuse what a
    /// shopper must not set.
    async fn update_payment_data(
        &self,
        call: &CallContext,
        session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject>;

    /// Reads a webhook request: verifies that the provider sent it, and says which payment it is about
    /// and what became of it. An event that is genuine and not about a payment of this store is
    /// [`NotSupported`](crate::webhook::WebhookAction::NotSupported), not an error. What happened to money after it was
    /// taken is told by [`WebhookEvent::money`].
    ///
    /// The event is a hint: what is done about it is decided on
    /// [`payment_state`](Self::payment_state).
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) or [`Refused`](crate::ErrorKind::Refused) if the provider
    /// did not send it; [`Unavailable`](crate::ErrorKind::Unavailable) if that cannot be found out at
    /// the moment. By default the processor has no webhooks.
    async fn read_webhook(
        &self,
        _call: &CallContext,
        _request: WebhookRequest,
    ) -> Result<WebhookEvent> {
        Err(without_webhooks())
    }

    /// Reads what the provider has of the payment now, for the reconciliation after a webhook or a new order. `data`
    /// has at least the payment's id; what else is stored may be missing.
    ///
    /// # Errors
    /// By default the processor has no webhooks.
    async fn payment_state(&self, _call: &CallContext, _data: JsonObject) -> Result<PaymentState> {
        Err(without_webhooks())
    }
}

fn without_webhooks() -> PaymentProcessorError {
    PaymentProcessorError::invalid(
        "The webhook cannot be read",
        "no_webhooks",
        "This processor has no webhooks.",
    )
}
