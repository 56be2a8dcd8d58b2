//! Stripe's API on behalf of one call.

use super::client::{Client, Lost};
use super::intent::{Identified, Intent, IntentFields, Page, Refund};
use super::reply::{Reply, failed, repeat};
use super::requests::{self, ApiRequest};
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::idempotency::key_of;
use crate::json::JsonError;

/// The code of a request that the intent's status does not allow.
pub(super) const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";
/// The code of a request about something that this account does not have.
pub(super) const RESOURCE_MISSING: &str = "resource_missing";

/// How often a stored answer is stepped over. Each one is an earlier attempt of an operator's.
pub(super) const MOST_REPLAYS: usize = 12;

/// A bound on the pages of a list, so that no reply can keep a call busy.
const MOST_PAGES: usize = 50;

/// One call's requests.
pub(super) struct Api<'a> {
    client: &'a Client,
    pub(super) call: &'a CallContext,
}

impl<'a> Api<'a> {
    pub(super) fn new(client: &'a Client, call: &'a CallContext) -> Self {
        Self { client, call }
    }

    /// The key of one of this call's requests. `part` tells the requests of one call apart.
    pub(super) fn key(&self, part: &str) -> String {
        format!("{}{part}", self.call.idempotency_key())
    }

    /// # Errors
    /// Where there is no reply; whatever Stripe replied is none.
    pub(super) async fn send(&self, request: &ApiRequest, key: Option<&str>) -> Result<Reply> {
        self.client.send(request, key).await.map_err(|lost| self.lost(lost, key.is_none()))
    }

    /// Whether Stripe certainly remembers every key that was used after `created`, in seconds since 1970.
    pub(super) fn keys_live_since(&self, created: u64) -> bool {
        self.client.clock.keys_live_since(created)
    }

    fn lost(&self, lost: Lost, reads: bool) -> PaymentProcessorError {
        let (kind, detail) = match lost {
            Lost::NotSent(reason) => (
                ErrorKind::Unavailable,
                format!("Stripe cannot be reached: {reason}. Nothing was moved. Try again."),
            ),
            Lost::MaybeServed(reason) if reads => (
                ErrorKind::Unavailable,
                format!("Stripe's reply was lost: {reason}. Nothing was moved. Try again."),
            ),
            Lost::MaybeServed(reason) => (
                ErrorKind::OutcomeUnknown,
                format!(
                    "Stripe's reply was lost: {reason}. It is not known whether it took effect. {}",
                    repeat(self.call.operation())
                ),
            ),
        };
        PaymentProcessorError::new(kind, failed(self.call, kind), "", detail)
    }

    async fn get(&self, request: &ApiRequest) -> Result<String> {
        self.send(request, None).await?.into_body(self.call, true)
    }

    async fn post(&self, request: &ApiRequest, key: &str) -> Result<String> {
        self.send(request, Some(key)).await?.into_body(self.call, false)
    }

    /// A request that has the same effect however often it is made. Stripe repeats a stored failure
    /// for a day under its key, also where the reason for it is long gone; such an answer is stepped
    /// over with the next key.
    async fn post_past_replays(&self, request: &ApiRequest, first_key: &str) -> Result<String> {
        let mut key = first_key.to_owned();
        for replays in 1..=MOST_REPLAYS {
            let reply = self.send(request, Some(&key)).await?;
            if reply.is_success() || !reply.replayed {
                return reply.into_body(self.call, false);
            }
            key = format!("{first_key}.{replays}");
        }
        self.post(request, &key).await
    }

    /// A read that brings something else than what was asked for is as good as none.
    fn unreadable_read(&self, error: &PaymentProcessorError) -> PaymentProcessorError {
        let kind = ErrorKind::Unavailable;
        PaymentProcessorError::new(kind, failed(self.call, kind), error.code(), error.detail())
    }

    pub(super) async fn retrieve_intent(&self, id: &str) -> Result<Intent> {
        self.read_intent(id, &requests::retrieve_intent(id)).await
    }

    /// The intent with the whole charge in its `latest_charge`.
    pub(super) async fn retrieve_intent_with_charge(&self, id: &str) -> Result<Intent> {
        self.read_intent(id, &requests::retrieve_intent_with_charge(id)).await
    }

    async fn read_intent(&self, id: &str, request: &ApiRequest) -> Result<Intent> {
        let body = self.get(request).await?;
        let intent = Intent::parse(body).map_err(|error| self.unreadable_read(&error))?;
        if intent.fields.id != id {
            return Err(PaymentProcessorError::new(
                ErrorKind::Unavailable,
                failed(self.call, ErrorKind::Unavailable),
                "invalid_response",
                format!("The reply is about {}. Nothing was moved. Try again.", intent.fields.id),
            ));
        }
        Ok(intent)
    }

    /// The intents of a customer that were made for a cart and can still be paid.
    pub(super) async fn payable_intents(&self, customer: &str, cart: &str) -> Result<Vec<String>> {
        let body = match self.get(&requests::list_intents(customer)).await {
            Err(error) if error.code() == RESOURCE_MISSING => return Ok(Vec::new()),
            result => result?,
        };
        let page: Page<IntentFields> = serde_json::from_str(&body)
            .map_err(|error| self.unreadable_read(&JsonError::from(error).into()))?;
        let payable = page.data.into_iter().filter(|intent| intent.is_payable_for(cart));
        Ok(payable.map(|intent| intent.id).collect())
    }

    /// `part` tells the creations of one call apart.
    pub(super) async fn create_intent(&self, request: &ApiRequest, part: &str) -> Result<Intent> {
        Intent::parse(self.post(request, &self.key(part)).await?)
    }

    pub(super) async fn capture_intent(&self, id: &str) -> Result<Intent> {
        Intent::parse(self.post_past_replays(&requests::capture_intent(id), &self.key("")).await?)
    }

    /// `part` tells the cancellations of one call apart.
    pub(super) async fn cancel_intent(&self, id: &str, part: &str) -> Result<Intent> {
        Intent::parse(self.post_past_replays(&requests::cancel_intent(id), &self.key(part)).await?)
    }

    pub(super) async fn update_intent(&self, request: &ApiRequest, part: &str) -> Result<Intent> {
        Intent::parse(self.post_past_replays(request, &self.key(part)).await?)
    }

    /// The id of a customer for a cart. Asked for again with the same address, it is the same one for a
    /// day: Medusa names no customer where it refreshes a session (`refreshPaymentSession`,
    /// `dist/services/cart.js`). Somebody with an account shares none with guests.
    pub(super) async fn customer_for(
        &self,
        cart: &str,
        email: &str,
        has_account: bool,
    ) -> Result<String> {
        let who = if has_account { "account" } else { "guest" };
        let key = key_of(&[self.call.identifier(), who, cart, email], &[]);
        self.create_customer(email, &key).await
    }

    /// The id of a customer whom Stripe has not seen before.
    pub(super) async fn new_customer(&self, email: &str) -> Result<String> {
        self.create_customer(email, &self.key("-customer")).await
    }

    async fn create_customer(&self, email: &str, key: &str) -> Result<String> {
        let body = self.post_past_replays(&requests::create_customer(email), key).await?;
        let Identified { id } = serde_json::from_str(&body).map_err(JsonError::from)?;
        Ok(id)
    }

    /// All refunds of an intent, newest first.
    pub(super) async fn list_refunds(&self, intent: &str) -> Result<RefundList> {
        let mut refunds: Vec<Refund> = Vec::new();
        for _ in 0..MOST_PAGES {
            let after = refunds.last().map(|refund| refund.id.as_str());
            let reply = self.send(&requests::list_refunds(intent, after), None).await?;
            let now = reply.now();
            let body = reply.into_body(self.call, true)?;
            let page: Page<Refund> = serde_json::from_str(&body)
                .map_err(|error| self.unreadable_read(&JsonError::from(error).into()))?;
            let is_last = !page.has_more || page.data.is_empty();
            refunds.extend(page.data);
            if is_last {
                return Ok(RefundList { refunds, now });
            }
        }
        Err(PaymentProcessorError::unavailable(
            failed(self.call, ErrorKind::Unavailable),
            "Stripe's list of this payment's refunds does not end. Nothing was moved.",
        ))
    }
}

/// An intent's refunds, and when they were listed.
#[derive(Debug)]
pub(super) struct RefundList {
    pub refunds: Vec<Refund>,
    /// Stripe's clock, in seconds since 1970.
    pub now: u64,
}
