//! What Medusa and a shopper's browser hand over.

use serde_json::{Map, Value, json};

use crate::json::JsonObject;
use crate::request::{Operation, Request};
use crate::testing::data::{Order, member};
use crate::testing::trial::{Checked, Trial, failed, refund, where_known};
use crate::types::PaymentProcessorContext;

pub(super) async fn optional_guest(trial: &Trial<'_>) -> Checked {
    let guest = PaymentProcessorContext {
        email: String::new(),
        customer: None,
        billing_address: None,
        context: JsonObject::empty(),
        ..trial.context()
    };
    trial.data(Request::InitiatePayment(Box::new(guest))).await.map(|_| ())
}

pub(super) async fn missing_payment(trial: &Trial<'_>, operation: Operation) -> Checked {
    let data = JsonObject::empty();
    let request = match operation {
        Operation::AuthorizePayment => trial.authorization(data),
        Operation::CapturePayment => Request::capture(data),
        Operation::RefundPayment => refund(data, trial.part()),
        Operation::CancelPayment => Request::CancelPayment { data },
        Operation::DeletePayment => Request::DeletePayment { data },
        Operation::RetrievePayment => Request::RetrievePayment { data },
        Operation::GetPaymentStatus => Request::GetPaymentStatus { data },
        _ => Request::UpdatePayment(Box::new(trial.context())),
    };
    let answer = trial.call(request).await.answered()?;
    match answer.error() {
        Some(error) if error.detail().contains("panicked") => failed(answer.to_string()),
        _ => Ok(()),
    }
}

pub(super) async fn json_order(trial: &mut Trial<'_>) -> Checked {
    trial.order = Order::Backwards;
    let data = trial.refunded(trial.captured().await?, trial.part()).await?;
    trial.has_captured(&data, trial.total()).await?;
    trial.has_refunded(&data, trial.part()).await
}

pub(super) async fn json_unknown(trial: &Trial<'_>) -> Checked {
    const NAME: &str = "kit_unknown";
    let unknown = json!({ "list": [1, 2.5, null], "text": "é" });
    let added = |data: JsonObject| data.with([(NAME, unknown.clone())]);
    let started = trial.started().await?;
    trial.harness.pay(&started).await;
    let authorized = trial.authorize(added(started)).await?;
    let refunded = trial.refunded(added(trial.captured().await?), trial.part()).await?;
    for (method, data) in [("authorize_payment", authorized), ("refund_payment", refunded)] {
        if member(&data, NAME) != unknown {
            return failed(format!("{method} lost or changed a member that it was given"));
        }
    }
    Ok(())
}

fn posted(trial: &Trial<'_>, session: &JsonObject, data: JsonObject) -> Request {
    Request::UpdatePaymentData { session_id: trial.harness.session_id(session), data }
}

pub(super) async fn shopper_harmless(trial: &Trial<'_>) -> Checked {
    let session = trial.started().await?;
    trial.data(posted(trial, &session, trial.harness.harmless())).await.map(|_| ())
}

pub(super) async fn shopper_money(trial: &mut Trial<'_>) -> Checked {
    let session = trial.started().await?;
    let other = if member(&session, "currency") == "usd" { "eur" } else { "usd" };
    let money = json!({
        "amount": 1, "currency": other, "currency_code": other, "id": "somebody_elses",
        "status": "captured", "captured": 1_000_000, "refunded": -1,
    });
    let known = session.keys();
    let mut tried: Map<String, Value> = money.as_object().cloned().unwrap_or_default();
    tried.retain(|name, _| known.contains(name));
    tried.extend(trial.harness.protected().deserialize::<Map<String, Value>>().unwrap_or_default());
    for (name, value) in tried {
        let session = trial.started().await?;
        let data = JsonObject::empty().with([(name.as_str(), value.clone())]);
        let answer = trial.heard(posted(trial, &session, data)).await;
        // What is sent back unchanged is not a change.
        let is_new = member(&session, &name) != value;
        if is_new && answer.data().is_some_and(|data| member(data, &name) == value) {
            trial.complain(format!("a shopper can set `{name}` to {value}"));
        }
        where_known(trial.has_captured(&session, 0).await)?;
    }
    Ok(())
}

pub(super) async fn shopper_hostile(trial: &Trial<'_>) -> Checked {
    let session = trial.started().await?;
    let deep = format!("{}1{}", r#"{"a":"#.repeat(1000), "}".repeat(1000));
    for text in
        ["{}", r#"{"note":null}"#, r#"{"note":[]}"#, &deep, r#"{"__proto__":{}}"#, r#"{"":""}"#]
    {
        let data = JsonObject::parse(text).unwrap_or_default();
        let answer = trial.call(posted(trial, &session, data)).await.answered()?;
        if answer.error().is_some_and(|error| error.detail().contains("panicked")) {
            return failed(answer.to_string());
        }
    }
    Ok(())
}
