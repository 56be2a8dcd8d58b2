//! Stripe in Medusa 1, as a drop-in for `medusa-payment-stripe` 6: the same identifiers, options, session data and
//! wire, and right where that one is wrong.
//!
//! The session data is the PaymentIntent as Stripe sent it, with one member beside it
//! (`medusa_payment_rs`, see `stored_state.rs`). Amounts are Stripe's own smallest unit, which is what
//! Medusa v1 counts in.

mod config;
mod customers;
mod event;
mod requests;
mod start;
mod stored_state;

#[cfg(test)]
mod schedules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::marker::PhantomData;

use async_trait::async_trait;

use config::Settings;
use stored_state::StoredState;

use super::api::{AMOUNT_TOO_SMALL, Api, RESOURCE_MISSING, UNEXPECTED_STATE};
use super::intent::{Intent, IntentStatus, stored_status};
use super::method::Method;
use super::{intent_id, payment_methods, requests as wire, signature};
use crate::account_holders::PaymentMethods;
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};
use crate::http::Client;
use crate::json::JsonObject;
use crate::layers::Layers;
use crate::processor::PaymentProcessor;
use crate::refunds;
use crate::registry::Provider;
use crate::request::Operation;
use crate::types::{
    Authorization, Capture, Customer, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus,
};
use crate::webhook::{PaymentState, WebhookEvent, WebhookRequest};

pub use config::StripeOptions;

/// The processor behind one of the plugin's identifiers.
///
/// - **Refunds** are paid once ([`refunds`]). The recorded ones are in the payment's data.
/// - **Captures and cancellations** that Stripe says were done already are successes, once the intent
///   itself shows it.
/// - **Orphaned intents** (of another customer or currency, or of a call whose reply was lost) are
///   canceled; if that fails, at the payment's next call.
/// - **An intent that was canceled** at Stripe is replaced at the cart's next update.
/// - An intent whose amount is not the session's is never authorized.
pub struct Stripe<M> {
    client: Client,
    settings: Settings,
    method: PhantomData<fn() -> M>,
}

impl<M: Method> Provider for Stripe<M> {
    const IDENTIFIER: &'static str = M::IDENTIFIER;
    type Config = StripeOptions;

    fn from_config(options: StripeOptions) -> Result<Self, String> {
        let settings = Settings::try_from(options)?;
        let client = settings.client()?.build()?;
        Ok(Self { client, settings, method: PhantomData })
    }

    fn layers(&self) -> Layers {
        self.settings.layers()
    }
}

impl<M: Method> Stripe<M> {
    fn api<'a>(&'a self, call: &'a CallContext) -> Api<'a> {
        Api::new(&self.client, call)
    }

    /// Creates an intent in place of the one in `context`, unless that one is paid already.
    async fn replace(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
        same_currency: bool,
        same_amount: bool,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let mut orphaned = StoredState::of(&context.payment_session_data).orphaned_intents;
        match api.retrieve_intent(id).await {
            Ok(intent) if intent.fields.status.is_paid() && same_currency && same_amount => {
                tracing::warn!("{id} is paid: it stays with the customer it was made for");
                return Ok(None);
            }
            Ok(intent) if intent.fields.status.is_paid() && same_currency => {
                return Ok(Some(disagreeing(api, context, &intent)));
            }
            Ok(intent) if intent.fields.status.is_paid() => return Err(stays(api, &intent)),
            Ok(intent) if intent.fields.status == IntentStatus::Canceled => {}
            Ok(intent) => {
                orphaned.insert(id.to_owned(), Some(intent.fields.amount));
            }
            // An account that has just changed from test to live does not know its old intents.
            Err(error) if error.code() == RESOURCE_MISSING => {}
            Err(error) => return Err(error),
        }
        self.start(api, context, orphaned, None).await.map(Some)
    }

    /// Leaves the intent as it is, unless the shopper could never pay it: it was canceled in the dashboard or by Stripe, or
    /// the account does not have it. If Stripe does not tell, nothing changes.
    async fn keep(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = &context.payment_session_data;
        let is_dead = match api.glance_at_intent(id, &[], self.settings.patience()).await {
            Ok(intent) => {
                intent.is_some_and(|intent| intent.fields.status == IntentStatus::Canceled)
            }
            Err(_) => true,
        };
        if is_dead {
            return self.start_anew(api, context, id).await;
        }
        Ok(unless_unchanged(api, data).await)
    }

    async fn set_amount(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        wire::check_amount(context.amount, &context.currency_code)?;
        let answer = api.update_intent(&wire::update_amount(id, context.amount), "-amount").await;
        let intent = match answer {
            Err(error) if error.code() == RESOURCE_MISSING => {
                return self.start_anew(api, context, id).await;
            }
            Err(error) if error.code() == UNEXPECTED_STATE => {
                let intent = api.retrieve_intent(id).await?;
                let status = intent.fields.status;
                match status {
                    IntentStatus::Canceled => return self.start_anew(api, context, id).await,
                    // By an earlier update, whose reply was lost.
                    _ if intent.fields.amount == context.amount => intent,
                    _ if status.is_paid() => return Ok(Some(disagreeing(api, context, &intent))),
                    _ => return Err(error),
                }
            }
            answer => answer?,
        };
        let data = StoredState::of(&context.payment_session_data).written_into(&intent.raw);
        Ok(Some(without_orphans(api, &data).await.into()))
    }

    /// Creates an intent in place of one that cannot be paid any more.
    async fn start_anew(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let orphaned = StoredState::of(&context.payment_session_data).orphaned_intents;
        self.start(api, context, orphaned, Some(id)).await.map(Some)
    }

    /// Lets the cart go on although less is left to pay than Stripe takes, as after a gift card: what the shopper could pay
    /// with before is canceled, so that the shopper cannot pay more than the cart costs. The next update over another amount starts
    /// anew.
    async fn without_payment(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = &context.payment_session_data;
        let state = StoredState::of(data);
        if state.amount_too_small && data.get::<Amount>("amount") == Some(context.amount) {
            return Ok(unless_unchanged(api, data).await);
        }
        let intent = match api.retrieve_intent(id).await {
            Ok(intent) if intent.fields.status.is_paid() => {
                return Ok(Some(disagreeing(api, context, &intent)));
            }
            Ok(intent) if intent.fields.status == IntentStatus::Canceled => Some(intent),
            Ok(_) => Some(api.cancel(id, "").await?),
            Err(error) if error.code() == RESOURCE_MISSING => None,
            Err(error) => return Err(error),
        };
        let raw = intent.map_or_else(|| data.clone(), |intent| intent.raw);
        let amount = context.amount.minor_units();
        let state = StoredState { amount_too_small: true, ..state };
        let changed = state.written_into(&raw.with([("amount", amount.into())]));
        Ok(Some(without_orphans(api, &changed).await.into()))
    }
}

/// Returns the session of a cart that costs something else than what the shopper has paid. A refusal would not keep the cart
/// as it was: Medusa has stored a changed item before it asks (`create-line-item/utils/handler-steps.js`), and would later
/// record the cart's total as paid (`authorizePayment`, `dist/services/cart.js`). So the session knows what the cart costs,
/// and is not authorized before both agree.
fn disagreeing(
    api: &Api<'_>,
    context: &PaymentProcessorContext,
    intent: &Intent,
) -> PaymentProcessorSessionResponse {
    tracing::warn!(
        "{} costs {} now. {}",
        context.resource_id,
        context.amount,
        stays(api, intent).detail()
    );
    let amount = context.amount.minor_units();
    let data = intent.raw.with([("amount", amount.into())]);
    StoredState::of(&context.payment_session_data).written_into(&data).into()
}

/// Returns the error of an update of what the shopper has paid.
fn stays(api: &Api<'_>, intent: &Intent) -> PaymentProcessorError {
    api.stays(intent, "refresh the payment session first, which releases it: the shopper pays anew")
}

/// Returns whether the customer logs in, rather than being a guest.
fn has_account(customer: &Customer) -> bool {
    customer.has_account == Some(true)
}

/// Returns whether the intent in `data` is still the right one for the cart's customer. A guest keeps the
/// cart's through all that happens to it: another e-mail address, which may have bought before, or a
/// session that Medusa refreshed, for which it names no customer (`refreshPaymentSession`,
/// `dist/services/cart.js`). A shopper who logs in or out gets an intent of their own.
fn belongs_to<M: Method>(provider: &str, customer: Option<&Customer>, data: &JsonObject) -> bool {
    let Some(customer) = customer else { return true };
    let current = data.get::<String>("customer");
    let known = customers::known::<M>(provider, customer);
    if known.is_some() && known == current {
        return true;
    }
    let state = StoredState::of(data);
    if has_account(customer) {
        known.is_none() && (current.is_none() || state.customer == customer.id)
    } else {
        !state.has_account
    }
}

/// Cancels the intents that are not waited for any more, and returns the session if that changes its data.
async fn unless_unchanged(
    api: &Api<'_>,
    data: &JsonObject,
) -> Option<PaymentProcessorSessionResponse> {
    let changed = without_orphans(api, data).await;
    (changed != *data).then(|| changed.into())
}

/// Cancels the intents that are not waited for any more, and returns the data after it. What could not be
/// canceled stays in it for the next call.
async fn without_orphans(api: &Api<'_>, data: &JsonObject) -> JsonObject {
    let mut state = StoredState::of(data);
    if state.orphaned_intents.is_empty() {
        return data.clone();
    }
    let mut left = BTreeMap::new();
    for (id, amount) in std::mem::take(&mut state.orphaned_intents) {
        let over =
            amount.map_or_else(String::new, |amount| format!(" over {amount} (minor units)"));
        match api.cancel(&id, &format!("-{id}")).await {
            Ok(_) => {}
            Err(error) if error.code() == RESOURCE_MISSING => {}
            Err(error) if error.code() == UNEXPECTED_STATE => tracing::error!(
                "{id}{over}, which another payment replaced, cannot be canceled: it is paid or about to \
                 be. Look at it in Stripe's dashboard, and refund it there."
            ),
            Err(error) => {
                tracing::warn!(
                    "{id}{over}, which another payment replaced, is not canceled yet ({}); the payment's \
                     next call tries again",
                    error.code()
                );
                left.insert(id, amount);
            }
        }
    }
    state.orphaned_intents = left;
    state.written_into(data)
}

#[async_trait]
impl<M: Method> PaymentProcessor for Stripe<M> {
    /// Every request that changes something carries a key of the call.
    fn is_repeatable(&self, _operation: Operation) -> bool {
        true
    }

    /// A webhook's signature is checked without asking Stripe.
    fn is_immediate(&self, operation: Operation) -> bool {
        operation == Operation::ReadWebhook
    }

    fn stored_status(&self, data: &JsonObject) -> Option<PaymentSessionStatus> {
        stored_status(data)
    }

    /// A local method is not saved.
    fn payment_methods(&self) -> Option<&dyn PaymentMethods> {
        match M::LOCAL_TYPE {
            Some(_) => None,
            None => Some(self),
        }
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        self.start(&self.api(call), &context, BTreeMap::new(), None).await
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let api = self.api(call);
        let data = &context.payment_session_data;
        let Some(id) = data.get::<String>("id") else {
            return self.start(&api, &context, BTreeMap::new(), None).await.map(Some);
        };
        let same_currency = data
            .get::<String>("currency")
            .is_none_or(|currency| currency.eq_ignore_ascii_case(&context.currency_code));
        let same_amount = data.get::<Amount>("amount") == Some(context.amount);
        let customer = context.customer.as_ref();
        let answer = if !same_currency || !belongs_to::<M>(call.provider(), customer, data) {
            self.replace(&api, &context, &id, same_currency, same_amount).await
        } else if same_amount {
            self.keep(&api, &context, &id).await
        } else {
            self.set_amount(&api, &context, &id).await
        };
        match answer {
            Err(error) if error.code() == AMOUNT_TOO_SMALL => {
                self.without_payment(&api, &context, &id).await
            }
            answer => answer,
        }
    }

    /// Reads how far the shopper's payment is. If an update's reply was lost, the intent is over
    /// another amount than the session: an unpaid one is set right, a paid one is not accepted. Nor
    /// is one whose money was given back meanwhile.
    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let data = without_orphans(&api, &data).await;
        let mut intent = api.retrieve_intent_with_charge(&id).await?;
        if intent.fields.status == IntentStatus::Succeeded && intent.is_refunded() {
            return Err(PaymentProcessorError::refused(
                format!("authorize_payment of {id} is not possible"),
                "payment_refunded",
                "All of its money was refunded. Start a new cart to pay anew.",
            ));
        }
        let expected = data.get::<Amount>("amount").unwrap_or(intent.fields.amount);
        if StoredState::of(&data).amount_too_small && intent.fields.status == IntentStatus::Canceled
        {
            return Err(api.refused(
                AMOUNT_TOO_SMALL,
                format!(
                    "{expected} (minor units) is less than Stripe takes in this currency. Nothing can be paid with \
                     Stripe until the cart costs more: choose another way to pay, or change the cart."
                ),
            ));
        }
        if intent.fields.amount != expected && intent.fields.status != IntentStatus::Canceled {
            if intent.fields.status.is_paid() {
                let advice = match intent.fields.status {
                    IntentStatus::RequiresCapture => {
                        "Put the cart back to what was paid, or refresh the payment session: that releases the \
                         money that is held."
                    }
                    IntentStatus::Processing => {
                        "The bank has not answered yet. Put the cart back to what was paid, or wait for its answer: if \
                         the payment fails, the shopper can pay what the cart costs."
                    }
                    _ => {
                        "Put the cart back to what was paid, and change or refund the order; or refund the payment in \
                         Stripe's dashboard, and start a new cart."
                    }
                };
                return Err(PaymentProcessorError::refused(
                    format!("authorize_payment of {id} is not possible"),
                    "amount_mismatch",
                    format!(
                        "The shopper's payment is over {} and the cart's over {expected} (minor \
                         units). {advice}",
                        intent.fields.amount
                    ),
                ));
            }
            intent = api.update_intent(&wire::update_amount(&id, expected), "-amount").await?;
        }
        Ok(Authorization { status: intent.fields.status.for_medusa(), data })
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _capture: Capture,
    ) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let data = without_orphans(&api, &data).await;
        let answer = api.change_intent(&wire::capture_intent(&id), "").await;
        let intent = api.or_seen_as(IntentStatus::Succeeded, &id, answer).await?;
        let received = intent.fields.amount_received.unwrap_or(intent.fields.amount);
        if received < intent.fields.amount {
            return Err(PaymentProcessorError::refused(
                format!("capture_payment of {id} cannot be recorded"),
                "partially_captured",
                format!(
                    "Stripe took {received} of {} (minor units), and Medusa would record all of it. \
                     Look at the payment in Stripe's dashboard.",
                    intent.fields.amount
                ),
            ));
        }
        Ok(StoredState::of(&data).written_into(&intent.raw))
    }

    /// Returns the data that it was given, with the refund among the recorded ones.
    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        wire::check_amount(amount, &data.get::<String>("currency").unwrap_or_default())?;
        let api = self.api(call);
        let made = api.refunds_of(&id, data.get("created"));
        let mut state = StoredState::of(&data);
        let record = std::mem::take(&mut state.refunds);
        state.refunds =
            refunds::refund(&made, call, &id, amount, record, self.settings.deadline).await?;
        Ok(state.written_into(&data))
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let Ok(id) = intent_id(call, &data) else { return Ok(data) };
        let api = self.api(call);
        let data = without_orphans(&api, &data).await;
        let intent = api.cancel(&id, "").await?;
        Ok(StoredState::of(&data).written_into(&intent.raw))
    }

    /// As a cancellation; an intent that the account does not have cannot be paid any more.
    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        match self.cancel_payment(call, data.clone()).await {
            Err(error) if error.code() == RESOURCE_MISSING => {
                tracing::warn!("this Stripe account has no {}: nothing to cancel", call.payment());
                Ok(data)
            }
            result => result,
        }
    }

    /// If the data has its `latest_charge` as an object, so has the result: what Stripe calls
    /// expanded. Otherwise it is the charge's id.
    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let intent = match data.get::<JsonObject>("latest_charge") {
            Some(_) => api.retrieve_intent_with_charge(&id).await?,
            None => api.retrieve_intent(&id).await?,
        };
        Ok(StoredState::of(&data).written_into(&intent.raw))
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        let id = intent_id(call, &data)?;
        Ok(self.api(call).retrieve_intent(&id).await?.fields.status.for_medusa())
    }

    /// `session_id` is the intent's id (`pi_…`): the plugin's service looks it up from Medusa's.
    /// What a shopper may set is `description`, `metadata` (but `resource_id`, `cart_id` and what is the plugin's),
    /// `payment_method` (one that is saved for the intent's own customer, or not saved at all), `receipt_email`,
    /// `setup_future_usage` and `shipping`. Whatever else is in the data has to be as the intent has it.
    async fn update_payment_data(
        &self,
        call: &CallContext,
        session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        if !session_id.starts_with("pi_") {
            return Err(PaymentProcessorError::invalid(
                "The payment session cannot be updated",
                "missing_payment_intent",
                format!("{session_id} has no PaymentIntent. Stripe was not asked."),
            ));
        }
        let api = self.api(call);
        let mut update = requests::ShopperUpdate::of(&data)?;
        if !update.refused().is_empty() || update.chosen_method().is_some() {
            let intent = api.retrieve_intent(&session_id).await?.raw;
            update = update.beside(&intent);
            if let Some(method) = update.chosen_method() {
                let customer = intent.get::<String>("customer");
                payment_methods::check_owner(&api.exchange, method, customer.as_deref()).await?;
            }
        }
        let intent = match update.request(&session_id, M::LOCAL_TYPE)? {
            Some(request) => api.update_intent(&request, "").await?,
            None => api.retrieve_intent(&session_id).await?,
        };
        // Medusa puts the answer over what the session knows (`updatePaymentSession`, `dist/services/cart.js`): what the
        // cart costs may be something else by now than what was paid.
        Ok(intent.raw.without("amount").without("currency"))
    }

    /// Checks the signature (`Stripe-Signature`, with the option `webhook_secret`) and reads the event.
    async fn read_webhook(
        &self,
        _call: &CallContext,
        request: WebhookRequest,
    ) -> Result<WebhookEvent> {
        signature::verified_text(&request, self.settings.webhook_secret.as_ref())
            .and_then(|text| event::read_event(text).ok_or_else(signature::not_an_event))
    }

    async fn payment_state(&self, call: &CallContext, data: JsonObject) -> Result<PaymentState> {
        let id = intent_id(call, &data)?;
        let intent = self.api(call).retrieve_intent_with_charge(&id).await?;
        Ok(PaymentState { resource: event::resource(&intent.raw), ..intent.state() })
    }
}
