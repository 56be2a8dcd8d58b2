//! Who buys and where it is sent to, as Stripe is told of it (<https://docs.stripe.com/api/customers>,
//! <https://docs.stripe.com/api/payment_intents/create#create_payment_intent-shipping>). India's rules ask for it
//! (<https://docs.stripe.com/india-accept-international-payments>).

use serde_json::{Map, Value};

use super::form::Form;
use crate::types::{Address, Customer};

/// Stripe refuses a customer or an address with a longer one.
const LONGEST_NAME: usize = 256;
const LONGEST_PHONE: usize = 20;

/// Returns what Stripe is told of a new customer beside the e-mail address: empty if nothing is known. A guest has a name in
/// the billing address only.
pub(super) fn details(customer: Option<&Customer>, billing: Option<&Address>) -> Form {
    let billing = billing.or_else(|| customer?.billing_address.as_ref());
    let named = customer.and_then(|it| person(it.first_name.as_ref(), it.last_name.as_ref()));
    let called = customer.and_then(|it| phone(it.phone.as_ref()));
    let form = Form::default()
        .with_some("name", named.or_else(|| recipient(billing?)))
        .with_some("phone", called.or_else(|| phone(billing?.phone.as_ref())));
    match billing {
        Some(address) => with_lines(form, "address", address),
        None => form,
    }
}

/// Returns the form with where the payment's goods are sent to. Stripe refuses a half of it, so it is told nothing if the
/// address has no name or no street.
pub(super) fn with_shipping(form: Form, address: &Address) -> Form {
    match (recipient(address), said(address.address_1.as_ref())) {
        (Some(name), Some(_)) => with_lines(form, "shipping[address]", address)
            .with("shipping[name]", name)
            .with_some("shipping[phone]", phone(address.phone.as_ref())),
        _ => form,
    }
}

/// Returns where goods are sent to, if a value says it as Stripe does and says enough: that of an earlier intent, or what a
/// storefront has sent.
pub(super) fn shipping(value: &Value) -> Option<Value> {
    const MEMBERS: [&str; 5] = ["address", "carrier", "name", "phone", "tracking_number"];
    let is_said = |value: Option<&Value>| {
        value.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
    };
    let shipping = without_nulls(value.as_object()?);
    let address = shipping.get("address")?.as_object()?;
    let is_known = shipping.keys().all(|name| MEMBERS.contains(&name.as_str()));
    let is_text = |(name, value): (&String, &Value)| name == "address" || value.is_string();
    let is_plain = shipping.iter().all(is_text) && address.values().all(Value::is_string);
    let is_enough = is_said(shipping.get("name")) && is_said(address.get("line1"));
    (is_known && is_plain && is_enough).then(|| shipping.into())
}

fn without_nulls(members: &Map<String, Value>) -> Map<String, Value> {
    let known = members.iter().filter(|(_, value)| !value.is_null());
    let without = |value: &Value| match value {
        Value::Object(members) => without_nulls(members).into(),
        value => value.clone(),
    };
    known.map(|(name, value)| (name.clone(), without(value))).collect()
}

/// The lines of an address under Stripe's names.
pub(super) fn lines(address: &Address) -> [(&'static str, Option<&str>); 6] {
    [
        ("city", &address.city),
        ("country", &address.country_code),
        ("line1", &address.address_1),
        ("line2", &address.address_2),
        ("postal_code", &address.postal_code),
        ("state", &address.province),
    ]
    .map(|(name, line)| (name, said(line.as_ref())))
}

fn with_lines(form: Form, name: &str, address: &Address) -> Form {
    let known = lines(address).into_iter();
    known.fold(form, |form, (line, value)| form.with_some(&format!("{name}[{line}]"), value))
}

/// Returns the name of a person, if there is one that Stripe takes.
pub(super) fn person(first: Option<&String>, last: Option<&String>) -> Option<String> {
    let parts: Vec<&str> = [first, last].into_iter().filter_map(said).collect();
    let is_taken = |name: &String| !name.is_empty() && name.chars().count() <= LONGEST_NAME;
    Some(parts.join(" ")).filter(is_taken)
}

/// Returns a phone number, if it is one that Stripe takes.
pub(super) fn phone(number: Option<&String>) -> Option<&str> {
    said(number).filter(|number| number.chars().count() <= LONGEST_PHONE)
}

/// Returns the name at an address: the person's, or else the company's.
fn recipient(address: &Address) -> Option<String> {
    let company = || person(address.company.as_ref(), None);
    person(address.first_name.as_ref(), address.last_name.as_ref()).or_else(company)
}

/// Returns a text that says something.
fn said(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        serde_json::from_str(
            r#"{"first_name":"Ada","last_name":"Lovelace","address_1":"1 Mall Road","address_2":"","city":"Pune",
                "country_code":"in","province":"MH","postal_code":"411001","phone":"+91 20"}"#,
        )
        .unwrap()
    }

    fn told(form: &Form) -> String {
        percent_encoding::percent_decode_str(&form.encoded()).decode_utf8().unwrap().into_owned()
    }

    const LINES: &str =
        "[city]=Pune&[country]=in&[line1]=1+Mall+Road&[postal_code]=411001&[state]=MH";

    fn at(name: &str) -> String {
        LINES.replace("&[", &format!("&{name}[")).replacen('[', &format!("{name}["), 1)
    }

    #[test]
    fn a_customer_has_a_name_a_phone_number_and_the_billing_address() {
        let customer = Customer {
            first_name: Some("Grace".into()),
            last_name: Some("Hopper".into()),
            phone: Some("+1".into()),
            ..Customer::default()
        };
        let form = details(Some(&customer), Some(&address()));
        assert_eq!(told(&form), format!("name=Grace+Hopper&phone=+1&{}", at("address")));
        let own = Customer { billing_address: Some(address()), ..Customer::default() };
        assert!(told(&details(Some(&own), None)).contains("address[line1]=1+Mall+Road"));
    }

    #[test]
    fn a_guest_is_named_by_the_billing_address() {
        let form = told(&details(None, Some(&address())));
        assert!(form.starts_with("name=Ada+Lovelace&phone=+91+20&address[city]="), "{form}");
        assert!(details(None, None).is_empty());
        assert!(details(Some(&Customer::default()), Some(&Address::default())).is_empty());
    }

    #[test]
    fn what_stripe_would_refuse_is_left_out() {
        let long = Customer {
            first_name: Some("A".repeat(257)),
            phone: Some("0".repeat(21)),
            ..Customer::default()
        };
        assert!(details(Some(&long), None).is_empty());
    }

    #[test]
    fn goods_are_sent_to_a_name_at_an_address() {
        let form = told(&with_shipping(Form::default(), &address()));
        assert_eq!(
            form,
            format!(
                "{}&shipping[name]=Ada+Lovelace&shipping[phone]=+91+20",
                at("shipping[address]")
            )
        );
        for half in [
            Address { first_name: None, last_name: None, ..address() },
            Address { address_1: Some(" ".into()), ..address() },
        ] {
            assert!(with_shipping(Form::default(), &half).is_empty());
        }
    }

    #[test]
    fn what_says_less_than_a_name_and_a_street_is_no_shipping() {
        let read = |text: &str| shipping(&serde_json::from_str(text).unwrap());
        let whole = r#"{"name":"Ada","phone":null,"address":{"line1":"1 Mall Road","line2":null}}"#;
        let known = serde_json::json!({"name": "Ada", "address": {"line1": "1 Mall Road"}});
        assert_eq!(read(whole), Some(known));
        for other in [
            r#""express""#,
            "null",
            r#"{"option":"so_1"}"#,
            r#"{"name":"","address":{"line1":"1 Mall Road"}}"#,
            r#"{"name":"Ada","address":{"city":"Pune"}}"#,
            r#"{"name":"Ada","address":{"line1":"1 Mall Road","floor":3}}"#,
            r#"{"name":"Ada","address":{"line1":"1 Mall Road"},"option":"so_1"}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
