//! Acme's API: its requests and replies, and what its errors mean.
//!
//! | | |
//! | --- | --- |
//! | `POST /payments` | `{amount, currency, reference}` |
//! | `GET /payments/{id}` | |
//! | `POST /payments/{id}` | `{amount, currency}`, before the payment is authorized |
//! | `POST /payments/{id}/authorize` | `{amount, currency}`, which have to be the payment's |
//! | `POST /payments/{id}/capture`, `/cancel` | `{}` |
//! | `GET /payments/{id}/refunds` | all refunds of the payment |
//! | `POST /payments/{id}/refunds` | `{amount, reference}` |
//!
//! An error is a status from 400 on with `{"error": {"code", "message"}}`. A `POST` carries the header `idempotency-key`:
//! Acme serves a key once, and replays its reply with the header `idempotent-replayed` after that.

use medusa_payment_rs::http::{Client, Dialect, Exchange, HttpRequest, Problem, Reply, Verdict};
use medusa_payment_rs::prelude::*;
use medusa_payment_rs::refunds::{Keyed, Refund, RefundApi};
use serde::Deserialize;
use serde_json::{Value, json};

/// The code of a payment that Acme does not have.
pub const NOT_FOUND: &str = "payment_not_found";

/// Marks the refunds that Medusa asks for, among those that people make in Acme's dashboard.
const MARK: &str = "medusa-refund-";

/// A payment. Amounts are in minor units, and Acme's statuses have Medusa's names.
#[derive(Deserialize)]
pub struct Payment {
    pub id: String,
    pub status: PaymentSessionStatus,
    pub amount: Amount,
    pub currency: String,
    pub captured: Amount,
    pub refunded: Amount,
    /// What the payment is for, if Medusa made it: a cart in Medusa 1, a payment session in Medusa 2. By it a store finds
    /// the payment that a webhook is about.
    pub reference: Option<String>,
}

#[derive(Deserialize)]
struct AcmeRefund {
    id: String,
    amount: Amount,
    status: String,
    /// Seconds since 1970.
    created: u64,
    reference: Option<String>,
}

impl From<AcmeRefund> for Refund {
    fn from(refund: AcmeRefund) -> Self {
        Self {
            id: refund.id,
            amount: Some(refund.amount),
            created: refund.created,
            void: (refund.status == "failed").then_some(refund.status),
            mark: refund.reference.and_then(|reference| Some(reference.strip_prefix(MARK)?.to_owned())),
        }
    }
}

/// How Acme reports errors.
pub struct AcmeDialect;

impl Dialect for AcmeDialect {
    fn provider(&self) -> &'static str {
        "Acme"
    }

    fn problem(&self, reply: &Reply) -> Option<Problem> {
        let error: JsonObject = JsonObject::parse(reply.body()).ok()?.get("error")?;
        let (code, message) = (error.get::<String>("code")?, error.get::<String>("message")?);
        // What an error means follows from its status, but for these.
        let verdict = match code.as_str() {
            "unavailable" => Verdict::NotServed,
            "key_in_use" => Verdict::KeyInUse,
            "key_of_another_request" => Verdict::KeyOfAnotherRequest,
            _ => Verdict::ByStatus,
        };
        Some(Problem::new(code, message).meaning(verdict))
    }
}

/// The requests of one call, about the payment at `path`.
pub struct Api<'a> {
    exchange: Exchange<'a>,
    path: String,
}

impl<'a> Api<'a> {
    pub fn new(client: &'a Client, call: &'a CallContext, path: String) -> Self {
        Self { exchange: Exchange::new(client, call), path }
    }

    /// Reads the payment.
    pub async fn read(&self) -> Result<Payment> {
        self.exchange.read(&HttpRequest::get(&self.path)).await
    }

    /// Makes a change that has the same effect however often it is made.
    pub async fn change(&self, action: &str, body: Value) -> Result<Payment> {
        let request = HttpRequest::post(format!("{}{action}", self.path)).json(&body);
        self.exchange.change_past_replays(&request, &self.exchange.key(action)).await
    }

    /// Makes a change. If Acme refuses it, it may have been made before: then Acme's own state shows it.
    pub async fn bring_to(&self, wanted: PaymentSessionStatus, action: &str) -> Result<Payment> {
        match self.change(action, json!({})).await {
            Err(refusal) if refusal.kind() == ErrorKind::Refused => {
                let payment = self.read().await?;
                if payment.status == wanted { Ok(payment) } else { Err(refusal) }
            }
            answer => answer,
        }
    }
}

#[async_trait]
impl RefundApi for Api<'_> {
    fn provider(&self) -> &'static str {
        AcmeDialect.provider()
    }

    async fn list(&self) -> Result<Vec<Refund>> {
        let refunds: Vec<AcmeRefund> = self.exchange.read(&HttpRequest::get(format!("{}/refunds", self.path))).await?;
        Ok(refunds.into_iter().map(Refund::from).collect())
    }

    async fn create(&self, amount: Amount, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let body = json!({ "amount": amount, "reference": format!("{MARK}{mark}") });
        let request = HttpRequest::post(format!("{}/refunds", self.path)).json(&body);
        Ok(self.exchange.once::<AcmeRefund>(&request, key).await?.map(Refund::from))
    }

    async fn left(&self, _refusal: &PaymentProcessorError) -> Result<Option<Amount>> {
        let payment = self.read().await?;
        Ok(payment.captured.checked_sub(payment.refunded))
    }

    fn now(&self) -> u64 {
        self.exchange.client().now()
    }
}

/// Reads the body of a webhook request: `{id, type, payment}`.
pub fn event(body: &str) -> Option<WebhookEvent> {
    let event = JsonObject::parse(body).ok()?;
    let other = WebhookEvent::not_supported(event.get::<String>("id")?, event.get::<String>("type")?);
    let action = match other.kind.as_str() {
        "payment.authorized" => WebhookAction::Authorized,
        "payment.captured" => WebhookAction::Captured,
        "payment.failed" => WebhookAction::Failed,
        _ => return Some(other),
    };
    let Payment { id, amount, reference, .. } = event.get("payment")?;
    Some(WebhookEvent { action, payment: Some(id), resource: reference, amount: Some(amount), ..other })
}
