//! What the plugin's JavaScript asks of PayPal beside Medusa's ten methods: whether a webhook is
//! genuine, and which order an authorization belongs to.
//!
//! An addon has the ten methods and nothing else, so these come in as `retrievePayment({ query: …
//! })`. Only reads are among them, and data with an order's id is never taken for one: a shopper's
//! browser cannot ask.

use medusa_payment_rs::{ErrorKind, JsonObject, PaymentProcessorError, Result};
use serde::Deserialize;

use crate::api::Api;
use crate::requests::{self, Verification};

/// The one member of data that is a query.
pub(crate) const MEMBER: &str = "query";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Query {
    /// The id of an authorization: the result is the authorization.
    Authorization(String),
    /// The result is PayPal's, and an error where the webhook is not genuine.
    VerifyWebhook(Delivery),
}

/// A webhook request: five headers and the body as text.
#[derive(Debug, Deserialize)]
pub(crate) struct Delivery {
    auth_algo: String,
    cert_url: String,
    transmission_id: String,
    transmission_sig: String,
    transmission_time: String,
    webhook_event: String,
}

#[derive(Deserialize)]
struct Verdict {
    verification_status: String,
}

impl Query {
    /// The query in `data`, where it is one.
    pub(crate) fn of(data: &JsonObject) -> Option<Query> {
        if data.keys() == [MEMBER] { data.get(MEMBER) } else { None }
    }

    pub(crate) async fn answer(
        self,
        api: &Api<'_>,
        webhook_id: Option<&str>,
    ) -> Result<JsonObject> {
        match self {
            Self::Authorization(id) => api.read(&requests::get_hold(&id)).await,
            Self::VerifyWebhook(delivery) => delivery.verify(api, webhook_id).await,
        }
    }
}

impl Delivery {
    async fn verify(&self, api: &Api<'_>, webhook_id: Option<&str>) -> Result<JsonObject> {
        let invalid = |code, detail: &str| {
            PaymentProcessorError::invalid("The webhook cannot be verified", code, detail)
        };
        let Some(webhook_id) = webhook_id else {
            return Err(invalid(
                "webhook_id_missing",
                "The plugin's option `authWebhookId` is not set: no webhook is believed.",
            ));
        };
        let event = JsonObject::parse(&self.webhook_event)
            .map_err(|error| invalid("invalid_event", &error.to_string()))?;
        let request = requests::verify_webhook(&Verification {
            auth_algo: &self.auth_algo,
            cert_url: &self.cert_url,
            transmission_id: &self.transmission_id,
            transmission_sig: &self.transmission_sig,
            transmission_time: &self.transmission_time,
            webhook_id,
            webhook_event: &event,
        })
        .map_err(|error| invalid("invalid_event", &error.to_string()))?;
        let answer = api.read(&request).await?;
        let verdict = answer.deserialize::<Verdict>().map(|verdict| verdict.verification_status);
        match verdict.as_deref() {
            Ok("SUCCESS") => Ok(answer),
            // The JavaScript plugin does not look at it: there, any request passes.
            Ok("FAILURE") => Err(PaymentProcessorError::refused(
                "The webhook is not genuine",
                "webhook_not_verified",
                "PayPal says that it did not sign this webhook.",
            )),
            _ => Err(PaymentProcessorError::unavailable(
                api.failed(ErrorKind::Unavailable),
                "PayPal's answer on the webhook cannot be read. Try again.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Option<Query> {
        Query::of(&JsonObject::parse(text).unwrap())
    }

    #[test]
    fn a_query_is_nothing_but_a_query() {
        assert!(matches!(
            query(r#"{"query":{"authorization":"A1"}}"#),
            Some(Query::Authorization(id)) if id == "A1"
        ));
        for data in [
            r#"{}"#,
            r#"{"id":"O1"}"#,
            r#"{"id":"O1","query":{"authorization":"A1"}}"#,
            r#"{"query":{"refund":"C1"}}"#,
            r#"{"query":"A1"}"#,
        ] {
            assert!(query(data).is_none(), "{data}");
        }
    }
}
