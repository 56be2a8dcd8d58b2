//! What only Medusa 1's plugin sends to Stripe: the wire of API version `2022-11-15`.

use serde_json::{Map, Value};

use super::super::form::{Form, keys_with_brackets};
use super::super::requests::{REFUND_MARK, intent_path, post};
use super::config::Settings;
use crate::error::{PaymentProcessorError, Result};
use crate::http::HttpRequest;
use crate::json::JsonObject;
use crate::types::PaymentProcessorContext;

/// A new intent. `local_type` is the one payment method of a local identifier.
pub(super) fn create_intent(
    settings: &Settings,
    local_type: Option<&str>,
    context: &PaymentProcessorContext,
    customer: Option<&str>,
) -> HttpRequest {
    let of_the_cart = |key| context.context.get::<String>(key);
    let is_said = |text: &String| !text.is_empty();
    // A cart that says nothing on purpose is left without a description, as in the JavaScript plugin.
    let description = of_the_cart("payment_description").or_else(|| settings.description.clone());
    let at_once = settings.capture_at_once || local_type.is_some();
    let form = Form::default()
        .with_some("description", description.filter(is_said))
        .with("amount", context.amount)
        .with("currency", &context.currency_code)
        .with("metadata[resource_id]", &context.resource_id)
        .with("capture_method", if at_once { "automatic" } else { "manual" })
        .with_some("setup_future_usage", of_the_cart("setup_future_usage").filter(is_said))
        .with_some("customer", customer);
    let form = match local_type {
        Some(local_type) => form.with("payment_method_types[0]", local_type),
        None if settings.automatic_payment_methods => {
            form.with("automatic_payment_methods[enabled]", true)
        }
        None => form,
    };
    post("/v1/payment_intents", &form)
}

/// What a shopper's browser may set: nothing that says how much is paid, by whom, to whom or when.
const SHOPPER_FIELDS: [&str; 5] =
    ["description", "metadata", "receipt_email", "setup_future_usage", "shipping"];

/// Metadata that says which cart an intent belongs to, here and in older versions of the JavaScript
/// plugin: webhooks follow it.
const RESERVED_METADATA: [&str; 3] = ["resource_id", "cart_id", REFUND_MARK];

/// The update that a shopper asks for; a request with a field that a shopper must not set is refused
/// whole, with all of these fields named.
pub(super) fn update_by_shopper(id: &str, data: &JsonObject) -> Result<Option<HttpRequest>> {
    let fields: Map<String, Value> = data.deserialize().map_err(|error| {
        refused_fields("The data cannot be read", &[error.to_string()], "invalid_data")
    })?;
    let mut refused: Vec<String> =
        fields.keys().filter(|key| !SHOPPER_FIELDS.contains(&key.as_str())).cloned().collect();
    fields.iter().for_each(|(key, value)| keys_with_brackets(key, value, &mut refused));
    match fields.get("metadata") {
        None | Some(Value::Null) => {}
        Some(Value::Object(metadata)) => refused.extend(
            metadata
                .iter()
                .filter(|(key, value)| {
                    RESERVED_METADATA.contains(&key.as_str())
                        || value.is_object()
                        || value.is_array()
                })
                .map(|(key, _)| format!("metadata.{key}")),
        ),
        // An empty value would take all metadata away, the cart's id included.
        Some(_) => refused.push("metadata".to_owned()),
    }
    if !refused.is_empty() {
        return Err(refused_fields(
            "These fields cannot be set by a shopper",
            &refused,
            "field_not_allowed",
        ));
    }
    let form = fields
        .iter()
        .filter(|(key, value)| key.as_str() != "metadata" || value.is_object())
        .fold(Form::default(), |form, (key, value)| form.with_json(key, value));
    Ok((!form.is_empty()).then(|| post(intent_path(id), &form)))
}

fn refused_fields(what: &str, fields: &[String], code: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid(
        "The payment session cannot be updated",
        code,
        format!(
            "{what}: {}. Allowed are {}. Stripe was not asked.",
            fields.join(", "),
            SHOPPER_FIELDS.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::config::StripeOptions;
    use super::*;
    use crate::amount::Amount;

    fn settings(json: &str) -> Settings {
        serde_json::from_str::<StripeOptions>(json).unwrap().try_into().unwrap()
    }

    fn context() -> PaymentProcessorContext {
        PaymentProcessorContext::new(Amount::new(1999).unwrap(), "eur", "cart_1")
    }

    fn form(request: &HttpRequest) -> String {
        percent_encoding::percent_decode_str(request.body_text())
            .decode_utf8()
            .unwrap()
            .into_owned()
    }

    #[test]
    fn an_intent_is_created_as_the_javascript_plugin_creates_it() {
        let settings = settings(r#"{"api_key":"sk_1","payment_description":"Mugs"}"#);
        let request = create_intent(&settings, None, &context(), Some("cus_1"));
        assert_eq!((request.method().as_str(), request.path()), ("POST", "/v1/payment_intents"));
        assert_eq!(
            form(&request),
            "description=Mugs&amount=1999&currency=eur&metadata[resource_id]=cart_1\
             &capture_method=manual&customer=cus_1"
        );
    }

    #[test]
    fn the_carts_context_comes_before_the_options() {
        let settings = settings(
            r#"{"api_key":"sk_1","payment_description":"Mugs","capture":true,"automatic_payment_methods":true}"#,
        );
        let context = PaymentProcessorContext {
            context: JsonObject::parse(
                r#"{"payment_description":"Cups","setup_future_usage":"off_session"}"#,
            )
            .unwrap(),
            ..context()
        };
        assert_eq!(
            form(&create_intent(&settings, None, &context, None)),
            "description=Cups&amount=1999&currency=eur&metadata[resource_id]=cart_1\
             &capture_method=automatic&setup_future_usage=off_session\
             &automatic_payment_methods[enabled]=true"
        );
    }

    #[test]
    fn a_cart_that_says_nothing_has_no_description() {
        let settings = settings(r#"{"api_key":"sk_1","payment_description":"Mugs"}"#);
        let described = |text: &str| {
            let text = JsonObject::empty().with([("payment_description", text.into())]);
            let context = PaymentProcessorContext { context: text, ..context() };
            form(&create_intent(&settings, None, &context, None)).contains("description=")
        };
        assert!(described("Cups"));
        assert!(!described(""));
    }

    #[test]
    fn a_local_method_captures_at_once_and_is_the_only_one() {
        let settings = settings(r#"{"api_key":"sk_1","automatic_payment_methods":true}"#);
        assert_eq!(
            form(&create_intent(&settings, Some("blik"), &context(), None)),
            "amount=1999&currency=eur&metadata[resource_id]=cart_1&capture_method=automatic\
             &payment_method_types[0]=blik"
        );
    }

    #[test]
    fn a_shopper_sets_harmless_fields() {
        let data = JsonObject::parse(
            r#"{"receipt_email":"a@b.com","metadata":{"gift":"yes","count":2,"old":null},"shipping":{"name":"Ada"}}"#,
        )
        .unwrap();
        let request = update_by_shopper("pi_1", &data).unwrap().unwrap();
        assert_eq!(request.path(), "/v1/payment_intents/pi_1");
        assert_eq!(
            form(&request),
            "receipt_email=a@b.com&metadata[gift]=yes&metadata[count]=2&metadata[old]=\
             &shipping[name]=Ada"
        );
    }

    #[test]
    fn a_shopper_sets_nothing_that_is_about_money() {
        for field in [
            "amount",
            "currency",
            "customer",
            "capture_method",
            "application_fee_amount",
            "transfer_data",
            "on_behalf_of",
            "id",
            "payment_method",
            "medusa_payment_rs",
            "status",
        ] {
            let data =
                JsonObject::parse(&format!(r#"{{"description":"x","{field}":"1"}}"#)).unwrap();
            let error = update_by_shopper("pi_1", &data).unwrap_err();
            assert_eq!(error.code(), "field_not_allowed");
            assert!(error.detail().contains(field), "{error}");
        }
        for (data, named) in [
            (r#"{"metadata":{"resource_id":"cart_2"}}"#, "metadata.resource_id"),
            (r#"{"metadata":{"cart_id":"cart_2"}}"#, "metadata.cart_id"),
            (r#"{"metadata":{"a":{"b":1}}}"#, "metadata.a"),
            (r#"{"metadata":""}"#, "metadata"),
            (r#"{"metadata":["a"]}"#, "metadata"),
            (r#"{"metadata":{"a][resource_id":"cart_2"}}"#, "metadata.a][resource_id"),
            (r#"{"shipping":{"address":{"a[b":"c"}}}"#, "shipping.address.a[b"),
        ] {
            let error = update_by_shopper("pi_1", &JsonObject::parse(data).unwrap()).unwrap_err();
            assert!(error.detail().contains(named), "{error}");
        }
    }
}
