//! What is sent to PayPal, as values: Orders v2, Payments v2 and the verification of webhooks.

use medusa_payment_rs::http::{HttpRequest, Method, path_segment};
use serde_json::json;

use crate::money::Money;
use crate::order::Intent;
use crate::webhook::Verification;

fn order_path(id: &str) -> String {
    format!("/v2/checkout/orders/{}", path_segment(id))
}

fn authorization_path(id: &str) -> String {
    format!("/v2/payments/authorizations/{}", path_segment(id))
}

/// `custom_id` is what is paid for: `cart_…` or `paycol_…` in Medusa 1, the session `payses_…` in Medusa 2. The
/// webhook finds the way back by it.
pub(crate) fn create_order(intent: Intent, amount: &Money, custom_id: &str) -> HttpRequest {
    HttpRequest::post("/v2/checkout/orders").json(&json!({
        "intent": intent,
        "purchase_units": [{ "custom_id": custom_id, "amount": amount }],
    }))
}

pub(crate) fn get_order(id: &str) -> HttpRequest {
    HttpRequest::get(order_path(id))
}

/// Replaces the amount alone: replacing the whole purchase unit would take the `custom_id` away.
pub(crate) fn patch_amount(id: &str, reference_id: Option<&str>, amount: &Money) -> HttpRequest {
    let path =
        format!("/purchase_units/@reference_id=='{}'/amount", reference_id.unwrap_or("default"));
    let patch = json!([{ "op": "replace", "path": path, "value": amount }]);
    HttpRequest::new(Method::PATCH, order_path(id)).json(&patch)
}

/// Takes what the shopper has approved: holds it, or gets it at once.
pub(crate) fn complete_order(id: &str, intent: Intent) -> HttpRequest {
    let action = match intent {
        Intent::Capture => "capture",
        Intent::Authorize => "authorize",
    };
    HttpRequest::post(format!("{}/{action}", order_path(id))).json(&json!({}))
}

pub(crate) fn get_authorization(id: &str) -> HttpRequest {
    HttpRequest::get(authorization_path(id))
}

/// Whatever a final capture leaves of the money is released.
pub(crate) fn capture_authorization(id: &str, amount: &Money, is_final: bool) -> HttpRequest {
    let body = json!({ "amount": amount, "final_capture": is_final });
    HttpRequest::post(format!("{}/capture", authorization_path(id))).json(&body)
}

pub(crate) fn void_authorization(id: &str) -> HttpRequest {
    HttpRequest::post(format!("{}/void", authorization_path(id))).json(&json!({}))
}

pub(crate) fn get_capture(id: &str) -> HttpRequest {
    HttpRequest::get(format!("/v2/payments/captures/{}", path_segment(id)))
}

pub(crate) fn refund_capture(id: &str, amount: &Money, custom_id: &str) -> HttpRequest {
    HttpRequest::post(format!("/v2/payments/captures/{}/refund", path_segment(id)))
        .json(&json!({ "amount": amount, "custom_id": custom_id }))
}

pub(crate) fn verify_webhook(verification: &Verification<'_>) -> HttpRequest {
    HttpRequest::post("/v1/notifications/verify-webhook-signature")
        .json(verification)
        .that_only_reads()
}

#[cfg(test)]
mod tests {
    use super::*;
    use medusa_payment_rs::Amount;
    use serde_json::Value;

    fn eur(amount: u64) -> Money {
        Money::new(Amount::new(amount).unwrap(), "eur").unwrap()
    }

    fn body(request: &HttpRequest) -> Value {
        serde_json::from_str(request.body_text()).unwrap()
    }

    #[test]
    fn an_order_is_created_as_the_javascript_plugin_creates_it() {
        let request = create_order(Intent::Authorize, &eur(1999), "cart_1");
        assert_eq!((request.method().as_str(), request.path()), ("POST", "/v2/checkout/orders"));
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
        assert_eq!(request.method(), Method::PATCH);
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
            body(&capture_authorization("A1", &eur(1000), true)),
            json!({ "amount": { "currency_code": "EUR", "value": "10.00" }, "final_capture": true })
        );
        assert_eq!(body(&capture_authorization("A1", &eur(1), false))["final_capture"], false);
        let refund = refund_capture("C1", &eur(250), "medusa-refund-key");
        assert_eq!(refund.path(), "/v2/payments/captures/C1/refund");
        assert_eq!(
            body(&refund),
            json!({
                "amount": { "currency_code": "EUR", "value": "2.50" },
                "custom_id": "medusa-refund-key",
            })
        );
        assert_eq!(complete_order("O1", Intent::Capture).path(), "/v2/checkout/orders/O1/capture");
        assert_eq!(
            complete_order("O1", Intent::Authorize).path(),
            "/v2/checkout/orders/O1/authorize"
        );
        assert_eq!(void_authorization("A1").path(), "/v2/payments/authorizations/A1/void");
    }

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        assert_eq!(get_order("../a?b#c").path(), "/v2/checkout/orders/%2E%2E%2Fa%3Fb%23c");
        assert_eq!(get_authorization("5O1-9_T").path(), "/v2/payments/authorizations/5O1-9_T");
    }
}
