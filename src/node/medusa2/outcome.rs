//! From the answer of a processor to what Medusa 2 understands and stores.

use super::merge::replacing;
use super::request::Asked;
use crate::error::{ErrorKind, PaymentProcessorError};
use crate::json::JsonObject;
use crate::node::boundary::outcome::{Outcome, type_of};
use crate::node::boundary::storable::{json, storable};
use crate::request::{Operation, Response};
use crate::types::{Kept, PaymentSessionStatus};

/// Returns what most methods return (`PaymentProviderOutput`, `@medusajs/types/dist/payment/provider.d.ts`).
fn output(id: Option<&str>, status: Option<PaymentSessionStatus>, data: &JsonObject) -> String {
    let members = [("id", id.map(|id| json(&id))), ("status", status.map(|status| json(&status)))];
    // By hand: serde would read the data's text once more.
    let mut text = String::with_capacity(data.as_str().len() + 64);
    text.push('{');
    for (name, value) in members {
        if let Some(value) = value {
            text.extend(["\"", name, "\":", &value, ","]);
        }
    }
    text.extend(["\"data\":", data.as_str(), "}"]);
    storable(text)
}

/// Returns what the caller of a method gets if it succeeded. `id_of` finds the payment's id in the processor's data.
pub(super) fn success(
    response: Response,
    asked: &Asked,
    id_of: impl Fn(&JsonObject) -> Option<String>,
) -> Outcome {
    let with = |id: Option<&str>, status: Option<PaymentSessionStatus>, data: &JsonObject| {
        output(id, status, &stored(data, asked))
    };
    Outcome::Json(match response {
        Response::Session(session) => {
            let id = id_of(&session.session_data);
            with(id.as_deref(), session.status, &session.session_data)
        }
        Response::Unchanged => output(None, None, &asked.stored),
        Response::Data(data) => with(None, None, &data),
        Response::Authorization(it) => with(None, Some(it.status), &it.data),
        Response::Status(status) => with(None, Some(status), &asked.stored),
        Response::Webhook(event) => json(&event),
        Response::State(state) => json(&state),
        Response::Kept(kept) => kept_json(&kept),
        Response::PaymentMethods(methods) => {
            let methods: Vec<String> = methods.iter().map(kept_json).collect();
            format!("[{}]", methods.join(","))
        }
        Response::Deleted => "{}".to_owned(),
    })
}

/// Returns the processor's data as Medusa has to get it: with the session, and with null for what it does not have any
/// more.
fn stored(data: &JsonObject, asked: &Asked) -> JsonObject {
    let data = match &asked.session {
        Some(session) => session.written_into(data),
        None => data.clone(),
    };
    replacing(&asked.stored, &data)
}

fn kept_json(kept: &Kept) -> String {
    output(Some(&kept.id), None, &kept.data)
}

/// Returns what the caller of a method gets if it failed: the type decides on the HTTP status
/// (`@medusajs/framework/dist/http/middlewares/error-handler.js`), and only the message of a `MedusaError` reaches a
/// person.
pub(super) fn failure(operation: Operation, error: &PaymentProcessorError) -> Outcome {
    let refused_authorization =
        (error.kind(), operation) == (ErrorKind::Refused, Operation::AuthorizePayment);
    let r#type = match refused_authorization {
        true => "payment_authorization_error",
        false => type_of(error.kind()),
    };
    Outcome::thrown(r#type, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Rows;
    use crate::node::medusa2::session::Session;
    use crate::types::Authorization;
    use crate::webhook::{WebhookAction, WebhookEvent};

    fn data(text: &str) -> JsonObject {
        JsonObject::parse(text).unwrap()
    }

    fn asked(stored: &str) -> Asked {
        let stored = data(stored);
        let session = Session::of(&stored);
        Asked {
            request: None,
            answer: None,
            session,
            rows: Rows::default(),
            may_go_on: true,
            stored,
        }
    }

    fn resolved(response: Response, asked: &Asked) -> String {
        match success(response, asked, |data| data.get("id")) {
            Outcome::Json(text) => text,
            _ => panic!("rejected"),
        }
    }

    const SESSION: &str =
        r#""medusa_session":{"id":"payses_1","currency_code":"usd","amount":"13.065"}"#;

    #[test]
    fn the_session_stays_in_the_data_whatever_the_processor_drops() {
        let asked = asked(&format!(r#"{{"id":"p_1","old":{{"a":1}},{SESSION}}}"#));
        let answer = Response::Data(data(r#"{"id":"p_1","new":1.50}"#));
        assert_eq!(
            resolved(answer, &asked),
            format!(r#"{{"data":{{"id":"p_1","new":1.50,{SESSION},"old":null}}}}"#)
        );
    }

    #[test]
    fn a_payment_without_a_session_gets_none() {
        assert_eq!(
            resolved(Response::Data(data(r#"{"id":"pi_1"}"#)), &asked(r#"{"id":"pi_1"}"#)),
            r#"{"data":{"id":"pi_1"}}"#
        );
    }

    #[test]
    fn every_answer_has_the_members_that_medusa_reads() {
        let none = asked("{}");
        let session = Response::Session(data(r#"{"id":"p_1"}"#).into());
        assert_eq!(resolved(session, &none), r#"{"id":"p_1","data":{"id":"p_1"}}"#);
        let status = PaymentSessionStatus::PendingAuthorization;
        let authorization =
            Response::Authorization(Authorization { status, data: data(r#"{"id":"p_1"}"#) });
        assert_eq!(
            resolved(authorization, &none),
            r#"{"status":"pending_authorization","data":{"id":"p_1"}}"#
        );
        let kept = Kept { id: "cus_1".into(), data: data(r#"{"id":"cus_1"}"#) };
        assert_eq!(
            resolved(Response::PaymentMethods(vec![kept.clone(), kept]), &none),
            r#"[{"id":"cus_1","data":{"id":"cus_1"}},{"id":"cus_1","data":{"id":"cus_1"}}]"#
        );
        assert_eq!(resolved(Response::Deleted, &none), "{}");
        assert_eq!(resolved(Response::Unchanged, &asked(r#"{"id":1}"#)), r#"{"data":{"id":1}}"#);
        let event = WebhookEvent::not_supported("evt_1", "x");
        assert_eq!(event.action, WebhookAction::NotSupported);
        assert!(resolved(Response::Webhook(Box::new(event)), &none).contains("not_supported"));
    }

    #[test]
    fn a_failure_has_the_type_of_its_http_status() {
        for (kind, operation, expected) in [
            (ErrorKind::Refused, Operation::CapturePayment, "not_allowed"),
            (ErrorKind::Refused, Operation::AuthorizePayment, "payment_authorization_error"),
            (ErrorKind::Invalid, Operation::RefundPayment, "invalid_data"),
            (ErrorKind::Unavailable, Operation::RefundPayment, "unexpected_state"),
            (ErrorKind::OutcomeUnknown, Operation::CapturePayment, "unexpected_state"),
        ] {
            let error = PaymentProcessorError::new(kind, "It failed", "why", "Do this.");
            let Outcome::MedusaError(text) = failure(operation, &error) else { panic!() };
            assert_eq!(
                text,
                format!(
                    r#"{{"type":"{expected}","message":"It failed (why): Do this.","code":"why"}}"#
                )
            );
        }
    }

    #[test]
    fn nothing_that_medusa_cannot_store_leaves() {
        let answer = Response::Data(data(r#"{"a":"\u0000x\ud800"}"#));
        assert_eq!(resolved(answer, &asked("{}")), r#"{"data":{"a":"\ufffdx\ufffd"}}"#);
    }
}
