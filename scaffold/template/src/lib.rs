//! Payments with Acme, for Medusa 1 and Medusa 2.
//!
//! This file says what each of Medusa's payment methods means to Acme; `api.rs` has Acme's requests and replies. What a
//! method has to guarantee is written at the trait: `cargo doc -p medusa-payment-rs --no-deps --open`,
//! `PaymentProcessor`.

mod api;

use std::time::Duration;

use medusa_payment_rs::http::{Client, Endpoint, path_segment};
use medusa_payment_rs::options::Whole;
use medusa_payment_rs::prelude::*;
use medusa_payment_rs::{refunds, webhook};
use serde::Deserialize;
use serde_json::json;

use api::{AcmeDialect, Api, Payment};

medusa_payment_rs::export!(Acme);

/// The options in a store's `medusa-config`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the API is: `https://…`, or `http://…` on this machine.
    endpoint: String,
    /// The secret key.
    api_key: Secret,
    /// The key that Acme signs webhook requests with, if the store takes them.
    webhook_secret: Option<Secret>,
    /// Milliseconds for one attempt at a call, 1 to 60,000; 5,000 if not set.
    #[serde(default)]
    timeout_ms: Whole<1, 60_000, 5_000>,
}

pub struct Acme {
    client: Client,
    webhook_secret: Option<Secret>,
    timeout: Duration,
}

impl Provider for Acme {
    const IDENTIFIER: &'static str = "acme";
    type Config = Config;

    fn from_config(config: Config) -> Result<Self, String> {
        let timeout = config.timeout_ms.millis();
        let client = Client::builder(Endpoint::parse("endpoint", &config.endpoint)?, AcmeDialect)
            .attempt_timeout(timeout)
            .bearer("api_key", &config.api_key)?
            .build()?;
        Ok(Self { client, webhook_secret: config.webhook_secret, timeout })
    }

    fn layers(&self) -> Layers {
        Layers::default().attempt_timeout(self.timeout).deadline(self.deadline())
    }
}

/// The member of a payment's data that names its refunds.
const REFUNDS: &str = "refund_record";

/// The members of a payment's data that are not the shopper's to set.
const STORED: [&str; 5] = ["id", "status", "amount", "currency", REFUNDS];

/// Returns `data` with what Medusa stores of the payment.
fn stored(payment: &Payment, data: &JsonObject) -> JsonObject {
    data.with([
        ("id", json!(payment.id)),
        ("status", json!(payment.status)),
        ("amount", json!(payment.amount)),
        ("currency", json!(payment.currency)),
    ])
}

impl Acme {
    /// How long a call may take: one attempt, and time for two more.
    fn deadline(&self) -> Duration {
        self.timeout * 5 / 2
    }

    /// Returns what can be asked about the payment in `data`.
    fn api<'a>(&'a self, call: &'a CallContext, data: &JsonObject) -> Result<Api<'a>> {
        let Some(id) = data.get::<String>("id").filter(|id| !id.is_empty()) else {
            return Err(invalid(call, "invalid_data", "The payment's data has no `id`. Acme was not asked."));
        };
        Ok(Api::new(&self.client, call, format!("/payments/{}", path_segment(&id))))
    }
}

fn invalid(call: &CallContext, code: &str, detail: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid(format!("{} is not possible", call.subject()), code, detail)
}

#[async_trait]
impl PaymentProcessor for Acme {
    /// Each request that changes something carries a key, and Acme serves a key once: an attempt whose reply was lost can
    /// be made again.
    fn is_repeatable(&self, _: Operation) -> bool {
        true
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        order: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        let terms = json!({ "amount": order.amount, "currency": order.currency_code, "reference": order.resource_id });
        let payment = Api::new(&self.client, call, "/payments".to_owned()).change("", terms).await?;
        Ok(stored(&payment, &JsonObject::empty()).into())
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        order: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = order.payment_session_data;
        let api = self.api(call, &data)?;
        let mut payment = api.read().await?;
        if payment.status != PaymentSessionStatus::Pending {
            return Ok(None);
        }
        if payment.amount != order.amount || payment.currency != order.currency_code {
            payment = api.change("", json!({ "amount": order.amount, "currency": order.currency_code })).await?;
        }
        let changed = stored(&payment, &data);
        Ok((changed != data).then(|| changed.into()))
    }

    async fn authorize_payment(&self, call: &CallContext, data: JsonObject, _: JsonObject) -> Result<Authorization> {
        let api = self.api(call, &data)?;
        let terms = json!({ "amount": data.get::<Amount>("amount"), "currency": data.get::<String>("currency") });
        let mut payment = api.read().await?;
        if payment.status == PaymentSessionStatus::Pending {
            // If the reply to an update was lost, Acme has other terms than the cart.
            if stored(&payment, &data) != data {
                api.change("", terms.clone()).await?;
            }
            payment = api.change("/authorize", terms).await?;
        }
        Ok(Authorization { status: payment.status, data: stored(&payment, &data) })
    }

    /// Acme takes all that is held, and a capture cannot be told from the one before it. So `captures_in_parts` stays
    /// false, and a part, which Medusa 2 may ask for, is refused before it comes here.
    async fn capture_payment(&self, call: &CallContext, data: JsonObject, _all: Capture) -> Result<JsonObject> {
        let payment = self.api(call, &data)?.bring_to(PaymentSessionStatus::Captured, "/capture").await?;
        Ok(stored(&payment, &data))
    }

    async fn refund_payment(&self, call: &CallContext, data: JsonObject, amount: Amount) -> Result<JsonObject> {
        let api = self.api(call, &data)?;
        let record = data.get(REFUNDS).unwrap_or_default();
        let record = refunds::refund(&api, call, call.payment(), amount, record, self.deadline()).await?;
        Ok(data.with([(REFUNDS, json!(record))]))
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let payment = self.api(call, &data)?.bring_to(PaymentSessionStatus::Canceled, "/cancel").await?;
        Ok(stored(&payment, &data))
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        match self.cancel_payment(call, data.clone()).await {
            Err(error) if error.code() == api::NOT_FOUND => Ok(data),
            answer => answer,
        }
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        Ok(stored(&self.api(call, &data)?.read().await?, &data))
    }

    async fn get_payment_status(&self, call: &CallContext, data: JsonObject) -> Result<PaymentSessionStatus> {
        Ok(self.api(call, &data)?.read().await?.status)
    }

    /// A shopper may leave notes, and sets nothing that this provider stores.
    async fn update_payment_data(&self, call: &CallContext, _: String, data: JsonObject) -> Result<JsonObject> {
        match data.keys().iter().find(|key| STORED.contains(&key.as_str())) {
            None => Ok(data),
            Some(key) => Err(invalid(call, "invalid_data", &format!("`{key}` is not the shopper's to set."))),
        }
    }

    fn stored_status(&self, data: &JsonObject) -> Option<PaymentSessionStatus> {
        data.get("status")
    }

    /// Acme signs the raw body with HMAC-SHA256.
    async fn read_webhook(&self, call: &CallContext, request: WebhookRequest) -> Result<WebhookEvent> {
        let signature = request.header("acme-signature").unwrap_or_default();
        let secret = self.webhook_secret.as_ref().map_or("", |secret| secret.expose());
        if !webhook::is_signed(&request.body, signature, secret.as_bytes()) {
            let why = "The signature does not match. Check the option `webhook_secret`.";
            return Err(invalid(call, "signature_not_valid", why));
        }
        let event = request.text().and_then(api::event);
        event.ok_or_else(|| invalid(call, "event_not_valid", "The body is not an event of Acme's."))
    }

    async fn payment_state(&self, call: &CallContext, data: JsonObject) -> Result<PaymentState> {
        let Payment { id, status, amount, captured, refunded, reference, .. } = self.api(call, &data)?.read().await?;
        Ok(PaymentState { payment: id, status, amount, captured, refunded, resource: reference })
    }
}
