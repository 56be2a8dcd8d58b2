//! What is sent to PayPal, as values: Orders v2, Payments v2 and the verification of webhooks.

use hyper::Method;
use medusa_payment_rs::JsonObject;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::money::Money;
use crate::order::Intent;

/// An id in a path: whatever is no letter, digit, hyphen or underscore is escaped.
const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// How the `custom_id` of a refund begins that Medusa asked for. The rest is the call's idempotency
/// key.
pub(crate) const REFUND_MARK: &str = "medusa-refund-";

/// A request without what is the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiRequest {
    pub method: Method,
    pub path: String,
    /// JSON; `None` where the request has no body.
    pub body: Option<String>,
}

impl ApiRequest {
    fn get(path: String) -> Self {
        Self { method: Method::GET, path, body: None }
    }

    fn post(path: String, body: &Value) -> Self {
        Self { method: Method::POST, path, body: Some(body.to_string()) }
    }
}

fn order_path(id: &str) -> String {
    format!("/v2/checkout/orders/{}", utf8_percent_encode(id, ID))
}

fn hold_path(id: &str) -> String {
    format!("/v2/payments/authorizations/{}", utf8_percent_encode(id, ID))
}

/// `custom_id` is what is paid for: `cart_…` or `paycol_…`. The webhook finds the way back by it.
pub(crate) fn create_order(intent: Intent, amount: &Money, custom_id: &str) -> ApiRequest {
    let intent = match intent {
        Intent::Capture => "CAPTURE",
        Intent::Authorize => "AUTHORIZE",
    };
    ApiRequest::post(
        "/v2/checkout/orders".to_owned(),
        &json!({
            "intent": intent,
            "purchase_units": [{ "custom_id": custom_id, "amount": amount }],
        }),
    )
}

pub(crate) fn get_order(id: &str) -> ApiRequest {
    ApiRequest::get(order_path(id))
}

/// Replaces the amount alone: replacing the whole purchase unit would take the `custom_id` away.
pub(crate) fn patch_amount(id: &str, reference_id: Option<&str>, amount: &Money) -> ApiRequest {
    let path =
        format!("/purchase_units/@reference_id=='{}'/amount", reference_id.unwrap_or("default"));
    let patch = json!([{ "op": "replace", "path": path, "value": amount }]);
    ApiRequest { method: Method::PATCH, path: order_path(id), body: Some(patch.to_string()) }
}

/// Takes what the shopper has approved: holds it, or gets it at once.
pub(crate) fn complete_order(id: &str, intent: Intent) -> ApiRequest {
    let action = match intent {
        Intent::Capture => "capture",
        Intent::Authorize => "authorize",
    };
    ApiRequest::post(format!("{}/{action}", order_path(id)), &json!({}))
}

pub(crate) fn get_hold(id: &str) -> ApiRequest {
    ApiRequest::get(hold_path(id))
}

pub(crate) fn capture_hold(id: &str, amount: &Money) -> ApiRequest {
    let body = json!({ "amount": amount, "final_capture": true });
    ApiRequest::post(format!("{}/capture", hold_path(id)), &body)
}

pub(crate) fn void_hold(id: &str) -> ApiRequest {
    ApiRequest::post(format!("{}/void", hold_path(id)), &json!({}))
}

pub(crate) fn refund_capture(id: &str, amount: &Money, key: &str) -> ApiRequest {
    ApiRequest::post(
        format!("/v2/payments/captures/{}/refund", utf8_percent_encode(id, ID)),
        &json!({ "amount": amount, "custom_id": format!("{REFUND_MARK}{key}") }),
    )
}

/// The body of a request to verify a webhook. The event goes out as it came in: PayPal's signature
/// is over its bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Verification<'a> {
    pub auth_algo: &'a str,
    pub cert_url: &'a str,
    pub transmission_id: &'a str,
    pub transmission_sig: &'a str,
    pub transmission_time: &'a str,
    pub webhook_id: &'a str,
    pub webhook_event: &'a JsonObject,
}

/// # Errors
/// None in practice: strings and a JSON object serialize.
pub(crate) fn verify_webhook(body: &Verification<'_>) -> Result<ApiRequest, serde_json::Error> {
    Ok(ApiRequest {
        method: Method::POST,
        path: "/v1/notifications/verify-webhook-signature".to_owned(),
        body: Some(serde_json::to_string(body)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use medusa_payment_rs::Amount;

    fn eur(amount: u64) -> Money {
        Money::new(Amount::new(amount).unwrap(), "eur").unwrap()
    }

    fn body(request: &ApiRequest) -> Value {
        serde_json::from_str(request.body.as_deref().unwrap()).unwrap()
    }

    #[test]
    fn an_order_is_created_as_the_javascript_plugin_creates_it() {
        let request = create_order(Intent::Authorize, &eur(1999), "cart_1");
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/v2/checkout/orders")
        );
        assert_eq!(
            body(&request),
            json!({
                "intent": "AUTHORIZE",
                "purchase_units": [{
                    "custom_id": "cart_1",
                    "amount": { "currency_code": "EUR", "value": "19.99" },
                }],
            })
        );
        assert_eq!(body(&create_order(Intent::Capture, &eur(1), "c"))["intent"], "CAPTURE");
    }

    #[test]
    fn a_new_amount_leaves_the_rest_of_the_purchase_unit_alone() {
        let request = patch_amount("O1", None, &eur(500));
        assert_eq!(request.method, Method::PATCH);
        assert_eq!(
            body(&request),
            json!([{
                "op": "replace",
                "path": "/purchase_units/@reference_id=='default'/amount",
                "value": { "currency_code": "EUR", "value": "5.00" },
            }])
        );
    }

    #[test]
    fn money_is_moved_with_its_amount() {
        assert_eq!(
            body(&capture_hold("A1", &eur(1000))),
            json!({ "amount": { "currency_code": "EUR", "value": "10.00" }, "final_capture": true })
        );
        let refund = refund_capture("C1", &eur(250), "key");
        assert_eq!(refund.path, "/v2/payments/captures/C1/refund");
        assert_eq!(
            body(&refund),
            json!({
                "amount": { "currency_code": "EUR", "value": "2.50" },
                "custom_id": "medusa-refund-key",
            })
        );
        assert_eq!(complete_order("O1", Intent::Capture).path, "/v2/checkout/orders/O1/capture");
        assert_eq!(
            complete_order("O1", Intent::Authorize).path,
            "/v2/checkout/orders/O1/authorize"
        );
        assert_eq!(void_hold("A1").path, "/v2/payments/authorizations/A1/void");
    }

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        assert_eq!(get_order("../a?b#c").path, "/v2/checkout/orders/%2E%2E%2Fa%3Fb%23c");
        assert_eq!(get_hold("5O1-9_T").path, "/v2/payments/authorizations/5O1-9_T");
    }

    #[test]
    fn an_event_is_verified_with_the_bytes_that_came() {
        let text = r#"{"b": 1.0, "a":"\u00e9/\/"}"#;
        let request = verify_webhook(&Verification {
            auth_algo: "SHA256withRSA",
            cert_url: "https://api.paypal.com/cert",
            transmission_id: "t",
            transmission_sig: "s",
            transmission_time: "2026-01-01T00:00:00Z",
            webhook_id: "WH-1",
            webhook_event: &JsonObject::parse(text).unwrap(),
        })
        .unwrap();
        assert!(request.body.unwrap().ends_with(&format!(r#""webhook_event":{text}}}"#)));
    }
}
