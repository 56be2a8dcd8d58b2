//! PayPal's API on behalf of one call.

use std::time::Duration;

use medusa_payment_rs::http::{Client, Exchange, HttpRequest, Reply, StatusCode, header};
use medusa_payment_rs::refunds::Keyed;
use medusa_payment_rs::{CallContext, ErrorKind, JsonObject, PaymentProcessorError, Result};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::order::{Order, OrderStatus, Refund};
use crate::requests;
use crate::tokens::Tokens;

/// Returns whether PayPal said that this account does not have what was asked for.
pub(crate) fn is_not_found(error: &PaymentProcessorError) -> bool {
    error.kind() == ErrorKind::Refused
        && ["INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND"].contains(&error.code())
}

/// One call's requests.
pub(crate) struct Api<'a> {
    pub exchange: Exchange<'a>,
    tokens: &'a Tokens,
}

impl<'a> Api<'a> {
    pub(crate) fn new(client: &'a Client, tokens: &'a Tokens, call: &'a CallContext) -> Self {
        Self { exchange: Exchange::new(client, call), tokens }
    }

    /// Returns an error of this call's that PayPal had no part in.
    pub(crate) fn refused(&self, code: &str, detail: impl Into<String>) -> PaymentProcessorError {
        let error = format!("{} is not possible", self.exchange.call().subject());
        PaymentProcessorError::refused(error, code, detail)
    }

    async fn send(&self, request: HttpRequest, key: Option<&str>) -> Result<Reply> {
        let token = self.tokens.header(&self.exchange, None).await?;
        let authorized = request.clone().header(header::AUTHORIZATION, token.clone());
        let reply = self.exchange.send(&authorized, key).await?;
        if reply.status() != StatusCode::UNAUTHORIZED {
            return Ok(reply);
        }
        // The token was revoked before its time. PayPal did nothing with the request.
        let token = self.tokens.header(&self.exchange, Some(&token)).await?;
        self.exchange.send(&request.header(header::AUTHORIZATION, token), key).await
    }

    pub(crate) async fn read<T: DeserializeOwned>(&self, request: HttpRequest) -> Result<T> {
        let reply = self.send(request, None).await?;
        self.exchange.parsed(reply, true)
    }

    /// Changes something, and returns what the reply spells.
    pub(crate) async fn change<T: DeserializeOwned>(&self, request: HttpRequest) -> Result<T> {
        self.change_with_key(request, &self.exchange.key("")).await
    }

    /// The same with a key of its own.
    pub(crate) async fn change_with_key<T: DeserializeOwned>(
        &self,
        request: HttpRequest,
        key: &str,
    ) -> Result<T> {
        let reply = self.send(request, Some(key)).await?;
        self.exchange.parsed(reply, false)
    }

    /// Changes something, and does not look at what the reply spells. `part` tells such requests of one
    /// call apart.
    pub(crate) async fn change_unseen(&self, request: HttpRequest, part: &str) -> Result<()> {
        let reply = self.send(request, Some(&self.exchange.key(part))).await?;
        self.exchange.succeeded(reply, false).map(drop)
    }

    pub(crate) async fn get_order(&self, id: &str) -> Result<Order> {
        let order: Order = self.read(requests::get_order(id)).await?;
        if order.fields.id != id {
            let kind = ErrorKind::Unavailable;
            let detail = format!("PayPal's reply is about {}. {}", order.fields.id, kind.advice());
            return Err(self.exchange.error(kind, "invalid_response", detail));
        }
        Ok(order)
    }

    /// Returns the order as it is after a change, for the payment's data. `None` if it cannot be read
    /// quickly: the change is made, and no reading makes it undone.
    pub(crate) async fn glance(&self, id: &str, limit: Duration) -> Option<JsonObject> {
        if let Some(Ok(order)) = self.look(id, limit).await {
            return Some(order.raw);
        }
        tracing::debug!("{id} cannot be read after the change; the data stays as it was");
        None
    }

    /// Returns whether the order can no longer be paid: it was voided, or PayPal no longer has it.
    pub(crate) async fn is_gone(&self, id: &str, limit: Duration) -> bool {
        match self.look(id, limit).await {
            Some(Ok(order)) => order.fields.status == OrderStatus::Voided,
            Some(Err(error)) => is_not_found(&error),
            None => false,
        }
    }

    /// Reads the order, if PayPal answers quickly. Neither the call's end nor the attempt's may come while it is read: what
    /// the call has done before would be reported as unknown.
    async fn look(&self, id: &str, limit: Duration) -> Option<Result<Order>> {
        let left = self.exchange.call().deadline().saturating_duration_since(Instant::now());
        tokio::time::timeout(limit.min(left / 2), self.get_order(id)).await.ok()
    }

    pub(crate) async fn refund(&self, request: HttpRequest, key: &str) -> Result<Keyed<Refund>> {
        let reply = self.send(request, Some(key)).await?;
        self.exchange.keyed(reply)
    }
}
