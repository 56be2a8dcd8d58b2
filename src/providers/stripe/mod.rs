//! Stripe, as a drop-in for `medusa-payment-stripe` 6: the same identifiers, options, session data and
//! wire, and right where that one is wrong.
//!
//! The session data is the PaymentIntent as Stripe sent it, with one member beside it
//! (`medusa_payment_rs`, see `books.rs`). Amounts are Stripe's own smallest unit, which is what Medusa
//! v1 counts in.

mod api;
mod books;
mod client;
mod clock;
mod config;
mod event;
mod form;
mod intent;
mod method;
mod refund;
mod reply;
mod requests;
mod roots;
mod settlement;
mod webhook;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::time::Duration;

use async_trait::async_trait;

use api::{Api, RESOURCE_MISSING, UNEXPECTED_STATE};
use books::Books;
use client::Client;
use config::Settings;
use intent::{Intent, IntentStatus};

use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;
use crate::layers::Layers;
use crate::processor::PaymentProcessor;
use crate::registry::Provider;
use crate::request::Operation;
use crate::types::{
    Authorization, Customer, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus, UpdateRequests,
};

pub use config::StripeOptions;
pub use event::{EventTopic, WebhookEvent, read_event};
pub use method::{Any, Bancontact, Blik, Giropay, Ideal, Method, Przelewy24};
pub use settlement::{Settlement, Step};
pub use webhook::{SignatureError, verify_signature};

/// The processor behind one of the plugin's identifiers.
///
/// - **Refunds** are looked up before they are made: one whose reply was lost is taken over, also after
///   a restart. The booked ones are in the payment's data.
/// - **Captures and cancellations** that Stripe says were done already are successes, once the intent
///   itself shows it.
/// - **Superseded intents** (another customer or currency) are canceled; where that fails, at the
///   payment's next call.
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
        let client = Client::new(&settings, roots::tls_config()?);
        Ok(Self { client, settings, method: PhantomData })
    }

    fn layers(&self) -> Layers {
        Layers::default()
            .deadline(self.settings.deadline)
            .attempt_timeout(self.settings.attempt_timeout)
            .max_retries(self.settings.max_retries)
    }
}

impl<M: Method> Stripe<M> {
    fn api<'a>(&'a self, call: &'a CallContext) -> Api<'a> {
        Api::new(&self.client, call)
    }

    /// A new intent, for a Stripe customer who is made first where Medusa knows none, in the place of those
    /// that it supersedes.
    async fn start(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        superseded: Vec<String>,
    ) -> Result<PaymentProcessorSessionResponse> {
        requests::check_amount(context.amount, &context.currency_code)?;
        let customer_of = context.customer.as_ref();
        let has_account = customer_of.is_some_and(has_account);
        let known = customer_of.and_then(stripe_customer);
        let email = Some(context.email.as_str()).filter(|email| !email.trim().is_empty());
        let request = |customer: Option<&str>| {
            requests::create_intent(&self.settings, M::LOCAL_TYPE, context, customer)
        };
        let mut customer = match (&known, email) {
            (None, Some(email)) => {
                Some(api.customer_for(&context.resource_id, email, has_account).await?)
            }
            _ => known.clone(),
        };
        let intent = match api.create_intent(&request(customer.as_deref()), "").await {
            // A customer of the test mode, or one who was deleted in the dashboard.
            Err(error) if error.code() == RESOURCE_MISSING && customer.is_some() => {
                customer = match email {
                    Some(email) => Some(api.new_customer(email).await?),
                    None => None,
                };
                api.create_intent(&request(customer.as_deref()), "-again").await?
            }
            answer => answer?,
        };
        // An attempt whose reply was lost has made it already.
        let superseded = superseded.into_iter().filter(|id| *id != intent.fields.id).collect();
        let books = Books {
            superseded,
            customer: customer_of.and_then(|customer| customer.id.clone()),
            has_account,
            ..Books::default()
        };
        Ok(PaymentProcessorSessionResponse {
            session_data: settled(api, &books.written_into(&intent.raw)).await,
            update_requests: customer.filter(|id| known.as_ref() != Some(id)).map(|id| {
                let metadata = JsonObject::empty().with([("stripe_id", id.into())]);
                UpdateRequests { customer_metadata: Some(metadata) }
            }),
        })
    }

    /// A new intent in place of the one in `context`, unless that one is paid already.
    async fn replace(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
        same_money: bool,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let mut superseded = Books::of(&context.payment_session_data).superseded;
        match api.retrieve_intent(id).await {
            Ok(intent) if intent.fields.status.is_paid() && same_money => {
                tracing::warn!("{id} is paid: it stays with the customer it was made for");
                return Ok(None);
            }
            Ok(intent) if intent.fields.status.is_paid() => {
                return Err(PaymentProcessorError::refused(
                    format!("update_payment of {id} is not possible"),
                    UNEXPECTED_STATE,
                    "It is paid or about to be: amount and currency stay as they are. Cancel or \
                     refresh the payment session to pay anew.",
                ));
            }
            Ok(intent) if intent.fields.status == IntentStatus::Canceled => {}
            Ok(_) => superseded.push(id.to_owned()),
            // An account that has just changed from test to live does not know its old intents.
            Err(error) if error.code() == RESOURCE_MISSING => {}
            Err(error) => return Err(error),
        }
        self.start(api, context, superseded).await.map(Some)
    }

    async fn set_amount(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        requests::check_amount(context.amount, &context.currency_code)?;
        match api.update_intent(&requests::update_amount(id, context.amount), "-amount").await {
            Ok(intent) => {
                let data = Books::of(&context.payment_session_data).written_into(&intent.raw);
                Ok(Some(settled(api, &data).await.into()))
            }
            Err(error) if error.code() == RESOURCE_MISSING => {
                self.start(api, context, Vec::new()).await.map(Some)
            }
            Err(error) => Err(error),
        }
    }
}

/// The customer at Stripe whom Medusa keeps in the customer's metadata.
fn stripe_customer(customer: &Customer) -> Option<String> {
    customer.metadata.as_ref()?.get::<String>("stripe_id").filter(|id| !id.is_empty())
}

/// Whether the customer is somebody who logs in, and no guest.
fn has_account(customer: &Customer) -> bool {
    customer.has_account == Some(true)
}

/// Whether the intent in `data` is still the right one for the cart's customer. A guest keeps the cart's
/// through all that happens to it: another e-mail address, which may have bought before, or a session
/// that Medusa refreshed, for which it names no customer (`refreshPaymentSession`,
/// `dist/services/cart.js`). Somebody who logs in or out gets one of their own.
fn belongs_to(customer: Option<&Customer>, data: &JsonObject) -> bool {
    let Some(customer) = customer else { return true };
    let current = data.get::<String>("customer");
    let known = stripe_customer(customer);
    if known.is_some() && known == current {
        return true;
    }
    let books = Books::of(data);
    if has_account(customer) {
        known.is_none() && (current.is_none() || books.customer == customer.id)
    } else {
        !books.has_account
    }
}

/// The id of the intent that the data is about.
fn intent_id(call: &CallContext, data: &JsonObject) -> Result<String> {
    data.get::<String>("id").filter(|id| !id.is_empty()).ok_or_else(|| {
        PaymentProcessorError::invalid(
            format!("{} is not possible", call.operation().name()),
            "missing_payment_intent",
            "The payment's data has no `id` of a PaymentIntent. Stripe was not asked. Look for the \
             payment in Stripe's dashboard.",
        )
    })
}

/// The intents that a cart has left behind: Medusa drops a session without a word where the cart moves
/// to another region (`setRegion_`, `dist/services/cart.js`). A payment collection may be paid in parts,
/// each with an intent of its own.
async fn left_behind(api: &Api<'_>, context: &PaymentProcessorContext) -> Result<Vec<String>> {
    let cart = &context.resource_id;
    match context.customer.as_ref().and_then(stripe_customer) {
        Some(customer) if cart.starts_with("cart_") => api.payable_intents(&customer, cart).await,
        _ => Ok(Vec::new()),
    }
}

/// Cancels an intent; one that is canceled already is a success, once it was seen.
async fn cancel(api: &Api<'_>, id: &str, part: &str) -> Result<Intent> {
    let answer = api.cancel_intent(id, part).await;
    or_seen_as(IntentStatus::Canceled, api, id, answer).await
}

/// The answer to a change. Where the intent's status does not allow it, it may have been made before.
async fn or_seen_as(
    wanted: IntentStatus,
    api: &Api<'_>,
    id: &str,
    answer: Result<Intent>,
) -> Result<Intent> {
    match answer {
        Err(error) if error.code() == UNEXPECTED_STATE => {
            let intent = api.retrieve_intent(id).await?;
            if intent.fields.status == wanted { Ok(intent) } else { Err(error) }
        }
        answer => answer,
    }
}

/// The data after the intents that it supersedes were canceled. What could not be canceled stays in it
/// for the next call.
async fn settled(api: &Api<'_>, data: &JsonObject) -> JsonObject {
    let mut books = Books::of(data);
    if books.superseded.is_empty() {
        return data.clone();
    }
    let mut left = Vec::new();
    for id in std::mem::take(&mut books.superseded) {
        match cancel(api, &id, &format!("-{id}")).await {
            Ok(_) => {}
            Err(error) if error.code() == RESOURCE_MISSING => {}
            Err(error) if error.code() == UNEXPECTED_STATE => tracing::error!(
                "{id}, which another payment took the place of, cannot be canceled: it is paid or \
                 about to be. Look at it in Stripe's dashboard, and refund it there."
            ),
            Err(error) => {
                tracing::warn!(
                    "{id}, which another payment took the place of, is not canceled yet ({}); the \
                     payment's next call tries again",
                    error.code()
                );
                left.push(id);
            }
        }
    }
    books.superseded = left;
    books.written_into(data)
}

#[async_trait]
impl<M: Method> PaymentProcessor for Stripe<M> {
    /// Every request that changes something carries a key of the call.
    fn is_repeatable(&self, _operation: Operation) -> bool {
        true
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        let api = self.api(call);
        let left_behind = left_behind(&api, &context).await?;
        self.start(&api, &context, left_behind).await
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let api = self.api(call);
        let data = &context.payment_session_data;
        let Some(id) = data.get::<String>("id") else {
            return self.start(&api, &context, Vec::new()).await.map(Some);
        };
        let same_currency = data
            .get::<String>("currency")
            .is_none_or(|currency| currency.eq_ignore_ascii_case(&context.currency_code));
        let same_amount = data.get::<Amount>("amount") == Some(context.amount);
        if !same_currency || !belongs_to(context.customer.as_ref(), data) {
            return self.replace(&api, &context, &id, same_currency && same_amount).await;
        }
        if !same_amount {
            return self.set_amount(&api, &context, &id).await;
        }
        let settled = settled(&api, data).await;
        Ok(if settled == *data { None } else { Some(settled.into()) })
    }

    /// Reads how far the shopper's payment is. Where an update's reply was lost, the intent is over
    /// another amount than the session: an unpaid one is set right, a paid one is not accepted. Nor is one
    /// whose money was given back meanwhile.
    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let data = settled(&api, &data).await;
        let mut intent = api.retrieve_intent_with_charge(&id).await?;
        if intent.fields.status == IntentStatus::Succeeded && intent.is_refunded() {
            return Err(PaymentProcessorError::refused(
                format!("authorize_payment of {id} is not possible"),
                "payment_refunded",
                "All of its money was refunded. Start a new cart to pay anew.",
            ));
        }
        let expected = data.get::<Amount>("amount").unwrap_or(intent.fields.amount);
        if intent.fields.amount != expected && intent.fields.status != IntentStatus::Canceled {
            if intent.fields.status.is_paid() {
                let advice = match intent.fields.status {
                    IntentStatus::RequiresCapture => {
                        "Refresh the payment session: that releases the money that is held."
                    }
                    _ => "Refund it in Stripe's dashboard, and start a new cart.",
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
            intent = api.update_intent(&requests::update_amount(&id, expected), "-amount").await?;
        }
        Ok(Authorization { status: intent.fields.status.for_medusa(), data })
    }

    async fn capture_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let data = settled(&api, &data).await;
        let answer = api.capture_intent(&id).await;
        let intent = or_seen_as(IntentStatus::Succeeded, &api, &id, answer).await?;
        let received = intent.fields.amount_received.unwrap_or(intent.fields.amount);
        if received < intent.fields.amount {
            return Err(PaymentProcessorError::refused(
                format!("capture_payment of {id} cannot be booked"),
                "partially_captured",
                format!(
                    "Stripe took {received} of {} (minor units), and Medusa would book all of it. \
                     Look at the payment in Stripe's dashboard.",
                    intent.fields.amount
                ),
            ));
        }
        Ok(Books::of(&data).written_into(&intent.raw))
    }

    /// The data that it was given, with the refund among those that are booked.
    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        requests::check_amount(amount, &data.get::<String>("currency").unwrap_or_default())?;
        let mut books = Books::of(&data);
        let settling = self.settings.deadline + Duration::from_secs(3);
        let created = data.get::<u64>("created");
        let refund =
            refund::refund(&self.api(call), &id, amount, &books.refunds, created, settling).await?;
        books.refunds.push(refund.id);
        Ok(books.replacing_those_of(&data))
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let Ok(id) = intent_id(call, &data) else { return Ok(data) };
        let api = self.api(call);
        let data = settled(&api, &data).await;
        let intent = cancel(&api, &id, "").await?;
        Ok(Books::of(&data).written_into(&intent.raw))
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

    /// Where the data has its `latest_charge` as an object, so has the result: what Stripe calls
    /// expanded. Otherwise it is the charge's id.
    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let intent = match data.get::<JsonObject>("latest_charge") {
            Some(_) => api.retrieve_intent_with_charge(&id).await?,
            None => api.retrieve_intent(&id).await?,
        };
        Ok(Books::of(&data).written_into(&intent.raw))
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
    /// What a shopper may set is `description`, `metadata` (but `resource_id` and `cart_id`),
    /// `receipt_email`, `setup_future_usage` and `shipping`.
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
        let request = requests::update_by_shopper(&session_id, &data)?;
        let api = self.api(call);
        let intent = if request.form.is_empty() {
            api.retrieve_intent(&session_id).await?
        } else {
            api.update_intent(&request, "").await?
        };
        Ok(intent.raw)
    }
}
