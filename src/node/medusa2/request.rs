//! From the arguments of a method to a request.

use std::collections::BTreeMap;

use serde::Serialize;

use super::input::{Context, HolderJson, Input, currency_of, invalid, minor_units};
use super::rows::{RowJson, Wanted};
use super::session::Session;
use crate::call::Rows;
use crate::json::JsonObject;
use crate::node::boundary::argument::{Arguments, Refusal};
use crate::node::boundary::storable::json;
use crate::request::{Operation, Request};
use crate::types::PaymentProcessorContext;
use crate::webhook::WebhookRequest;

/// A request, and what its answer needs.
pub(super) struct Asked {
    /// `None` if there is nothing to ask for.
    pub(super) request: Option<Request>,
    /// What the caller then gets, as JSON: unless it says something else the payment's data, as it was.
    pub(super) answer: Option<String>,
    /// What Medusa merges the answer into.
    pub(super) stored: JsonObject,
    /// The payment session, if the class has seen it.
    pub(super) session: Option<Session>,
    pub(super) rows: Rows,
    /// Whether the work goes on in the background if it fails. A payment that Medusa could not store may be authorized
    /// again in the next moment.
    pub(super) may_go_on: bool,
}

impl Asked {
    /// Nothing is asked of what Medusa has stored.
    pub(super) fn of(stored: JsonObject) -> Self {
        let session = Session::of(&stored);
        Self {
            request: None,
            answer: None,
            session,
            rows: Rows::default(),
            may_go_on: true,
            stored,
        }
    }

    /// Nothing is asked, and this is the answer.
    fn answered(answer: &impl Serialize) -> Self {
        Self { answer: Some(json(answer)), ..Self::of(JsonObject::empty()) }
    }

    fn about(data: &JsonObject, request: Request) -> Self {
        Self { request: Some(request), ..Self::of(data.clone()) }
    }

    /// A request that is not about a payment.
    fn plain(request: Request) -> Self {
        Self::about(&JsonObject::empty(), request)
    }
}

/// Makes the request of a method call.
pub(super) fn request(operation: Operation, arguments: &mut Arguments) -> Result<Asked, Refusal> {
    if operation == Operation::ReadWebhook {
        let body = arguments.bytes("rawData")?;
        let headers = arguments.headers("headers")?;
        return Ok(Asked::plain(Request::ReadWebhook(WebhookRequest::new(body, headers))));
    }
    let input = Input::take(arguments)?;
    let row = match operation {
        Operation::CapturePayment | Operation::RefundPayment => {
            Some(RowJson::read(&arguments.text("row")?))
        }
        _ => None,
    };
    let text = arguments.text("amount").ok();
    if matches!(operation, Operation::CancelPayment | Operation::DeletePayment) {
        return giving_up(operation, &input, text.as_deref());
    }
    let input = input.with_exact_amount(text);
    match operation {
        Operation::InitiatePayment | Operation::UpdatePayment => {
            session(operation, &input, arguments.optional_object("paymentIntentOptions")?)
        }
        Operation::CapturePayment => capture(&input, &row.unwrap_or_default()),
        Operation::RefundPayment => refund(&input, &row.unwrap_or_default()),
        Operation::RetrieveAccountHolder => {
            Ok(Asked::plain(Request::RetrieveAccountHolder { id: input.id()? }))
        }
        Operation::CreateAccountHolder
        | Operation::UpdateAccountHolder
        | Operation::DeleteAccountHolder
        | Operation::ListPaymentMethods
        | Operation::SavePaymentMethod
        | Operation::DeletePaymentMethod => account(operation, &input),
        _ => payment(operation, &input),
    }
}

fn session(
    operation: Operation,
    input: &Input,
    intent_options: JsonObject,
) -> Result<Asked, Refusal> {
    let (decimal, currency_code) = (input.amount()?, input.currency_code()?);
    let amount = minor_units(decimal, &currency_code)?;
    let Context { idempotency_key, customer, account_holder, shipping_address } =
        input.context()?;
    let data = input.data()?;
    let before = match operation {
        // A shopper's browser can send anything with a new session.
        Operation::InitiatePayment => None,
        _ => Session::of(&data),
    };
    let id = before
        .map(|session| session.id)
        .or(idempotency_key)
        .or_else(|| data.get("session_id"))
        .unwrap_or_default();
    let customer = customer.unwrap_or_default();
    let is_known = customer.id.is_some() || customer.email.is_some();
    let context = PaymentProcessorContext {
        amount,
        currency_code: currency_code.clone(),
        email: customer.email.clone().unwrap_or_default(),
        resource_id: id.clone(),
        billing_address: customer.billing_address.clone(),
        customer: is_known.then_some(customer),
        account_holder: account_holder.and_then(|holder| holder.data),
        shipping_address,
        context: input.context_object()?,
        payment_session_data: data.clone(),
        intent_options,
    };
    let request = match operation {
        Operation::InitiatePayment => Request::InitiatePayment(Box::new(context)),
        _ => Request::UpdatePayment(Box::new(context)),
    };
    let session = Session::new(id, &currency_code, decimal);
    Ok(Asked { session: Some(session), ..Asked::about(&data, request) })
}

fn capture(input: &Input, row: &RowJson) -> Result<Asked, Refusal> {
    let asked = Asked::of(input.data()?);
    let currency = currency_of(asked.session.as_ref(), row.currency(), &asked.stored);
    // Without a row there is nothing to convert, and its own message says more.
    let wanted = row.capture(currency.as_deref().unwrap_or_default()).map_err(Refusal::Error)?;
    let rows = row.rows(&currency?);
    let request = match wanted {
        Wanted::This(capture) => {
            Some(Request::CapturePayment { data: asked.stored.clone(), capture })
        }
        Wanted::Nothing => None,
    };
    Ok(Asked { request, rows, ..asked })
}

fn refund(input: &Input, row: &RowJson) -> Result<Asked, Refusal> {
    row.check_refund().map_err(Refusal::Error)?;
    let asked = Asked::of(input.data()?);
    let currency = currency_of(asked.session.as_ref(), row.currency(), &asked.stored)?;
    let decimal = input.amount()?;
    let amount = row.refund(decimal, minor_units(decimal, &currency)?, &currency);
    if amount.is_zero() {
        return Err(invalid(
            "invalid_amount",
            format!(
                "amount: it is less than the smallest unit of {}. The provider was not asked.",
                currency.to_uppercase()
            ),
        ));
    }
    let mut rows = row.rows(&currency);
    if rows.current.is_none() {
        rows.current = input.context()?.idempotency_key;
    }
    let request = Request::RefundPayment { data: asked.stored.clone(), amount };
    Ok(Asked { request: Some(request), rows, ..asked })
}

/// Medusa cancels a payment that it has authorized and cannot store (`authorizePaymentSession`,
/// `@medusajs/payment/dist/services/payment-module.js`). If it cannot because another server has stored the payment of
/// this session, `stored`, at the same moment, then the money belongs to that one. So it does if a session is deleted: what
/// Medusa hands over then may be what a storefront has sent.
fn giving_up(operation: Operation, input: &Input, stored: Option<&str>) -> Result<Asked, Refusal> {
    let Some(stored) = stored else {
        let asked = payment(operation, input)?;
        let is_keyed = input.context()?.idempotency_key.is_some();
        return Ok(Asked { may_go_on: is_keyed || operation == Operation::DeletePayment, ..asked });
    };
    let asked = Asked::of(input.data()?);
    let session = asked.session.as_ref().map_or("its session", |session| &session.id);
    tracing::warn!(
        "{session} has the payment {stored} in Medusa: the money stays held for that one"
    );
    Ok(asked)
}

fn payment(operation: Operation, input: &Input) -> Result<Asked, Refusal> {
    let data = input.data()?;
    let it = data.clone();
    let request = match operation {
        Operation::AuthorizePayment => {
            Request::AuthorizePayment { data: it, context: input.context_object()? }
        }
        Operation::CancelPayment => Request::CancelPayment { data: it },
        Operation::DeletePayment => Request::DeletePayment { data: it },
        Operation::GetPaymentStatus => Request::GetPaymentStatus { data: it },
        Operation::PaymentState => Request::PaymentState { data: it },
        _ => Request::RetrievePayment { data: it },
    };
    Ok(Asked::about(&data, request))
}

fn account(operation: Operation, input: &Input) -> Result<Asked, Refusal> {
    let Context { customer, account_holder, .. } = input.context()?;
    let known = account_holder.as_ref().and_then(HolderJson::provider_id);
    let holder = account_holder.and_then(|holder| holder.data);
    let request = match (operation, holder, customer) {
        (Operation::CreateAccountHolder, _, customer) => match (known, customer) {
            // A customer has one.
            (Some(id), _) => return Ok(Asked::answered(&BTreeMap::from([("id", id)]))),
            (None, Some(customer)) => Request::CreateAccountHolder { customer: Box::new(customer) },
            (None, None) => return Err(missing_in_context("customer")),
        },
        // A guest has none, and no payment methods.
        (Operation::ListPaymentMethods, None, _) => return Ok(Asked::answered(&[(); 0])),
        (_, None, _) => return Err(missing_in_context("account_holder")),
        (Operation::UpdateAccountHolder, Some(holder), Some(customer)) => {
            Request::UpdateAccountHolder { holder, customer: Box::new(customer) }
        }
        // Medusa changes what it keeps of it beside the provider.
        (Operation::UpdateAccountHolder, Some(_), None) => {
            return Ok(Asked::answered(&BTreeMap::<&str, &str>::new()));
        }
        (Operation::DeleteAccountHolder, Some(holder), _) => {
            Request::DeleteAccountHolder { holder }
        }
        (Operation::SavePaymentMethod, Some(holder), _) => {
            Request::SavePaymentMethod { holder, data: input.data()? }
        }
        (Operation::DeletePaymentMethod, Some(holder), _) => {
            let id = input.data()?.get::<String>("id").filter(|id| !id.is_empty());
            let id = id.ok_or_else(|| invalid("invalid_data", "data.id is missing."))?;
            Request::DeletePaymentMethod { holder, id }
        }
        (_, Some(holder), _) => Request::ListPaymentMethods { holder },
    };
    Ok(Asked::plain(request))
}

fn missing_in_context(name: &str) -> Refusal {
    invalid("invalid_data", format!("context.{name} is missing. The provider was not asked."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::boundary::argument::Argument;

    #[test]
    fn a_payment_is_not_canceled_if_another_one_is_stored_for_its_session() {
        let input = r#"{"data":{"id":"p_1","medusa_session":{"id":"payses_1","currency_code":"eur","amount":"15"}}}"#;
        let asked = |stored| {
            let mut arguments = Arguments::new(vec![Argument::Json(input.to_owned()), stored]);
            request(Operation::CancelPayment, &mut arguments).map_err(|_| ()).unwrap()
        };
        assert!(asked(Argument::Text("pay_1".to_owned())).request.is_none());
        let canceled = asked(Argument::Other("undefined")).request;
        assert!(matches!(canceled, Some(Request::CancelPayment { .. })));
    }
}
