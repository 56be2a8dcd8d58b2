//! What a store meets at boot. What happens on the wire is tested in `__test__`, against a fake of
//! PayPal.

use medusa_payment_rs::registry::build_processor;

fn refusal(options: &str) -> String {
    build_processor("paypal", options).err().unwrap().to_string()
}

#[test]
fn the_addon_has_the_processor_under_the_javascript_plugins_name() {
    assert!(build_processor("paypal", r#"{"clientId":"id1","clientSecret":"s3cret"}"#).is_ok());
}

#[test]
fn an_option_that_does_not_exist_stops_the_boot_and_lists_those_that_do() {
    let message = refusal(r#"{"clientId":"id1","clientSecrets":"s3cret"}"#);
    assert!(message.contains("unknown option `clientSecrets`"), "{message}");
    for known in [
        "sandbox",
        "clientId",
        "client_id",
        "clientSecret",
        "client_secret",
        "authWebhookId",
        "auth_webhook_id",
        "capture",
        "api_base",
        "timeout_ms",
        "deadline_ms",
        "max_retries",
    ] {
        assert!(message.contains(&format!("`{known}`")), "{known}: {message}");
    }
    assert!(!message.contains("s3cret"));
}

#[test]
fn a_value_of_the_wrong_type_is_named_and_not_shown() {
    let message = refusal(r#"{"clientId":"id1","clientSecret":"s3cret","timeout_ms":"s3cret"}"#);
    assert!(message.contains("option `timeout_ms`"), "{message}");
    assert!(!message.contains("s3cret"), "{message}");
    let message = refusal(r#"{"clientId":"id1","clientSecret":"s3cret","sandbox":2}"#);
    assert!(message.contains("option `sandbox`: expected true or false"), "{message}");
}
