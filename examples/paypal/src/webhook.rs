//! Webhooks (<https://developer.paypal.com/api/rest/webhooks/rest/>): PayPal itself is asked whether it
//! sent a delivery, and which order the delivery is about.

use std::borrow::Cow;

use medusa_payment_rs::webhook::{
    MoneyEvent, MoneyNews, WebhookAction, WebhookEvent, WebhookRequest,
};
use medusa_payment_rs::{Amount, ErrorKind, JsonObject, PaymentProcessorError, Result};
use serde::{Deserialize, Serialize};

use crate::api::{Api, is_not_found};
use crate::money::Money;
use crate::order::{Link, Order, Refund, made_from};
use crate::refunds::{mark_of, seconds_since_1970};
use crate::requests;

/// The body of the request to verify a delivery. The event goes out as it came in: PayPal's signature
/// is over its bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Verification<'a> {
    auth_algo: &'a str,
    cert_url: &'a str,
    transmission_id: &'a str,
    transmission_sig: &'a str,
    transmission_time: &'a str,
    webhook_id: &'a str,
    webhook_event: &'a JsonObject,
}

impl<'a> Verification<'a> {
    /// Returns `None` if a header is missing.
    fn of(
        request: &'a WebhookRequest,
        webhook_event: &'a JsonObject,
        webhook_id: &'a str,
    ) -> Option<Self> {
        Some(Self {
            auth_algo: request.header("paypal-auth-algo")?,
            cert_url: request.header("paypal-cert-url")?,
            transmission_id: request.header("paypal-transmission-id")?,
            transmission_sig: request.header("paypal-transmission-sig")?,
            transmission_time: request.header("paypal-transmission-time")?,
            webhook_id,
            webhook_event,
        })
    }
}

#[derive(Deserialize)]
struct Verdict {
    verification_status: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    event_type: String,
    resource: Option<JsonObject>,
}

/// Returns the id of what an authorization or a capture belongs to: what it says is related, or what it
/// links to as the thing that it was made from.
fn related(resource: &JsonObject, id: &str, path: &str) -> Option<String> {
    let data: Option<JsonObject> = resource.get("supplementary_data");
    let ids = data.and_then(|data| data.get::<JsonObject>("related_ids"));
    ids.and_then(|ids| ids.get(id)).or_else(|| {
        let links: Vec<Link> = resource.get("links")?;
        made_from(&links, path).map(str::to_owned)
    })
}

fn order_id(resource: &JsonObject) -> Option<String> {
    related(resource, "order_id", "/v2/checkout/orders/")
}

fn capture_id(resource: &JsonObject) -> Option<String> {
    related(resource, "capture_id", "/v2/payments/captures/")
}

fn authorization_id(resource: &JsonObject) -> Option<String> {
    related(resource, "authorization_id", "/v2/payments/authorizations/")
}

/// Reads a webhook request, once PayPal has said that it is genuine.
///
/// # Errors
/// [`Invalid`](ErrorKind::Invalid) or [`Refused`](ErrorKind::Refused) if PayPal did not send it;
/// [`Unavailable`](ErrorKind::Unavailable) if PayPal cannot be asked.
pub(crate) async fn read(
    api: &Api<'_>,
    request: &WebhookRequest,
    webhook_id: Option<&str>,
) -> Result<WebhookEvent> {
    let body = verified(api, request, webhook_id).await?;
    let event: Event = body.deserialize().map_err(|_| not_an_event())?;
    let resource = event.resource.unwrap_or_default();
    let news = money(&event.event_type, &resource);
    let action = match event.event_type.as_str() {
        "PAYMENT.AUTHORIZATION.CREATED" => WebhookAction::Authorized,
        "PAYMENT.CAPTURE.COMPLETED" => WebhookAction::Captured,
        "PAYMENT.AUTHORIZATION.VOIDED" | "PAYMENT.CAPTURE.DENIED" | "PAYMENT.CAPTURE.DECLINED" => {
            WebhookAction::Canceled
        }
        _ if news.is_some() => WebhookAction::NotSupported,
        _ => return Ok(WebhookEvent::not_supported(event.id, event.event_type)),
    };
    let Some(order) = order_of(api, &resource).await? else {
        return Ok(WebhookEvent::not_supported(event.id, event.event_type));
    };
    if let Some(money) = news {
        let resource = order.custom_id().map(str::to_owned);
        let (id, kind, payment) = (event.id, event.event_type, order.fields.id);
        return Ok(WebhookEvent {
            resource,
            ..WebhookEvent::about_money(id, kind, payment, money)
        });
    }
    let amount = resource.get::<Money>("amount").and_then(|money| money.amount());
    if action == WebhookAction::Captured && is_part_in_medusa_2(&order, amount) {
        tracing::info!(
            "{}: PayPal has taken a part of it ({}). If Medusa has not recorded that part, a capture of it does",
            order.fields.id,
            resource.get::<String>("id").unwrap_or_default()
        );
        return Ok(WebhookEvent::not_supported(event.id, event.event_type));
    }
    Ok(WebhookEvent {
        id: event.id,
        kind: event.event_type,
        action,
        resource: order.custom_id().map(str::to_owned),
        payment: Some(order.fields.id),
        amount,
        reason: None,
        is_of_this_store: false,
        money: None,
    })
}

/// Returns what an event says about money that was taken. A capture is reversed by a refund that PayPal makes itself.
fn money(kind: &str, resource: &JsonObject) -> Option<MoneyEvent> {
    let (news, id, amount) = match kind {
        "PAYMENT.CAPTURE.REFUNDED" | "PAYMENT.CAPTURE.REVERSED" => {
            let refund: Refund = resource.deserialize().ok()?;
            let news = if refund.is_void() {
                MoneyNews::RefundFailed { reason: refund.status_details.reason }
            } else {
                let mark = refund.custom_id.as_deref().and_then(mark_of);
                MoneyNews::Refunded { is_ours: Some(mark.is_some()) }
            };
            (news, "id", "amount")
        }
        "CUSTOMER.DISPUTE.CREATED" => {
            let reason = resource.get("reason");
            (MoneyNews::Disputed { reason }, "dispute_id", "dispute_amount")
        }
        _ => return None,
    };
    let amount = resource.get::<Money>(amount).and_then(|money| money.amount());
    let at = resource.get::<String>("create_time").and_then(|time| seconds_since_1970(&time));
    Some(MoneyEvent { news, id: resource.get(id), amount, at })
}

/// Returns whether an event about a captured part would have Medusa 2 capture another one. It captures whatever amount an
/// event of a capture has, as long as something is left of the payment, and does not ask which capture that was: the event
/// of a part that it has captured itself would take the same part once more (`process-payment.js`,
/// `@medusajs/core-flows/dist/payment/workflows`).
fn is_part_in_medusa_2(order: &Order, amount: Option<Amount>) -> bool {
    let is_session = order.custom_id().is_some_and(|id| id.starts_with("payses_"));
    is_session && amount.is_none_or(|amount| order.amount().and_then(Money::amount) != Some(amount))
}

/// What a dispute is about.
#[derive(Deserialize)]
struct Disputed {
    /// The capture.
    seller_transaction_id: Option<String>,
}

/// Returns the order that an authorization, a capture, a refund or a dispute belongs to; `None` if this account does not
/// have it. A refund and a dispute name their capture, and a capture may name its authorization only.
async fn order_of(api: &Api<'_>, resource: &JsonObject) -> Result<Option<Order>> {
    let disputed: Option<Vec<Disputed>> = resource.get("disputed_transactions");
    let disputed = disputed.into_iter().flatten().find_map(|it| it.seller_transaction_id);
    let read = async {
        let mut id = order_id(resource);
        let mut resource = Cow::Borrowed(resource);
        if id.is_none()
            && let Some(capture) = disputed.or_else(|| capture_id(&resource))
        {
            resource = Cow::Owned(api.read(requests::get_capture(&capture)).await?);
            id = order_id(&resource);
        }
        if id.is_none()
            && let Some(authorization) = authorization_id(&resource)
        {
            let authorization = requests::get_authorization(&authorization);
            id = order_id(&api.read(authorization).await?);
        }
        match id {
            Some(id) => api.get_order(&id).await.map(Some),
            None => Ok(None),
        }
    };
    match read.await {
        Err(error) if is_not_found(&error) => Ok(None),
        result => result,
    }
}

/// Returns the request's body.
async fn verified(
    api: &Api<'_>,
    request: &WebhookRequest,
    webhook_id: Option<&str>,
) -> Result<JsonObject> {
    let webhook_id = webhook_id.ok_or_else(|| {
        refused(
            "webhook_id_missing",
            "The plugin's option `authWebhookId` is not set: no webhook can be verified.",
        )
    })?;
    let event = request.text().and_then(|text| JsonObject::parse(text).ok());
    let event = event.ok_or_else(not_an_event)?;
    let verification = Verification::of(request, &event, webhook_id).ok_or_else(|| {
        refused("webhook_not_verified", "It does not have the headers of PayPal's signature.")
    })?;
    let verdict: Verdict = api.read(requests::verify_webhook(&verification)).await?;
    match verdict.verification_status.as_str() {
        "SUCCESS" => Ok(event),
        "FAILURE" => {
            Err(refused("webhook_not_verified", "PayPal says that it did not sign this webhook."))
        }
        _ => {
            let kind = ErrorKind::Unavailable;
            let detail = format!("PayPal's verdict on the webhook is unknown. {}", kind.advice());
            Err(api.exchange.error(kind, "invalid_response", detail))
        }
    }
}

fn not_an_event() -> PaymentProcessorError {
    refused("invalid_event", "Its body is not an event of PayPal's.")
}

fn refused(code: &str, detail: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid("The webhook request was refused", code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_verified_with_the_bytes_that_came() {
        let text = r#"{"b": 1.0, "a":"\u00e9/\/"}"#;
        let names = ["auth-algo", "cert-url", "transmission-id", "transmission-sig"];
        let headers = names.map(|name| (format!("PayPal-{name}"), "x".to_owned()));
        let event = JsonObject::parse(text).unwrap();
        let without_time = WebhookRequest::new(text, headers.clone());
        assert!(Verification::of(&without_time, &event, "WH-1").is_none());
        let time = ("paypal-transmission-time".to_owned(), "2026-01-01T00:00:00Z".to_owned());
        let request = WebhookRequest::new(text, headers.into_iter().chain([time]));
        let verification = Verification::of(&request, &event, "WH-1").unwrap();
        let request = requests::verify_webhook(&verification);
        assert!(request.only_reads());
        assert!(request.body_text().ends_with(&format!(r#""webhook_event":{text}}}"#)));
    }

    #[test]
    fn a_resource_leads_to_its_order() {
        let ids = |json: &str| {
            let resource = JsonObject::parse(json).unwrap();
            (order_id(&resource), authorization_id(&resource))
        };
        let linked = |path: &str| {
            let up = format!(r#"{{"rel":"up","href":"https://api-m.paypal.com/v2/{path}"}}"#);
            ids(&format!(r#"{{"links":[{{"rel":"self","href":"https://x"}},{up}]}}"#))
        };
        let id = |id: &str| Some(id.to_owned());
        let related =
            r#"{"supplementary_data":{"related_ids":{"order_id":"O1","authorization_id":"A1"}}}"#;
        assert_eq!(ids(related), (id("O1"), id("A1")));
        assert_eq!(linked("checkout/orders/O1"), (id("O1"), None));
        assert_eq!(linked("payments/authorizations/A1"), (None, id("A1")));
        assert_eq!(ids("{}"), (None, None));
    }
}
