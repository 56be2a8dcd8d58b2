//! The one object that Medusa calls a method with (`PaymentProviderInput` and what extends it,
//! `@medusajs/types/dist/payment/provider.d.ts`).

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::amount;
use super::session::Session;
use crate::amount::Amount;
use crate::error::PaymentProcessorError;
use crate::json::{JsonObject, kind_of};
use crate::node::boundary::argument::{Arguments, Refusal};
use crate::types::{Address, Customer};
use crate::wrong_shape::without_values;

/// The input of a method.
pub(super) struct Input {
    json: JsonObject,
    /// Its member `data`, if that is an object.
    data: Option<JsonObject>,
    /// The amount as its own type spells it, if it has one: JSON has only a binary number of it.
    exact: Option<String>,
}

/// What the class reads of the context.
#[derive(Default)]
pub(super) struct Context {
    pub(super) idempotency_key: Option<String>,
    pub(super) customer: Option<Customer>,
    pub(super) account_holder: Option<HolderJson>,
    /// Medusa does not hand it over: a plugin's class may.
    pub(super) shipping_address: Option<Address>,
}

/// The context, before the customer and the address in it are read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ContextJson {
    idempotency_key: Option<String>,
    customer: Option<Box<RawValue>>,
    account_holder: Option<HolderJson>,
    shipping_address: Option<Box<RawValue>>,
}

/// A row of Medusa's table of account holders.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct HolderJson {
    /// The provider's id.
    pub(super) external_id: Option<String>,
    pub(super) data: Option<JsonObject>,
}

impl HolderJson {
    /// Returns the provider's id, unless the provider has no record of the customer.
    pub(super) fn provider_id(&self) -> Option<String> {
        let is_there = |id: &String| !id.is_empty();
        let in_data = || self.data.as_ref()?.get::<String>("id").filter(is_there);
        in_data().or_else(|| self.external_id.clone().filter(is_there))
    }
}

impl Input {
    /// Takes the input from the arguments; then its amount may follow.
    pub(super) fn take(arguments: &mut Arguments) -> Result<Self, Refusal> {
        let (json, data) = arguments.object_with("input", "data")?;
        Ok(Self { json, data, exact: None })
    }

    pub(super) fn with_exact_amount(self, exact: Option<String>) -> Self {
        Self { exact, ..self }
    }

    /// Returns the payment's data, or what a shopper's browser sent with a new session.
    pub(super) fn data(&self) -> Result<JsonObject, Refusal> {
        self.data.clone().map_or_else(|| self.object("data"), Ok)
    }

    /// Returns the context for the processor.
    pub(super) fn context_object(&self) -> Result<JsonObject, Refusal> {
        self.object("context")
    }

    fn object(&self, name: &str) -> Result<JsonObject, Refusal> {
        let Some(json) = self.member(name) else { return Ok(JsonObject::empty()) };
        JsonObject::of_checked(json).map_err(|error| {
            invalid("invalid_data", format!("{name}: {error}. The provider was not asked."))
        })
    }

    /// Returns a member of the input as it is spelled, unless it is null.
    fn member(&self, name: &str) -> Option<&str> {
        self.json.spelled(name).filter(|json| *json != "null")
    }

    pub(super) fn context(&self) -> Result<Context, Refusal> {
        let ContextJson { idempotency_key, customer, account_holder, shipping_address } =
            optional("context", self.member("context"))?.unwrap_or_default();
        // Each by itself: serde would read it from an array, too.
        let customer = optional("context.customer", customer.as_deref().map(RawValue::get))?;
        let address = shipping_address.as_deref().map(RawValue::get);
        let shipping_address = optional("context.shipping_address", address)?;
        Ok(Context { idempotency_key, customer, account_holder, shipping_address })
    }

    pub(super) fn id(&self) -> Result<String, Refusal> {
        required("id", self.member("id"))
    }

    pub(super) fn currency_code(&self) -> Result<String, Refusal> {
        let code: String = required("currency_code", self.member("currency_code"))?;
        Ok(code.to_lowercase())
    }

    /// Returns the amount in major units.
    pub(super) fn amount(&self) -> Result<Decimal, Refusal> {
        let read = match (&self.exact, self.member("amount")) {
            (Some(text), _) => amount::decimal(text),
            (None, Some(json)) => amount::read(json),
            (None, None) => return Err(missing("amount")),
        };
        read.map_err(|reason| invalid_amount(&reason.to_string()))
    }
}

/// Returns an amount in minor units of the currency.
pub(super) fn minor_units(amount: Decimal, currency: &str) -> Result<Amount, Refusal> {
    amount::minor_units(amount, currency).map_err(|reason| invalid_amount(&reason.to_string()))
}

/// Returns the currency of a payment: of the session that the class has stored, of Medusa's row, or as the
/// processor's data has it.
pub(super) fn currency_of(
    session: Option<&Session>,
    row: Option<&str>,
    data: &JsonObject,
) -> Result<String, Refusal> {
    session
        .map(|session| session.currency_code.clone())
        .or_else(|| row.map(str::to_owned))
        .or_else(|| data.get("currency_code"))
        .or_else(|| data.get("currency"))
        .map(|code: String| code.to_lowercase())
        .filter(|code| !code.is_empty())
        .ok_or_else(|| {
            invalid(
                "invalid_data",
                "The payment's data has no currency: `medusa_session.currency_code`, `currency_code` \
                 and `currency` are missing. The provider was not asked.",
            )
        })
}

fn invalid_amount(reason: &str) -> Refusal {
    Refusal::Error(PaymentProcessorError::invalid(
        "The amount is not valid",
        "invalid_amount",
        format!("amount: {reason}. The provider was not asked."),
    ))
}

/// Refuses the input: Medusa makes it an HTTP 400 with this text.
pub(super) fn invalid(code: &str, detail: impl Into<String>) -> Refusal {
    Refusal::Error(PaymentProcessorError::invalid("The request is not valid", code, detail))
}

fn missing(name: &str) -> Refusal {
    invalid("invalid_data", format!("{name} is missing. The provider was not asked."))
}

fn required<T: DeserializeOwned>(name: &str, json: Option<&str>) -> Result<T, Refusal> {
    optional(name, json)?.ok_or_else(|| missing(name))
}

fn optional<T: DeserializeOwned>(name: &str, json: Option<&str>) -> Result<Option<T>, Refusal> {
    let Some(json) = json else { return Ok(None) };
    // serde would read a struct from an array of its values, too.
    if kind_of(json) == "an array" {
        return Err(invalid("invalid_data", format!("{name}: expected an object, got an array.")));
    }
    let mut json = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = match error.path().to_string().as_str() {
            "." => name.to_owned(),
            path => format!("{name}.{path}"),
        };
        let reason = without_values(&error.into_inner().to_string());
        invalid("invalid_data", format!("{path}: {reason}. The provider was not asked."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::boundary::argument::Argument;

    fn context(customer: &str) -> Result<Context, PaymentProcessorError> {
        let json =
            format!(r#"{{"context":{{"idempotency_key":"payses_1","customer":{customer}}}}}"#);
        let input = Input::take(&mut Arguments::new(vec![Argument::Json(json)]));
        input.and_then(|input| input.context()).map_err(|refusal| match refusal {
            Refusal::Error(error) => error,
            Refusal::TypeError(message) => panic!("{message}"),
        })
    }

    #[test]
    fn a_customer_has_metadata_and_an_address() {
        let entity = r#"{"id":"cus_1","email":"a@example.com","metadata":{"vip":1.50},"created_at":"2026-01-01",
            "company_name":"Analytical Engines","billing_address":{"city":"Bath"}}"#;
        let customer = context(entity).unwrap().customer.unwrap();
        assert_eq!(customer.id.as_deref(), Some("cus_1"));
        assert_eq!(customer.company_name.as_deref(), Some("Analytical Engines"));
        assert_eq!(customer.metadata.unwrap().as_str(), r#"{"vip":1.50}"#);
        assert_eq!(customer.billing_address.unwrap().city.as_deref(), Some("Bath"));
    }

    #[test]
    fn a_guest_is_no_customer() {
        let context = context("null").unwrap();
        assert!(context.customer.is_none());
        assert_eq!(context.idempotency_key.as_deref(), Some("payses_1"));
    }

    #[test]
    fn a_wrong_member_of_a_customer_is_named_without_its_value() {
        for (customer, path) in [
            (r#"{"email":["private"]}"#, "context.customer.email: "),
            (
                r#"{"billing_address":{"city":["private"]}}"#,
                "context.customer.billing_address.city: ",
            ),
            (r#"["private"]"#, "context.customer: "),
        ] {
            let Err(error) = context(customer) else { panic!("{customer} is taken") };
            assert!(error.detail().starts_with(path), "{}", error.detail());
            assert!(!error.detail().contains("private"), "{}", error.detail());
        }
    }
}
