//! Payments that are handled outside the store: cash on delivery, bank transfers, invoices.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::amount::Amount;
use crate::call::{self, CallContext};
use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;
use crate::processor::PaymentProcessor;
use crate::registry::{NoOptions, Provider};
use crate::request::Operation;
use crate::types::{
    Authorization, Capture, PaymentProcessorContext, PaymentProcessorSessionResponse,
    PaymentSessionStatus,
};

/// The processor `manual`: it moves no money, and records in the payment's data what was captured and
/// refunded.
///
/// The data is `{id, status, amount, currency, captured, refunded}`, the last two and `amount` in
/// minor units; in Medusa 2 also `captures` and `refunds`, the amounts by the ids of Medusa's rows. It takes the place of `medusa-payment-manual`, whose rows hold `{}` or only a status:
/// a row without these fields was not captured through this processor, and if it has no amount, the
/// limit of a refund is left to Medusa. Other members are returned unchanged.
///
/// All that it knows comes from Medusa: two servers on one database that refund the same payment at the
/// same moment are kept apart by Medusa's own records only.
pub struct Manual;

impl Provider for Manual {
    const IDENTIFIER: &'static str = "manual";
    type Config = NoOptions;

    fn from_config(NoOptions {}: NoOptions) -> Result<Self, String> {
        Ok(Self)
    }
}

/// The members of the data that only this processor sets.
const RECORD: [&str; 8] =
    ["id", "status", "amount", "currency", "captured", "refunded", CAPTURES, REFUNDS];

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Pending,
    Authorized,
    Captured,
    Canceled,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Canceled => "canceled",
        }
    }
}

/// What the data of a payment says.
struct Record {
    /// `None` in a row that `medusa-payment-manual` wrote, or that was changed by hand.
    status: Option<Status>,
    amount: Option<Amount>,
    captured: Option<Amount>,
    refunded: Amount,
}

impl Record {
    fn of(data: &JsonObject) -> Self {
        Self {
            status: data.get("status"),
            amount: data.get("amount"),
            captured: Rows::of(data, CAPTURES).sum().or_else(|| data.get("captured")),
            refunded: Rows::of(data, REFUNDS)
                .sum()
                .or_else(|| data.get("refunded"))
                .unwrap_or_default(),
        }
    }
}

/// The members with the amounts of Medusa's rows, in minor units by the rows' ids. Medusa 2 hands two calls at once the
/// same data and merges what they return: a sum would forget one of them.
const CAPTURES: &str = "captures";
const REFUNDS: &str = "refunds";

/// One of these members. Only Medusa 2 says which row a call is about.
struct Rows {
    member: &'static str,
    amounts: BTreeMap<String, Amount>,
}

impl Rows {
    fn of(data: &JsonObject, member: &'static str) -> Self {
        Self { member, amounts: data.get(member).unwrap_or_default() }
    }

    /// Returns the sum, or `None` if there are no rows.
    fn sum(&self) -> Option<Amount> {
        let add = |sum: Amount, amount: &Amount| sum.checked_add(*amount).unwrap_or(Amount::MAX);
        (!self.amounts.is_empty()).then(|| self.amounts.values().fold(Amount::ZERO, add))
    }

    fn with(mut self, call: &CallContext, amount: Amount) -> Self {
        if let Some(row) = call.row() {
            self.amounts.insert(row.to_owned(), amount);
        }
        self
    }

    /// Returns the member as it is to be stored, unless there are no rows.
    fn into_member(self) -> Option<(&'static str, Value)> {
        let Self { member, amounts } = self;
        let amounts = amounts.into_iter().map(|(row, amount)| (row, amount.minor_units().into()));
        let amounts: Map<String, Value> = amounts.collect();
        (!amounts.is_empty()).then(|| (member, Value::Object(amounts)))
    }
}

/// Returns the data with the captures and refunds that Medusa's rows show: the data may be from before one of them, whose
/// server died before it was stored.
fn as_recorded(call: &CallContext, data: &JsonObject) -> JsonObject {
    let call::Rows { captures, refunds, .. } = call.rows();
    let books = [(CAPTURES, captures), (REFUNDS, refunds)];
    books.into_iter().filter(|(_, recorded)| !recorded.is_empty()).fold(
        data.clone(),
        |data, (member, recorded)| {
            let mut rows = Rows::of(&data, member);
            // What was recorded then is exact: a row's amount is rounded by itself.
            for (row, amount) in recorded {
                rows.amounts.entry(row.clone()).or_insert(*amount);
            }
            data.with(rows.into_member())
        },
    )
}

fn more_than_is_held(part: Amount, taken: Amount, data: &JsonObject) -> PaymentProcessorError {
    PaymentProcessorError::refused(
        "The payment cannot be captured",
        "capture_exceeds_authorized",
        format!(
            "A capture of {} is more than is left: {} authorized, {taken} captured.",
            money(part, data),
            data.get::<Amount>("amount").unwrap_or_default()
        ),
    )
}

fn new_id() -> String {
    format!("manual_{}", Uuid::new_v4().simple())
}

fn set_status(data: &JsonObject, status: Status) -> JsonObject {
    data.with([("status", status.as_str().into())])
}

/// Returns an amount for messages, with its currency if the data has it.
fn money(amount: Amount, data: &JsonObject) -> String {
    match data.get::<String>("currency") {
        Some(currency) => format!("{amount} {} (in minor units)", currency.to_uppercase()),
        None => format!("{amount} (in minor units)"),
    }
}

#[async_trait]
impl PaymentProcessor for Manual {
    /// All that is known of a payment comes with the call.
    fn is_immediate(&self, _operation: Operation) -> bool {
        true
    }

    async fn initiate_payment(
        &self,
        _call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        // What the shopper's browser sent with a new session of Medusa 2 stays, except for the record.
        let sent =
            RECORD.iter().fold(context.payment_session_data, |data, member| data.without(member));
        Ok(sent
            .with([
                ("id", new_id().into()),
                ("status", Status::Pending.as_str().into()),
                ("amount", context.amount.minor_units().into()),
                ("currency", context.currency_code.into()),
                ("captured", 0.into()),
                ("refunded", 0.into()),
            ])
            .into())
    }

    /// Follows the cart until the payment is captured or canceled. Nothing is held for an
    /// authorized payment, so a new amount only has to be authorized again.
    async fn update_payment(
        &self,
        _call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = &context.payment_session_data;
        let record = Record::of(data);
        let is_captured = record.captured.is_some_and(|captured| !captured.is_zero());
        if is_captured || matches!(record.status, Some(Status::Captured | Status::Canceled)) {
            return Ok(None);
        }
        let same_currency = data.get::<String>("currency").as_ref() == Some(&context.currency_code);
        if record.amount == Some(context.amount) && same_currency {
            return Ok(Some(data.clone().into()));
        }
        // A payment without an id is not kept apart from others: two refunds at once would not be seen.
        let id = data.get::<String>("id").unwrap_or_else(new_id);
        let data = data.with([
            ("id", id.into()),
            ("status", Status::Pending.as_str().into()),
            ("amount", context.amount.minor_units().into()),
            ("currency", context.currency_code.into()),
            ("captured", 0.into()),
            ("refunded", 0.into()),
        ]);
        Ok(Some(data.into()))
    }

    async fn authorize_payment(
        &self,
        _call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        let (status, data) = match Record::of(&data).status {
            Some(Status::Canceled) => (PaymentSessionStatus::Canceled, data),
            Some(Status::Captured) => (PaymentSessionStatus::Captured, data),
            Some(Status::Authorized) => (PaymentSessionStatus::Authorized, data),
            Some(Status::Pending) | None => {
                (PaymentSessionStatus::Authorized, set_status(&data, Status::Authorized))
            }
        };
        Ok(Authorization { status, data })
    }

    fn captures_in_parts(&self) -> bool {
        true
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        capture: Capture,
    ) -> Result<JsonObject> {
        let data = as_recorded(call, &data);
        let record = Record::of(&data);
        let taken = record.captured.unwrap_or_default();
        let captured = match (record.status, record.amount, capture) {
            (Some(Status::Canceled), _, _) => {
                return Err(PaymentProcessorError::refused(
                    "The payment cannot be captured",
                    "payment_canceled",
                    "It was canceled. Ask for a new payment instead.",
                ));
            }
            (Some(Status::Captured), _, _) => return Ok(data),
            (_, None, Capture::All) => return Ok(set_status(&data, Status::Captured)),
            (_, Some(amount), Capture::All) => amount,
            (_, amount, Capture::Part(part)) => taken
                .checked_add(part)
                .filter(|captured| amount.is_none_or(|amount| *captured <= amount))
                .ok_or_else(|| more_than_is_held(part, taken, &data))?,
        };
        let is_whole = record.amount.is_some_and(|amount| captured >= amount);
        let status = if is_whole { Status::Captured } else { Status::Authorized };
        let taken_now = captured.checked_sub(taken).unwrap_or_default();
        let rows = Rows::of(&data, CAPTURES).with(call, taken_now);
        let sums =
            [("status", status.as_str().into()), ("captured", captured.minor_units().into())];
        Ok(data.with(sums.into_iter().chain(rows.into_member())))
    }

    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let data = as_recorded(call, &data);
        let record = Record::of(&data);
        let is_captured = record.captured.is_some_and(|captured| !captured.is_zero());
        if record.status == Some(Status::Canceled) && !is_captured {
            return Err(PaymentProcessorError::refused(
                "The payment cannot be refunded",
                "payment_canceled",
                "It was canceled before any money was taken.",
            ));
        }
        let too_much = || {
            let captured = record.captured.unwrap_or_default();
            PaymentProcessorError::refused(
                "The payment cannot be refunded",
                "refund_exceeds_captured",
                format!(
                    "A refund of {} is more than is left: {captured} captured, {} refunded.",
                    money(amount, &data),
                    record.refunded
                ),
            )
        };
        let refunded = record.refunded.checked_add(amount).ok_or_else(too_much)?;
        // A row without an amount was not written here: Medusa knows what was paid.
        if record.amount.is_some() && refunded > record.captured.unwrap_or_default() {
            return Err(too_much());
        }
        let rows = Rows::of(&data, REFUNDS).with(call, amount);
        let sum = ("refunded", refunded.minor_units().into());
        Ok(data.with([sum].into_iter().chain(rows.into_member())))
    }

    async fn cancel_payment(&self, _call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        match Record::of(&data).status {
            Some(Status::Captured) => Err(PaymentProcessorError::refused(
                "The payment cannot be canceled",
                "payment_captured",
                "It was captured. Refund it instead.",
            )),
            Some(Status::Canceled) => Ok(data),
            _ => Ok(set_status(&data, Status::Canceled)),
        }
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.cancel_payment(call, data).await
    }

    async fn retrieve_payment(&self, _call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        Ok(data)
    }

    async fn get_payment_status(
        &self,
        _call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        Ok(match Record::of(&data).status {
            Some(Status::Pending) => PaymentSessionStatus::Pending,
            Some(Status::Captured) => PaymentSessionStatus::Captured,
            Some(Status::Canceled) => PaymentSessionStatus::Canceled,
            // Medusa asks about payments that were authorized, in rows of the other plugin too.
            Some(Status::Authorized) | None => PaymentSessionStatus::Authorized,
        })
    }

    async fn update_payment_data(
        &self,
        _call: &CallContext,
        _session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        let refused: Vec<String> =
            data.keys().into_iter().filter(|key| RECORD.contains(&key.as_str())).collect();
        if refused.is_empty() {
            return Ok(data);
        }
        Err(PaymentProcessorError::invalid(
            "The payment session cannot be updated",
            "field_not_allowed",
            format!("These fields belong to the store and cannot be set: {}.", refused.join(", ")),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::layers::{Layers, Stack};
    use crate::request::{Request, Response};
    use std::sync::Arc;

    const NEW: &str = r#"{"id":"manual_1","status":"pending","amount":1000,"currency":"eur","captured":0,"refunded":0}"#;

    fn json(text: &str) -> JsonObject {
        JsonObject::parse(text).unwrap()
    }

    fn amount(minor_units: u64) -> Amount {
        Amount::new(minor_units).unwrap()
    }

    async fn call(request: Request) -> Result<Response> {
        Stack::new("manual", Arc::new(Manual), Layers::default()).call(request).await
    }

    async fn data_of(request: Request) -> Result<String, String> {
        match call(request).await {
            Ok(Response::Data(data)) => Ok(data.as_str().to_owned()),
            Ok(other) => panic!("no data: {other:?}"),
            Err(error) => Err(error.code().to_owned()),
        }
    }

    async fn capture(data: &str) -> Result<String, String> {
        data_of(Request::capture(json(data))).await
    }

    async fn cancel(data: &str) -> Result<String, String> {
        data_of(Request::CancelPayment { data: json(data) }).await
    }

    async fn refund(data: &str, minor_units: u64) -> Result<String, String> {
        data_of(Request::RefundPayment { data: json(data), amount: amount(minor_units) }).await
    }

    async fn authorize(data: &str) -> (PaymentSessionStatus, String) {
        let request = Request::AuthorizePayment { data: json(data), context: JsonObject::empty() };
        match call(request).await.unwrap() {
            Response::Authorization(it) => (it.status, it.data.as_str().to_owned()),
            other => panic!("no authorization: {other:?}"),
        }
    }

    async fn update(data: &str, minor_units: u64, currency: &str) -> Option<String> {
        let context = PaymentProcessorContext {
            payment_session_data: json(data),
            ..PaymentProcessorContext::new(amount(minor_units), currency, "cart_1")
        };
        match call(Request::UpdatePayment(Box::new(context))).await.unwrap() {
            Response::Session(session) => Some(session.session_data.as_str().to_owned()),
            Response::Unchanged => None,
            other => panic!("no session: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_payment_is_booked_from_its_start_to_its_last_refund() {
        let context = PaymentProcessorContext::new(amount(1000), "eur", "cart_1");
        let session = call(Request::InitiatePayment(Box::new(context))).await.unwrap();
        let Response::Session(session) = session else { panic!("no session: {session:?}") };
        let id: String = session.session_data.get("id").unwrap();
        assert_eq!(session.session_data.as_str(), NEW.replace("manual_1", &id));

        let (status, data) = authorize(NEW).await;
        assert_eq!(status, PaymentSessionStatus::Authorized);
        let data = capture(&data).await.unwrap();
        let data = refund(&data, 400).await.unwrap();
        let data = refund(&data, 600).await.unwrap();
        assert_eq!(
            data,
            r#"{"id":"manual_1","status":"captured","amount":1000,"currency":"eur","captured":1000,"refunded":1000}"#
        );
        assert_eq!(refund(&data, 1).await, Err("refund_exceeds_captured".into()));
    }

    #[tokio::test]
    async fn no_more_is_refunded_than_was_captured() {
        assert_eq!(refund(NEW, 1).await, Err("refund_exceeds_captured".into()));
        let captured = capture(NEW).await.unwrap();
        assert_eq!(refund(&captured, 1001).await, Err("refund_exceeds_captured".into()));
        let huge = Amount::MAX.minor_units();
        assert_eq!(refund(&captured, huge).await, Err("refund_exceeds_captured".into()));
    }

    #[tokio::test]
    async fn repeated_captures_and_cancellations_are_done_already() {
        let captured = capture(NEW).await.unwrap();
        assert_eq!(capture(&captured).await.unwrap(), captured);
        let canceled = cancel(NEW).await.unwrap();
        assert_eq!(cancel(&canceled).await.unwrap(), canceled);
    }

    #[tokio::test]
    async fn what_is_canceled_is_not_captured_and_what_is_captured_is_not_canceled() {
        let canceled = cancel(NEW).await.unwrap();
        assert_eq!(capture(&canceled).await, Err("payment_canceled".into()));
        assert_eq!(refund(&canceled, 1).await, Err("payment_canceled".into()));
        let captured = capture(NEW).await.unwrap();
        assert_eq!(cancel(&captured).await, Err("payment_captured".into()));
        assert_eq!(authorize(&canceled).await.0, PaymentSessionStatus::Canceled);
    }

    #[tokio::test]
    async fn rows_of_medusa_payment_manual_keep_working() {
        assert_eq!(capture("{}").await.unwrap(), r#"{"status":"captured"}"#);
        assert_eq!(cancel("{}").await.unwrap(), r#"{"status":"canceled"}"#);
        assert_eq!(refund("{}", 5).await.unwrap(), r#"{"refunded":5}"#);
        assert_eq!(
            refund(r#"{"status":"captured","refunded":5}"#, 7).await.unwrap(),
            r#"{"status":"captured","refunded":12}"#
        );
        assert_eq!(authorize("{}").await.1, r#"{"status":"authorized"}"#);
        let status = call(Request::GetPaymentStatus { data: json("{}") }).await.unwrap();
        assert_eq!(status, Response::Status(PaymentSessionStatus::Authorized));
    }

    #[tokio::test]
    async fn a_status_that_it_did_not_write_counts_as_not_captured() {
        assert_eq!(
            capture(r#"{"status":"shipped","amount":7}"#).await.unwrap(),
            r#"{"status":"captured","amount":7,"captured":7}"#
        );
        assert_eq!(cancel(r#"{"status":3}"#).await.unwrap(), r#"{"status":"canceled"}"#);
    }

    #[tokio::test]
    async fn unknown_members_come_back_unchanged() {
        let data = r#"{"note":{"b":1.50,"a":null},"status":"authorized","amount":9}"#;
        let captured = capture(data).await.unwrap();
        assert!(captured.starts_with(r#"{"note":{"b":1.50,"a":null},"status":"captured""#));
    }

    #[tokio::test]
    async fn an_update_follows_the_cart_until_the_money_is_taken() {
        let data = update(NEW, 700, "usd").await.unwrap();
        assert_eq!(
            data,
            r#"{"id":"manual_1","status":"pending","amount":700,"currency":"usd","captured":0,"refunded":0}"#
        );
        assert_eq!(update(&data, 700, "usd").await, Some(data.clone()));
        let (_, authorized) = authorize(&data).await;
        assert_eq!(update(&authorized, 700, "usd").await, Some(authorized.clone()));
        assert!(update(&authorized, 800, "usd").await.unwrap().contains("pending"));
        assert_eq!(update(&capture(&authorized).await.unwrap(), 1, "usd").await, None);
        assert_eq!(update(&cancel(&authorized).await.unwrap(), 1, "usd").await, None);
    }

    #[tokio::test]
    async fn an_update_gives_an_id_to_a_row_that_has_none() {
        let data = json(&update("{}", 700, "usd").await.unwrap());
        let id: String = data.get("id").unwrap();
        assert!(id.starts_with("manual_"), "{id}");
        let data = json(&update(data.as_str(), 800, "usd").await.unwrap());
        assert_eq!(data.get::<String>("id"), Some(id));
    }

    #[tokio::test]
    async fn a_shopper_cannot_write_the_stores_books() {
        let post = |data: &str| {
            data_of(Request::UpdatePaymentData { session_id: "ps_1".into(), data: json(data) })
        };
        assert_eq!(post(r#"{"note":"ring twice"}"#).await.unwrap(), r#"{"note":"ring twice"}"#);
        for member in RECORD {
            assert_eq!(
                post(&format!(r#"{{"{member}":1}}"#)).await,
                Err("field_not_allowed".into())
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn refunds_at_once_never_exceed_what_was_captured() {
        let stack = Stack::new("manual", Arc::new(Manual), Layers::default());
        let captured = capture(NEW).await.unwrap();
        let refund =
            || stack.call(Request::RefundPayment { data: json(&captured), amount: amount(700) });
        let (first, second, third) = tokio::join!(refund(), refund(), refund());
        assert!(first.is_ok());
        for refused in [second, third] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unavailable);
        }
    }
}
