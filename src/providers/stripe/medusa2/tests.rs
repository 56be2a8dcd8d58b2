//! The processor against scripted replies, each operation as Medusa 2 calls it, layers included.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::Any;
use super::*;
use crate::call::{HostCall, Rows};
use crate::error::ErrorKind;
use crate::http::testing::{Answer, Server, error, ok, replayed};
use crate::layers::Stack;
use crate::request::{Request, Response};

fn stack(url: &str, more: &str) -> Stack {
    let options = format!(
        r#"{{"apiKey":"sk_test_secret","api_base":"{url}","timeout_ms":2000,"deadline_ms":6000,"max_retries":1{more}}}"#
    );
    let stripe = Stripe::<Any>::from_config(serde_json::from_str(&options).unwrap()).unwrap();
    let layers = stripe.layers();
    Stack::new("v2/stripe", Arc::new(stripe), layers)
}

fn json(text: &str) -> JsonObject {
    JsonObject::parse(text).unwrap()
}

fn amount(units: u64) -> Amount {
    Amount::new(units).unwrap()
}

/// An intent over 12.00 of the session `payses_1`.
fn intent(status: &str, more: &str) -> String {
    format!(
        r#"{{"id":"pi_1","object":"payment_intent","amount":1200,"currency":"usd","status":"{status}","metadata":{{"session_id":"payses_1"}}{more}}}"#
    )
}

/// The same with this much held, and this much taken, of a card that allows several captures.
fn held(capturable: u64, taken: u64) -> String {
    let charge = r#"{"id":"ch_1","refunded":false,"payment_method_details":{"card":{"multicapture":{"status":"available"}}}}"#;
    intent(
        "requires_capture",
        &format!(
            r#","amount_capturable":{capturable},"amount_received":{taken},"latest_charge":{charge}"#
        ),
    )
}

fn taken(units: u64) -> String {
    let more =
        format!(r#","amount_received":{units},"latest_charge":{{"id":"ch_1","refunded":false}}"#);
    intent("succeeded", &more)
}

/// The rows of a capture `capt_1`, beside settled and young ones.
fn rows(settled: &[u64], young: &[u64]) -> HostCall {
    let of = |name: &str, amounts: &[u64]| -> BTreeMap<String, Amount> {
        let named = amounts.iter().enumerate();
        named.map(|(number, units)| (format!("{name}_{number}"), amount(*units))).collect()
    };
    let rows = Rows {
        current: Some("capt_1".to_owned()),
        captures: of("old", settled),
        young_captures: of("young", young),
        ..Rows::default()
    };
    HostCall { rows, ..HostCall::default() }
}

/// The same, read again after Stripe's state was.
fn again(host: HostCall) -> HostCall {
    HostCall { rows: Rows { were_read_again: true, ..host.rows }, ..host }
}

struct Captured {
    result: Result<JsonObject>,
    requests: Vec<(String, String)>,
}

impl Captured {
    fn code(&self) -> &str {
        self.result.as_ref().unwrap_err().code()
    }

    fn state(&self) -> StoredState {
        StoredState::of(self.result.as_ref().unwrap())
    }
}

async fn capture(more: &str, host: HostCall, units: u64, answers: Vec<Answer>) -> Captured {
    let server = Server::start(answers).await;
    let request = Request::CapturePayment {
        data: json(&intent("requires_capture", "")),
        capture: Capture::Part(amount(units)),
    };
    let result = match stack(&server.url, more).call_from(host, request).await {
        Ok(Response::Data(data)) => Ok(data),
        Ok(other) => panic!("no data: {other:?}"),
        Err(error) => Err(error),
    };
    let requests = server.received().into_iter().map(|it| (it.line, it.body)).collect();
    Captured { result, requests }
}

const MULTICAPTURE: &str = r#","multicapture":true"#;

#[tokio::test]
async fn a_first_part_takes_the_part_and_says_what_was_released() {
    let answers = vec![ok(held(1200, 0)), ok(taken(550))];
    let captured = capture("", rows(&[], &[]), 550, answers).await;
    assert_eq!(captured.requests[1].1, "amount_to_capture=550");
    let state = captured.state();
    assert_eq!(state.captures["capt_1"], Some(amount(550)));
    assert_eq!(state.released, Some(amount(650)));
}

#[tokio::test]
async fn a_further_part_of_what_was_released_is_refused() {
    let captured = capture("", rows(&[550], &[]), 100, vec![ok(taken(550))]).await;
    assert_eq!(captured.code(), "nothing_left_to_capture");
    assert_eq!(captured.requests.len(), 1);
}

#[tokio::test]
async fn with_several_captures_the_rest_stays_held_until_the_last() {
    let answers = vec![ok(held(1200, 0)), ok(held(650, 550))];
    let first = capture(MULTICAPTURE, rows(&[], &[]), 550, answers).await;
    assert_eq!(first.requests[1].1, "amount_to_capture=550&final_capture=false");
    assert_eq!(first.state().released, None);

    let answers = vec![ok(held(650, 550)), ok(taken(1200))];
    let last = capture(MULTICAPTURE, rows(&[550], &[]), 650, answers).await;
    assert_eq!(last.requests[1].1, "amount_to_capture=650");
    assert_eq!(last.state().released, None);
}

#[tokio::test]
async fn a_card_that_allows_one_capture_gets_the_rest_back() {
    let one = held(1200, 0).replace("available", "unavailable");
    let captured = capture(MULTICAPTURE, rows(&[], &[]), 550, vec![ok(one), ok(taken(550))]).await;
    assert_eq!(captured.requests[1].1, "amount_to_capture=550");
    assert_eq!(captured.state().released, Some(amount(650)));
}

#[tokio::test]
async fn a_part_whose_reply_was_lost_is_recorded_and_not_taken_again() {
    let captured = capture("", again(rows(&[], &[])), 550, vec![ok(taken(550))]).await;
    assert_eq!(captured.state().captures["capt_1"], Some(amount(550)));
    assert_eq!(captured.requests.len(), 1);

    let answers = vec![ok(held(1200, 0)), Answer::Close, ok(taken(550))];
    let within = capture("", again(rows(&[], &[])), 550, answers).await;
    assert_eq!(within.state().captures["capt_1"], Some(amount(550)));
    assert_eq!(within.requests.len(), 3);
}

#[tokio::test]
async fn a_part_that_an_attempt_may_have_taken_is_told_with_the_rows_as_they_are_then() {
    let answers = vec![ok(held(1200, 0)), Answer::Close, ok(taken(550))];
    let error = capture("", rows(&[], &[]), 550, answers).await.result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.code(), "capture_rows_are_old_after_loss");
}

#[tokio::test]
async fn a_repeated_capture_that_has_to_wait_is_unknown_only_if_an_attempt_was_lost() {
    let host = again(rows(&[], &[550]));
    let lost =
        HostCall { rows: Rows { after_loss: true, ..host.rows.clone() }, ..HostCall::default() };
    for (host, kind) in [(host, ErrorKind::Unavailable), (lost, ErrorKind::OutcomeUnknown)] {
        let error = capture("", host, 550, vec![ok(taken(550))]).await.result.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn of_two_equal_parts_at_once_it_is_not_guessed_whose_the_taken_one_is() {
    let captured = capture("", rows(&[], &[550]), 550, vec![ok(taken(550))]).await;
    assert_eq!(captured.result.as_ref().unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(captured.requests.len(), 1);
}

#[tokio::test]
async fn a_stored_failure_is_not_stepped_over_while_another_part_is_being_taken() {
    let failed = || error(500, "api_error");
    let stored = || replayed(500, crate::http::testing::error_body("api_error"));
    let answers = vec![ok(held(1200, 0)), failed(), ok(held(1000, 200)), stored()];
    let captured = capture(MULTICAPTURE, rows(&[], &[200]), 550, answers).await;
    assert_eq!(captured.result.unwrap_err().kind(), ErrorKind::OutcomeUnknown);

    let answers =
        vec![ok(held(1200, 0)), failed(), ok(held(1200, 0)), stored(), ok(held(650, 550))];
    let alone = capture(MULTICAPTURE, rows(&[], &[]), 550, answers).await;
    assert_eq!(alone.state().captures["capt_1"], Some(amount(550)));
}

#[tokio::test]
async fn a_part_of_what_stripe_has_taken_otherwise_is_refused_and_says_so() {
    let captured = capture("", rows(&[], &[]), 300, vec![ok(taken(500))]).await;
    assert_eq!(captured.code(), "captures_differ");
    assert!(captured.result.unwrap_err().detail().contains("has taken 500"));
}

#[tokio::test]
async fn a_part_beside_one_that_is_being_taken_waits_if_stripe_has_taken_another_amount() {
    let captured = capture(MULTICAPTURE, rows(&[], &[200]), 300, vec![ok(held(900, 300))]).await;
    assert_eq!(captured.result.unwrap_err().kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn an_intent_that_is_not_paid_is_not_captured() {
    let answers = vec![ok(intent("requires_payment_method", ""))];
    let captured = capture("", rows(&[], &[]), 300, answers).await;
    assert_eq!(captured.code(), "not_capturable");
}

async fn authorized(data: &str, session: &str, answers: Vec<Answer>) -> Result<Authorization> {
    let server = Server::start(answers).await;
    let context = json(&format!(r#"{{"idempotency_key":"{session}"}}"#));
    let request = Request::AuthorizePayment { data: json(data), context };
    match stack(&server.url, "").call(request).await? {
        Response::Authorization(authorization) => Ok(authorization),
        other => panic!("no authorization: {other:?}"),
    }
}

#[tokio::test]
async fn an_intent_of_another_session_is_not_authorized() {
    let data = r#"{"id":"pi_1"}"#;
    let paid = || vec![ok(intent("succeeded", ""))];
    let error = authorized(data, "payses_2", paid()).await.unwrap_err();
    assert_eq!(error.code(), "payment_of_another_session");
    let authorization = authorized(data, "payses_1", paid()).await.unwrap();
    assert_eq!(authorization.status, PaymentSessionStatus::Captured);
    let nobodys = vec![ok(intent("succeeded", "").replace("session_id", "order"))];
    assert!(authorized(data, "payses_1", nobodys).await.is_err());
}

#[tokio::test]
async fn an_intent_over_another_amount_is_set_right_or_refused() {
    let data = r#"{"id":"pi_1","amount":1300}"#;
    let held = vec![ok(intent("requires_capture", ""))];
    assert_eq!(authorized(data, "payses_1", held).await.unwrap_err().code(), "amount_mismatch");
    let unpaid = || ok(intent("requires_payment_method", ""));
    let authorization = authorized(data, "payses_1", vec![unpaid(), unpaid()]).await.unwrap();
    assert_eq!(authorization.status, PaymentSessionStatus::Pending);
}

#[tokio::test]
async fn a_declined_card_leaves_a_session_that_is_pending() {
    let declined = intent("requires_payment_method", r#","last_payment_error":{"message":"No."}"#);
    let authorization =
        authorized(r#"{"id":"pi_1"}"#, "payses_1", vec![ok(declined)]).await.unwrap();
    assert_eq!(authorization.status, PaymentSessionStatus::Pending);
}

/// A session that was to be paid at once.
const AT_ONCE: &str = r#"{"confirm":true,"payment_method":"pm_1"}"#;

fn start(data: &str) -> Request {
    Request::InitiatePayment(Box::new(PaymentProcessorContext {
        payment_session_data: json(data),
        ..PaymentProcessorContext::new(amount(1200), "usd", "payses_1")
    }))
}

#[tokio::test]
async fn a_start_that_was_not_confirmed_is_repeated_as_it_was_and_given_up() {
    let server = Server::start([Answer::Close, Answer::Close]).await;
    let at_stripe = stack(&server.url, "");
    let Request::InitiatePayment(context) = start(AT_ONCE) else { unreachable!() };
    let error = at_stripe.call(Request::InitiatePayment(context.clone())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    let asked = server.received().remove(0);
    assert_eq!(asked.header("idempotency-key"), Some("payses_1"));

    let session = at_stripe.processor().unconfirmed_session(&context).unwrap();
    let data = session.session_data;
    assert!(data.as_str().starts_with(r#"{"id":null,"#), "{}", data.as_str());
    assert_eq!(at_stripe.processor().payment_id(&data).as_deref(), Some("payses_1"));

    let used =
        || Answer::Reply(400, Vec::new(), r#"{"error":{"type":"idempotency_error"}}"#.into());
    let answers =
        [used(), replayed(200, intent("requires_capture", "")), ok(intent("canceled", ""))];
    let server = Server::start(answers).await;
    let answer = stack(&server.url, "").call(Request::DeletePayment { data }).await.unwrap();
    let Response::Data(data) = answer else { panic!("no data: {answer:?}") };
    assert_eq!(StoredState::of(&data), StoredState::default());
    let received = server.received();
    assert!(!received[0].body.contains("confirm"), "it may be the first to arrive");
    assert_eq!(received[1].body, asked.body, "Stripe compares it");
    for request in &received[..2] {
        assert_eq!(request.header("idempotency-key"), Some("payses_1"));
    }
    assert_eq!(received[2].line, "POST /v1/payment_intents/pi_1/cancel");
}

#[tokio::test]
async fn a_start_that_never_arrived_is_ended_without_a_charge() {
    let at_stripe = stack("http://127.0.0.1:1", "");
    let Request::InitiatePayment(context) = start(AT_ONCE) else { unreachable!() };
    let data = at_stripe.processor().unconfirmed_session(&context).unwrap().session_data;
    let answers = [ok(intent("requires_payment_method", "")), ok(intent("canceled", ""))];
    let server = Server::start(answers).await;
    let request = Request::DeletePayment { data: data.clone() };
    stack(&server.url, "").call(request).await.unwrap();
    let received = server.received();
    assert_eq!(received[0].body, "amount=1200&currency=usd&metadata[session_id]=payses_1");
    assert_eq!(received[1].line, "POST /v1/payment_intents/pi_1/cancel");

    let server = Server::start([error(400, "parameter_invalid")]).await;
    let request = Request::DeletePayment { data };
    assert!(stack(&server.url, "").call(request).await.is_ok(), "nothing was made");
}

#[tokio::test]
async fn a_start_that_a_storefront_has_made_up_is_not_sent() {
    let data = r#"{"medusa_payment_rs":{"unconfirmed_start":{"session":"payses_1","form":"amount=1","started":1,"proof":"00"}}}"#;
    let server = Server::start([]).await;
    let at_stripe = stack(&server.url, "");
    at_stripe.call(Request::DeletePayment { data: json(data) }).await.unwrap();
    let request = Request::AuthorizePayment { data: json(data), context: JsonObject::empty() };
    assert_eq!(at_stripe.call(request).await.unwrap_err().code(), "missing_payment_intent");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_start_that_charges_nobody_is_not_kept() {
    let at_stripe = stack("http://127.0.0.1:1", "");
    let Request::InitiatePayment(context) = start("{}") else { unreachable!() };
    assert!(at_stripe.processor().unconfirmed_session(&context).is_none());
}

#[tokio::test]
async fn a_card_that_is_declined_at_once_leaves_its_intent() {
    let body = format!(
        r#"{{"error":{{"type":"card_error","code":"card_declined","payment_intent":{}}}}}"#,
        intent("requires_payment_method", "")
    );
    let server = Server::start([Answer::Reply(402, Vec::new(), body)]).await;
    let answer = stack(&server.url, "").call(start(AT_ONCE)).await.unwrap();
    let Response::Session(session) = answer else { panic!("no session: {answer:?}") };
    assert_eq!(session.session_data.get::<String>("id").as_deref(), Some("pi_1"));
    assert_eq!(session.status, Some(PaymentSessionStatus::Pending));
}

async fn canceled(data: &str, answers: Vec<Answer>) -> Result<Response> {
    let server = Server::start(answers).await;
    stack(&server.url, "").call(Request::CancelPayment { data: json(data) }).await
}

#[tokio::test]
async fn money_that_was_taken_is_not_called_canceled() {
    let refused = || error(400, "payment_intent_unexpected_state");
    let paid = || ok(taken(1200));
    let error = canceled(r#"{"id":"pi_1"}"#, vec![refused(), paid(), paid()]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.detail().contains("has taken 1200"), "{error}");
}

#[tokio::test]
async fn a_payment_with_nothing_left_to_give_up_is_canceled() {
    let refused = || error(400, "payment_intent_unexpected_state");
    let refunded = || ok(taken(1200).replace(r#""refunded":false"#, r#""refunded":true"#));
    assert!(canceled(r#"{"id":"pi_1"}"#, vec![refused(), refunded(), refunded()]).await.is_ok());
    let part = || ok(taken(550));
    let recorded = r#"{"id":"pi_1","medusa_payment_rs":{"captures":{"capt_1":550}}}"#;
    assert!(canceled(recorded, vec![refused(), part(), part()]).await.is_ok());
    assert!(canceled(r#"{"id":"pi_1"}"#, vec![refused(), part(), part()]).await.is_err());
}

#[tokio::test]
async fn an_intent_of_another_session_is_not_deleted() {
    for data in [r#"{"id":"pi_1"}"#, r#"{"id":"pi_1","metadata":{"session_id":"payses_2"}}"#] {
        let server = Server::start([ok(intent("requires_capture", ""))]).await;
        let request = Request::DeletePayment { data: json(data) };
        let answer = stack(&server.url, "").call(request).await;
        assert_eq!(answer.unwrap(), Response::Data(json(data)));
        assert_eq!(server.lines(), ["GET /v1/payment_intents/pi_1"]);
    }
}

#[tokio::test]
async fn money_of_which_stripe_has_taken_or_given_back_a_part_makes_no_order() {
    let part = vec![ok(taken(500))];
    let error = authorized(r#"{"id":"pi_1"}"#, "payses_1", part).await.unwrap_err();
    assert_eq!(error.code(), "partially_captured");
    let charge = r#""id":"ch_1","refunded":false,"amount":1200,"amount_refunded":700"#;
    let back = ok(taken(1200).replace(r#""id":"ch_1","refunded":false"#, charge));
    let error = authorized(r#"{"id":"pi_1"}"#, "payses_1", vec![back]).await.unwrap_err();
    assert_eq!(error.code(), "payment_refunded");
}

#[tokio::test]
async fn an_intent_in_another_currency_is_not_authorized() {
    let data = r#"{"id":"pi_1","amount":1200,"currency":"jpy"}"#;
    let held = vec![ok(intent("requires_capture", ""))];
    assert_eq!(authorized(data, "payses_1", held).await.unwrap_err().code(), "amount_mismatch");
}

#[tokio::test]
async fn what_the_storefront_keeps_in_a_session_is_there_after_it_was_authorized() {
    let data = r#"{"id":"pi_1","gift_note":"x","status":"requires_payment_method"}"#;
    let held = vec![ok(intent("requires_capture", ""))];
    let data = authorized(data, "payses_1", held).await.unwrap().data;
    assert_eq!(data.get::<String>("gift_note").as_deref(), Some("x"));
    assert_eq!(data.get::<String>("status").as_deref(), Some("requires_capture"));
}

#[tokio::test]
async fn a_cancellation_that_stripe_does_not_serve_may_pass() {
    let error = canceled(r#"{"id":"pi_1"}"#, vec![error(402, "odd"), error(402, "odd")]).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn another_currency_is_told_to_stripe_unless_the_money_is_held() {
    let update = || {
        Request::UpdatePayment(Box::new(PaymentProcessorContext {
            payment_session_data: json(&intent("requires_payment_method", "")),
            ..PaymentProcessorContext::new(amount(1200), "eur", "payses_1")
        }))
    };
    let unpaid = || ok(intent("requires_payment_method", ""));
    let server = Server::start([unpaid(), unpaid()]).await;
    stack(&server.url, "").call(update()).await.unwrap();
    assert!(server.received()[1].body.starts_with("amount=1200&currency=eur&"));

    let server = Server::start([ok(intent("requires_capture", ""))]).await;
    let error = stack(&server.url, "").call(update()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
}

fn changed(data: &str, units: u64) -> Request {
    Request::UpdatePayment(Box::new(PaymentProcessorContext {
        payment_session_data: json(data),
        ..PaymentProcessorContext::new(amount(units), "usd", "payses_1")
    }))
}

#[tokio::test]
async fn a_session_whose_intent_was_canceled_gets_another_one_at_the_next_update() {
    let unpaid = intent("requires_payment_method", "");
    for units in [1200, 1300] {
        let new = ok(unpaid.replace("pi_1", "pi_2"));
        let server = Server::start([ok(intent("canceled", "")), new]).await;
        let answer = stack(&server.url, "").call(changed(&unpaid, units)).await.unwrap();
        let Response::Session(session) = answer else { panic!("no session: {answer:?}") };
        assert_eq!(session.session_data.get::<String>("id").as_deref(), Some("pi_2"));
        assert!(server.received()[1].body.starts_with(&format!("amount={units}&")));
    }
    for answer in [ok(unpaid.clone()), Answer::Close] {
        let server = Server::start([answer]).await;
        let answer = stack(&server.url, "").call(changed(&unpaid, 1200)).await;
        assert_eq!(answer, Ok(Response::Unchanged));
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_completion_with_a_canceled_intent_says_how_to_go_on() {
    let canceled = || vec![ok(intent("canceled", ""))];
    let error = authorized(r#"{"id":"pi_1"}"#, "payses_1", canceled()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, "payment_canceled"));
    assert!(error.detail().contains("Start a new payment session"), "{error}");
    let error = authorized(r#"{"id":"pi_1"}"#, "payses_2", canceled()).await.unwrap_err();
    assert_eq!(error.code(), "payment_of_another_session");
}

#[tokio::test]
async fn a_payment_that_the_bank_still_looks_at_does_not_block_the_cart() {
    let answers = [
        ok(intent("processing", "")),
        error(400, "payment_intent_unexpected_state"),
        ok(intent("processing", "")),
        ok(intent("processing", "")),
    ];
    let server = Server::start(answers).await;
    let request = Request::DeletePayment { data: json(&intent("processing", "")) };
    let error = stack(&server.url, "").call(request).await.unwrap_err();
    // The class answers Medusa that it is done, and goes on.
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.detail().contains("Wait for the bank's answer"), "{error}");
    assert_eq!(server.lines().len(), 4, "it is not tried again at once");
}

#[tokio::test]
async fn what_the_shopper_has_paid_stays_and_the_answer_says_how_to_go_on() {
    for (status, advice) in [
        ("processing", "Wait for its answer"),
        ("requires_capture", "or start a new payment session"),
        ("succeeded", "Complete the cart as it was"),
    ] {
        let server = Server::start([ok(intent(status, ""))]).await;
        let stored = intent("requires_payment_method", "");
        let error = stack(&server.url, "").call(changed(&stored, 1300)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.detail().contains(advice), "{error}");
    }
}
