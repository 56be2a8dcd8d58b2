//! PayPal's API on behalf of one call.

use std::time::Duration;

use medusa_payment_rs::{
    CallContext, ErrorKind, JsonError, JsonObject, PaymentProcessorError, Result,
};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::client::Client;
use crate::order::{Capture, Order};
use crate::reply::{Purpose, Reply, failed, lost};
use crate::requests::{self, ApiRequest};
use crate::tokens::Tokens;

/// The code of a request about something that this account does not have.
pub(crate) const NOT_FOUND: &str = "INVALID_RESOURCE_ID";
const NOT_FOUND_NAME: &str = "RESOURCE_NOT_FOUND";

/// Whether PayPal said that there is no such thing.
pub(crate) fn is_not_found(error: &PaymentProcessorError) -> bool {
    error.kind() == ErrorKind::Refused && [NOT_FOUND, NOT_FOUND_NAME].contains(&error.code())
}

/// One call's requests.
pub(crate) struct Api<'a> {
    client: &'a Client,
    tokens: &'a Tokens,
    pub call: &'a CallContext,
}

impl<'a> Api<'a> {
    pub(crate) fn new(client: &'a Client, tokens: &'a Tokens, call: &'a CallContext) -> Self {
        Self { client, tokens, call }
    }

    fn purpose(&self, reads: bool) -> Purpose<'_> {
        Purpose { operation: self.call.operation().name(), payment: self.call.payment(), reads }
    }

    /// The sentence of an error of this call's.
    pub(crate) fn failed(&self, kind: ErrorKind) -> String {
        failed(self.purpose(false), kind)
    }

    /// A refusal of this call's.
    pub(crate) fn refused(&self, code: &str, detail: impl Into<String>) -> PaymentProcessorError {
        PaymentProcessorError::refused(self.failed(ErrorKind::Refused), code, detail)
    }

    /// # Errors
    /// Where there is no reply; whatever PayPal replied is none.
    async fn send(&self, request: &ApiRequest, id: Option<&str>, reads: bool) -> Result<Reply> {
        let purpose = self.purpose(reads);
        let token = self.tokens.get(self.client, None, purpose).await?;
        let sent = self.client.send(request, &token.header, id).await;
        let reply = sent.map_err(|reason| lost(reason, purpose))?;
        if reply.status.as_u16() != 401 {
            return Ok(reply);
        }
        // The token was given up before its time. PayPal did nothing with the request.
        let token = self.tokens.get(self.client, Some(&token), purpose).await?;
        let sent = self.client.send(request, &token.header, id).await;
        sent.map_err(|reason| lost(reason, purpose))
    }

    /// A request that changes nothing.
    pub(crate) async fn read(&self, request: &ApiRequest) -> Result<JsonObject> {
        let body = self.send(request, None, true).await?.into_body(self.purpose(true))?;
        JsonObject::parse(&body).map_err(|error| self.unreadable(&error.into()))
    }

    /// A read that brings something else than what was asked for is as good as none.
    fn unreadable(&self, error: &PaymentProcessorError) -> PaymentProcessorError {
        let kind = ErrorKind::Unavailable;
        PaymentProcessorError::new(kind, self.failed(kind), error.code(), error.detail())
    }

    /// A request that moves money or changes an order. `part` tells the requests of one call apart.
    async fn change(&self, request: &ApiRequest, part: &str) -> Result<String> {
        self.send(request, Some(&self.key(part)), false).await?.into_body(self.purpose(false))
    }

    /// The id of one of this call's requests. `part` tells the requests of one call apart.
    pub(crate) fn key(&self, part: &str) -> String {
        format!("{}{part}", self.call.idempotency_key())
    }

    pub(crate) async fn get_order(&self, id: &str) -> Result<Order> {
        Ok(self.get_order_and_time(id).await?.0)
    }

    /// An order, and PayPal's time when it said so.
    pub(crate) async fn get_order_and_time(&self, id: &str) -> Result<(Order, u64)> {
        let reply = self.send(&requests::get_order(id), None, true).await?;
        let now = reply.now;
        let body = reply.into_body(self.purpose(true))?;
        let order = Order::parse(&body).map_err(|error| self.unreadable(&error))?;
        if order.fields.id != id {
            let kind = ErrorKind::Unavailable;
            return Err(PaymentProcessorError::new(
                kind,
                self.failed(kind),
                "invalid_response",
                "PayPal's reply is about another order. Nothing was moved. Try again.",
            ));
        }
        Ok((order, now))
    }

    /// The order as it is after a change, for whoever looks at the payment's data. `None` where it
    /// cannot be had quickly: the change is made, and no reading makes it undone.
    pub(crate) async fn glance(&self, id: &str, limit: Duration) -> Option<JsonObject> {
        // Neither the call's end nor the attempt's may come while this is read: then nobody would
        // hear of the change.
        let left = self.call.deadline().saturating_duration_since(Instant::now());
        match tokio::time::timeout(limit.min(left / 2), self.get_order(id)).await {
            Ok(Ok(order)) => Some(order.raw),
            _ => {
                tracing::debug!("{id} cannot be read after the change; the data stays as it was");
                None
            }
        }
    }

    pub(crate) async fn create_order(&self, request: &ApiRequest) -> Result<Order> {
        Order::parse(&self.change(request, "").await?)
    }

    pub(crate) async fn complete_order(&self, order: &Order) -> Result<Order> {
        let request = requests::complete_order(&order.fields.id, order.fields.intent);
        Order::parse(&self.change(&request, "").await?)
    }

    /// Without a body in reply.
    pub(crate) async fn patch(&self, request: &ApiRequest) -> Result<()> {
        self.change(request, "-patch").await.map(drop)
    }

    pub(crate) async fn capture(&self, request: &ApiRequest) -> Result<Capture> {
        parse(&self.change(request, "").await?)
    }

    /// Without a body that matters.
    pub(crate) async fn void(&self, hold: &str) -> Result<()> {
        self.change(&requests::void_hold(hold), &format!("-{hold}")).await.map(drop)
    }

    /// What was refunded, and whether that was now.
    pub(crate) async fn refund(&self, request: &ApiRequest, key: &str) -> Result<RefundReply> {
        let reply = self.send(request, Some(key), false).await?;
        let (is_replay, now) = (reply.is_replay(), reply.now);
        let refund = parse(&reply.into_body(self.purpose(false))?)?;
        Ok(RefundReply { refund, is_replay, now })
    }
}

/// PayPal's answer to a refund.
#[derive(Debug)]
pub(crate) struct RefundReply {
    pub refund: crate::order::Refund,
    /// Whether an earlier request had made it.
    pub is_replay: bool,
    /// PayPal's clock, in seconds since 1970.
    pub now: u64,
}

/// What a reply spells; something else says nothing about what PayPal did.
fn parse<T: DeserializeOwned>(body: &str) -> Result<T> {
    Ok(serde_json::from_str(body).map_err(JsonError::from)?)
}
