//! From the answer of a processor to what Medusa understands and stores.

use memchr::memmem;
use serde::Serialize;

use crate::error::PaymentProcessorError;
use crate::json::JsonObject;
use crate::node::boundary::outcome::{Outcome, type_of};
use crate::node::boundary::storable::storable;
use crate::request::Response;
use crate::types::{Authorization, PaymentProcessorSessionResponse, PaymentSessionStatus};

/// Returns what the caller of a method gets if it succeeded.
pub(super) fn success(response: Response) -> Outcome {
    Outcome::Json(match response {
        Response::Unchanged => return Outcome::Nothing,
        // Mostly handed back as it is, in the memory that the main thread wrote its argument to.
        Response::Data(data) => storable(without_error_key(data).into_text()),
        Response::Session(session) => json(&PaymentProcessorSessionResponse {
            session_data: without_error_key(session.session_data),
            ..session
        }),
        Response::Authorization(Authorization { status, data }) => {
            json(&Authorization { status: known_to_medusa(status), data: without_error_key(data) })
        }
        Response::Status(status) => json(&known_to_medusa(status)),
        Response::Webhook(event) => json(&event),
        Response::State(state) => json(&state),
        Response::PaymentMethods(methods) => {
            let methods: Vec<&JsonObject> = methods.iter().map(|method| &method.data).collect();
            json(&methods)
        }
        // No method of Medusa 1 asks for them.
        Response::Kept(_) | Response::Deleted => return Outcome::Nothing,
    })
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    error: &'a str,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
}

/// Returns what the caller of a method gets if it failed.
pub(super) fn failure(error: &PaymentProcessorError) -> Outcome {
    failed(error, None)
}

/// Returns the failure of a method whose type has no error. Of an error with one of these types Medusa shows the message
/// (`dist/api/middlewares/error-handler.js`).
pub(super) fn thrown(error: &PaymentProcessorError) -> Outcome {
    Outcome::thrown(type_of(error.kind()), error)
}

/// Returns what our own webhook route gets if it failed: it has to tell what never works from what works
/// later.
pub(super) fn failure_with_kind(error: &PaymentProcessorError) -> Outcome {
    failed(error, Some(error.kind().code()))
}

fn failed(error: &PaymentProcessorError, kind: Option<&str>) -> Outcome {
    let (error, code, detail) = (error.error(), error.code(), error.detail());
    Outcome::Json(json(&ErrorJson { error, code, detail, kind }))
}

fn json(value: &impl Serialize) -> String {
    // These types are strings and JSON text: they always serialize.
    storable(serde_json::to_string(value).unwrap_or_default())
}

/// Returns the status that Medusa has for it: it has none for captured payments, and none for payments that may still
/// come after the order.
fn known_to_medusa(status: PaymentSessionStatus) -> PaymentSessionStatus {
    match status {
        PaymentSessionStatus::Captured => PaymentSessionStatus::Authorized,
        PaymentSessionStatus::PendingAuthorization => PaymentSessionStatus::Pending,
        other => other,
    }
}

/// Leaves out a member `error`: Medusa takes every result that has one for a failure, even if the money was moved
/// (`"error" in result`, `dist/services/payment-provider.js`).
fn without_error_key(data: JsonObject) -> JsonObject {
    // A key can be written with escapes too.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn data(text: &str) -> JsonObject {
        JsonObject::parse(text).unwrap()
    }

    fn resolved(outcome: Outcome) -> String {
        match outcome {
            Outcome::Json(text) => text,
            Outcome::Nothing => "undefined".into(),
            Outcome::Error(text) | Outcome::TypeError(text) | Outcome::MedusaError(text) => {
                panic!("rejected: {text}")
            }
        }
    }

    #[test]
    fn nothing_that_medusa_cannot_store_leaves() {
        let (given, stored) = (r#"{"a":"\u0000x\ud800"}"#, r#"{"a":"\ufffdx\ufffd"}"#);
        let answer = Response::Data(data(given));
        assert_eq!(resolved(success(answer)), stored);
        let answer = Response::Session(data(given).into());
        assert_eq!(resolved(success(answer)), format!(r#"{{"session_data":{stored}}}"#));
        let error = PaymentProcessorError::refused("\0", "refused", "no");
        assert_eq!(
            resolved(failure(&error)),
            r#"{"error":"\ufffd","code":"refused","detail":"no"}"#
        );
    }

    #[test]
    fn success_data_has_no_error_key() {
        let answer = Response::Data(data(r#"{"id":1,"error":"x","b":{"error":1}}"#));
        assert_eq!(resolved(success(answer)), r#"{"id":1,"b":{"error":1}}"#);
        let answer = Response::Authorization(Authorization {
            status: PaymentSessionStatus::Captured,
            data: data(r#"{"error":null}"#),
        });
        assert_eq!(resolved(success(answer)), r#"{"status":"authorized","data":{}}"#);
        let answer = Response::Data(data(r#"{"id":1,"\u0065rror":"x"}"#));
        assert_eq!(resolved(success(answer)), r#"{"id":1}"#);
        let answer = Response::Session(data(r#"{"error":1}"#).into());
        assert_eq!(resolved(success(answer)), r#"{"session_data":{}}"#);
    }

    #[test]
    fn an_update_without_a_change_is_undefined() {
        assert_eq!(resolved(success(Response::Unchanged)), "undefined");
    }
}
