//! The payment methods that Stripe keeps for a customer, for both hosts (<https://docs.stripe.com/api/payment_methods>,
//! <https://docs.stripe.com/api/setup_intents>).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::api::RESOURCE_MISSING;
use super::form::{Form, keys_with_brackets};
use super::intent::Page;
use super::requests::{get, post, retrieve_method};
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::http::{Exchange, HttpRequest, path_segment};
use crate::json::JsonObject;
use crate::types::Kept;

/// A customer, payment method or SetupIntent: the whole object as Stripe sent it, and the fields that matter here.
#[derive(Debug, Deserialize)]
#[serde(try_from = "JsonObject")]
pub(super) struct Object {
    pub raw: JsonObject,
    pub fields: Fields,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fields {
    pub id: String,
    /// All that Stripe shows of a customer who was deleted, beside the id.
    #[serde(default)]
    pub deleted: bool,
    /// Of a payment method: the customer it is kept for.
    #[serde(default)]
    pub customer: Option<String>,
}

impl TryFrom<JsonObject> for Object {
    type Error = serde_json::Error;

    fn try_from(raw: JsonObject) -> Result<Self, serde_json::Error> {
        let fields = raw.deserialize()?;
        Ok(Self { raw, fields })
    }
}

impl From<Object> for Kept {
    fn from(Object { raw, fields }: Object) -> Self {
        Self { id: fields.id, data: raw }
    }
}

/// Lists what is kept for a customer, of one type if `kind` says which; nothing for a record that is not a Stripe customer.
pub(super) async fn list(
    exchange: &Exchange<'_>,
    holder: &JsonObject,
    kind: Option<&str>,
) -> Result<Vec<Kept>> {
    let Some(id) = holder.get("id") else { return Ok(Vec::new()) };
    let id = not_empty(exchange.call(), Some(id))?;
    let path = format!("{}/payment_methods", customer_path(&id));
    let query = Form::default().with("limit", 100).with_some("type", kind);
    let answer = exchange.read(&get(&path, &query)).await;
    let page: Page<Object> = about_customer(exchange, &id, answer)?;
    Ok(page.data.into_iter().map(Kept::from).collect())
}

/// Makes a SetupIntent, with which the storefront takes the payment method. The customer is the account holder's, whatever
/// the storefront says.
pub(super) async fn save(
    exchange: &Exchange<'_>,
    holder: &JsonObject,
    data: &JsonObject,
) -> Result<Kept> {
    let call = exchange.call();
    let id = holder_id(call, holder)?;
    let request = post("/v1/setup_intents", &setup_form(call, &id, data)?);
    let answer = exchange.change(&request, &exchange.key("")).await;
    let setup: Object = about_customer(exchange, &id, answer)?;
    Ok(setup.into())
}

/// Detaches a payment method from its customer, if that is the account holder's.
pub(super) async fn delete(exchange: &Exchange<'_>, holder: &JsonObject, id: &str) -> Result<()> {
    let call = exchange.call();
    let customer = holder_id(call, holder)?;
    if id.is_empty() {
        let what = "The id of the payment method is empty.";
        return Err(invalid(call, "missing_payment_method", what));
    }
    let method: Object = exchange.read(&retrieve_method(id)).await?;
    match method.fields.customer {
        None => return Ok(()),
        Some(owner) if owner == customer => {}
        Some(_) => {
            let detail =
                format!("{id} is not one of {customer}'s payment methods. It was left as it is.");
            return Err(exchange.refused(NOT_THE_CUSTOMERS, detail));
        }
    }
    let detach = post(format!("/v1/payment_methods/{}/detach", path_segment(id)), &Form::default());
    match exchange.change_past_replays::<Object>(&detach, &exchange.key("")).await {
        // Another request may have done it at the same moment.
        Err(error) if matches!(error.kind(), ErrorKind::Refused | ErrorKind::Invalid) => {
            let method: Object = exchange.read(&retrieve_method(id)).await?;
            if method.fields.customer.is_none() { Ok(()) } else { Err(error) }
        }
        answer => answer.map(drop),
    }
}

/// The code of a payment method that is kept for another customer.
const NOT_THE_CUSTOMERS: &str = "not_the_customers";

/// Checks that a payment method may pay for a customer, `None` for a guest whom Stripe does not know: that it is kept for
/// this one, or not at all, as one that the shopper has just entered.
pub(super) async fn check_owner(
    exchange: &Exchange<'_>,
    id: &str,
    customer: Option<&str>,
) -> Result<()> {
    let method: Object = exchange.read(&retrieve_method(id)).await?;
    match method.fields.customer.as_deref() {
        None => Ok(()),
        owner if owner == customer => Ok(()),
        Some(_) => {
            let detail = format!("{id} is another customer's payment method. Nothing was changed.");
            Err(exchange.refused(NOT_THE_CUSTOMERS, detail))
        }
    }
}

/// Returns the customer as Stripe has it now; `None` if it does not have it any more.
pub(super) async fn living_customer(exchange: &Exchange<'_>, id: &str) -> Result<Option<Object>> {
    let answer: Result<Object> = exchange.read(&HttpRequest::get(customer_path(id))).await;
    match answer {
        Ok(customer) => Ok(Some(customer).filter(|customer| !customer.fields.deleted)),
        Err(error) if error.code() == RESOURCE_MISSING => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn customer_path(id: &str) -> String {
    format!("/v1/customers/{}", path_segment(id))
}

/// What a storefront says about a payment method that is to be kept, but for whom.
///
/// # Errors
/// If it has keys that would become other fields.
fn setup_form(call: &CallContext, customer: &str, data: &JsonObject) -> Result<Form> {
    let members: Map<String, Value> = data.deserialize().unwrap_or_default();
    let mut unclear = Vec::new();
    members
        .keys()
        .filter(|name| name.contains(['[', ']']))
        .for_each(|name| unclear.push(name.clone()));
    members.iter().for_each(|(name, value)| keys_with_brackets(name, value, &mut unclear));
    if !unclear.is_empty() {
        let keys = unclear.join(", ");
        let what =
            format!("These keys have brackets, so Stripe would read them as other fields: {keys}.");
        return Err(invalid(call, "invalid_data", &what));
    }
    let said = members.iter().filter(|(name, _)| *name != "customer");
    Ok(said.fold(Form::default().with("customer", customer), |form, (name, value)| {
        form.with_json(name, value)
    }))
}

/// Returns the id of the customer that Medusa has stored. An empty one would make of a request for a customer one for all.
pub(super) fn holder_id(call: &CallContext, holder: &JsonObject) -> Result<String> {
    not_empty(call, holder.get("id"))
}

pub(super) fn not_empty(call: &CallContext, id: Option<String>) -> Result<String> {
    id.filter(|id| !id.is_empty()).ok_or_else(|| {
        invalid(
            call,
            "missing_customer",
            "The account holder's data has no `id` of a Stripe customer.",
        )
    })
}

fn invalid(call: &CallContext, code: &str, what: &str) -> PaymentProcessorError {
    let error = format!("{} is not possible", call.subject());
    PaymentProcessorError::invalid(error, code, format!("{what} Stripe was not asked."))
}

/// Says what to do if Stripe does not know the customer. What is missing may be something else that the request names.
pub(super) fn about_customer<T>(exchange: &Exchange<'_>, id: &str, answer: Result<T>) -> Result<T> {
    answer.map_err(|error| {
        let is_unknown = error.code() == RESOURCE_MISSING && error.detail().contains(id);
        if is_unknown { unknown_customer(exchange, id) } else { error }
    })
}

pub(super) fn unknown_customer(exchange: &Exchange<'_>, id: &str) -> PaymentProcessorError {
    exchange.refused(
        RESOURCE_MISSING,
        format!(
            "This Stripe account has no customer {id}: it was deleted, or it belongs to another account or to the \
             other mode (test or live). Delete the account holder in Medusa; the customer's next payment makes another."
        ),
    )
}
