//! Payments with Acme, for Medusa.
//!
//! This file says what each of Medusa's payment methods means to Acme; `api.rs` speaks HTTP with it. What a method has
//! to guarantee is written at the trait: `cargo doc -p medusa-payment-rs --no-deps --open`, `PaymentProcessor`.

mod api;

use std::time::Duration;

use medusa_payment_rs::ErrorKind;
use medusa_payment_rs::layers::Layers;
use medusa_payment_rs::prelude::*;
use serde::Deserialize;
use serde_json::json;

use api::{Api, Payment, Refund, RefundStatus, Status};

medusa_payment_rs::export!(Acme);

/// The plugin's options in `medusa-config.js`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the API is: `https://…`, or `http://…` on this machine.
    endpoint: String,
    /// The secret key. It never shows: neither in `Debug` output nor in an error.
    api_key: Secret,
    /// Milliseconds for one attempt at a call; 5,000 if not set.
    timeout_ms: Option<u64>,
}

pub struct Acme {
    api: Api,
    timeout: Duration,
}

impl Provider for Acme {
    const IDENTIFIER: &'static str = "acme";
    type Config = Config;

    fn from_config(config: Config) -> Result<Self, String> {
        let timeout = match config.timeout_ms {
            Some(ms) if !(1..=60_000).contains(&ms) => {
                return Err(format!(
                    "option `timeout_ms`: expected 1 to 60000, got {ms}"
                ));
            }
            ms => Duration::from_millis(ms.unwrap_or(5_000)),
        };
        let api = Api::new(&config.endpoint, &config.api_key, timeout)?;
        Ok(Self { api, timeout })
    }

    /// One attempt, and time for two more.
    fn layers(&self) -> Layers {
        Layers::default()
            .attempt_timeout(self.timeout)
            .deadline(self.deadline())
    }
}

/// What Medusa stores of a payment: these members, and what others have added.
const STORED: [&str; 7] = [
    "id", "status", "amount", "currency", "captured", "refunded", "refunds",
];

fn stored(payment: &Payment, data: &JsonObject) -> JsonObject {
    data.with([
        ("id", payment.id.as_str().into()),
        ("status", payment.status.as_str().into()),
        ("amount", payment.amount.minor_units().into()),
        ("currency", payment.currency.as_str().into()),
        ("captured", payment.captured.minor_units().into()),
        ("refunded", payment.refunded.minor_units().into()),
    ])
}

/// The payment's path in the API.
fn path_of(data: &JsonObject) -> Result<String> {
    let plain = |id: &String| {
        !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match data.get::<String>("id").filter(plain) {
        Some(id) => Ok(format!("/payments/{id}")),
        None => Err(PaymentProcessorError::invalid(
            "The payment is not one of Acme's",
            "invalid_data",
            "Its data has no `id` as Acme gives them.",
        )),
    }
}

fn has_to_wait(refund: &Refund, settling: Duration) -> PaymentProcessorError {
    let detail = format!(
        "One of this amount was made just now ({}). Nothing more was moved. Repeat it in {} seconds if it is not booked \
         by then.",
        refund.id,
        settling.as_secs()
    );
    PaymentProcessorError::unavailable("The refund has to wait", detail).never_retry()
}

impl Acme {
    /// How long a whole call may take.
    fn deadline(&self) -> Duration {
        self.timeout * 5 / 2
    }

    /// How long another server may take from Acme's answer to storing it.
    fn settling(&self) -> Duration {
        self.deadline() + Duration::from_secs(3)
    }

    /// Asks for a change. Where Acme refuses it because it was made before, it is a success, but only once Acme's own
    /// state shows that it was.
    async fn bring_to(
        &self,
        wanted: Status,
        action: &str,
        call: &CallContext,
        data: &JsonObject,
    ) -> Result<JsonObject> {
        let path = path_of(data)?;
        let payment = match self
            .api
            .post(call, &format!("{path}/{action}"), json!({}))
            .await
        {
            Err(refusal) if refusal.kind() == ErrorKind::Refused => {
                let payment = self.api.get(call, &path).await?;
                if payment.status != wanted {
                    return Err(refusal);
                }
                payment
            }
            answer => answer?,
        };
        Ok(stored(&payment, data))
    }
}

#[async_trait]
impl PaymentProcessor for Acme {
    /// Each request that changes something carries the idempotency key, and Acme does not serve a key twice: an attempt
    /// whose reply was lost can be made again.
    fn is_repeatable(&self, _: Operation) -> bool {
        true
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        order: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        let body = json!({
            "amount": order.amount,
            "currency": order.currency_code,
            "reference": order.resource_id,
        });
        let payment = self.api.post(call, "/payments", body).await?;
        Ok(stored(&payment, &JsonObject::empty()).into())
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        order: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = order.payment_session_data;
        let path = path_of(&data)?;
        let payment = self.api.get(call, &path).await?;
        let same = payment.amount == order.amount && payment.currency == order.currency_code;
        if same || payment.status != Status::Pending {
            return Ok(None);
        }
        let body = json!({ "amount": order.amount, "currency": order.currency_code });
        let payment = self.api.post(call, &path, body).await?;
        Ok(Some(stored(&payment, &data).into()))
    }

    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _: JsonObject,
    ) -> Result<Authorization> {
        let path = path_of(&data)?;
        let mut payment = self.api.get(call, &path).await?;
        if payment.status == Status::Pending {
            payment = self
                .api
                .post(call, &format!("{path}/authorize"), json!({}))
                .await?;
        }
        Ok(Authorization {
            status: payment.status.into(),
            data: stored(&payment, &data),
        })
    }

    async fn capture_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.bring_to(Status::Captured, "capture", call, &data)
            .await
    }

    /// The data names the refunds that Medusa has booked. One that Acme has, and that is not among them, is one whose
    /// reply was lost: it is taken over, and not paid again. Where it is not this call's and is very young, another
    /// server may still be booking it, and both would have.
    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let path = path_of(&data)?;
        let mut booked: Vec<String> = data.get("refunds").unwrap_or_default();
        let is_new = |refund: &&Refund| {
            refund.amount == amount
                && refund.status == RefundStatus::Succeeded
                && !booked.contains(&refund.id)
        };
        let mut payment = self.api.get(call, &path).await?;
        let mut made_before = payment.refunds.iter().any(|refund| is_new(&refund));
        if !made_before {
            let body = json!({ "amount": amount });
            payment = self.api.post(call, &format!("{path}/refund"), body).await?;
            made_before = payment.replayed;
        }
        let Some(refund) = payment.refunds.iter().find(is_new) else {
            return Err(PaymentProcessorError::refused(
                "The refund failed",
                "refund_failed",
                "The money stays with the store.",
            ));
        };
        let is_this_calls = !made_before || call.attempt() > 1;
        if !is_this_calls && refund.age < self.settling().as_secs() {
            return Err(has_to_wait(refund, self.settling()));
        }
        booked.push(refund.id.clone());
        Ok(stored(&payment, &data).with([("refunds", booked.into())]))
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.bring_to(Status::Canceled, "cancel", call, &data).await
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        match self.bring_to(Status::Canceled, "cancel", call, &data).await {
            Err(error) if error.code() == api::NOT_FOUND => Ok(data),
            answer => answer,
        }
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        Ok(stored(&self.api.get(call, &path_of(&data)?).await?, &data))
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        Ok(self.api.get(call, &path_of(&data)?).await?.status.into())
    }

    /// A shopper may leave notes, and must not touch what this provider stores.
    async fn update_payment_data(
        &self,
        _: &CallContext,
        _: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        match data
            .keys()
            .iter()
            .find(|key| STORED.contains(&key.as_str()))
        {
            None => Ok(data),
            Some(key) => Err(PaymentProcessorError::invalid(
                "The payment's data cannot be changed like this",
                "invalid_data",
                format!("`{key}` is not the shopper's to set."),
            )),
        }
    }
}
