//! Stripe in Medusa 2, as a drop-in for `@medusajs/payment-stripe` 2: the same identifiers, options, session data and wire,
//! and right where that one is wrong.
//!
//! The payment's data is the PaymentIntent as Stripe sent it, with one member beside it (`medusa_payment_rs`, see
//! `stored_state`). Amounts in it are in Stripe's unit (`units`), those of the contract in the currency's minor unit.

mod account_holders;
mod capture;
mod config;
mod event;
#[cfg(test)]
mod schedules;
mod start;
mod stored_state;
#[cfg(test)]
mod tests;
mod unconfirmed;

use std::marker::PhantomData;

use async_trait::async_trait;

use config::Settings;
use start::Wishes;
use stored_state::StoredState;
use unconfirmed::UnconfirmedStart;

use super::api::{Api, RESOURCE_MISSING, UNEXPECTED_STATE};
use super::form::Form;
use super::intent::{Intent, IntentStatus, PaymentMethod};
use super::method::Method;
use super::{intent_id, requests, signature, stored_id, units};
use crate::account_holders::{AccountHolders, PaymentMethods};
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::http::{Client, HttpRequest};
use crate::json::JsonObject;
use crate::layers::Layers;
use crate::processor::PaymentProcessor;
use crate::refunds;
use crate::registry::Provider;
use crate::request::Operation;
use crate::types::{
    Authorization, Capture, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus,
};
use crate::webhook::{PaymentState, WebhookAction, WebhookEvent, WebhookRequest};

pub use config::StripeOptions;

/// The processor behind one of the plugin's identifiers in Medusa 2.
///
/// - **Captures in part** take the part ([`Capture::Part`]). What a first part leaves is released, unless the store has
///   asked for several captures and the card allows them.
/// - **Refunds** are paid once ([`refunds`]).
/// - **A start whose reply was lost** is found again under the session's id, which is its key.
/// - An intent of another session, or over another amount than the session's, is never authorized.
pub struct Stripe<M> {
    client: Client,
    settings: Settings,
    method: PhantomData<fn() -> M>,
}

impl<M: Method> Provider for Stripe<M> {
    const IDENTIFIER: &'static str = M::MEDUSA_2;
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

    /// Returns how far the intent is, in Medusa's words.
    fn status(&self, intent: &Intent) -> PaymentSessionStatus {
        let is_processing = intent.fields.status == IntentStatus::Processing;
        match &intent.fields.payment_method {
            Some(PaymentMethod::Whole { kind }) if is_processing && self.takes_days(kind) => {
                PaymentSessionStatus::PendingAuthorization
            }
            _ => intent.fields.status.for_medusa(),
        }
    }

    /// Whether an order is placed while a payment of this type is being processed.
    fn takes_days(&self, kind: &str) -> bool {
        self.settings.own.async_types.iter().any(|known| known == kind)
    }

    /// Returns what Medusa stores of a session whose intent is this one.
    fn session(&self, intent: &Intent, state: &StoredState) -> PaymentProcessorSessionResponse {
        PaymentProcessorSessionResponse {
            status: Some(self.status(intent)),
            ..state.written_into(&intent.raw).into()
        }
    }

    /// Returns the start that the data is about, if its outcome is not known.
    fn unconfirmed_start(&self, data: &JsonObject) -> Option<UnconfirmedStart> {
        if stored_id(data).is_some() {
            return None;
        }
        let start = StoredState::of(data).unconfirmed_start;
        start.filter(|start| start.is_signed_with(&self.settings.api_key))
    }

    /// Reads the intent that the payment's data is about, with its whole charge.
    async fn intent_of(
        &self,
        api: &Api<'_>,
        call: &CallContext,
        data: &JsonObject,
    ) -> Result<Intent> {
        let id = intent_id(call, data)?;
        api.retrieve_intent_with(&id, &WHOLE).await
    }

    /// Starts a payment. `key` is the request's idempotency key.
    async fn start(
        &self,
        call: &CallContext,
        context: &PaymentProcessorContext,
        key: &str,
    ) -> Result<PaymentProcessorSessionResponse> {
        let wishes = Wishes::of(&context.payment_session_data)?;
        let request = self.new_intent(context, &wishes)?;
        let started = wishes.confirms().then(|| self.client.now());
        let intent = start::start(&self.api(call), &request, key, started).await?;
        let mut session = self.session(&intent, &StoredState::default());
        // Medusa keeps what the storefront has sent, and a store may read it there.
        let kept = start::kept(&context.payment_session_data);
        session.session_data = session.session_data.with_defaults(&kept);
        Ok(session)
    }

    fn new_intent(
        &self,
        context: &PaymentProcessorContext,
        wishes: &Wishes,
    ) -> Result<HttpRequest> {
        Ok(requests::post(
            start::INTENTS,
            &start::new_intent::<M>(&self.settings, context, wishes)?,
        ))
    }

    /// Releases what is held, and makes the intent unpayable.
    async fn give_up(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let api = self.api(call);
        let start = self.unconfirmed_start(&data);
        let state = StoredState { unconfirmed_start: None, ..StoredState::of(&data) };
        let id = match (stored_id(&data), start) {
            (Some(id), _) => Some(id),
            (None, Some(start)) => start.ended(&api).await?,
            (None, None) => None,
        };
        let Some(id) = id else { return Ok(state.written_into(&data)) };
        let refusal = match api.cancel(&id, "").await {
            Ok(intent) => return Ok(state.written_into(&intent.raw)),
            Err(error) if error.code() == UNEXPECTED_STATE => error,
            // Only the intent's state speaks against it for good.
            Err(error)
                if error.kind() == ErrorKind::Refused && error.code() != RESOURCE_MISSING =>
            {
                return Err(PaymentProcessorError::unavailable(error.error(), error.detail()));
            }
            Err(error) => return Err(error),
        };
        let intent = api.retrieve_intent_with_charge(&id).await?;
        if has_nothing_left(&intent, &state) {
            return Ok(state.written_into(&intent.with_charges_id().raw));
        }
        // A refusal would block the cart for days, and Medusa would later take it for paid over what it cost before.
        if intent.fields.status == IntentStatus::Processing {
            let error = PaymentProcessorError::unavailable(refusal.error(), refusal.detail());
            return Err(error.never_retry());
        }
        let taken = intent.fields.amount_received.unwrap_or_default();
        if taken.is_zero() {
            return Err(refusal);
        }
        Err(api.refused(
            UNEXPECTED_STATE,
            format!(
                "Stripe has taken {taken} (Stripe's unit) with {id}: canceling gives nothing back. Refund the payment, in \
                 Medusa if it has an order, and otherwise in Stripe's dashboard."
            ),
        ))
    }
}

/// The members that are read with an intent as whole objects.
const WHOLE: [&str; 2] = ["payment_method", "latest_charge"];

/// Whether a payment that was captured has nothing more to be given up: all of it was refunded, or what Medusa has
/// captured is all that was taken, and the rest was released with it.
fn has_nothing_left(intent: &Intent, state: &StoredState) -> bool {
    let taken = intent.fields.amount_received.unwrap_or_default();
    let recorded = state.captured();
    let is_part = !taken.is_zero() && taken < intent.fields.amount && recorded == Some(taken);
    intent.fields.status == IntentStatus::Succeeded && (intent.is_refunded() || is_part)
}

/// Returns the error of an intent that was made for another session of Medusa's, or elsewhere. A storefront can name any.
fn of_another_session(api: &Api<'_>, id: &str) -> PaymentProcessorError {
    api.refused(
        "payment_of_another_session",
        format!("{id} was not made for this payment session. Start a new payment."),
    )
}

/// Returns the error of a start that was never confirmed, and that Stripe has forgotten by now.
fn start_is_over(api: &Api<'_>) -> PaymentProcessorError {
    let detail = "Stripe has not made the payment. Start a new payment session.";
    api.refused("payment_not_started", detail)
}

/// Whether the intent was made for Medusa's session `payses_…`; of one without a name that is not known.
fn is_of_session(intent: &Intent, session: &str) -> bool {
    let metadata = intent.fields.metadata.as_ref();
    let named = metadata.and_then(|metadata| metadata.get::<String>(start::SESSION));
    !session.starts_with("payses_") || named.as_deref() == Some(session)
}

#[async_trait]
impl<M: Method> PaymentProcessor for Stripe<M> {
    /// A start that was not confirmed has no intent yet, and is known by Medusa's session.
    fn payment_id(&self, data: &JsonObject) -> Option<String> {
        let start = || self.unconfirmed_start(data).map(|start| start.session);
        stored_id(data).or_else(start)
    }

    /// Every request that changes something carries a key of the call.
    fn is_repeatable(&self, _operation: Operation) -> bool {
        true
    }

    fn captures_in_parts(&self) -> bool {
        true
    }

    fn account_holders(&self) -> Option<&dyn AccountHolders> {
        Some(self)
    }

    fn payment_methods(&self) -> Option<&dyn PaymentMethods> {
        Some(self)
    }

    /// The key is Medusa's session, as with the JavaScript plugin: asked for again, Stripe has made one intent.
    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        let session = context.resource_id.as_str();
        let key = if session.is_empty() { call.idempotency_key() } else { session };
        self.start(call, &context, key).await
    }

    /// A card that was to be charged at once may have been charged: the request is kept, and repeated by the next call.
    fn unconfirmed_session(
        &self,
        context: &PaymentProcessorContext,
    ) -> Option<PaymentProcessorSessionResponse> {
        let wishes = Wishes::of(&context.payment_session_data).ok()?;
        if !wishes.confirms() {
            return None;
        }
        let form = self.new_intent(context, &wishes).ok()?.body_text().to_owned();
        let (session, started) = (&context.resource_id, self.client.now());
        let start = UnconfirmedStart::new(&self.settings.api_key, session, &form, started);
        let state = StoredState { unconfirmed_start: Some(start), ..StoredState::default() };
        // Medusa puts this over what the storefront has sent, which may name another payment.
        let data = JsonObject::empty().with([("id", serde_json::Value::Null)]);
        Some(state.written_into(&data).into())
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = &context.payment_session_data;
        let state = StoredState::of(data);
        if stored_id(data).is_none() {
            self.give_up(call, data.clone()).await?;
            return self.start(call, &context, call.idempotency_key()).await.map(Some);
        }
        let (amount, currency) =
            (start::charged(context.amount, &context.currency_code)?, &context.currency_code);
        let is_over = |has: Option<Amount>, of: Option<String>| {
            has == Some(amount) && of.is_some_and(|code| code.eq_ignore_ascii_case(currency))
        };
        let api = self.api(call);
        let is_the_same = is_over(data.get("amount"), data.get("currency"));
        let intent = if is_the_same {
            let patience = self.settings.patience();
            let glance = api.glance_at_intent(&intent_id(call, data)?, &WHOLE, patience).await;
            match glance.ok().flatten() {
                Some(intent) if intent.fields.status == IntentStatus::Canceled => intent,
                _ => return Ok(None),
            }
        } else {
            self.intent_of(&api, call, data).await?
        };
        let id = &intent.fields.id;
        if !is_of_session(&intent, &context.resource_id) {
            return Err(of_another_session(&api, id));
        }
        let status = intent.fields.status;
        let is_set = is_over(Some(intent.fields.amount), Some(intent.fields.currency.clone()));
        match status {
            IntentStatus::Canceled => {
                self.start(call, &context, call.idempotency_key()).await.map(Some)
            }
            _ if is_set => Ok(Some(self.session(&intent.with_charges_id(), &state))),
            _ if status.is_paid() => {
                Err(api.stays(&intent, "start a new payment session, which releases it"))
            }
            _ => {
                let asked = start::inexact(context.amount, currency);
                let form = Form::default()
                    .with("amount", amount)
                    .with("currency", currency)
                    // An empty value takes it away.
                    .with(
                        start::metadata(start::AMOUNT),
                        asked.map_or_else(String::new, |it| it.to_string()),
                    )
                    .with("expand[0]", "payment_method");
                let request = requests::post(requests::intent_path(id), &form);
                let intent = api.update_intent(&request, "-amount").await?;
                Ok(Some(self.session(&intent, &state)))
            }
        }
    }

    /// Reads how far the shopper's payment is. An intent that was made for another session, that was canceled, whose money was
    /// given back meanwhile, or that is paid over another amount than the session's, is not accepted; an unpaid one over another
    /// amount, as after an update whose reply was lost, is set right.
    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        context: JsonObject,
    ) -> Result<Authorization> {
        let api = self.api(call);
        let id = match self.unconfirmed_start(&data) {
            Some(start) => start.confirmed(&api).await?.ok_or_else(|| start_is_over(&api))?,
            None => intent_id(call, &data)?,
        };
        let mut intent = api.retrieve_intent_with(&id, &WHOLE).await?;
        if !is_of_session(&intent, &context.get::<String>("idempotency_key").unwrap_or_default()) {
            return Err(of_another_session(&api, &id));
        }
        let status = intent.fields.status;
        // As an error: Medusa would show no reason, and never complete a cart with a session that it has stored as canceled
        // (`validate-cart-payments.js`, `@medusajs/core-flows`).
        if status == IntentStatus::Canceled {
            let detail = format!(
                "{id} was canceled at Stripe, and cannot be paid any more. Start a new payment session."
            );
            return Err(api.refused("payment_canceled", detail));
        }
        if status == IntentStatus::Succeeded {
            let PaymentState { amount, captured, refunded, .. } = intent.state();
            if !refunded.is_zero() {
                let detail = format!(
                    "{refunded} of {captured} (Stripe's unit) were refunded. Start a new payment session to pay again."
                );
                return Err(api.refused("payment_refunded", detail));
            }
            if captured < amount {
                return Err(capture::partly_taken(&api, &id, captured, amount));
            }
        }
        let expected = data.get::<Amount>("amount").unwrap_or(intent.fields.amount);
        let currency = data.get::<String>("currency").unwrap_or(intent.fields.currency.clone());
        let is_over_it = intent.fields.amount == expected
            && intent.fields.currency.eq_ignore_ascii_case(&currency);
        if !is_over_it {
            if status.is_paid() {
                let advice = match status {
                    IntentStatus::Processing => {
                        "The bank has not answered yet. Wait for its answer: what was taken then has to be refunded in \
                         Stripe's dashboard."
                    }
                    _ => {
                        "Start a new payment session: that releases what is held. What was taken has to be refunded in \
                         Stripe's dashboard."
                    }
                };
                let detail = format!(
                    "The shopper's payment is over {} {} and the session's over {expected} {currency} (Stripe's unit). \
                     {advice}",
                    intent.fields.amount, intent.fields.currency
                );
                return Err(api.refused("amount_mismatch", detail));
            }
            let form = Form::default()
                .with("amount", expected)
                .with("currency", currency)
                .with("expand[0]", "payment_method");
            let request = requests::post(requests::intent_path(&id), &form);
            intent = api.update_intent(&request, "-amount").await?;
        }
        let state = StoredState { unconfirmed_start: None, ..StoredState::of(&data) };
        let intent = intent.with_charges_id();
        // As when it was started: Medusa keeps what the storefront has sent.
        let data = state.written_into(&intent.raw).with_defaults(&start::kept(&data));
        Ok(Authorization { status: self.status(&intent), data })
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        capture: Capture,
    ) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let mut state = StoredState::of(&data);
        let (intent, state) = match capture {
            Capture::Part(part) => {
                let several = self.settings.own.multicapture;
                capture::capture_part(&api, call, &id, part, several, &state).await?
            }
            Capture::All => {
                let answer = api.change_intent(&requests::capture_intent(&id), "").await;
                let intent = api.or_seen_as(IntentStatus::Succeeded, &id, answer).await?;
                let taken = intent.fields.amount_received.unwrap_or(intent.fields.amount);
                if taken < intent.fields.amount {
                    return Err(capture::partly_taken(&api, &id, taken, intent.fields.amount));
                }
                state.record_capture(call, taken);
                (intent, state)
            }
        };
        Ok(state.written_into(&intent.raw))
    }

    /// Returns the data that it was given, with the refund among the recorded ones.
    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        let api = self.api(call);
        let currency = match data.get::<String>("currency") {
            Some(currency) => currency,
            None => api.retrieve_intent(&id).await?.fields.currency,
        };
        let mut state = StoredState::of(&data);
        let record = std::mem::take(&mut state.refunds);
        let rest = data
            .get::<Amount>("amount_received")
            .zip(record.recorded_amount())
            .and_then(|(taken, refunded)| taken.checked_sub(refunded));
        let units = units::part_of(amount, &currency, rest)
            .ok_or_else(|| capture::not_in_steps(amount, &currency))?;
        let made = api.refunds_of(&id, data.get("created"));
        state.refunds =
            refunds::refund(&made, call, &id, units, record, self.settings.deadline).await?;
        Ok(state.written_into(&data))
    }

    /// Money that was taken is not given back: that is an error, unless it was refunded before, or Medusa has recorded all
    /// of it as captured in part.
    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.give_up(call, data).await
    }

    /// As a cancellation; an intent that the account does not have cannot be paid any more. If Medusa could not store a
    /// session, it hands over what the storefront has sent, which may name any intent: only one that was made for the
    /// session that the data names is given up.
    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let gone = |error: PaymentProcessorError| {
            if error.code() != RESOURCE_MISSING {
                return Err(error);
            }
            tracing::warn!("this Stripe account has no {}: nothing to cancel", call.payment());
            Ok(data.clone())
        };
        if let Some(id) = stored_id(&data) {
            let named = data.get::<JsonObject>("metadata");
            let session = named.and_then(|metadata| metadata.get::<String>(start::SESSION));
            let intent = match self.api(call).retrieve_intent(&id).await {
                Ok(intent) => intent,
                Err(error) => return gone(error),
            };
            if !session.is_some_and(|session| is_of_session(&intent, &session)) {
                tracing::warn!(
                    "{id} was not made for the session that is deleted: it stays as it is"
                );
                return Ok(data);
            }
        }
        self.give_up(call, data.clone()).await.or_else(gone)
    }

    /// Its `amount` is in major units, as with the JavaScript plugin; Medusa itself never asks for it.
    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let id = intent_id(call, &data)?;
        let intent = self.api(call).retrieve_intent(&id).await?;
        let amount = units::in_major_units(intent.fields.amount, &intent.fields.currency);
        Ok(StoredState::of(&data).written_into(&intent.raw.with([("amount", amount)])))
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        let api = self.api(call);
        if let Some(start) = self.unconfirmed_start(&data) {
            let Some(id) = start.look_up(&api).await? else {
                return Ok(PaymentSessionStatus::Pending);
            };
            return Ok(self.status(&api.retrieve_intent(&id).await?));
        }
        Ok(self.status(&self.intent_of(&api, call, &data).await?))
    }

    /// Medusa 2 has no such call.
    async fn update_payment_data(
        &self,
        call: &CallContext,
        _session_id: String,
        _data: JsonObject,
    ) -> Result<JsonObject> {
        Err(PaymentProcessorError::invalid(
            format!("{} is not possible", call.subject()),
            "not_in_medusa_2",
            "Medusa 2 does not hand a session's data over from the shopper's browser. Stripe was not asked.",
        ))
    }

    /// Checks the signature (`Stripe-Signature`, with the option `webhookSecret`) and reads the event. Whether an intent
    /// that is being processed may become an order depends on the type of its payment method, which is read if the event
    /// names it by its id only.
    async fn read_webhook(
        &self,
        call: &CallContext,
        request: WebhookRequest,
    ) -> Result<WebhookEvent> {
        let text = signature::verified_text(&request, self.settings.webhook_secret.as_ref())?;
        let read = event::read_event(text, self.settings.store_mark().as_deref());
        let event::Event { mut event, method } = read.ok_or_else(signature::not_an_event)?;
        if self.settings.own.async_types.is_empty() {
            return Ok(event);
        }
        let kind = match method {
            Some(PaymentMethod::Whole { kind }) => kind,
            Some(PaymentMethod::Id(id)) => self.api(call).type_of_method(&id).await?,
            None => return Ok(event),
        };
        if self.takes_days(&kind) {
            event.action = WebhookAction::PendingAuthorization;
        }
        Ok(event)
    }

    /// In the currency's minor unit, and what Medusa has asked for if it is about all of the payment.
    async fn payment_state(&self, call: &CallContext, data: JsonObject) -> Result<PaymentState> {
        let id = intent_id(call, &data)?;
        let intent = self.api(call).retrieve_intent_with_charge(&id).await?;
        let state = intent.state();
        let minor = |amount: Amount| event::in_minor_units(amount, &intent).unwrap_or(Amount::MAX);
        Ok(PaymentState {
            amount: minor(state.amount),
            captured: minor(state.captured),
            refunded: minor(state.refunded),
            resource: event::session_of(&intent.raw),
            ..state
        })
    }
}
