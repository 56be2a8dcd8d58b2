//! The JSON boundary: what JavaScript hands over, as a request; what a processor answers, as what
//! Medusa can store.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::{memchr, memmem};
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::mailbox::Outcome;
use crate::amount::{Amount, AmountError};
use crate::error::PaymentProcessorError;
use crate::json::{JsonObject, kind_of};
use crate::request::{Operation, Request, Response};
use crate::types::{
    Authorization, PaymentProcessorContext, PaymentProcessorSessionResponse, PaymentSessionStatus,
};
use crate::webhook::WebhookRequest;
use crate::wrong_shape::without_values;

/// How deep data may be nested. PostgreSQL refuses a `jsonb` of some six thousand levels, and
/// JavaScript's own `JSON.stringify` gives up at about as many.
const MAX_DEPTH: usize = 2_000;

/// An argument as it comes from JavaScript.
pub(crate) enum Argument {
    /// JSON text.
    Json(String),
    /// A number, which is not sent as JSON because that would make `null` of NaN.
    Number(f64),
    /// A string.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Something else that JSON can carry, by what it is: `"null"`, `"a boolean"`.
    Scalar(&'static str),
    /// Something that JSON cannot carry, by what it is: `"undefined"`, `"a bigint"`.
    Other(&'static str),
    /// Nested too deeply for JavaScript to spell it as JSON.
    TooDeep,
}

/// A request that is not passed on to the processor.
pub(crate) enum Refusal {
    /// The caller's program is wrong: the promise is rejected with a `TypeError`.
    TypeError(String),
    /// What Medusa reports to its own caller.
    Error(PaymentProcessorError),
}

/// The name of a method in JavaScript: `"capturePayment"`.
pub(crate) fn method_name(operation: Operation) -> &'static str {
    match operation {
        Operation::InitiatePayment => "initiatePayment",
        Operation::UpdatePayment => "updatePayment",
        Operation::AuthorizePayment => "authorizePayment",
        Operation::CapturePayment => "capturePayment",
        Operation::RefundPayment => "refundPayment",
        Operation::CancelPayment => "cancelPayment",
        Operation::DeletePayment => "deletePayment",
        Operation::RetrievePayment => "retrievePayment",
        Operation::GetPaymentStatus => "getPaymentStatus",
        Operation::UpdatePaymentData => "updatePaymentData",
        Operation::ReadWebhook => "readWebhook",
        Operation::PaymentState => "paymentState",
    }
}

/// As what an argument crosses.
#[derive(Clone, Copy)]
pub(crate) enum Parameter {
    /// An object, with its name in Medusa's types.
    Json(&'static str),
    Number,
    Text,
    /// A Buffer, or a string that stands for its UTF-8.
    Bytes,
}

/// The parameters of a method.
pub(crate) fn parameters(operation: Operation) -> &'static [Parameter] {
    use Parameter::{Bytes, Json, Number, Text};
    match operation {
        Operation::InitiatePayment | Operation::UpdatePayment => &[Json("context")],
        Operation::AuthorizePayment => &[Json("paymentSessionData"), Json("context")],
        Operation::RefundPayment => &[Json("paymentSessionData"), Number],
        Operation::UpdatePaymentData => &[Text, Json("data")],
        Operation::CapturePayment
        | Operation::CancelPayment
        | Operation::DeletePayment
        | Operation::RetrievePayment
        | Operation::GetPaymentStatus
        | Operation::PaymentState => &[Json("paymentSessionData")],
        Operation::ReadWebhook => &[Bytes, Json("headers")],
    }
}

/// A message that names the method.
pub(crate) fn message(operation: Operation, text: &str) -> String {
    format!("medusa-payment-rs: {}: {text}", method_name(operation))
}

impl Refusal {
    pub(crate) fn into_outcome(self, operation: Operation) -> Outcome {
        match self {
            Self::TypeError(text) => Outcome::TypeError(message(operation, &text)),
            Self::Error(error) => outcome(operation, Err(error)),
        }
    }
}

fn expected(name: &str, expected: &str, got: &str) -> Refusal {
    if got == "undefined" {
        return Refusal::TypeError(format!(
            "{name} is missing: expected {expected}, got undefined"
        ));
    }
    Refusal::TypeError(format!("{name} must be {expected}, got {got}"))
}

/// The arguments of one call, taken in their order.
struct Arguments(std::vec::IntoIter<Argument>);

impl Arguments {
    fn object(&mut self, name: &str) -> Result<JsonObject, Refusal> {
        match self.0.next() {
            Some(Argument::Json(text)) => {
                if kind_of(&text) != "an object" {
                    return Err(expected(name, "an object", kind_of(&text)));
                }
                if is_too_deep(&text) {
                    return Err(too_deep(name));
                }
                let text = match storable(&text) {
                    Cow::Borrowed(_) => text,
                    Cow::Owned(changed) => changed,
                };
                JsonObject::from_text(text)
                    .map_err(|error| Refusal::TypeError(format!("{name}: {error}")))
            }
            Some(Argument::TooDeep) => Err(too_deep(name)),
            other => Err(expected(name, "an object", kind_of_argument(other.as_ref()))),
        }
    }

    /// Whether JSON can carry the next argument.
    fn next_is_json(&self) -> bool {
        !matches!(self.0.as_slice().first(), None | Some(Argument::Other(_)))
    }

    /// The amount of a refund.
    fn refund_amount(&mut self, name: &str) -> Result<Amount, Refusal> {
        match self.0.next() {
            Some(Argument::Number(number)) => match Amount::try_from(number) {
                Ok(Amount::ZERO) => {
                    Err(Refusal::Error(invalid_amount(name, 1, "a refund of 0 moves nothing")))
                }
                Ok(amount) => Ok(amount),
                Err(reason) => Err(Refusal::Error(invalid_amount(name, 1, &reason.to_string()))),
            },
            other => Err(expected(name, "a number", kind_of_argument(other.as_ref()))),
        }
    }

    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, Refusal> {
        match self.0.next() {
            Some(Argument::Bytes(bytes)) => Ok(bytes),
            Some(Argument::Text(text)) => Ok(text.into_bytes()),
            other => {
                let got = kind_of_argument(other.as_ref());
                Err(expected(name, "a Buffer or a string, as it arrived", got))
            }
        }
    }

    fn text(&mut self, name: &str) -> Result<String, Refusal> {
        match self.0.next() {
            Some(Argument::Text(text)) => Ok(text),
            other => Err(expected(name, "a string", kind_of_argument(other.as_ref()))),
        }
    }
}

fn kind_of_argument(argument: Option<&Argument>) -> &'static str {
    match argument {
        None => "undefined",
        Some(Argument::Json(text)) => kind_of(text),
        Some(Argument::Number(_)) => "a number",
        Some(Argument::Text(_)) => "a string",
        Some(Argument::Bytes(_)) => "a Buffer",
        Some(Argument::Scalar(kind) | Argument::Other(kind)) => kind,
        Some(Argument::TooDeep) => "an object",
    }
}

fn too_deep(name: &str) -> Refusal {
    Refusal::TypeError(format!("{name} is nested more than {MAX_DEPTH} levels deep"))
}

fn invalid_amount(name: &str, least: u8, reason: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid(
        "The amount is not valid",
        "invalid_amount",
        format!(
            "{name} has to be a whole number of minor units from {least} to {}: {reason}. The provider \
             was not asked.",
            Amount::MAX
        ),
    )
}

/// The request that a method call makes.
pub(crate) fn request(operation: Operation, arguments: Vec<Argument>) -> Result<Request, Refusal> {
    let mut arguments = Arguments(arguments.into_iter());
    Ok(match operation {
        Operation::InitiatePayment => {
            Request::InitiatePayment(Box::new(context(&arguments.object("context")?)?))
        }
        Operation::UpdatePayment => {
            Request::UpdatePayment(Box::new(context(&arguments.object("context")?)?))
        }
        Operation::AuthorizePayment => Request::AuthorizePayment {
            data: arguments.object("paymentSessionData")?,
            context: arguments.object("context")?,
        },
        Operation::CapturePayment => {
            Request::CapturePayment { data: arguments.object("paymentSessionData")? }
        }
        Operation::RefundPayment => Request::RefundPayment {
            data: arguments.object("paymentSessionData")?,
            amount: arguments.refund_amount("refundAmount")?,
        },
        Operation::CancelPayment => {
            Request::CancelPayment { data: arguments.object("paymentSessionData")? }
        }
        Operation::DeletePayment => {
            Request::DeletePayment { data: arguments.object("paymentSessionData")? }
        }
        Operation::RetrievePayment => {
            Request::RetrievePayment { data: arguments.object("paymentSessionData")? }
        }
        Operation::GetPaymentStatus => {
            Request::GetPaymentStatus { data: arguments.object("paymentSessionData")? }
        }
        Operation::UpdatePaymentData => {
            let session_id = arguments.text("sessionId")?;
            let is_json = arguments.next_is_json();
            let data = arguments.object("data").map_err(|refusal| match refusal {
                Refusal::TypeError(text) if is_json => invalid_data(text),
                other => other,
            })?;
            Request::UpdatePaymentData { session_id, data }
        }
        Operation::ReadWebhook => {
            let body = arguments.bytes("rawBody")?;
            let headers: BTreeMap<String, Value> = arguments
                .object("headers")?
                .deserialize()
                .map_err(|error| Refusal::TypeError(format!("headers: {error}")))?;
            // A header that came more than once is an array in Node.js; no signature does.
            let texts = headers
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
            Request::ReadWebhook(WebhookRequest::new(body, texts))
        }
        Operation::PaymentState => {
            Request::PaymentState { data: arguments.object("paymentSessionData")? }
        }
    })
}

/// What a shopper's browser can send is answered, because Medusa makes a rejection an HTTP 500.
/// What no JSON can carry was not sent by a browser, and stays an error of the program.
fn invalid_data(text: String) -> Refusal {
    Refusal::Error(PaymentProcessorError::invalid(
        "The payment session cannot be updated",
        "invalid_data",
        text,
    ))
}

/// Medusa's context as it comes, before its fields are looked at one by one.
#[derive(Deserialize)]
struct ContextJson {
    amount: Option<Box<RawValue>>,
    currency_code: Option<Box<RawValue>>,
    email: Option<Box<RawValue>>,
    resource_id: Option<Box<RawValue>>,
    customer: Option<Box<RawValue>>,
    billing_address: Option<Box<RawValue>>,
    context: Option<Box<RawValue>>,
    #[serde(rename = "paymentSessionData")]
    payment_session_data: Option<Box<RawValue>>,
}

fn context(json: &JsonObject) -> Result<PaymentProcessorContext, Refusal> {
    // `Option<RawValue>` takes `null` for absent, which is what optional fields mean by it. A NaN
    // amount is `null` in JSON too, and told apart from an absent one by its key.
    let fields: ContextJson =
        json.deserialize().map_err(|error| Refusal::TypeError(format!("context: {error}")))?;
    Ok(PaymentProcessorContext {
        amount: context_amount(json, fields.amount.as_deref())?,
        currency_code: required(json, "context.currency_code", fields.currency_code.as_deref())?,
        email: optional("context.email", fields.email.as_deref())?.unwrap_or_default(),
        resource_id: required(json, "context.resource_id", fields.resource_id.as_deref())?,
        customer: optional_object("context.customer", fields.customer.as_deref())?,
        billing_address: optional_object(
            "context.billing_address",
            fields.billing_address.as_deref(),
        )?,
        context: optional("context.context", fields.context.as_deref())?.unwrap_or_default(),
        payment_session_data: optional(
            "context.paymentSessionData",
            fields.payment_session_data.as_deref(),
        )?
        .unwrap_or_default(),
    })
}

fn context_amount(json: &JsonObject, field: Option<&RawValue>) -> Result<Amount, Refusal> {
    const NAME: &str = "context.amount";
    let Some(raw) = field else {
        if json.contains_key("amount") {
            let reason = format!("{} (NaN and Infinity are null in JSON)", AmountError::NotFinite);
            return Err(Refusal::Error(invalid_amount(NAME, 0, &reason)));
        }
        return Err(expected(NAME, "a number", "undefined"));
    };
    match serde_json::from_str::<f64>(raw.get()) {
        Ok(number) => Amount::try_from(number)
            .map_err(|reason| Refusal::Error(invalid_amount(NAME, 0, &reason.to_string()))),
        Err(_) => Err(expected(NAME, "a number", kind_of(raw.get()))),
    }
}

fn required(json: &JsonObject, name: &str, field: Option<&RawValue>) -> Result<String, Refusal> {
    optional(name, field)?.ok_or_else(|| {
        if name.strip_prefix("context.").is_some_and(|key| json.contains_key(key)) {
            return Refusal::TypeError(format!("{name}: expected a string, got null"));
        }
        expected(name, "a string", "undefined")
    })
}

/// A field whose type is a struct, for which serde would also take its values as an array.
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

#[derive(Serialize)]
struct ErrorJson<'a> {
    error: &'a str,
    code: &'a str,
    detail: &'a str,
    /// For our own webhook route, which has to tell "never" from "later".
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

/// What the caller of a method gets for a processor's answer.
pub(crate) fn outcome(
    operation: Operation,
    answer: Result<Response, PaymentProcessorError>,
) -> Outcome {
    let json = match answer {
        Ok(Response::Unchanged) => return Outcome::Nothing,
        Ok(Response::Data(data)) => unchanged(without_error_key(data)),
        Ok(Response::Session(session)) => spelled(&PaymentProcessorSessionResponse {
            session_data: without_error_key(session.session_data),
            ..session
        }),
        Ok(Response::Authorization(Authorization { status, data })) => spelled(&Authorization {
            status: known_to_medusa(status),
            data: without_error_key(data),
        }),
        Ok(Response::Status(status)) => spelled(&known_to_medusa(status)),
        Ok(Response::Webhook(event)) => spelled(&event),
        Ok(Response::State(state)) => spelled(&state),
        // Its type has no error object (`getPaymentStatus(…): Promise<PaymentSessionStatus>`).
        Err(error) if operation == Operation::GetPaymentStatus => {
            return Outcome::Error(message(operation, &error.to_string()));
        }
        Err(error) => {
            let is_of_webhook =
                matches!(operation, Operation::ReadWebhook | Operation::PaymentState);
            let kind = is_of_webhook.then(|| error.kind().code());
            let (error, code, detail) = (error.error(), error.code(), error.detail());
            spelled(&ErrorJson { error, code, detail, kind })
        }
    };
    Outcome::Json(json)
}

/// Data is handed back as it is, mostly: in the memory that the main thread wrote its argument to.
fn unchanged(data: JsonObject) -> String {
    let changed = match storable(data.as_str()) {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text),
    };
    changed.unwrap_or_else(|| data.into_text())
}

fn spelled(value: &impl Serialize) -> String {
    // These types are strings and JSON text: they always serialize.
    let json = serde_json::to_string(value).unwrap_or_default();
    match storable(&json) {
        Cow::Borrowed(_) => json,
        Cow::Owned(changed) => changed,
    }
}

/// Medusa v1 has no status for captured payments.
fn known_to_medusa(status: PaymentSessionStatus) -> PaymentSessionStatus {
    match status {
        PaymentSessionStatus::Captured => PaymentSessionStatus::Authorized,
        other => other,
    }
}

/// Medusa takes every result with a member `error` for a failure, also where the money was moved
/// (`"error" in result`, `dist/services/payment-provider.js`).
fn without_error_key(data: JsonObject) -> JsonObject {
    // A key can be spelled with escapes too.
    let text = data.as_str().as_bytes();
    let may_have =
        memmem::find(text, b"\"error\"").is_some() || memmem::find(text, b"\\u").is_some();
    if may_have && data.contains_key("error") {
        tracing::warn!(
            "left out a member `error` of the payment's data: Medusa takes it for a failure"
        );
        return data.without("error");
    }
    data
}

/// JSON text without what PostgreSQL's `jsonb` refuses: `\u0000` and lone surrogates become U+FFFD.
fn storable(json: &str) -> Cow<'_, str> {
    let mut changed: Option<String> = None;
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = json.as_bytes().get(at..).and_then(|rest| memchr(b'\\', rest)) {
        let start = at + found;
        let Some(unit) = escaped_unit(json, start) else {
            // `\n`, `\\` and the like: the escaped character is no backslash to look at again.
            at = start + 2;
            continue;
        };
        let pair = (0xD800..0xDC00).contains(&unit)
            && escaped_unit(json, start + 6).is_some_and(|low| (0xDC00..0xE000).contains(&low));
        at = start + if pair { 12 } else { 6 };
        let refused = unit == 0 || (!pair && (0xD800..0xE000).contains(&unit));
        if refused {
            let text = changed.get_or_insert_with(String::new);
            text.push_str(json.get(kept..start).unwrap_or_default());
            text.push_str("\\ufffd");
            kept = at;
        }
    }
    match changed {
        None => Cow::Borrowed(json),
        Some(mut text) => {
            text.push_str(json.get(kept..).unwrap_or_default());
            Cow::Owned(text)
        }
    }
}

/// The UTF-16 unit that `\uXXXX` at `start` stands for.
fn escaped_unit(json: &str, start: usize) -> Option<u16> {
    let digits = json.get(start..start + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

/// How many `{` and `[` there are. They differ in one bit, and the sums of short pieces fit in a byte:
/// that is how a processor counts many bytes at once.
fn brackets(json: &str) -> usize {
    json.as_bytes()
        .chunks(usize::from(u8::MAX))
        .map(|chunk| {
            usize::from(
                chunk
                    .iter()
                    .fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(byte | 0x20 == b'{'))),
            )
        })
        .sum()
}

/// Whether JSON text is nested deeper than [`MAX_DEPTH`].
fn is_too_deep(json: &str) -> bool {
    // Most texts have no room for as many brackets, or have fewer than that in all.
    if json.len() <= 2 * MAX_DEPTH || brackets(json) <= MAX_DEPTH {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Authorization;

    fn json(text: &str) -> Argument {
        Argument::Json(text.to_owned())
    }

    fn data(text: &str) -> JsonObject {
        JsonObject::parse(text).unwrap()
    }

    fn type_error(operation: Operation, arguments: Vec<Argument>) -> String {
        match request(operation, arguments) {
            Err(Refusal::TypeError(text)) => text,
            Err(Refusal::Error(error)) => panic!("an error object: {error}"),
            Ok(request) => panic!("accepted: {request:?}"),
        }
    }

    fn code(operation: Operation, arguments: Vec<Argument>) -> String {
        match request(operation, arguments) {
            Err(Refusal::Error(error)) => error.code().to_owned(),
            Err(Refusal::TypeError(text)) => panic!("a type error: {text}"),
            Ok(request) => panic!("accepted: {request:?}"),
        }
    }

    fn resolved(operation: Operation, answer: Result<Response, PaymentProcessorError>) -> String {
        match outcome(operation, answer) {
            Outcome::Json(text) => text,
            Outcome::Nothing => "undefined".into(),
            Outcome::Error(text) | Outcome::TypeError(text) => format!("rejected: {text}"),
        }
    }

    const CONTEXT: &str = r#"{"amount":10,"currency_code":"eur","resource_id":"cart_1"}"#;

    #[test]
    fn optional_context_fields_may_be_absent_or_null() {
        for text in [
            CONTEXT.to_owned(),
            CONTEXT.replace(
                '}',
                r#","email":null,"customer":null,"billing_address":null,"context":null,"paymentSessionData":null}"#,
            ),
        ] {
            let Ok(Request::InitiatePayment(context)) =
                request(Operation::InitiatePayment, vec![json(&text)])
            else {
                panic!("refused: {text}");
            };
            assert_eq!(context.email, "");
            assert_eq!(context.customer, None);
            assert_eq!(context.payment_session_data, JsonObject::empty());
        }
    }

    #[test]
    fn a_wrong_argument_is_named_with_what_was_expected_and_what_came() {
        let capture = Operation::CapturePayment;
        assert_eq!(
            type_error(capture, vec![Argument::Other("undefined")]),
            "paymentSessionData is missing: expected an object, got undefined"
        );
        assert_eq!(
            type_error(capture, vec![json("[]")]),
            "paymentSessionData must be an object, got an array"
        );
        assert_eq!(
            type_error(Operation::RefundPayment, vec![json("{}"), Argument::Other("a bigint")]),
            "refundAmount must be a number, got a bigint"
        );
        let customer = CONTEXT.replace('}', r#","customer":{"phone":4930}}"#);
        assert_eq!(
            type_error(Operation::InitiatePayment, vec![json(&customer)]),
            "context.customer.phone: expected a string, got an integer"
        );
        for (field, value, text) in [
            ("customer", "[]", "context.customer: expected an object, got an array"),
            ("billing_address", "[]", "context.billing_address: expected an object, got an array"),
            ("billing_address", "5", "context.billing_address: expected an object, got an integer"),
            ("currency_code", "null", "context.currency_code: expected a string, got null"),
        ] {
            let given = CONTEXT
                .replace(r#""currency_code":"eur","#, "")
                .replace('}', &format!(r#","{field}":{value}}}"#));
            let given = match field {
                "currency_code" => given,
                _ => given.replace('{', r#"{"currency_code":"eur","#),
            };
            assert_eq!(type_error(Operation::InitiatePayment, vec![json(&given)]), text);
        }
        assert_eq!(
            type_error(Operation::InitiatePayment, vec![json("{}")]),
            "context.amount is missing: expected a number, got undefined"
        );
    }

    #[test]
    fn what_is_no_amount_gets_an_error_object() {
        for number in [f64::NAN, f64::INFINITY, 1.5, -1.0, 2_f64.powi(53), 0.0] {
            let arguments = vec![json("{}"), Argument::Number(number)];
            assert_eq!(code(Operation::RefundPayment, arguments), "invalid_amount", "{number}");
        }
        for number in ["null", "1.5", "-1", "9007199254740992", "1e300"] {
            let context = CONTEXT.replace("10", number);
            assert_eq!(
                code(Operation::UpdatePayment, vec![json(&context)]),
                "invalid_amount",
                "{number}"
            );
        }
    }

    #[test]
    fn whatever_a_browser_sends_is_answered() {
        let post = |data| vec![Argument::Text("ps_1".into()), data];
        for data in ["null", "[]", "1", "\"x\""] {
            assert_eq!(code(Operation::UpdatePaymentData, post(json(data))), "invalid_data");
        }
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert_eq!(code(Operation::UpdatePaymentData, post(json(&deep))), "invalid_data");
        assert_eq!(code(Operation::UpdatePaymentData, post(Argument::TooDeep)), "invalid_data");
    }

    #[test]
    fn a_thousand_levels_pass_and_ten_thousand_are_refused() {
        let nested = |levels| format!(r#"{{"a":{}1{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(request(Operation::CapturePayment, vec![json(&nested(1000))]).is_ok());
        let text = type_error(Operation::CapturePayment, vec![json(&nested(10_000))]);
        assert!(text.contains("levels deep"), "{text}");
        let brackets = format!(r#"{{"a":"{}\"["}}"#, "[".repeat(10_000));
        assert!(request(Operation::CapturePayment, vec![json(&brackets)]).is_ok());
    }

    #[test]
    fn nothing_that_medusa_cannot_store_leaves() {
        for (given, stored) in [
            (r#"{"a":"\u0000"}"#, r#"{"a":"\ufffd"}"#),
            (r#"{"a":"x\ud800y"}"#, r#"{"a":"x\ufffdy"}"#),
            (r#"{"a":"\udc00\ud83d\ude00"}"#, r#"{"a":"\ufffd\ud83d\ude00"}"#),
            (r#"{"\ud800":"\\u0000"}"#, r#"{"\ufffd":"\\u0000"}"#),
            (r#"{"a":"\ud800\u0041"}"#, r#"{"a":"\ufffd\u0041"}"#),
            (r#"{"a":"\\\u0000"}"#, r#"{"a":"\\\ufffd"}"#),
        ] {
            assert_eq!(storable(given), stored);
            let answer = Ok(Response::Data(data(given)));
            assert_eq!(resolved(Operation::RetrievePayment, answer), stored);
        }
    }

    #[test]
    fn success_data_has_no_error_key() {
        let answer = Ok(Response::Data(data(r#"{"id":1,"error":"x","b":{"error":1}}"#)));
        assert_eq!(resolved(Operation::CapturePayment, answer), r#"{"id":1,"b":{"error":1}}"#);
        let answer = Ok(Response::Authorization(Authorization {
            status: PaymentSessionStatus::Captured,
            data: data(r#"{"error":null}"#),
        }));
        assert_eq!(
            resolved(Operation::AuthorizePayment, answer),
            r#"{"status":"authorized","data":{}}"#
        );
        let answer = Ok(Response::Data(data(r#"{"id":1,"\u0065rror":"x"}"#)));
        assert_eq!(resolved(Operation::CapturePayment, answer), r#"{"id":1}"#);
        let answer = Ok(Response::Session(data(r#"{"error":1}"#).into()));
        assert_eq!(resolved(Operation::InitiatePayment, answer), r#"{"session_data":{}}"#);
    }

    #[test]
    fn a_failure_is_an_error_object_from_every_method_but_the_status() {
        for operation in Operation::ALL {
            let text = resolved(operation, Err(PaymentProcessorError::refused("", "", "")));
            if operation == Operation::GetPaymentStatus {
                assert!(text.starts_with("rejected: medusa-payment-rs: getPaymentStatus: "));
            } else {
                assert!(text.contains(r#""code":"refused""#), "{text}");
            }
        }
    }

    #[test]
    fn an_update_without_a_change_is_undefined() {
        assert_eq!(resolved(Operation::UpdatePayment, Ok(Response::Unchanged)), "undefined");
    }
}
