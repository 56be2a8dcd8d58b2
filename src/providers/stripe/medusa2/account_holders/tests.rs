//! Account holders and payment methods against scripted replies, layers included.

use std::sync::Arc;

use super::super::super::Any;
use super::*;
use crate::error::ErrorKind;
use crate::http::testing::{Answer, Server, error_body, ok, replayed};
use crate::layers::Stack;
use crate::registry::Provider;
use crate::request::{Request, Response};
use crate::types::Address;

fn stack_as(identifier: &'static str, url: &str, max_retries: u64) -> Stack {
    let options = format!(
        r#"{{"apiKey":"sk_test_secret","api_base":"{url}","timeout_ms":2000,"deadline_ms":6000,"max_retries":{max_retries}}}"#
    );
    let stripe = Stripe::<Any>::from_config(serde_json::from_str(&options).unwrap()).unwrap();
    let layers = stripe.layers();
    Stack::new(identifier, Arc::new(stripe), layers)
}

/// A processor whose lost attempts are not repeated.
fn stack(server: &Server) -> Stack {
    stack_as("v2/stripe", &server.url, 0)
}

fn json(text: &str) -> JsonObject {
    JsonObject::parse(text).unwrap()
}

fn ada() -> Customer {
    Customer {
        id: Some("cus_medusa".to_owned()),
        email: Some("ada@example.com".to_owned()),
        first_name: Some("Ada".to_owned()),
        last_name: Some("Lovelace".to_owned()),
        phone: Some("+441".to_owned()),
        ..Customer::default()
    }
}

fn with_address(customer: Customer) -> Customer {
    let address = Address {
        address_1: Some("12 St James's Square".to_owned()),
        city: Some("London".to_owned()),
        country_code: Some("gb".to_owned()),
        postal_code: Some("SW1Y".to_owned()),
        ..Address::default()
    };
    Customer { billing_address: Some(address), ..customer }
}

fn create(customer: Customer) -> Request {
    Request::CreateAccountHolder { customer: Box::new(customer) }
}

fn update(holder: &str) -> Request {
    Request::UpdateAccountHolder { holder: json(holder), customer: Box::new(ada()) }
}

const HOLDER: &str = r#"{"id":"cus_1","object":"customer"}"#;
const GONE: &str = r#"{"id":"cus_1","object":"customer","deleted":true}"#;

fn no_such_customer(status: u16) -> Answer {
    let body = r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such customer: 'cus_1'"}}"#;
    Answer::Reply(status, Vec::new(), body.to_owned())
}

fn kept(answer: Result<Response>) -> Kept {
    match answer.unwrap() {
        Response::Kept(kept) => *kept,
        other => panic!("nothing is kept: {other:?}"),
    }
}

#[tokio::test]
async fn a_customer_is_made_with_what_medusa_knows() {
    let server = Server::start([ok(HOLDER)]).await;
    let holder = kept(stack(&server).call(create(with_address(ada()))).await);
    assert_eq!((holder.id.as_str(), holder.data.as_str()), ("cus_1", HOLDER));
    let request = server.received().remove(0);
    assert_eq!(request.line, "POST /v1/customers");
    assert_eq!(
        request.body.replace('+', " "),
        "email=ada@example.com&name=Ada Lovelace&phone= 441&address[city]=London&address[country]=gb\
         &address[line1]=12 St James's Square&address[line2]=&address[postal_code]=SW1Y&address[state]="
    );
    assert_eq!(request.header("stripe-version"), Some("2024-04-10"));
}

#[test]
fn a_company_comes_before_a_person_and_nobody_has_no_name() {
    let named = |company: &str, first: Option<&str>, last: Option<&str>| {
        name_of(&Customer {
            company_name: Some(company.to_owned()),
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
            ..Customer::default()
        })
    };
    assert_eq!(named("Engines Ltd", Some("Ada"), None).as_deref(), Some("Engines Ltd"));
    assert_eq!(named("", Some("Ada"), None).as_deref(), Some("Ada"));
    assert_eq!(named("", None, Some("Lovelace")).as_deref(), Some("Lovelace"));
    assert_eq!(named("", Some(" "), None), None);
}

#[tokio::test]
async fn a_customer_has_the_same_key_until_something_about_them_changes() {
    let server = Server::start((0..6).map(|_| ok(HOLDER))).await;
    let moved = Customer { phone: Some("+442".to_owned()), ..ada() };
    let other = Customer { id: Some("cus_other".to_owned()), ..ada() };
    for (identifier, customer) in [
        ("v2/stripe", ada()),
        ("v2/stripe", ada()),
        ("v2/stripe", moved),
        ("v2/stripe", with_address(ada())),
        ("v2/stripe", other),
        ("v2/stripe-ideal", ada()),
    ] {
        kept(stack_as(identifier, &server.url, 0).call(create(customer)).await);
    }
    let keys = server.keys();
    assert_eq!(keys[0], keys[1]);
    let different = keys[1..].iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(different.len(), 5, "{keys:?}");
    assert!(keys.iter().all(|key| key.len() == 40), "{keys:?}");
}

#[tokio::test]
async fn a_customer_who_was_made_before_is_as_stripe_has_them_now() {
    let now = r#"{"id":"cus_1","object":"customer","balance":5}"#;
    let server = Server::start([replayed(200, HOLDER), ok(now)]).await;
    let holder = kept(stack(&server).call(create(ada())).await);
    assert_eq!(holder.data.as_str(), now);
    assert_eq!(server.lines(), ["POST /v1/customers", "GET /v1/customers/cus_1"]);
}

#[tokio::test]
async fn another_customer_is_made_if_the_one_of_before_was_deleted() {
    let second = r#"{"id":"cus_2","object":"customer"}"#;
    let server = Server::start([
        replayed(200, HOLDER),
        ok(GONE),
        replayed(200, HOLDER),
        no_such_customer(404),
        ok(second),
    ])
    .await;
    let holder = kept(stack(&server).call(create(ada())).await);
    assert_eq!(holder.id, "cus_2");
    let keys = server.keys();
    assert_eq!(keys[1..], [format!("{}-1", keys[0]), format!("{}-2", keys[0])]);
}

#[tokio::test]
async fn a_customer_whose_reply_was_lost_is_found_by_the_next_attempt() {
    let server = Server::start([Answer::Close, replayed(200, HOLDER), ok(HOLDER)]).await;
    let holder = kept(stack_as("v2/stripe", &server.url, 1).call(create(ada())).await);
    assert_eq!(holder.id, "cus_1");
    let keys = server.keys();
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_failure_that_stripe_remembers_does_not_keep_the_customer_out() {
    let server = Server::start([replayed(500, error_body("api_error")), ok(HOLDER)]).await;
    assert_eq!(kept(stack(&server).call(create(ada())).await).id, "cus_1");
    let keys = server.keys();
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_proxys_answer_is_no_customer() {
    for answer in [ok("{}"), ok("<html>"), Answer::Reply(502, Vec::new(), "{}".to_owned())] {
        let server = Server::start([answer]).await;
        let error = stack(&server).call(create(ada())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
    }
}

#[tokio::test]
async fn an_update_has_a_key_of_its_own_each_time() {
    let server = Server::start([ok(HOLDER), ok(HOLDER)]).await;
    let stack = stack(&server);
    for _ in 0..2 {
        let Response::Data(data) = stack.call(update(HOLDER)).await.unwrap() else { panic!() };
        assert_eq!(data.as_str(), HOLDER);
    }
    let request = server.received().remove(0);
    assert_eq!(request.line, "POST /v1/customers/cus_1");
    assert_eq!(request.field("phone"), Some("+441"));
    let keys = server.keys();
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn an_update_that_was_lost_is_repeated_with_its_key() {
    let server = Server::start([Answer::Close, ok(HOLDER)]).await;
    stack_as("v2/stripe", &server.url, 1).call(update(HOLDER)).await.unwrap();
    let keys = server.keys();
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_phone_number_that_is_gone_is_gone_at_stripe() {
    let server = Server::start([ok(HOLDER)]).await;
    let customer = Box::new(Customer { phone: None, ..ada() });
    let request = Request::UpdateAccountHolder { holder: json(HOLDER), customer };
    stack(&server).call(request).await.unwrap();
    assert_eq!(server.received()[0].field("phone"), Some(""));
}

#[tokio::test]
async fn a_customer_whom_stripe_does_not_know_is_named_with_what_to_do() {
    let requests = [
        update(HOLDER),
        Request::ListPaymentMethods { holder: json(HOLDER) },
        Request::SavePaymentMethod { holder: json(HOLDER), data: JsonObject::empty() },
        Request::RetrieveAccountHolder { id: "cus_1".to_owned() },
    ];
    for request in requests {
        let operation = request.operation();
        let server = Server::start([no_such_customer(404)]).await;
        let error = stack(&server).call(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{operation:?}: {error}");
        assert_eq!(error.code(), "resource_missing", "{operation:?}");
        assert!(
            error.detail().contains("no customer cus_1") && error.detail().contains("test or live"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_else_is_missing_is_told_in_stripes_words() {
    let body = r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such PaymentMethod: 'pm_1'"}}"#;
    let server = Server::start([Answer::Reply(400, Vec::new(), body.to_owned())]).await;
    let data = json(r#"{"payment_method":"pm_1"}"#);
    let request = Request::SavePaymentMethod { holder: json(HOLDER), data };
    let error = stack(&server).call(request).await.unwrap_err();
    assert!(error.detail().contains("No such PaymentMethod"), "{error}");
}

#[tokio::test]
async fn a_customer_is_deleted_and_one_that_is_gone_stays_so() {
    for answer in [ok(GONE), no_such_customer(404)] {
        let server = Server::start([answer]).await;
        let request = Request::DeleteAccountHolder { holder: json(HOLDER) };
        assert_eq!(stack(&server).call(request).await.unwrap(), Response::Deleted);
        assert_eq!(server.lines(), ["DELETE /v1/customers/cus_1"]);
    }
}

#[tokio::test]
async fn a_deletion_that_was_lost_is_repeated() {
    let server = Server::start([Answer::Close, no_such_customer(404)]).await;
    let request = Request::DeleteAccountHolder { holder: json(HOLDER) };
    let answer = stack_as("v2/stripe", &server.url, 1).call(request).await;
    assert_eq!(answer.unwrap(), Response::Deleted);
}

#[tokio::test]
async fn a_deleted_customer_cannot_be_retrieved() {
    let server = Server::start([ok(GONE)]).await;
    let request = Request::RetrieveAccountHolder { id: "cus_1".to_owned() };
    assert_eq!(stack(&server).call(request).await.unwrap_err().code(), "resource_missing");
}

#[tokio::test]
async fn without_an_id_nothing_is_asked() {
    let server = Server::start([]).await;
    let stack = stack(&server);
    let method = |id: &str| id.to_owned();
    for holder in [r#"{"id":""}"#, "{}", r#"{"id":null}"#, r#"{"id":5}"#] {
        let holder = json(holder);
        for request in [
            Request::UpdateAccountHolder { holder: holder.clone(), customer: Box::new(ada()) },
            Request::DeleteAccountHolder { holder: holder.clone() },
            Request::SavePaymentMethod { holder: holder.clone(), data: JsonObject::empty() },
            Request::DeletePaymentMethod { holder: holder.clone(), id: method("pm_1") },
        ] {
            let operation = request.operation();
            let error = stack.call(request).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::Invalid, "missing_customer"),
                "{operation:?}"
            );
        }
    }
    let empty = json(r#"{"id":""}"#);
    let error = stack.call(Request::ListPaymentMethods { holder: empty }).await.unwrap_err();
    assert_eq!(error.code(), "missing_customer");
    let request = Request::DeletePaymentMethod { holder: json(HOLDER), id: method("") };
    assert_eq!(stack.call(request).await.unwrap_err().code(), "missing_payment_method");
    let request = Request::RetrieveAccountHolder { id: String::new() };
    assert_eq!(stack.call(request).await.unwrap_err().code(), "missing_customer");
    assert_eq!(server.lines(), [""; 0]);
}

#[tokio::test]
async fn a_record_without_a_customer_has_no_payment_methods() {
    let server = Server::start([]).await;
    let request = Request::ListPaymentMethods { holder: JsonObject::empty() };
    assert_eq!(stack(&server).call(request).await.unwrap(), Response::PaymentMethods(Vec::new()));
}

#[tokio::test]
async fn the_payment_methods_of_a_customer_are_listed_as_stripe_has_them() {
    let method = r#"{"id":"pm_1","customer":"cus_1","card":{"last4":"4242"}}"#;
    let server = Server::start([ok(format!(r#"{{"data":[{method}],"has_more":false}}"#))]).await;
    let request = Request::ListPaymentMethods { holder: json(HOLDER) };
    let Response::PaymentMethods(methods) = stack(&server).call(request).await.unwrap() else {
        panic!("no methods")
    };
    assert_eq!(methods, [Kept { id: "pm_1".to_owned(), data: json(method) }]);
    assert_eq!(server.lines(), ["GET /v1/customers/cus_1/payment_methods?limit=100"]);
}

#[tokio::test]
async fn an_id_cannot_leave_its_place_in_the_path() {
    let server = Server::start([ok(r#"{"data":[]}"#)]).await;
    let request = Request::ListPaymentMethods { holder: json(r#"{"id":"../customers?a"}"#) };
    stack(&server).call(request).await.unwrap();
    assert_eq!(
        server.lines(),
        ["GET /v1/customers/%2E%2E%2Fcustomers%3Fa/payment_methods?limit=100"]
    );
}

#[tokio::test]
async fn a_payment_method_is_saved_for_the_account_holder_whatever_the_storefront_says() {
    let server = Server::start([ok(r#"{"id":"seti_1","customer":"cus_1"}"#)]).await;
    let data = json(
        r#"{"customer":"cus_other","usage":"off_session",
            "payment_method_types":["card"],"metadata":{"customer":"mine"},"confirm":false}"#,
    );
    let request = Request::SavePaymentMethod { holder: json(HOLDER), data };
    assert_eq!(kept(stack(&server).call(request).await).id, "seti_1");
    let request = server.received().remove(0);
    assert_eq!(request.line, "POST /v1/setup_intents");
    assert_eq!(
        request.body,
        "customer=cus_1&usage=off_session&payment_method_types[0]=card&metadata[customer]=mine&confirm=false"
    );
}

#[tokio::test]
async fn a_key_that_would_be_another_field_is_refused() {
    let server = Server::start([]).await;
    let stack = stack(&server);
    for data in [r#"{"customer[id]":"cus_other"}"#, r#"{"metadata":{"a][customer":"cus_other"}}"#] {
        let request = Request::SavePaymentMethod { holder: json(HOLDER), data: json(data) };
        let error = stack.call(request).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, "invalid_data"));
        assert!(error.detail().contains("customer"), "{error}");
    }
}

fn detach() -> Request {
    Request::DeletePaymentMethod { holder: json(HOLDER), id: "pm_1".to_owned() }
}

fn method_of(customer: &str) -> Answer {
    ok(format!(r#"{{"id":"pm_1","object":"payment_method","customer":{customer}}}"#))
}

#[tokio::test]
async fn a_payment_method_of_the_account_holder_is_detached() {
    let server = Server::start([method_of(r#""cus_1""#), method_of("null")]).await;
    assert_eq!(stack(&server).call(detach()).await.unwrap(), Response::Deleted);
    assert_eq!(
        server.lines(),
        ["GET /v1/payment_methods/pm_1", "POST /v1/payment_methods/pm_1/detach"]
    );
}

#[tokio::test]
async fn another_customers_payment_method_stays() {
    let server = Server::start([method_of(r#""cus_2""#)]).await;
    let error = stack(&server).call(detach()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, "not_the_customers"));
    assert!(!error.to_string().contains("cus_2"), "{error}");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_payment_method_that_is_detached_already_is_a_success() {
    let server = Server::start([method_of("null")]).await;
    assert_eq!(stack(&server).call(detach()).await.unwrap(), Response::Deleted);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_refused_detachment_is_a_success_only_if_stripe_shows_it() {
    let refusal = || Answer::Reply(400, Vec::new(), error_body("not_attached"));
    let own = || method_of(r#""cus_1""#);
    let server = Server::start([own(), refusal(), method_of("null")]).await;
    assert_eq!(stack(&server).call(detach()).await.unwrap(), Response::Deleted);
    let server = Server::start([own(), refusal(), own()]).await;
    assert_eq!(stack(&server).call(detach()).await.unwrap_err().code(), "not_attached");
}
