//! Stripe's API on behalf of one call.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use super::form::Form;
use super::intent::{Identified, Intent, IntentFields, IntentStatus, Page};
use super::method::Method;
use super::requests;
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::http::{Client, Exchange, HttpRequest};
use crate::idempotency::key_of;
use crate::json::JsonObject;
use crate::refunds::{Keyed, Refund, RefundApi};
use crate::webhook::PaymentState;

/// The code of a request that the intent's status does not allow.
pub(super) const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";
/// The code of a request about something that this account does not have.
pub(super) const RESOURCE_MISSING: &str = "resource_missing";

/// The code of an amount that is less than Stripe takes in the currency, or than what it is converted to
/// (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>).
pub(super) const AMOUNT_TOO_SMALL: &str = "amount_too_small";

/// Stripe forgets a key after a day at the earliest
/// (<https://docs.stripe.com/api/idempotent_requests>); some hours of it are left to be wrong about.
pub(super) const KEYS_LIVE: Duration = Duration::from_secs(20 * 60 * 60);

/// The codes of a refund that is refused because the money is the customer's bank's to decide on
/// (<https://docs.stripe.com/error-codes>).
const DISPUTED: [&str; 2] = ["charge_disputed", "refund_disputed_payment"];

/// A bound on the pages of a list, so that no reply can keep a call busy.
pub(super) const MOST_PAGES: usize = 50;

/// One call's requests.
pub(super) struct Api<'a> {
    pub(super) exchange: Exchange<'a>,
}

impl<'a> Api<'a> {
    pub(super) fn new(client: &'a Client, call: &'a CallContext) -> Self {
        Self { exchange: Exchange::new(client, call) }
    }

    pub(super) async fn retrieve_intent(&self, id: &str) -> Result<Intent> {
        self.read_intent(id, &requests::retrieve_intent(id)).await
    }

    /// Retrieves the intent with the whole charge in its `latest_charge`.
    pub(super) async fn retrieve_intent_with_charge(&self, id: &str) -> Result<Intent> {
        self.retrieve_intent_with(id, &["latest_charge"]).await
    }

    /// Retrieves the intent with these of its members as whole objects.
    pub(super) async fn retrieve_intent_with(&self, id: &str, whole: &[&str]) -> Result<Intent> {
        self.read_intent(id, &requests::retrieve_intent_with(id, whole)).await
    }

    /// Reads the intent with these of its members as whole objects, for a call that can do without: `None` if Stripe does
    /// not show it within `patience`. One that the account does not have is an error.
    pub(super) async fn glance_at_intent(
        &self,
        id: &str,
        whole: &[&str],
        patience: Duration,
    ) -> Result<Option<Intent>> {
        let request = match whole {
            [] => requests::retrieve_intent(id),
            whole => requests::retrieve_intent_with(id, whole),
        };
        match timeout(patience, self.read_intent(id, &request)).await {
            Ok(Ok(intent)) => Ok(Some(intent)),
            Ok(Err(error)) if error.code() == RESOURCE_MISSING => Err(error),
            Ok(Err(_)) | Err(_) => Ok(None),
        }
    }

    async fn read_intent(&self, id: &str, request: &HttpRequest) -> Result<Intent> {
        let intent: Intent = self.exchange.read(request).await?;
        if intent.fields.id != id {
            let kind = ErrorKind::Unavailable;
            let detail = format!("Stripe's reply is about {}. {}", intent.fields.id, kind.advice());
            return Err(self.exchange.error(kind, "invalid_response", detail));
        }
        Ok(intent)
    }

    /// Returns the type of a payment method.
    pub(super) async fn type_of_method(&self, id: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Typed {
            #[serde(rename = "type")]
            kind: String,
        }
        let method: Typed = self.exchange.read(&requests::retrieve_method(id)).await?;
        Ok(method.kind)
    }

    /// Lists the intents of a customer that the provider which is called made for a cart and that can still be paid.
    pub(super) async fn payable_intents<M: Method>(
        &self,
        customer: &str,
        cart: &str,
    ) -> Result<Vec<(String, Amount)>> {
        let list = self.exchange.read(&requests::list_intents(customer)).await;
        let page: Page<IntentFields> = match list {
            Err(error) if error.code() == RESOURCE_MISSING => return Ok(Vec::new()),
            result => result?,
        };
        let provider = self.exchange.call().provider();
        let is_its = |intent: &IntentFields| match intent.maker() {
            Some(maker) => maker == provider,
            None => provider == M::IDENTIFIER && M::made(&intent.payment_method_types),
        };
        let is_left = |intent: &IntentFields| intent.is_payable_for(cart) && is_its(intent);
        let payable = page.data.into_iter().filter(is_left);
        Ok(payable.map(|intent| (intent.id, intent.amount)).collect())
    }

    /// Creates an intent, in place of one that was `canceled`, if there was one; `part` tells the creations of one call
    /// apart. In place of another it is the same one for every call that finds that canceled at the same time: each of them
    /// would cancel the others' intents, and Medusa might store any of them.
    pub(super) async fn create_intent(
        &self,
        request: &HttpRequest,
        part: &str,
        canceled: Option<&str>,
    ) -> Result<Intent> {
        let Some(canceled) = canceled else {
            return self.exchange.change(request, &self.exchange.key(part)).await;
        };
        let identifier = self.exchange.call().identifier();
        let key = key_of(&[identifier, "in place of", canceled, request.body_text()], &[]);
        match self.exchange.once::<Intent>(request, &key).await? {
            Keyed::Done(intent) => return Ok(intent),
            Keyed::Replayed(intent) => {
                let intent = self.retrieve_intent(&intent.fields.id).await?;
                if intent.fields.status != IntentStatus::Canceled {
                    return Ok(intent);
                }
            }
            Keyed::Refused(error) | Keyed::InUse(error) => return Err(error),
            Keyed::FailureReplayed | Keyed::OfAnotherRequest => {}
        }
        self.exchange.change(request, &self.exchange.key(part)).await
    }

    /// Updates an intent; `part` tells the updates of one call apart. The key is this call's alone: what an
    /// earlier call was answered may not be true any more.
    pub(super) async fn update_intent(&self, request: &HttpRequest, part: &str) -> Result<Intent> {
        let key = format!("{}{part}", self.exchange.call().mark());
        self.exchange.change_past_replays(request, &key).await
    }

    /// Makes a change of an intent that has the same effect however often it is made; `part` tells the changes of one
    /// call apart.
    pub(super) async fn change_intent(&self, request: &HttpRequest, part: &str) -> Result<Intent> {
        self.exchange.change_past_replays(request, &self.exchange.key(part)).await
    }

    /// Returns the id of a customer for a cart, and whether an earlier call had created it. Asked for
    /// again with the same address, it is the same one for a day: Medusa names no customer when it
    /// refreshes a session (`refreshPaymentSession`, `dist/services/cart.js`). A shopper with an account
    /// shares no customer with guests.
    pub(super) async fn customer_for(
        &self,
        cart: &str,
        email: &str,
        has_account: bool,
    ) -> Result<(String, bool)> {
        let who = if has_account { "account" } else { "guest" };
        let key = key_of(&[self.exchange.call().identifier(), who, cart, email], &[]);
        let request = requests::create_customer(email);
        let (customer, was_there): (Identified, bool) =
            self.exchange.change_telling_replays(&request, &key).await?;
        Ok((customer.id, was_there))
    }

    /// Creates a customer whom Stripe has not seen before, and returns the id.
    pub(super) async fn new_customer(&self, email: &str) -> Result<String> {
        let request = requests::create_customer(email);
        let key = self.exchange.key("-customer");
        let customer: Identified = self.exchange.change_past_replays(&request, &key).await?;
        Ok(customer.id)
    }

    /// Tells Stripe more of a customer whom a call has made. A payment waits for it no longer than `patience`, and does not
    /// fail with it.
    pub(super) async fn describe_customer(&self, id: &str, details: &Form, patience: Duration) {
        if details.is_empty() {
            return;
        }
        let request = requests::update_customer(id, details);
        let key = format!("{}-describe", self.exchange.call().mark());
        let described = self.exchange.change_past_replays::<Identified>(&request, &key);
        let failed = match timeout(patience, described).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error.detail().to_owned(),
            Err(_) => "there was no answer in time".to_owned(),
        };
        tracing::warn!("Stripe was not told the name and the address of {id}: {failed}");
    }

    /// Returns the refunds of an intent; `created` is when the intent was, in seconds since 1970, if that
    /// is known.
    pub(super) fn refunds_of(&'a self, intent: &'a str, created: Option<u64>) -> IntentRefunds<'a> {
        IntentRefunds { exchange: &self.exchange, intent, created }
    }

    /// Returns the error of a change that Stripe has begun and that may still fail.
    pub(super) fn under_way(&self) -> PaymentProcessorError {
        let kind = ErrorKind::OutcomeUnknown;
        let detail = format!("Stripe is still working on it. {}", kind.advice());
        self.exchange.error(kind, "processing", detail).never_retry()
    }

    /// Returns an error of this call's that Stripe had no part in.
    pub(super) fn refused(&self, code: &str, detail: impl Into<String>) -> PaymentProcessorError {
        let error = format!("{} is not possible", self.exchange.call().subject());
        PaymentProcessorError::refused(error, code, detail)
    }
}

/// The refunds of an intent.
pub(super) struct IntentRefunds<'a> {
    exchange: &'a Exchange<'a>,
    intent: &'a str,
    created: Option<u64>,
}

/// Stripe's refund object (<https://docs.stripe.com/api/refunds>).
#[derive(Deserialize)]
struct StripeRefund {
    id: String,
    amount: Amount,
    /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`; older ones have none.
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    failure_reason: Option<String>,
    /// Seconds since 1970.
    created: u64,
    #[serde(default)]
    metadata: Option<JsonObject>,
    /// `null` if the account's balance was not touched; a reply without it does not say.
    #[serde(default = "StripeRefund::touched")]
    balance_transaction: Value,
}

impl StripeRefund {
    fn touched() -> Value {
        true.into()
    }

    /// Whether no money is given back: Stripe lists what a capture leaves of a hold as a refund, too, which never was in
    /// the account's balance.
    fn is_release(&self) -> bool {
        self.status.as_deref() == Some("succeeded") && self.balance_transaction.is_null()
    }
}

impl From<StripeRefund> for Refund {
    fn from(refund: StripeRefund) -> Self {
        let is_void = matches!(refund.status.as_deref(), Some("failed" | "canceled"));
        let reason = || refund.failure_reason.unwrap_or_else(|| "refund_failed".to_owned());
        Self {
            void: is_void.then(reason),
            mark: refund.metadata.and_then(|metadata| metadata.get(requests::REFUND_MARK)),
            id: refund.id,
            amount: Some(refund.amount),
            created: refund.created,
        }
    }
}

impl IntentRefunds<'_> {
    /// Returns the id of the charge if a part of the money was taken and the rest is still held.
    async fn charge_between_captures(&self) -> Result<Option<String>> {
        let intent: Intent = self.exchange.read(&requests::retrieve_intent(self.intent)).await?;
        let taken = intent.fields.amount_received.unwrap_or_default();
        let is_open = intent.fields.status == IntentStatus::RequiresCapture && !taken.is_zero();
        Ok(intent.raw.get("latest_charge").filter(|_| is_open))
    }
}

#[async_trait]
impl RefundApi for IntentRefunds<'_> {
    fn provider(&self) -> &'static str {
        "Stripe"
    }

    async fn list(&self) -> Result<Vec<Refund>> {
        let mut refunds: Vec<Refund> = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let request = requests::list_refunds(self.intent, after.as_deref());
            let page: Page<StripeRefund> = self.exchange.read(&request).await?;
            let is_last = !page.has_more || page.data.is_empty();
            after = page.data.last().map(|refund| refund.id.clone());
            let given_back = page.data.into_iter().filter(|refund| !refund.is_release());
            refunds.extend(given_back.map(Refund::from));
            if is_last {
                return Ok(refunds);
            }
        }
        let detail = "Stripe's list of this payment's refunds does not end. Nothing was moved.";
        Err(self.exchange.error(ErrorKind::Unavailable, "", detail))
    }

    /// Between two captures Stripe refunds what was taken by the charge, and refuses it by the intent
    /// (<https://docs.stripe.com/payments/multicapture>).
    async fn create(&self, amount: Amount, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let request = requests::create_refund("payment_intent", self.intent, amount, mark);
        let mut made = self.exchange.once::<StripeRefund>(&request, key).await?;
        if let Keyed::Refused(refusal) = &made
            && refusal.code() == UNEXPECTED_STATE
            && let Some(charge) = self.charge_between_captures().await?
        {
            let request = requests::create_refund("charge", &charge, amount, mark);
            made = self.exchange.once(&request, &format!("{key}-charge")).await?;
        }
        Ok(made.map(Refund::from))
    }

    async fn claim(&self, refund: &Refund, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let request = requests::mark_refund(&refund.id, mark);
        Ok(self.exchange.once::<StripeRefund>(&request, key).await?.map(Refund::from))
    }

    async fn left(&self, refusal: &PaymentProcessorError) -> Result<Option<Amount>> {
        // Medusa 1 does not tell what it has recorded: there only what was given back counts.
        let has_rows = self.exchange.call().rows().current.is_some();
        if has_rows && DISPUTED.contains(&refusal.code()) {
            return Ok(Some(Amount::ZERO));
        }
        let request = requests::retrieve_intent_with(self.intent, &["latest_charge"]);
        let PaymentState { captured, refunded, .. } =
            self.exchange.read::<Intent>(&request).await?.state();
        Ok(captured.checked_sub(refunded))
    }

    fn now(&self) -> u64 {
        self.exchange.client().now()
    }

    fn remembers_every_key(&self) -> bool {
        self.created
            .is_some_and(|created| self.exchange.client().is_younger_than(created, KEYS_LIVE))
    }
}
