//! What only Medusa 1's plugin sends to Stripe: the wire of API version `2022-11-15`.

use serde_json::{Map, Value};

use super::super::buyer::{shipping, with_shipping};
use super::super::form::{Form, keys_with_brackets};
use super::super::intent::MAKER;
use super::super::intent_options::{CaptureMethod, IntentOptions};
use super::super::method::may_be_kept;
use super::super::requests::{REFUND_MARK, intent_path, post};
use super::config::Settings;
use crate::error::{PaymentProcessorError, Result};
use crate::http::HttpRequest;
use crate::json::JsonObject;
use crate::types::PaymentProcessorContext;

/// A new intent.
///
/// - `local_type` is the one payment method of a local identifier.
/// - `options` are those of the store's class, which come before the plugin's.
/// - `maker` is the identifier of the class, if the intent has to say which one made it.
/// - `expands_customer` is whether the answer has the whole customer.
pub(super) fn create_intent(
    settings: &Settings,
    local_type: Option<&str>,
    options: &IntentOptions,
    maker: Option<&str>,
    context: &PaymentProcessorContext,
    customer: Option<&str>,
    expands_customer: bool,
) -> HttpRequest {
    let of_the_cart = |key| context.context.get::<String>(key);
    let is_said = |text: &String| !text.is_empty();
    // A cart that says nothing on purpose is left without a description, as in the JavaScript plugin.
    let description = of_the_cart("payment_description").or_else(|| settings.description.clone());
    let at_once = settings.capture_at_once || local_type.is_some();
    let capture_method = options
        .capture_method
        .map_or(if at_once { "automatic" } else { "manual" }, CaptureMethod::as_str);
    let types: Vec<&str> = match &options.payment_method_types {
        Some(types) => types.iter().map(String::as_str).collect(),
        None => local_type.into_iter().collect(),
    };
    let setup_future_usage = options
        .setup_future_usage
        .map(|usage| usage.as_str().to_owned())
        .or_else(|| of_the_cart("setup_future_usage").filter(is_said))
        .filter(|usage| types.iter().all(|kind| may_be_kept(kind, usage)));
    let form = Form::default()
        .with_some("description", description.filter(is_said))
        .with("amount", context.amount)
        .with("currency", &context.currency_code)
        .with("metadata[resource_id]", &context.resource_id)
        .with_some(&format!("metadata[{MAKER}]"), maker)
        .with("capture_method", capture_method)
        .with_some("setup_future_usage", setup_future_usage)
        .with_some("customer", customer);
    let form = match &context.shipping_address {
        Some(address) => with_shipping(form, address),
        // That of the intent in whose place this one comes.
        None => match context.payment_session_data.get("shipping").as_ref().and_then(shipping) {
            Some(shipping) => form.with_json("shipping", &shipping),
            None => form,
        },
    };
    let form = match types.is_empty() {
        true if settings.automatic_payment_methods => {
            form.with("automatic_payment_methods[enabled]", true)
        }
        _ => types.iter().enumerate().fold(form, |form, (index, kind)| {
            form.with(format!("payment_method_types[{index}]"), kind)
        }),
    };
    let form = if expands_customer { form.with("expand[0]", "customer") } else { form };
    post("/v1/payment_intents", &form)
}

/// What a shopper's browser may set: nothing that says how much is paid, by whom, to whom or when.
const SHOPPER_FIELDS: [&str; 6] =
    ["description", "metadata", PAYMENT_METHOD, "receipt_email", "setup_future_usage", "shipping"];

/// The field with which a shopper chooses one of their saved payment methods. Whose it is has to be checked.
const PAYMENT_METHOD: &str = "payment_method";

/// Metadata that says which cart an intent belongs to, here and in older versions of the JavaScript
/// plugin: webhooks follow it. And that which says which class made it.
const RESERVED_METADATA: [&str; 4] = ["resource_id", "cart_id", REFUND_MARK, MAKER];

/// What a shopper's browser wants to change of an intent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ShopperUpdate(Map<String, Value>);

impl ShopperUpdate {
    pub(super) fn of(data: &JsonObject) -> Result<Self> {
        data.deserialize().map(Self).map_err(|error| {
            refused_fields("The data cannot be read", &[error.to_string()], "invalid_data")
        })
    }

    /// Returns the update without what is so already: a storefront may send back a whole intent, of which it has changed one
    /// member.
    pub(super) fn beside(self, intent: &JsonObject) -> Self {
        let is_so =
            |name: &str, value: &Value| intent.get::<Value>(name).unwrap_or_default() == *value;
        let known: Map<String, Value> = intent.get("metadata").unwrap_or_default();
        let mut changes = self.0;
        changes.retain(|name, value| !is_so(name, value));
        if let Some(Value::Object(metadata)) = changes.get_mut("metadata") {
            metadata.retain(|name, value| known.get(name) != Some(&*value));
        }
        Self(changes)
    }

    /// Returns the fields that a shopper must not set.
    pub(super) fn refused(&self) -> Vec<String> {
        let Self(fields) = self;
        let mut refused: Vec<String> =
            fields.keys().filter(|key| !SHOPPER_FIELDS.contains(&key.as_str())).cloned().collect();
        fields.iter().for_each(|(key, value)| keys_with_brackets(key, value, &mut refused));
        let is_id = |value: &Value| value.as_str().is_some_and(|id| !id.is_empty());
        if fields.get(PAYMENT_METHOD).is_some_and(|value| !is_id(value)) {
            refused.push(PAYMENT_METHOD.to_owned());
        }
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
        refused
    }

    /// Returns the payment method that the shopper chooses.
    pub(super) fn chosen_method(&self) -> Option<&str> {
        self.0.get(PAYMENT_METHOD)?.as_str()
    }

    /// Returns the request; `None` if nothing changes. `local_type` is the one payment method of a local identifier.
    ///
    /// # Errors
    /// If there is a field that a shopper must not set: nothing is changed then, and all of these fields are named.
    pub(super) fn request(
        &self,
        id: &str,
        local_type: Option<&str>,
    ) -> Result<Option<HttpRequest>> {
        let refused = self.refused();
        if !refused.is_empty() {
            let what = "These fields cannot be set by a shopper";
            return Err(refused_fields(what, &refused, "field_not_allowed"));
        }
        let is_sent = |key: &str, value: &Value| match key {
            "metadata" => value.is_object(),
            "setup_future_usage" => {
                let is_kept = |usage| local_type.is_none_or(|kind| may_be_kept(kind, usage));
                value.as_str().is_none_or(is_kept)
            }
            _ => true,
        };
        let sent = self.0.iter().filter(|(key, value)| is_sent(key, value));
        let form = sent.fold(Form::default(), |form, (key, value)| form.with_json(key, value));
        Ok((!form.is_empty()).then(|| post(intent_path(id), &form)))
    }
}

fn refused_fields(what: &str, fields: &[String], code: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid(
        "The payment session cannot be updated",
        code,
        format!(
            "{what}: {}. Allowed are {}, and whatever stays as it is. Nothing was changed.",
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

    fn created(
        settings: &Settings,
        local_type: Option<&str>,
        context: &PaymentProcessorContext,
        customer: Option<&str>,
    ) -> HttpRequest {
        let options = IntentOptions::of(context).unwrap();
        create_intent(settings, local_type, &options, None, context, customer, false)
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
        let request = created(&settings, None, &context(), Some("cus_1"));
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
            form(&created(&settings, None, &context, None)),
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
            form(&created(&settings, None, &context, None)).contains("description=")
        };
        assert!(described("Cups"));
        assert!(!described(""));
    }

    #[test]
    fn a_local_method_captures_at_once_and_is_the_only_one() {
        let settings = settings(r#"{"api_key":"sk_1","automatic_payment_methods":true}"#);
        assert_eq!(
            form(&created(&settings, Some("blik"), &context(), None)),
            "amount=1999&currency=eur&metadata[resource_id]=cart_1&capture_method=automatic\
             &payment_method_types[0]=blik"
        );
    }

    #[test]
    fn a_class_of_the_stores_own_says_how_its_intents_are_paid() {
        let settings = settings(r#"{"api_key":"sk_1","automatic_payment_methods":true}"#);
        let form_of = |local_type, options: &str| {
            let context = PaymentProcessorContext {
                context: JsonObject::parse(r#"{"setup_future_usage":"on_session"}"#).unwrap(),
                intent_options: JsonObject::parse(options).unwrap(),
                ..context()
            };
            let options = IntentOptions::of(&context).unwrap();
            form(&create_intent(&settings, local_type, &options, Some("x"), &context, None, false))
        };
        let klarna = r#"{"payment_method_types":["klarna","card"],"capture_method":"automatic","setup_future_usage":"off_session"}"#;
        assert_eq!(
            form_of(None, klarna),
            "amount=1999&currency=eur&metadata[resource_id]=cart_1&metadata[medusa_provider]=x\
             &capture_method=automatic&setup_future_usage=off_session\
             &payment_method_types[0]=klarna&payment_method_types[1]=card"
        );
        assert_eq!(
            form_of(Some("ideal"), r#"{"setup_future_usage":"off_session"}"#),
            "amount=1999&currency=eur&metadata[resource_id]=cart_1&metadata[medusa_provider]=x\
             &capture_method=automatic&setup_future_usage=off_session&payment_method_types[0]=ideal"
        );
        assert_eq!(
            form_of(None, "{}"),
            "amount=1999&currency=eur&metadata[resource_id]=cart_1&metadata[medusa_provider]=x\
             &capture_method=manual&setup_future_usage=on_session&automatic_payment_methods[enabled]=true"
        );
    }

    #[test]
    fn a_shopper_sets_harmless_fields() {
        let data = JsonObject::parse(
            r#"{"receipt_email":"a@b.com","metadata":{"gift":"yes","count":2,"old":null},"shipping":{"name":"Ada"}}"#,
        )
        .unwrap();
        let request = ShopperUpdate::of(&data).unwrap().request("pi_1", None).unwrap().unwrap();
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
            "payment_method_data",
            "medusa_payment_rs",
            "status",
        ] {
            let data =
                JsonObject::parse(&format!(r#"{{"description":"x","{field}":"1"}}"#)).unwrap();
            let error = ShopperUpdate::of(&data).unwrap().request("pi_1", None).unwrap_err();
            assert_eq!(error.code(), "field_not_allowed");
            assert!(error.detail().contains(field), "{error}");
        }
        for (data, named) in [
            (r#"{"metadata":{"resource_id":"cart_2"}}"#, "metadata.resource_id"),
            (r#"{"metadata":{"cart_id":"cart_2"}}"#, "metadata.cart_id"),
            (r#"{"metadata":{"medusa_provider":"stripe"}}"#, "metadata.medusa_provider"),
            (r#"{"payment_method":""}"#, "payment_method"),
            (r#"{"payment_method":null}"#, "payment_method"),
            (r#"{"payment_method":{"id":"pm_1"}}"#, "payment_method"),
            (r#"{"metadata":{"a":{"b":1}}}"#, "metadata.a"),
            (r#"{"metadata":""}"#, "metadata"),
            (r#"{"metadata":["a"]}"#, "metadata"),
            (r#"{"metadata":{"a][resource_id":"cart_2"}}"#, "metadata.a][resource_id"),
            (r#"{"shipping":{"address":{"a[b":"c"}}}"#, "shipping.address.a[b"),
        ] {
            let data = JsonObject::parse(data).unwrap();
            let error = ShopperUpdate::of(&data).unwrap().request("pi_1", None).unwrap_err();
            assert!(error.detail().contains(named), "{error}");
        }
    }

    #[test]
    fn what_stays_as_it_is_is_no_change() {
        let intent = JsonObject::parse(
            r#"{"id":"pi_1","amount":1000,"customer":null,"description":null,"shipping":{"name":"Ada"},
                "metadata":{"resource_id":"cart_1","gift":"no"},"next_action":{"type":"a","a":{}}}"#,
        )
        .unwrap();
        let sent = |changes: serde_json::Value| {
            let serde_json::Value::Object(changes) = changes else { unreachable!() };
            let mut all: Map<String, Value> = intent.deserialize().unwrap();
            all.extend(changes);
            let all = JsonObject::from_serialize(&all).unwrap();
            ShopperUpdate::of(&all).unwrap().beside(&intent).request("pi_1", None)
        };
        assert!(sent(serde_json::json!({})).unwrap().is_none());
        let gift = serde_json::json!({"metadata": {"resource_id": "cart_1", "gift": "yes"}});
        assert_eq!(form(&sent(gift).unwrap().unwrap()), "metadata[gift]=yes");
        let described = serde_json::json!({"description": "Mugs", "shipping": {"name": "Bob"}});
        assert_eq!(form(&sent(described).unwrap().unwrap()), "description=Mugs&shipping[name]=Bob");
        let stolen = serde_json::json!({"amount": 1, "customer": "cus_2", "metadata": {"resource_id": "cart_2"}});
        let error = sent(stolen).unwrap_err();
        assert!(
            error.detail().contains(": amount, customer, metadata.resource_id. "),
            "{}",
            error.detail()
        );
    }

    #[test]
    fn a_method_that_cannot_be_kept_is_not_asked_to_be() {
        let usage = |local_type: Option<&str>, usage: &str| {
            let text = JsonObject::empty().with([("setup_future_usage", usage.into())]);
            let context = PaymentProcessorContext { context: text.clone(), ..context() };
            let settings = settings(r#"{"api_key":"sk_1"}"#);
            let created = form(&self::created(&settings, local_type, &context, None));
            let updated = ShopperUpdate::of(&text).unwrap().request("pi_1", local_type).unwrap();
            assert_eq!(created.contains("setup_future_usage"), updated.is_some());
            updated.is_some()
        };
        assert!(usage(None, "off_session") && usage(None, "on_session"));
        assert!(usage(Some("ideal"), "off_session") && !usage(Some("ideal"), "on_session"));
        for local_type in ["blik", "giropay", "p24"] {
            assert!(!usage(Some(local_type), "off_session"), "{local_type}");
        }
    }

    #[test]
    fn goods_are_sent_to_the_carts_shipping_address() {
        let settings = settings(r#"{"api_key":"sk_1"}"#);
        let address = serde_json::from_str(
            r#"{"first_name":"Ada","last_name":"Lovelace","address_1":"Mall Road","country_code":"in"}"#,
        );
        let to_address =
            PaymentProcessorContext { shipping_address: Some(address.unwrap()), ..context() };
        let told = "&shipping[address][country]=in&shipping[address][line1]=Mall+Road&shipping[name]=Ada+Lovelace";
        assert!(form(&created(&settings, None, &to_address, None)).ends_with(told));

        let before = r#"{"shipping":{"address":{"country":"in","line1":"Mall Road","line2":null},
            "name":"Ada Lovelace","phone":null}}"#;
        let in_place_of_another = PaymentProcessorContext {
            payment_session_data: JsonObject::parse(before).unwrap(),
            ..context()
        };
        assert!(form(&created(&settings, None, &in_place_of_another, None)).ends_with(told));
    }
}
