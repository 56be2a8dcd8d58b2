//! The processor against scripted replies, each operation as Medusa calls it, layers included.

use std::sync::Arc;

use super::super::Any;
use super::*;
use crate::call::HostCall;
use crate::error::ErrorKind;
use crate::http::testing::{Answer, Server, error, error_body, ok, replayed};
use crate::layers::Stack;
use crate::request::{Request, Response};

const NOW: u64 = 1_700_000_000;

/// A processor for `url` whose lost attempts are not repeated.
fn stack(url: &str) -> Stack {
    stack_with(url, 0)
}

fn stack_with(url: &str, max_retries: u64) -> Stack {
    let options = format!(
        r#"{{"api_key":"sk_test_secret","api_base":"{url}","timeout_ms":2000,"deadline_ms":6000,"max_retries":{max_retries}}}"#
    );
    let stripe = Stripe::<Any>::from_config(serde_json::from_str(&options).unwrap()).unwrap();
    let layers = stripe.layers();
    Stack::new("stripe", Arc::new(stripe), layers)
}

fn json(text: &str) -> JsonObject {
    JsonObject::parse(text).unwrap()
}

fn amount(minor_units: u64) -> Amount {
    Amount::new(minor_units).unwrap()
}

fn intent(status: &str) -> String {
    format!(
        r#"{{"id":"pi_1","object":"payment_intent","amount":1000,"currency":"eur","customer":"cus_1","status":"{status}"}}"#
    )
}

/// A new intent as Stripe answers with it if it is asked for the customer, too.
fn created(intent: &str) -> Answer {
    created_for(intent, "ada@example.com")
}

/// The same for a customer with this e-mail address.
fn created_for(intent: &str, email: &str) -> Answer {
    let customer = format!(r#""customer":{{"id":"cus_1","object":"customer","email":"{email}"}}"#);
    ok(intent.replace(r#""customer":"cus_1""#, &customer))
}

const READ_WITH_CHARGE: &str = "GET /v1/payment_intents/pi_1?expand%5B0%5D=latest_charge";

/// The intent with its charge, of which this amount was given back.
fn given_back(minor_units: u64) -> Answer {
    let charge = format!(
        r#""latest_charge":{{"refunded":false,"amount":1000,"amount_refunded":{minor_units}}},"id""#
    );
    ok(intent("succeeded").replacen("\"id\"", &charge, 1))
}

/// A refund that another call has made.
fn refund_body(id: &str, minor_units: u64, status: &str, age: u64) -> String {
    format!(
        r#"{{"id":"{id}","amount":{minor_units},"status":"{status}","created":{},"metadata":{{"medusa_payment_rs":"refund"}}}}"#,
        NOW - age
    )
}

/// A refund that this call has made or claimed.
fn own_refund(id: &str, minor_units: u64, status: &str, age: u64) -> String {
    let mark = "{{sent metadata[medusa_payment_rs]}}";
    refund_body(id, minor_units, status, age).replace(r#""refund""#, &format!("\"{mark}\""))
}

/// A list of refunds, at the time `NOW`.
fn refunds(refunds: &[String]) -> Answer {
    let body = format!(r#"{{"data":[{}],"has_more":false}}"#, refunds.join(","));
    Answer::Reply(200, vec![("date", "Tue, 14 Nov 2023 22:13:20 GMT".to_owned())], body)
}

/// The refunds that Medusa has recorded.
fn recorded(data: &JsonObject) -> Vec<String> {
    StoredState::of(data).refunds.recorded().map(str::to_owned).collect()
}

fn data_of(answer: Result<Response>) -> JsonObject {
    match answer.unwrap() {
        Response::Data(data) => data,
        other => panic!("no data: {other:?}"),
    }
}

fn context(
    data: &str,
    change: impl FnOnce(&mut PaymentProcessorContext),
) -> Box<PaymentProcessorContext> {
    let mut context = PaymentProcessorContext {
        payment_session_data: json(data),
        email: "ada@example.com".to_owned(),
        ..PaymentProcessorContext::new(amount(1000), "eur", "cart_1")
    };
    change(&mut context);
    Box::new(context)
}

/// Somebody who is logged in, whom Stripe knows.
fn known(stripe_id: &str) -> Customer {
    Customer {
        has_account: Some(true),
        metadata: Some(JsonObject::empty().with([("stripe_id", stripe_id.into())])),
        ..Customer::default()
    }
}

const LIST: &str = "GET /v1/refunds?payment_intent=pi_1&limit=100";

#[tokio::test]
async fn a_request_carries_version_authorization_and_key() {
    let server = Server::start([ok(intent("succeeded"))]).await;
    let stack = stack(&server.url);
    data_of(stack.call(Request::capture(json(&intent("requires_capture")))).await);
    let request = server.received().remove(0);
    assert_eq!(request.line, "POST /v1/payment_intents/pi_1/capture");
    assert_eq!(request.header("authorization"), Some("Bearer sk_test_secret"));
    assert_eq!(request.header("stripe-version"), Some("2022-11-15"));
    assert_eq!(request.header("idempotency-key").map(str::len), Some(40));
}

#[tokio::test]
async fn a_guest_gets_a_customer_and_medusa_is_asked_to_remember_it() {
    let server =
        Server::start([ok(r#"{"id":"cus_9"}"#), ok(intent("requires_payment_method"))]).await;
    let answer = stack(&server.url).call(Request::InitiatePayment(context("{}", |_| {}))).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    assert_eq!(session.session_data.as_str(), intent("requires_payment_method"));
    let metadata = session.update_requests.unwrap().customer_metadata.unwrap();
    assert_eq!(metadata.as_str(), r#"{"stripe_id":"cus_9"}"#);
    assert_eq!(server.received()[0].body, "email=ada@example.com");
    assert!(server.received()[1].body.contains("&customer=cus_9"));
}

#[tokio::test]
async fn a_guest_is_the_same_customer_however_often_a_cart_starts_anew() {
    let start = |_| [ok(r#"{"id":"cus_9"}"#), ok(intent("requires_payment_method"))];
    let server = Server::start((0..5).flat_map(start)).await;
    let stack = stack(&server.url);
    let account = Customer { has_account: Some(true), ..Customer::default() };
    let changes: [&dyn Fn(&mut PaymentProcessorContext); 5] = [
        &|_| {},
        &|context| context.amount = amount(2000),
        &|context| context.email = "bob@example.com".to_owned(),
        &|context| context.resource_id = "cart_2".to_owned(),
        &|context| context.customer = Some(account.clone()),
    ];
    for change in changes {
        stack.call(Request::InitiatePayment(context("{}", change))).await.unwrap();
    }
    let of_the_customers: Vec<_> = server.keys().into_iter().step_by(2).collect();
    assert_eq!(of_the_customers[0], of_the_customers[1]);
    let others = of_the_customers[1..].iter().collect::<std::collections::HashSet<_>>();
    assert_eq!(others.len(), 4, "{of_the_customers:?}");
}

#[tokio::test]
async fn a_customer_whom_stripe_does_not_know_any_more_is_replaced() {
    let server = Server::start([
        error(400, "resource_missing"),
        error(400, "resource_missing"),
        ok(r#"{"id":"cus_9"}"#),
        ok(intent("requires_payment_method")),
    ])
    .await;
    let context = context("{}", |context| context.customer = Some(known("cus_1")));
    let answer = stack(&server.url).call(Request::InitiatePayment(context)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    let metadata = session.update_requests.unwrap().customer_metadata.unwrap();
    assert_eq!(metadata.as_str(), r#"{"stripe_id":"cus_9"}"#);
    let (first, second) = ("POST /v1/payment_intents", "POST /v1/customers");
    assert_eq!(server.lines(), [LIST_INTENTS, first, second, first]);
    assert!(server.received()[3].body.contains("&customer=cus_9"));
    let keys = server.keys();
    assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), keys.len());
}

#[tokio::test]
async fn a_customer_whom_stripe_knows_is_not_made_again() {
    let server =
        Server::start([ok(r#"{"data":[]}"#), created(&intent("requires_payment_method"))]).await;
    let context = context("{}", |context| context.customer = Some(known("cus_1")));
    let answer = stack(&server.url).call(Request::InitiatePayment(context)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    assert_eq!(session.update_requests, None);
    assert_eq!(server.lines(), [LIST_INTENTS, "POST /v1/payment_intents"]);
}

const LIST_INTENTS: &str = "GET /v1/payment_intents?customer=cus_1&limit=20";

fn listed(id: &str, status: &str, resource: &str) -> String {
    intent(status)
        .replace("pi_1", id)
        .replace('{', &format!(r#"{{"metadata":{{"resource_id":"{resource}"}},"#))
}

#[tokio::test]
async fn what_a_cart_has_left_behind_is_canceled_when_it_starts_anew() {
    let list = [
        listed("pi_2", "requires_payment_method", "cart_1"),
        listed("pi_3", "requires_action", "cart_1"),
        listed("pi_4", "requires_capture", "cart_1"),
        listed("pi_5", "canceled", "cart_1"),
        listed("pi_6", "requires_payment_method", "cart_2"),
        // Of an attempt whose reply was lost: the key brings it back.
        listed("pi_1", "requires_payment_method", "cart_1"),
    ];
    let server = Server::start([
        ok(format!(r#"{{"data":[{}]}}"#, list.join(","))),
        created(&intent("requires_payment_method")),
        ok(listed("pi_2", "canceled", "cart_1")),
        ok(listed("pi_3", "canceled", "cart_1")),
    ])
    .await;
    let context = context("{}", |context| context.customer = Some(known("cus_1")));
    let answer = stack(&server.url).call(Request::InitiatePayment(context)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    let data = session.session_data;
    assert_eq!(data.without("medusa_payment_rs").as_str(), intent("requires_payment_method"));
    assert!(StoredState::of(&data).orphaned_intents.is_empty());
    assert_eq!(
        server.lines()[2..],
        ["POST /v1/payment_intents/pi_2/cancel", "POST /v1/payment_intents/pi_3/cancel"]
    );
}

/// What a shopper can do who has written another customer's id into their own metadata.
#[tokio::test]
async fn nobody_pays_as_a_customer_with_another_email_address() {
    let own = intent("requires_payment_method").replace("pi_1", "pi_2").replace("cus_1", "cus_9");
    let server = Server::start([
        ok(r#"{"data":[]}"#),
        created_for(&intent("requires_payment_method"), "eve@example.com"),
        ok(r#"{"id":"cus_9"}"#),
        ok(own.clone()),
        ok(intent("canceled")),
    ])
    .await;
    let context = context("{}", |context| context.customer = Some(known("cus_1")));
    let answer = stack(&server.url).call(Request::InitiatePayment(context)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    assert_eq!(session.session_data.without("medusa_payment_rs").as_str(), own);
    let metadata = session.update_requests.unwrap().customer_metadata.unwrap();
    assert_eq!(metadata.as_str(), r#"{"stripe_id":"cus_9"}"#);
    let create = "POST /v1/payment_intents";
    let cancel = "POST /v1/payment_intents/pi_1/cancel";
    assert_eq!(server.lines(), [LIST_INTENTS, create, "POST /v1/customers", create, cancel]);
    let keys = server.keys();
    assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), keys.len());
    assert_eq!(server.received()[2].body, "email=ada@example.com");
}

/// The customer in Medusa decides, and not the cart, whose address may be an older one.
#[tokio::test]
async fn a_customers_own_email_address_comes_before_the_carts() {
    let server = Server::start([
        ok(r#"{"data":[]}"#),
        created_for(&intent("requires_payment_method"), "Ada@new.example.com"),
    ])
    .await;
    let context = context("{}", |context| {
        let email = Some("ada@new.example.com".to_owned());
        context.customer = Some(Customer { email, ..known("cus_1") });
    });
    let answer = stack(&server.url).call(Request::InitiatePayment(context)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    assert_eq!(session.update_requests, None);
}

/// An intent that an earlier call has made is read again, without its customer.
#[tokio::test]
async fn a_replayed_intent_is_not_another_customers_either() {
    let canceled = intent("canceled");
    let found = intent("requires_payment_method").replace("pi_1", "pi_2");
    let own = found.replace("pi_2", "pi_3").replace("cus_1", "cus_9");
    let server = Server::start([
        ok(canceled.clone()),
        ok(r#"{"data":[]}"#),
        replayed(200, &found),
        ok(found.clone()),
        ok(r#"{"id":"cus_1","object":"customer","email":"eve@example.com"}"#),
        ok(r#"{"id":"cus_9"}"#),
        ok(own.clone()),
        ok(found.replace("requires_payment_method", "canceled")),
    ])
    .await;
    let context = context(&canceled, |context| context.customer = Some(known("cus_1")));
    let answer = stack(&server.url).call(Request::UpdatePayment(context)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    assert_eq!(session.session_data.without("medusa_payment_rs").as_str(), own);
    assert_eq!(server.lines().last().unwrap(), "POST /v1/payment_intents/pi_2/cancel");
}

#[tokio::test]
async fn an_intent_of_a_call_whose_reply_was_lost_is_found_through_the_customer_and_canceled() {
    let lost = listed("pi_2", "requires_payment_method", "cart_1").replace("cus_1", "cus_9");
    let server = Server::start([
        replayed(200, r#"{"id":"cus_9"}"#),
        ok(format!(r#"{{"data":[{lost}]}}"#)),
        ok(intent("requires_payment_method")),
        ok(listed("pi_2", "canceled", "cart_1")),
    ])
    .await;
    let answer = stack(&server.url).call(Request::InitiatePayment(context("{}", |_| {}))).await;
    assert!(matches!(answer, Ok(Response::Session(_))));
    assert_eq!(
        server.lines(),
        [
            "POST /v1/customers",
            "GET /v1/payment_intents?customer=cus_9&limit=20",
            "POST /v1/payment_intents",
            "POST /v1/payment_intents/pi_2/cancel",
        ]
    );
}

/// A call of a class with an identifier of its own.
async fn call_as(provider: &str, stack: &Stack, request: Request) -> Result<Response> {
    let host = HostCall { provider: Some(provider.into()), ..HostCall::default() };
    stack.call_from(host, request).await
}

#[tokio::test]
async fn each_class_gives_up_its_own_intents_only() {
    let made_by = |id: &str, provider: &str| {
        let named = format!(r#""medusa_provider":"{provider}","resource_id""#);
        listed(id, "requires_payment_method", "cart_1").replace(r#""resource_id""#, &named)
    };
    let list = [
        made_by("pi_2", "stripe-klarna"),
        made_by("pi_3", "stripe-affirm"),
        listed("pi_4", "requires_payment_method", "cart_1"),
    ];
    for (provider, canceled) in
        [("stripe-klarna", Some("pi_2")), ("stripe", Some("pi_4")), ("stripe-twint", None)]
    {
        let server = Server::start([
            ok(format!(r#"{{"data":[{}]}}"#, list.join(","))),
            created(&intent("requires_payment_method")),
            ok(listed(canceled.unwrap_or_default(), "canceled", "cart_1")),
        ])
        .await;
        let context = context("{}", |context| context.customer = Some(known("cus_1")));
        let request = Request::InitiatePayment(context);
        let answer = call_as(provider, &stack(&server.url), request).await;
        assert!(matches!(answer, Ok(Response::Session(_))));
        let expected: Vec<_> = canceled
            .map(|id| format!("POST /v1/payment_intents/{id}/cancel"))
            .into_iter()
            .collect();
        assert_eq!(server.lines()[2..], expected, "{provider}");
        let mark = format!("metadata[medusa_provider]={provider}&");
        let body = &server.received()[1].body;
        assert_eq!(body.contains(&mark), provider != "stripe", "{provider}: {body}");
    }
}

#[tokio::test]
async fn a_class_of_another_account_makes_a_customer_there_and_leaves_the_first_one_alone() {
    let server = Server::start([
        ok(r#"{"data":[]}"#),
        error(400, "resource_missing"),
        ok(r#"{"id":"cus_9"}"#),
        ok(intent("requires_payment_method")),
    ])
    .await;
    let context = context("{}", |context| context.customer = Some(known("cus_1")));
    let request = Request::InitiatePayment(context);
    let answer = call_as("stripe-us", &stack(&server.url), request).await.unwrap();
    let Response::Session(session) = answer else { panic!("no session") };
    let metadata = session.update_requests.unwrap().customer_metadata.unwrap();
    assert_eq!(metadata.as_str(), r#"{"stripe_id_stripe-us":"cus_9"}"#);
}

#[tokio::test]
async fn a_shopper_chooses_no_payment_method_that_is_another_customers() {
    let method = |customer: &str| ok(format!(r#"{{"id":"pm_1","customer":{customer}}}"#));
    let chosen = |server: &Server| {
        let request = Request::UpdatePaymentData {
            session_id: "pi_1".to_owned(),
            data: json(r#"{"payment_method":"pm_1"}"#),
        };
        let stack = stack(&server.url);
        async move { stack.call(request).await }
    };
    for owner in [r#""cus_1""#, "null"] {
        let session = || ok(intent("requires_payment_method"));
        let server = Server::start([session(), method(owner), session()]).await;
        chosen(&server).await.unwrap();
        assert_eq!(server.received()[2].body, "payment_method=pm_1");
    }
    let guest = intent("requires_payment_method").replace(r#""cus_1""#, "null");
    for (session, owner) in [(intent("requires_payment_method"), "cus_2"), (guest, "cus_1")] {
        let server = Server::start([ok(session), method(&format!("\"{owner}\""))]).await;
        let error = chosen(&server).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, "not_the_customers"));
        assert!(!error.detail().contains(owner), "{error}");
        assert_eq!(server.lines().len(), 2);
    }
}

#[tokio::test]
async fn an_intent_of_another_identifier_in_the_same_cart_is_left_alone() {
    let ideal = listed("pi_2", "requires_payment_method", "cart_1")
        .replace('{', r#"{"payment_method_types":["ideal"],"#)
        .replace(r#""metadata":{"payment_method_types":["ideal"],"#, r#""metadata":{"#);
    let server = Server::start([
        ok(format!(r#"{{"data":[{ideal}]}}"#)),
        created(&intent("requires_payment_method")),
    ])
    .await;
    let context = context("{}", |context| context.customer = Some(known("cus_1")));
    let answer = stack(&server.url).call(Request::InitiatePayment(context)).await;
    assert!(matches!(answer, Ok(Response::Session(_))));
    assert_eq!(server.lines(), [LIST_INTENTS, "POST /v1/payment_intents"]);
}

#[tokio::test]
async fn a_reply_of_another_shape_is_not_asked_for_again() {
    let server = Server::start([ok(r#"{"id":"pi_1"}"#)]).await;
    let request = Request::RetrievePayment { data: json(&intent("succeeded")) };
    let error = stack_with(&server.url, 2).call(request).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unavailable, "invalid_response"));
    assert!(error.detail().contains("missing field `status`"), "{error}");
    assert!(!error.detail().contains("not JSON"), "{error}");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn an_update_that_changes_nothing_only_looks_whether_the_intent_can_be_paid() {
    let unpaid = || ok(intent("requires_payment_method"));
    let server = Server::start([unpaid(), Answer::Close, unpaid()]).await;
    for change in [
        |_: &mut PaymentProcessorContext| {},
        |context: &mut PaymentProcessorContext| context.customer = Some(known("cus_1")),
        // A guest with another e-mail address is another customer to Medusa.
        |context: &mut PaymentProcessorContext| {
            context.customer = Some(Customer {
                id: Some("cus_new".to_owned()),
                has_account: Some(false),
                ..Customer::default()
            });
        },
    ] {
        let context = context(&intent("requires_payment_method"), change);
        let answer = stack(&server.url).call(Request::UpdatePayment(context)).await;
        assert_eq!(answer, Ok(Response::Unchanged));
    }
    assert_eq!(server.lines(), ["GET /v1/payment_intents/pi_1"; 3]);
}

#[tokio::test]
async fn another_amount_is_an_update_of_the_intent() {
    let server = Server::start([ok(intent("requires_payment_method"))]).await;
    let context = context(&intent("requires_payment_method"), |context| context.amount = amount(7));
    assert!(stack(&server.url).call(Request::UpdatePayment(context)).await.is_ok());
    assert_eq!(server.lines(), ["POST /v1/payment_intents/pi_1"]);
    assert_eq!(server.received()[0].body, "amount=7");
}

#[tokio::test]
async fn another_customer_or_currency_gets_a_new_intent_and_the_old_one_is_canceled() {
    for change in [
        |context: &mut PaymentProcessorContext| context.customer = Some(known("cus_2")),
        |context: &mut PaymentProcessorContext| {
            context.currency_code = "usd".to_owned();
            context.customer = Some(known("cus_1"));
        },
    ] {
        let new = intent("requires_payment_method").replace("pi_1", "pi_2");
        let server = Server::start([
            ok(intent("requires_payment_method")),
            ok(r#"{"data":[]}"#),
            created(&new),
            ok(intent("canceled")),
        ])
        .await;
        let context = context(&intent("requires_payment_method"), change);
        let answer = stack(&server.url).call(Request::UpdatePayment(context)).await;
        let Response::Session(session) = answer.unwrap() else { panic!("no session") };
        assert_eq!(session.session_data.get::<String>("id").as_deref(), Some("pi_2"));
        assert!(!session.session_data.as_str().contains("orphaned"));
        let [read, _list, create, cancel] = server.lines().try_into().unwrap();
        assert_eq!(
            [read, create, cancel],
            [
                "GET /v1/payment_intents/pi_1",
                "POST /v1/payment_intents",
                "POST /v1/payment_intents/pi_1/cancel"
            ]
        );
    }
}

#[tokio::test]
async fn an_orphaned_intent_that_could_not_be_canceled_is_canceled_at_the_next_call() {
    let new = intent("requires_payment_method").replace("pi_1", "pi_2");
    let server = Server::start([
        ok(intent("requires_payment_method")),
        ok(r#"{"data":[]}"#),
        created(&new),
        error(500, "down"),
        ok(intent("requires_payment_method").replace("pi_1", "pi_2")),
        ok(intent("canceled")),
    ])
    .await;
    let stack = stack(&server.url);
    let changed = |context: &mut PaymentProcessorContext| context.customer = Some(known("cus_2"));
    let first = context(&intent("requires_payment_method"), changed);
    let answer = stack.call(Request::UpdatePayment(first)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    let data = session.session_data.with([("customer", "cus_2".into())]);
    assert_eq!(
        StoredState::of(&data).orphaned_intents,
        [("pi_1".to_owned(), Amount::new(1000).ok())].into()
    );

    let answer = stack.call(Request::UpdatePayment(context(data.as_str(), changed))).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    assert!(StoredState::of(&session.session_data).orphaned_intents.is_empty());
    assert_eq!(server.lines()[5], "POST /v1/payment_intents/pi_1/cancel");
}

#[tokio::test]
async fn a_paid_intent_stays_with_its_customer_and_keeps_its_currency() {
    for status in ["requires_capture", "succeeded", "processing"] {
        let server = Server::start([ok(intent(status)), ok(intent(status))]).await;
        let stack = stack(&server.url);
        let login = context(&intent("requires_payment_method"), |context| {
            context.customer = Some(known("cus_2"));
        });
        assert_eq!(stack.call(Request::UpdatePayment(login)).await, Ok(Response::Unchanged));
        let currency = context(&intent("requires_payment_method"), |context| {
            context.currency_code = "usd".to_owned();
        });
        let refused = stack.call(Request::UpdatePayment(currency)).await.unwrap_err();
        assert_eq!(refused.code(), UNEXPECTED_STATE);
        assert!(server.lines().iter().all(|line| line.starts_with("GET")));
    }
}

#[tokio::test]
async fn a_login_gets_an_intent_of_its_own_once() {
    let account = |context: &mut PaymentProcessorContext| {
        context.customer = Some(Customer {
            id: Some("cus_medusa".to_owned()),
            has_account: Some(true),
            ..Customer::default()
        });
    };
    let new = intent("requires_payment_method").replace("pi_1", "pi_2");
    let server = Server::start([
        ok(intent("requires_payment_method")),
        ok(r#"{"id":"cus_2"}"#),
        ok(new),
        ok(intent("canceled")),
    ])
    .await;
    let stack = stack(&server.url);
    let first = context(&intent("requires_payment_method"), account);
    let answer = stack.call(Request::UpdatePayment(first)).await;
    let Response::Session(session) = answer.unwrap() else { panic!("no session") };
    let second = context(session.session_data.as_str(), account);
    assert_eq!(stack.call(Request::UpdatePayment(second)).await, Ok(Response::Unchanged));
}

#[tokio::test]
async fn an_intent_over_another_amount_is_never_authorized() {
    let request = || Request::AuthorizePayment {
        data: json(&intent("requires_payment_method").replace("1000", "900")),
        context: JsonObject::empty(),
    };
    for (status, advice) in [
        ("requires_capture", "refresh the payment session"),
        ("processing", "wait for its answer"),
        ("succeeded", "refund the payment in Stripe's dashboard"),
    ] {
        let server = Server::start([ok(intent(status))]).await;
        let refused = stack(&server.url).call(request()).await.unwrap_err();
        assert_eq!(refused.code(), "amount_mismatch");
        assert!(refused.detail().contains(advice), "{refused}");
    }

    let unpaid = intent("requires_payment_method");
    let server = Server::start([ok(unpaid.clone()), ok(unpaid)]).await;
    let answer = stack(&server.url).call(request()).await;
    let Response::Authorization(authorization) = answer.unwrap() else { panic!("no status") };
    assert_eq!(authorization.status, PaymentSessionStatus::Pending);
    assert_eq!(server.received()[1].body, "amount=900");
}

#[tokio::test]
async fn an_amount_that_was_set_by_an_earlier_call_is_set_again() {
    let unpaid = || ok(intent("requires_payment_method"));
    let server = Server::start([unpaid(), unpaid(), unpaid(), unpaid()]).await;
    for _ in 0..2 {
        let data = json(&intent("requires_payment_method").replace("1000", "900"));
        let request = Request::AuthorizePayment { data, context: JsonObject::empty() };
        assert!(stack(&server.url).call(request).await.is_ok());
    }
    // Under the same key Stripe would answer what it answered then, and do nothing.
    let [first, second] = server.keys().try_into().unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn an_intent_whose_money_was_given_back_is_never_authorized() {
    let data = json(&intent("requires_payment_method"));
    let request = || Request::AuthorizePayment { data: data.clone(), context: JsonObject::empty() };
    let with_charge = |refunded| {
        let charge = format!(r#"{{"id":"ch_1","refunded":{refunded}}}"#);
        intent("succeeded")
            .replace(r#""id":"pi_1","#, &format!(r#""id":"pi_1","latest_charge":{charge},"#))
    };
    let server = Server::start([ok(with_charge("true"))]).await;
    let refused = stack(&server.url).call(request()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::Refused, "payment_refunded"));
    assert_eq!(server.lines(), ["GET /v1/payment_intents/pi_1?expand%5B0%5D=latest_charge"]);

    let server = Server::start([ok(with_charge("false"))]).await;
    let answer = stack(&server.url).call(request()).await;
    let Response::Authorization(authorization) = answer.unwrap() else { panic!("no status") };
    assert_eq!(authorization.status, PaymentSessionStatus::Captured);
    assert_eq!(authorization.data, data);
}

#[tokio::test]
async fn a_capture_that_was_done_already_is_a_success_once_the_intent_shows_it() {
    let capture = || Request::capture(json(&intent("requires_capture")));
    let server = Server::start([error(400, UNEXPECTED_STATE), ok(intent("succeeded"))]).await;
    let data = data_of(stack(&server.url).call(capture()).await);
    assert_eq!(data.as_str(), intent("succeeded"));

    let server = Server::start([error(400, UNEXPECTED_STATE), ok(intent("canceled"))]).await;
    let refused = stack(&server.url).call(capture()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::Refused, UNEXPECTED_STATE));
}

#[tokio::test]
async fn a_capture_of_a_part_is_not_booked_as_one_of_the_whole() {
    let part =
        intent("succeeded").replace(r#""amount":1000"#, r#""amount":1000,"amount_received":400"#);
    let server = Server::start([ok(part)]).await;
    let request = Request::capture(json(&intent("requires_capture")));
    let refused = stack(&server.url).call(request).await.unwrap_err();
    assert_eq!(refused.code(), "partially_captured");
}

#[tokio::test]
async fn a_stored_failure_is_stepped_over_with_the_next_key() {
    let stored = || replayed(500, error_body("down"));
    let server = Server::start([stored(), stored(), ok(intent("succeeded"))]).await;
    let request = Request::capture(json(&intent("requires_capture")));
    data_of(stack(&server.url).call(request).await);
    let keys = server.keys();
    assert_eq!(keys[1], format!("{}.1", keys[0]));
    assert_eq!(keys[2], format!("{}.2", keys[0]));
}

#[tokio::test]
async fn a_cancellation_that_was_done_already_is_a_success_once_the_intent_shows_it() {
    let cancel = || Request::CancelPayment { data: json(&intent("requires_capture")) };
    let server = Server::start([error(400, UNEXPECTED_STATE), ok(intent("canceled"))]).await;
    assert_eq!(data_of(stack(&server.url).call(cancel()).await).as_str(), intent("canceled"));
    let server = Server::start([error(400, UNEXPECTED_STATE), ok(intent("succeeded"))]).await;
    assert!(stack(&server.url).call(cancel()).await.is_err());
}

#[tokio::test]
async fn what_was_never_made_needs_no_cancellation() {
    let server = Server::start([error(404, RESOURCE_MISSING), error(404, RESOURCE_MISSING)]).await;
    let stack = stack(&server.url);
    assert_eq!(data_of(stack.call(Request::CancelPayment { data: json("{}") }).await), json("{}"));
    let data = json(&intent("requires_payment_method"));
    assert_eq!(data_of(stack.call(Request::DeletePayment { data: data.clone() }).await), data);
    let refused = stack.call(Request::CancelPayment { data }).await.unwrap_err();
    assert_eq!(refused.code(), RESOURCE_MISSING);
}

#[tokio::test]
async fn money_is_not_moved_for_data_without_an_intent() {
    let server = Server::start([]).await;
    let stack = stack(&server.url);
    for request in [
        Request::capture(json("{}")),
        Request::RefundPayment { data: json(r#"{"error":"x"}"#), amount: amount(1) },
    ] {
        assert_eq!(stack.call(request).await.unwrap_err().code(), "missing_payment_intent");
    }
}

async fn refunded(data: &str, answers: Vec<Answer>) -> (Result<JsonObject>, Server) {
    let server = Server::start(answers).await;
    let request = Request::RefundPayment { data: json(data), amount: amount(400) };
    let answer = stack(&server.url).call(request).await.map(|answer| match answer {
        Response::Data(data) => data,
        other => panic!("no data: {other:?}"),
    });
    (answer, server)
}

#[tokio::test]
async fn a_refund_is_looked_up_made_and_remembered_beside_the_data() {
    let paid = intent("succeeded");
    let (data, server) =
        refunded(&paid, vec![refunds(&[]), ok(own_refund("re_1", 400, "succeeded", 0))]).await;
    let data = data.unwrap();
    assert_eq!(recorded(&data), ["re_1"]);
    assert_eq!(data.without("medusa_payment_rs").as_str(), paid);
    assert_eq!(server.lines(), [LIST, "POST /v1/refunds"]);
    let body = server.received().remove(1).body;
    assert!(
        body.starts_with("payment_intent=pi_1&amount=400&metadata[medusa_payment_rs]="),
        "{body}"
    );
}

/// A refund of a payment that is `age` seconds old, by a process that has had a reply of Stripe's.
async fn refunded_later(age: u64, answers: Vec<Answer>) -> (Result<Response>, Vec<String>) {
    let now = std::time::SystemTime::now();
    let date = vec![("date", httpdate::fmt_http_date(now))];
    let read = Answer::Reply(200, date, intent("succeeded"));
    let server = Server::start([read].into_iter().chain(answers)).await;
    let stack = stack(&server.url);
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let data = json(&intent("succeeded")).with([("created", (since - age).into())]);
    data_of(stack.call(Request::RetrievePayment { data: data.clone() }).await);
    let answer = stack.call(Request::RefundPayment { data, amount: amount(400) }).await;
    (answer, server.lines().split_off(1))
}

#[tokio::test]
async fn a_refund_of_a_young_payment_needs_no_look_up() {
    let made = || ok(own_refund("re_1", 400, "succeeded", 0));
    let (answer, lines) = refunded_later(60, vec![made()]).await;
    assert_eq!(recorded(&data_of(answer)), ["re_1"]);
    assert_eq!(lines, ["POST /v1/refunds"]);

    let (answer, lines) = refunded_later(24 * 60 * 60, vec![refunds(&[]), made()]).await;
    assert_eq!(recorded(&data_of(answer)), ["re_1"]);
    assert_eq!(lines, [LIST, "POST /v1/refunds"]);
}

#[tokio::test]
async fn a_young_payments_refund_is_looked_up_where_its_key_was_used() {
    let lost = refund_body("re_1", 400, "succeeded", 60);
    for used in [
        replayed(200, &lost),
        replayed(500, error_body("api_error")),
        Answer::Reply(400, Vec::new(), r#"{"error":{"type":"idempotency_error"}}"#.to_owned()),
    ] {
        let listed = refunds(std::slice::from_ref(&lost));
        let claimed = ok(own_refund("re_1", 400, "succeeded", 60));
        let (answer, lines) = refunded_later(60, vec![used, listed, claimed]).await;
        assert_eq!(recorded(&data_of(answer)), ["re_1"]);
        assert_eq!(lines, ["POST /v1/refunds", LIST, "POST /v1/refunds/re_1"]);
    }
}

#[tokio::test]
async fn a_replayed_failure_is_no_request_of_this_calls_own() {
    let others = refunds(&[refund_body("re_1", 400, "succeeded", 1)]);
    let used = replayed(500, error_body("api_error"));
    let (answer, lines) = refunded_later(60, vec![used, others]).await;
    assert!(answer.unwrap_err().error().contains("has to wait"));
    assert_eq!(lines, ["POST /v1/refunds", LIST]);
}

#[tokio::test]
async fn a_young_payments_refund_that_is_refused_names_what_was_not_made_here() {
    let strange = refund_body("re_9", 800, "succeeded", 60).replace("metadata", "other");
    let refused = || error(400, "charge_already_refunded");
    let answers = vec![refused(), given_back(800), refunds(&[strange])];
    let (answer, lines) = refunded_later(60, answers).await;
    assert!(answer.unwrap_err().detail().contains("re_9 over 800"));
    assert_eq!(lines, ["POST /v1/refunds", READ_WITH_CHARGE, LIST]);
    let enough_is_left = vec![refused(), given_back(100), error(500, "api_error")];
    let (answer, _) = refunded_later(60, enough_is_left).await;
    assert_eq!(answer.unwrap_err().code(), "charge_already_refunded");
    let (answer, _) = refunded_later(60, vec![refused(), error(500, "api_error")]).await;
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Unavailable, "it may be what was given back");
}

const KEY_IN_USE: &str =
    r#"{"error":{"type":"idempotency_error","code":"idempotency_key_in_use","message":"m"}}"#;

async fn refunded_with_retries(answers: Vec<Answer>) -> (Result<Response>, Vec<String>) {
    let server = Server::start(answers).await;
    let request = Request::RefundPayment { data: json(&intent("succeeded")), amount: amount(400) };
    let answer = stack_with(&server.url, 2).call(request).await;
    (answer, server.lines())
}

#[tokio::test]
async fn a_refund_that_another_server_is_making_is_not_booked_here() {
    let in_use = || Answer::Reply(409, Vec::new(), KEY_IN_USE.to_owned());
    let others = refunds(&[refund_body("re_1", 400, "succeeded", 1)]);
    let (answer, lines) = refunded_with_retries(vec![refunds(&[]), in_use(), others]).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.error().contains("has to wait"), "{error}");
    assert_eq!(lines, [LIST, "POST /v1/refunds", LIST]);

    let own = ok(own_refund("re_2", 400, "succeeded", 1));
    let (answer, _) = refunded_with_retries(vec![refunds(&[]), in_use(), refunds(&[]), own]).await;
    assert_eq!(recorded(&data_of(answer)), ["re_2"], "the other one has come to nothing");
}

#[tokio::test]
async fn a_refund_that_another_server_made_between_two_attempts_is_not_booked_here() {
    let others = refunds(&[refund_body("re_1", 400, "succeeded", 1)]);
    for failed in [error(500, "api_error"), error(429, "rate_limit")] {
        let (answer, lines) = refunded_with_retries(vec![failed, others.clone()]).await;
        assert!(answer.unwrap_err().error().contains("has to wait"));
        assert_eq!(lines, [LIST, LIST]);
    }
    let (answer, _) = refunded_with_retries(vec![refunds(&[]), error(429, "x"), others]).await;
    assert!(answer.unwrap_err().error().contains("has to wait"));
}

#[tokio::test]
async fn a_refund_of_this_calls_own_is_taken_over_at_once() {
    let own = refunds(&[own_refund("re_1", 400, "succeeded", 1)]);
    let in_use = Answer::Reply(409, Vec::new(), KEY_IN_USE.to_owned());
    for answers in [
        vec![refunds(&[]), Answer::Close, own.clone()],
        vec![refunds(&[]), ok("<html>"), own.clone()],
        vec![refunds(&[]), Answer::Close, refunds(&[]), in_use, own],
    ] {
        let (answer, _) = refunded_with_retries(answers).await;
        assert_eq!(recorded(&data_of(answer)), ["re_1"]);
    }
}

#[tokio::test]
async fn a_refund_whose_reply_was_lost_is_not_called_refused_because_the_list_is() {
    let no_such_intent = error(404, "resource_missing");
    let (answer, _) =
        refunded_with_retries(vec![refunds(&[]), Answer::Close, no_such_intent]).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
    assert!(error.detail().starts_with("About resource_missing."), "{error}");
    let (answer, _) = refunded_with_retries(vec![self::error(404, "resource_missing")]).await;
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn a_refund_whose_reply_was_lost_is_claimed_and_not_paid_again() {
    let list = refunds(&[refund_body("re_1", 400, "succeeded", 60)]);
    let claimed = ok(own_refund("re_1", 400, "succeeded", 60));
    let (data, server) = refunded(&intent("succeeded"), vec![list, claimed]).await;
    assert_eq!(recorded(&data.unwrap()), ["re_1"]);
    assert_eq!(server.lines(), [LIST, "POST /v1/refunds/re_1"]);
    assert_eq!(server.keys(), ["refund-pi_1-none"]);
}

#[tokio::test]
async fn a_lost_refund_that_another_server_has_claimed_just_now_is_left_to_it() {
    let lost = refund_body("re_1", 400, "succeeded", 60);
    let claimed = lost.replace(r#""refund""#, &format!("\"other.{NOW}\""));
    let used = r#"{"error":{"type":"idempotency_error","message":"Other parameters."}}"#;
    for answers in [
        vec![refunds(std::slice::from_ref(&claimed))],
        vec![
            refunds(&[lost]),
            Answer::Reply(400, Vec::new(), used.to_owned()),
            refunds(&[claimed]),
        ],
    ] {
        let (data, _) = refunded(&intent("succeeded"), answers).await;
        let error = data.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.error().contains("has to wait"), "{error}");
    }
}

#[tokio::test]
async fn a_refund_that_somebody_has_just_made_is_not_booked_twice() {
    let list = refunds(&[refund_body("re_1", 400, "succeeded", 2)]);
    let (data, server) = refunded(&intent("succeeded"), vec![list]).await;
    let error = data.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.detail().contains("re_1") && error.detail().contains("9 seconds"), "{error}");
    assert_eq!(server.lines(), [LIST]);
}

#[tokio::test]
async fn a_refund_of_another_amount_that_was_just_made_has_to_be_stored_first() {
    let list = refunds(&[refund_body("re_1", 300, "succeeded", 2)]);
    let (data, server) = refunded(&intent("succeeded"), vec![list]).await;
    let error = data.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.detail().contains("re_1 over 300"), "{error}");
    assert_eq!(server.lines(), [LIST]);
}

#[tokio::test]
async fn of_two_refunds_from_the_same_data_stripe_makes_one() {
    let mismatch = r#"{"error":{"type":"idempotency_error","message":"Other parameters."}}"#;
    let (data, server) = refunded(
        &intent("succeeded"),
        vec![
            refunds(&[]),
            Answer::Reply(400, Vec::new(), mismatch.to_owned()),
            refunds(&[refund_body("re_1", 300, "succeeded", 0)]),
        ],
    )
    .await;
    assert_eq!(data.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(server.keys(), ["refund-pi_1-none"]);
}

#[tokio::test]
async fn after_a_refused_refund_one_of_another_amount_has_the_next_key() {
    let mismatch = r#"{"error":{"type":"idempotency_error","message":"Other parameters."}}"#;
    let (data, server) = refunded(
        &intent("succeeded"),
        vec![
            refunds(&[]),
            Answer::Reply(400, Vec::new(), mismatch.to_owned()),
            refunds(&[]),
            ok(own_refund("re_1", 400, "succeeded", 0)),
        ],
    )
    .await;
    assert!(data.is_ok());
    assert_eq!(server.keys(), ["refund-pi_1-none", "refund-pi_1-none.1"]);
}

#[tokio::test]
async fn a_lost_refund_stays_known_whatever_is_refunded_in_between() {
    let lost = || refund_body("re_1", 300, "succeeded", 60);
    let list = refunds(&[lost()]);
    let (data, _) =
        refunded(&intent("succeeded"), vec![list, ok(own_refund("re_2", 400, "succeeded", 0))])
            .await;
    let data = data.unwrap();
    assert_eq!(recorded(&data), ["re_2"]);
    let list = refunds(&[refund_body("re_2", 400, "succeeded", 30), lost()]);
    let claimed = ok(own_refund("re_1", 300, "succeeded", 60));
    let server = Server::start([list, claimed]).await;
    let request = Request::RefundPayment { data, amount: amount(300) };
    let data = data_of(stack(&server.url).call(request).await);
    assert_eq!(recorded(&data), ["re_1", "re_2"]);
    assert_eq!(StoredState::of(&data).refunds.unrecorded().count(), 0);
    assert_eq!(server.lines(), [LIST, "POST /v1/refunds/re_1"]);
}

#[tokio::test]
async fn refunds_that_are_booked_void_strange_or_of_another_amount_are_not_taken_over() {
    let booked = json(&intent("succeeded"))
        .with([("medusa_payment_rs", serde_json::json!({"refunds": {"re_1": 400}}))]);
    let list = refunds(&[
        refund_body("re_1", 400, "succeeded", 60),
        refund_body("re_2", 400, "failed", 60),
        refund_body("re_3", 400, "canceled", 60),
        refund_body("re_4", 300, "succeeded", 60),
        refund_body("re_5", 400, "succeeded", 60).replace("medusa_payment_rs", "somebody"),
    ]);
    let (data, _) =
        refunded(booked.as_str(), vec![list, ok(own_refund("re_6", 400, "pending", 0))]).await;
    assert_eq!(recorded(&data.unwrap()), ["re_1", "re_6"]);
}

#[tokio::test]
async fn a_refund_that_failed_at_the_bank_is_no_success() {
    for status in ["failed", "canceled"] {
        let answers = vec![refunds(&[]), ok(own_refund("re_1", 400, status, 0))];
        let (data, _) = refunded(&intent("succeeded"), answers).await;
        assert_eq!(data.unwrap_err().kind(), ErrorKind::Refused);
    }
}

#[tokio::test]
async fn a_stored_refusal_is_looked_up_again_and_stepped_over() {
    let (data, server) = refunded(
        &intent("succeeded"),
        vec![
            refunds(&[]),
            replayed(400, error_body("charge_disputed")),
            refunds(&[]),
            ok(own_refund("re_1", 400, "succeeded", 0)),
        ],
    )
    .await;
    assert!(data.is_ok());
    let keys = server.keys();
    assert_eq!(keys[1], format!("{}.1", keys[0]));
}

#[tokio::test]
async fn a_replayed_refund_that_has_come_back_since_is_made_anew() {
    let void = refund_body("re_1", 400, "failed", 60);
    let (data, _) = refunded(
        &intent("succeeded"),
        vec![
            refunds(std::slice::from_ref(&void)),
            replayed(200, refund_body("re_1", 400, "pending", 60)),
            refunds(&[void]),
            ok(own_refund("re_2", 400, "succeeded", 0)),
        ],
    )
    .await;
    assert_eq!(recorded(&data.unwrap()), ["re_2"]);
}

#[tokio::test]
async fn a_change_that_stripe_answers_with_another_status_is_no_success() {
    for (answered, capture, cancel) in [
        ("requires_capture", ErrorKind::Refused, ErrorKind::Refused),
        // A capture may take some time, and fail in the end.
        ("processing", ErrorKind::OutcomeUnknown, ErrorKind::Refused),
    ] {
        let unexpected = error(400, "payment_intent_unexpected_state");
        let answered_so = || ok(intent(answered));
        let server = Server::start([
            answered_so(),
            answered_so(),
            unexpected,
            answered_so(),
            answered_so(),
            answered_so(),
        ])
        .await;
        let stack = stack(&server.url);
        let data = json(&intent("requires_capture"));
        for _ in 0..2 {
            let request = Request::capture(data.clone());
            assert_eq!(stack.call(request).await.unwrap_err().kind(), capture, "{answered}");
        }
        let error = stack.call(Request::CancelPayment { data }).await.unwrap_err();
        assert_eq!(error.kind(), cancel, "{answered}");
    }
}

#[tokio::test]
async fn a_replayed_answer_from_before_a_capture_was_done_is_not_believed() {
    for before in ["processing", "requires_capture"] {
        let server = Server::start([replayed(200, intent(before)), ok(intent("succeeded"))]).await;
        let request = Request::capture(json(&intent("requires_capture")));
        assert!(stack(&server.url).call(request).await.is_ok());
    }
}

/// Stripe has no code for a refund of more than is left.
#[tokio::test]
async fn a_refusal_names_refunds_that_were_not_made_here() {
    let too_much =
        r#"{"error":{"type":"invalid_request_error","message":"Too much.","param":"amount"}}"#;
    for (refusal, code) in [
        (error(400, "charge_already_refunded"), "charge_already_refunded"),
        (Answer::Reply(400, Vec::new(), too_much.to_owned()), "invalid_request_error"),
    ] {
        let stranger = refund_body("re_9", 900, "succeeded", 60).replace("medusa_payment_rs", "x");
        let listed = || refunds(std::slice::from_ref(&stranger));
        let answers = vec![listed(), refusal, given_back(900), listed()];
        let (data, _) = refunded(&intent("succeeded"), answers).await;
        let error = data.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.detail().contains("re_9 over 900"), "{error}");
    }
}

#[tokio::test]
async fn what_was_given_back_in_the_dashboard_and_cannot_be_paid_any_more_is_claimed() {
    let stranger = |id, minor_units| {
        refund_body(id, minor_units, "succeeded", 60).replace("medusa_payment_rs", "x")
    };
    let listed = || refunds(&[stranger("re_9", 400), stranger("re_8", 300)]);
    let answers = vec![
        listed(),
        error(400, "charge_already_refunded"),
        given_back(700),
        listed(),
        ok(own_refund("re_9", 400, "succeeded", 60)),
    ];
    let (data, server) = refunded(&intent("succeeded"), answers).await;
    assert_eq!(recorded(&data.unwrap()), ["re_9"]);
    let lines = [LIST, "POST /v1/refunds", READ_WITH_CHARGE, LIST, "POST /v1/refunds/re_9"];
    assert_eq!(server.lines(), lines);
}

#[tokio::test]
async fn what_a_capture_left_of_the_hold_was_not_given_back() {
    let released = refund_body("re_9", 400, "succeeded", 60)
        .replace("medusa_payment_rs", "x")
        .replace("\"status\"", "\"balance_transaction\":null,\"status\"");
    let listed = || refunds(std::slice::from_ref(&released));
    let answers = vec![listed(), error(400, "charge_already_refunded"), given_back(700), listed()];
    let (data, _) = refunded(&intent("succeeded"), answers).await;
    let error = data.unwrap_err();
    assert_eq!(error.code(), "charge_already_refunded");
    assert!(!error.detail().contains("re_9"), "{error}");
}

/// Stripe refuses a key that it has seen at another endpoint.
#[tokio::test]
async fn an_intent_in_place_of_one_that_the_account_does_not_have_has_a_key_of_its_own() {
    let answers = [error(404, "resource_missing"), ok(intent("requires_payment_method"))];
    let server = Server::start(answers).await;
    let context = context(&intent("requires_payment_method"), |context| {
        context.amount = amount(7);
        context.email = String::new();
    });
    assert!(stack(&server.url).call(Request::UpdatePayment(context)).await.is_ok());
    assert_eq!(server.lines(), ["POST /v1/payment_intents/pi_1", "POST /v1/payment_intents"]);
    let keys = server.keys();
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_lost_reply_to_a_change_leaves_the_outcome_open() {
    for answer in
        [Answer::Close, Answer::Truncated(intent("succeeded")), Answer::Hang, ok("<html>")]
    {
        let server = Server::start([answer]).await;
        let request = Request::capture(json(&intent("requires_capture")));
        let error = stack(&server.url).call(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
        assert!(!error.to_string().contains("sk_test"), "{error}");
    }
}

#[tokio::test]
async fn a_lost_reply_to_a_read_moved_nothing() {
    let foreign = ok(intent("succeeded").replace("pi_1", "pi_2"));
    for answer in [Answer::Close, Answer::Truncated(intent("succeeded")), ok(""), ok("[]"), foreign]
    {
        let server = Server::start([answer]).await;
        let request = Request::RetrievePayment { data: json(&intent("succeeded")) };
        let error = stack(&server.url).call(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    }
}

#[tokio::test]
async fn a_refused_connection_moved_nothing() {
    let server = Server::start([]).await;
    let url = server.url.clone();
    // The script is over, so the port is closed soon; wait until it is.
    while tokio::net::TcpStream::connect(url.trim_start_matches("http://")).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let request = Request::capture(json(&intent("requires_capture")));
    let error = stack(&url).call(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

#[tokio::test]
async fn a_lost_attempt_is_repeated_with_its_key() {
    let server = Server::start([Answer::Close, ok(intent("succeeded"))]).await;
    let request = Request::capture(json(&intent("requires_capture")));
    data_of(stack_with(&server.url, 1).call(request).await);
    let keys = server.keys();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_shoppers_data_reaches_the_intent_that_the_service_names() {
    let server =
        Server::start([ok(intent("requires_payment_method")), ok(intent("canceled"))]).await;
    let stack = stack(&server.url);
    let post = |session_id: &str, data: &str| Request::UpdatePaymentData {
        session_id: session_id.to_owned(),
        data: json(data),
    };
    let data = data_of(stack.call(post("pi_1", r#"{"receipt_email":"a@b.com"}"#)).await);
    let whole = json(&intent("requires_payment_method"));
    assert_eq!(
        data,
        whole.without("amount").without("currency"),
        "the session knows what the cart costs"
    );
    data_of(stack.call(post("pi_1", "{}")).await);
    assert_eq!(server.lines(), ["POST /v1/payment_intents/pi_1", "GET /v1/payment_intents/pi_1"]);
    let refused = stack.call(post("ps_1", "{}")).await.unwrap_err();
    assert_eq!(refused.code(), "missing_payment_intent");
}

#[tokio::test]
async fn an_intent_is_read_with_its_charge_where_the_data_has_it() {
    let body = r#"{"id":"pi_1","amount":1000,"status":"succeeded","latest_charge":{"id":"ch_1"}}"#;
    let server = Server::start([ok(body), ok(intent("succeeded"))]).await;
    let stack = stack(&server.url);
    let retrieve = |data| stack.call(Request::RetrievePayment { data: json(data) });
    let read = data_of(retrieve(r#"{"id":"pi_1","latest_charge":{}}"#).await);
    assert_eq!(read.as_str(), body);
    data_of(retrieve(r#"{"id":"pi_1","latest_charge":"ch_1"}"#).await);
    assert_eq!(
        server.lines(),
        [
            "GET /v1/payment_intents/pi_1?expand%5B0%5D=latest_charge",
            "GET /v1/payment_intents/pi_1"
        ]
    );
}

fn update(data: &str, change: impl FnOnce(&mut PaymentProcessorContext)) -> Request {
    Request::UpdatePayment(context(data, change))
}

fn session_of(answer: Result<Response>) -> JsonObject {
    match answer.unwrap() {
        Response::Session(session) => session.session_data,
        other => panic!("no session: {other:?}"),
    }
}

const CREATE: &str = "POST /v1/payment_intents";

#[tokio::test]
async fn a_session_whose_intent_was_canceled_gets_another_one_at_the_next_update() {
    let new = || ok(intent("requires_payment_method").replace("pi_1", "pi_2"));
    let stored = intent("requires_payment_method");
    let known = |context: &mut PaymentProcessorContext| context.email.clear();

    let server = Server::start([ok(intent("canceled")), new()]).await;
    let data = session_of(stack(&server.url).call(update(&stored, known)).await);
    assert_eq!(data.get::<String>("id").as_deref(), Some("pi_2"));
    assert_eq!(server.lines(), ["GET /v1/payment_intents/pi_1", CREATE]);

    let server = Server::start([error(400, UNEXPECTED_STATE), ok(intent("canceled")), new()]).await;
    let another = update(&stored, |context| {
        known(context);
        context.amount = amount(7);
    });
    let data = session_of(stack(&server.url).call(another).await);
    assert_eq!(data.get::<String>("id").as_deref(), Some("pi_2"));
    assert_eq!(server.lines()[2], CREATE);
    assert!(server.received()[2].body.starts_with("amount=7&"));
}

#[tokio::test]
async fn calls_that_find_an_intent_canceled_at_once_get_the_same_other_one() {
    let new = || intent("requires_payment_method").replace("pi_1", "pi_2");
    let server = Server::start([
        ok(intent("canceled")),
        ok(new()),
        ok(intent("canceled")),
        replayed(200, new()),
        ok(new()),
        ok(intent("canceled")),
        replayed(200, new()),
        ok(intent("canceled").replace("pi_1", "pi_2")),
        ok(new().replace("pi_2", "pi_3")),
    ])
    .await;
    let stack = stack(&server.url);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let request = update(&intent("requires_payment_method"), |context| context.email.clear());
        let data = session_of(stack.call(request).await);
        ids.push(data.get::<String>("id").unwrap());
    }
    assert_eq!(ids, ["pi_2", "pi_2", "pi_3"], "the last one was canceled, too");
    let keys = server.keys();
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
}

#[tokio::test]
async fn a_session_whose_intent_the_account_does_not_have_gets_another_one() {
    let new = ok(intent("requires_payment_method").replace("pi_1", "pi_2"));
    let server = Server::start([error(404, RESOURCE_MISSING), new]).await;
    let request = update(&intent("requires_payment_method"), |context| context.email.clear());
    let data = session_of(stack(&server.url).call(request).await);
    assert_eq!(data.get::<String>("id").as_deref(), Some("pi_2"));
}

#[tokio::test]
async fn an_amount_that_an_earlier_update_has_set_is_taken_over_although_it_is_paid() {
    let held = intent("requires_capture").replace("1000", "1200");
    let server = Server::start([error(400, UNEXPECTED_STATE), ok(held.clone())]).await;
    let request =
        update(&intent("requires_payment_method"), |context| context.amount = amount(1200));
    let data = session_of(stack(&server.url).call(request).await);
    assert_eq!(data.as_str(), held);
}

#[tokio::test]
async fn a_cart_that_changes_after_it_was_paid_makes_no_order_until_both_agree() {
    for status in ["processing", "requires_capture", "succeeded"] {
        let answers = [
            error(400, UNEXPECTED_STATE),
            ok(intent(status)),
            ok(intent(status)),
            error(400, UNEXPECTED_STATE),
            ok(intent(status)),
        ];
        let server = Server::start(answers).await;
        let stack = stack(&server.url);
        let request = update(&intent(status), |context| context.amount = amount(1200));
        let data = session_of(stack.call(request).await);
        assert_eq!(data.get::<Amount>("amount"), Some(amount(1200)));
        let request = Request::AuthorizePayment { data: data.clone(), context: json("{}") };
        let refused = stack.call(request).await.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Refused, "amount_mismatch"));
        assert!(refused.detail().contains("ut the cart back to what was paid"), "{refused}");
        let back = session_of(stack.call(update(data.as_str(), |_| {})).await);
        assert_eq!(back.as_str(), intent(status));
    }
}

#[tokio::test]
async fn a_payment_that_the_bank_still_looks_at_is_not_given_up() {
    let answers = [error(400, UNEXPECTED_STATE), ok(intent("processing"))];
    let server = Server::start(answers).await;
    let request = Request::DeletePayment { data: json(&intent("processing")) };
    let refused = stack(&server.url).call(request).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::Refused, UNEXPECTED_STATE));
    assert!(refused.detail().contains("Wait for the bank's answer"), "{refused}");
}

#[tokio::test]
async fn a_cart_that_costs_less_than_stripe_takes_goes_on_and_is_not_paid() {
    let stored = intent("requires_payment_method");
    let less = |context: &mut PaymentProcessorContext| context.amount = amount(30);
    let server =
        Server::start([error(400, AMOUNT_TOO_SMALL), ok(stored.clone()), ok(intent("canceled"))])
            .await;
    let data = session_of(stack(&server.url).call(update(&stored, less)).await);
    assert_eq!(data.get::<Amount>("amount"), Some(amount(30)));
    assert_eq!(data.get::<String>("status").as_deref(), Some("canceled"));
    assert_eq!(server.lines()[2], "POST /v1/payment_intents/pi_1/cancel");

    let server = Server::start([ok(intent("canceled"))]).await;
    let request = Request::AuthorizePayment { data: data.clone(), context: JsonObject::empty() };
    let refused = stack(&server.url).call(request).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::Refused, AMOUNT_TOO_SMALL));
    assert!(refused.detail().contains("30 (minor units)"), "{refused}");

    // The same amount again, and then one that can be paid.
    let guest = |context: &mut PaymentProcessorContext| context.email.clear();
    let server = Server::start([
        ok(intent("canceled")),
        error(400, AMOUNT_TOO_SMALL),
        error(400, UNEXPECTED_STATE),
        ok(intent("canceled")),
        ok(stored.replace("pi_1", "pi_2")),
    ])
    .await;
    let again = update(data.as_str(), |context| {
        guest(context);
        less(context);
    });
    assert_eq!(stack(&server.url).call(again).await, Ok(Response::Unchanged));
    let more = session_of(stack(&server.url).call(update(data.as_str(), guest)).await);
    assert_eq!(more.as_str(), stored.replace("pi_1", "pi_2"));
}

#[tokio::test]
async fn what_is_held_is_not_released_because_the_cart_costs_less_than_stripe_takes() {
    let answers = [error(400, AMOUNT_TOO_SMALL), ok(intent("requires_capture"))];
    let server = Server::start(answers).await;
    let request = update(&intent("requires_payment_method"), |context| context.amount = amount(30));
    let data = session_of(stack(&server.url).call(request).await);
    assert_eq!(data.get::<Amount>("amount"), Some(amount(30)));
    assert!(!StoredState::of(&data).amount_too_small);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn stripe_is_told_who_a_new_customer_is_and_nothing_waits_for_it() {
    let address = || crate::types::Address {
        first_name: Some("Ada".to_owned()),
        last_name: Some("Lovelace".to_owned()),
        address_1: Some("Mall Road".to_owned()),
        country_code: Some("in".to_owned()),
        ..Default::default()
    };
    let guest = |context: &mut PaymentProcessorContext| {
        context.billing_address = Some(address());
    };
    for told in [ok(r#"{"id":"cus_9"}"#), error(400, "phone_invalid"), Answer::Close, Answer::Hang]
    {
        let unpaid = ok(intent("requires_payment_method"));
        let server = Server::start([ok(r#"{"id":"cus_9"}"#), unpaid, told]).await;
        let request = Request::InitiatePayment(context("{}", guest));
        let data = session_of(stack(&server.url).call(request).await);
        assert_eq!(data.as_str(), intent("requires_payment_method"));
        assert_eq!(server.lines(), ["POST /v1/customers", CREATE, "POST /v1/customers/cus_9"]);
        // What makes the customer stays the same for a day, whatever is known of them meanwhile.
        assert_eq!(server.received()[0].body, "email=ada@example.com");
        assert_eq!(
            server.received()[2].body,
            "name=Ada+Lovelace&address[country]=in&address[line1]=Mall+Road"
        );
    }

    let server =
        Server::start([ok(r#"{"data":[]}"#), created(&intent("requires_payment_method"))]).await;
    let known = context("{}", |context| {
        context.customer = Some(known("cus_1"));
        guest(context);
    });
    session_of(stack(&server.url).call(Request::InitiatePayment(known)).await);
    assert_eq!(server.lines(), [LIST_INTENTS, CREATE], "what Stripe has of others stays");
}

#[tokio::test]
async fn a_whole_intent_that_comes_back_changes_what_is_different_in_it() {
    let unpaid = || intent("requires_payment_method");
    let server = Server::start([ok(unpaid()), ok(unpaid()), ok(unpaid())]).await;
    let stack = stack(&server.url);
    let post = |data: JsonObject| {
        stack.call(Request::UpdatePaymentData { session_id: "pi_1".to_owned(), data })
    };
    data_of(post(json(&unpaid()).with([("description", "a gift".into())])).await);
    assert_eq!(server.received()[1].body, "description=a+gift");
    let stolen = json(&unpaid()).with([("amount", 1.into()), ("description", "x".into())]);
    let refused = post(stolen).await.unwrap_err();
    assert_eq!(refused.code(), "field_not_allowed");
    assert!(refused.detail().contains("shopper: amount. "), "{refused}");
    assert_eq!(server.lines().len(), 3);
}
