//! Medusa's `PaymentProcessorContext`, as `initiatePayment` and `updatePayment` get it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::amount;
use crate::amount::{Amount, AmountError};
use crate::json::{JsonObject, kind_of};
use crate::node::boundary::argument::Refusal;

use crate::types::{Customer, PaymentProcessorContext};
use crate::wrong_shape::without_values;

/// The context before its fields are looked at one by one.
#[derive(Deserialize)]
struct ContextJson {
    amount: Option<Box<RawValue>>,
    currency_code: Option<Box<RawValue>>,
    email: Option<Box<RawValue>>,
    resource_id: Option<Box<RawValue>>,
    customer: Option<Box<RawValue>>,
    billing_address: Option<Box<RawValue>>,
    shipping_address: Option<Box<RawValue>>,
    context: Option<Box<RawValue>>,
    #[serde(rename = "paymentSessionData")]
    payment_session_data: Option<Box<RawValue>>,
}

/// Reads the context.
pub(super) fn read(
    json: &JsonObject,
    intent_options: JsonObject,
) -> Result<PaymentProcessorContext, Refusal> {
    // `Option<RawValue>` takes `null` for absent, which is what it means in optional fields. A NaN
    // amount is `null` in JSON too, and is told from an absent one by its key.
    let fields: ContextJson =
        json.deserialize().map_err(|error| Refusal::TypeError(format!("context: {error}")))?;
    Ok(PaymentProcessorContext {
        amount: context_amount(json, fields.amount.as_deref())?,
        currency_code: required(json, "context.currency_code", fields.currency_code.as_deref())?,
        email: optional("context.email", fields.email.as_deref())?.unwrap_or_default(),
        resource_id: required(json, "context.resource_id", fields.resource_id.as_deref())?,
        customer: optional_object("context.customer", fields.customer.as_deref())?,
        account_holder: None,
        billing_address: optional_object(
            "context.billing_address",
            fields.billing_address.as_deref(),
        )?,
        shipping_address: optional_object(
            "context.shipping_address",
            fields.shipping_address.as_deref(),
        )?,
        context: optional("context.context", fields.context.as_deref())?.unwrap_or_default(),
        payment_session_data: optional(
            "context.paymentSessionData",
            fields.payment_session_data.as_deref(),
        )?
        .unwrap_or_default(),
        intent_options,
    })
}

/// Reads a customer who is handed over alone.
pub(super) fn customer(json: &JsonObject) -> Result<Customer, Refusal> {
    let raw: Option<&RawValue> = serde_json::from_str(json.as_str()).ok();
    Ok(optional("customer", raw)?.unwrap_or_default())
}

fn context_amount(json: &JsonObject, field: Option<&RawValue>) -> Result<Amount, Refusal> {
    const NAME: &str = "context.amount";
    let Some(raw) = field else {
        if json.contains_key("amount") {
            let reason = format!("{} (NaN and Infinity are null in JSON)", AmountError::NotFinite);
            return Err(amount::invalid(NAME, 0, &reason));
        }
        return Err(Refusal::expected(NAME, "a number", "undefined"));
    };
    match serde_json::from_str::<f64>(raw.get()) {
        Ok(number) => amount::payable(NAME, number),
        Err(_) => Err(Refusal::expected(NAME, "a number", kind_of(raw.get()))),
    }
}

fn required(json: &JsonObject, name: &str, field: Option<&RawValue>) -> Result<String, Refusal> {
    optional(name, field)?.ok_or_else(|| {
        if name.strip_prefix("context.").is_some_and(|key| json.contains_key(key)) {
            return Refusal::TypeError(format!("{name}: expected a string, got null"));
        }
        Refusal::expected(name, "a string", "undefined")
    })
}

/// Reads a field whose type is a struct, which serde would also read from an array of its values.
fn optional_object<T: DeserializeOwned>(
    name: &str,
    field: Option<&RawValue>,
) -> Result<Option<T>, Refusal> {
    if field.is_some_and(|raw| kind_of(raw.get()) == "an array") {
        return Err(Refusal::TypeError(format!("{name}: expected an object, got an array")));
    }
    optional(name, field)
}

fn optional<T: DeserializeOwned>(
    name: &str,
    field: Option<&RawValue>,
) -> Result<Option<T>, Refusal> {
    let Some(raw) = field else { return Ok(None) };
    let mut json = serde_json::Deserializer::from_str(raw.get());
    serde_path_to_error::deserialize(&mut json).map(Some).map_err(|error| {
        let path = match error.path().to_string().as_str() {
            "." => name.to_owned(),
            path => format!("{name}.{path}"),
        };
        Refusal::TypeError(format!("{path}: {}", without_values(&error.into_inner().to_string())))
    })
}
