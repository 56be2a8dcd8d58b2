//! Stripe's customers, which Medusa calls account holders, and the payment methods that Stripe keeps for them
//! (<https://docs.stripe.com/api/customers>, <https://docs.stripe.com/api/payment_methods>,
//! <https://docs.stripe.com/api/setup_intents>).

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::api::RESOURCE_MISSING;
use super::super::buyer;
use super::super::form::{Form, keys_with_brackets};
use super::super::intent::Page;
use super::super::method::Method;
use super::super::requests::{get, post};
use super::Stripe;
use crate::account_holders::{AccountHolders, PaymentMethods};
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::http::{self, Exchange, HttpRequest, path_segment};
use crate::idempotency::key_of;
use crate::json::JsonObject;
use crate::types::{Customer, Kept};

/// How many deleted customers are stepped over until another one is made.
const MOST_DELETED: usize = 12;

/// A customer, payment method or SetupIntent: the whole object as Stripe sent it, and the fields that matter here.
#[derive(Debug, Deserialize)]
#[serde(try_from = "JsonObject")]
struct Object {
    raw: JsonObject,
    fields: Fields,
}

#[derive(Debug, Deserialize)]
struct Fields {
    id: String,
    /// All that Stripe shows of a customer who was deleted, beside the id.
    #[serde(default)]
    deleted: bool,
    /// Of a payment method: the customer it is kept for.
    #[serde(default)]
    customer: Option<String>,
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

impl<M: Method> Stripe<M> {
    fn exchange<'a>(&'a self, call: &'a CallContext) -> Exchange<'a> {
        Exchange::new(&self.client, call)
    }
}

#[async_trait]
impl<M: Method> AccountHolders for Stripe<M> {
    async fn retrieve_account_holder(&self, call: &CallContext, id: String) -> Result<Kept> {
        let id = not_empty(call, Some(id))?;
        let exchange = self.exchange(call);
        let customer = living_customer(&exchange, &id).await?;
        customer.map(Kept::from).ok_or_else(|| unknown_customer(&exchange, &id))
    }

    /// The key follows from Medusa's customer and from all that Stripe is told: Stripe refuses a key that comes with other
    /// parameters than before. For a day Stripe answers it with the customer that it has made, also if that one was
    /// deleted meanwhile; it cannot be paid with.
    async fn create_account_holder(&self, call: &CallContext, customer: Customer) -> Result<Kept> {
        let exchange = self.exchange(call);
        let form = customer_form(&customer);
        let request = post("/v1/customers", &form);
        let first_key = match customer.id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => key_of(&[call.identifier(), "customer", id, &form.encoded()], &[]),
            None => call.idempotency_key().to_owned(),
        };
        let mut key = first_key.clone();
        for deleted in 1..=MOST_DELETED {
            let (made, was_there): (Object, bool) =
                exchange.change_telling_replays(&request, &key).await?;
            if !was_there {
                return Ok(made.into());
            }
            if let Some(customer) = living_customer(&exchange, &made.fields.id).await? {
                return Ok(customer.into());
            }
            key = format!("{first_key}-{deleted}");
        }
        Err(exchange.refused(
            "customer_deleted",
            format!(
                "Stripe's last {MOST_DELETED} customers for this customer were deleted within a day. Try again tomorrow."
            ),
        ))
    }

    async fn update_account_holder(
        &self,
        call: &CallContext,
        holder: JsonObject,
        customer: Customer,
    ) -> Result<JsonObject> {
        let id = holder_id(call, &holder)?;
        let exchange = self.exchange(call);
        let request = post(customer_path(&id), &customer_form(&customer));
        // This call's alone: what an earlier one was answered may not be true any more.
        let answer = exchange.change_past_replays(&request, call.mark()).await;
        let customer: Object = about_customer(&exchange, &id, answer)?;
        Ok(customer.raw)
    }

    async fn delete_account_holder(&self, call: &CallContext, holder: JsonObject) -> Result<()> {
        let id = holder_id(call, &holder)?;
        let exchange = self.exchange(call);
        let request = HttpRequest::new(http::Method::DELETE, customer_path(&id));
        let reply = exchange.send(&request, None).await?;
        match exchange.parsed::<Object>(reply, false) {
            Err(error) if error.code() == RESOURCE_MISSING => {
                tracing::warn!("this Stripe account has no customer {id}: nothing to delete");
                Ok(())
            }
            answer => answer.map(drop),
        }
    }
}

#[async_trait]
impl<M: Method> PaymentMethods for Stripe<M> {
    /// Returns none for a record that is not a Stripe customer.
    async fn list_payment_methods(
        &self,
        call: &CallContext,
        holder: JsonObject,
    ) -> Result<Vec<Kept>> {
        let Some(id) = holder.get("id") else { return Ok(Vec::new()) };
        let id = not_empty(call, Some(id))?;
        let exchange = self.exchange(call);
        let path = format!("{}/payment_methods", customer_path(&id));
        let answer = exchange.read(&get(&path, &Form::default().with("limit", 100))).await;
        let page: Page<Object> = about_customer(&exchange, &id, answer)?;
        Ok(page.data.into_iter().map(Kept::from).collect())
    }

    /// Makes a SetupIntent, with which the storefront takes the payment method. The customer is the account holder's,
    /// whatever the storefront says.
    async fn save_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        data: JsonObject,
    ) -> Result<Kept> {
        let id = holder_id(call, &holder)?;
        let exchange = self.exchange(call);
        let request = post("/v1/setup_intents", &setup_form(call, &id, &data)?);
        let answer = exchange.change(&request, &exchange.key("")).await;
        let setup: Object = about_customer(&exchange, &id, answer)?;
        Ok(setup.into())
    }

    async fn delete_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        id: String,
    ) -> Result<()> {
        let customer = holder_id(call, &holder)?;
        if id.is_empty() {
            return Err(invalid(
                call,
                "missing_payment_method",
                "The id of the payment method is empty.",
            ));
        }
        let exchange = self.exchange(call);
        let path = format!("/v1/payment_methods/{}", path_segment(&id));
        let method: Object = exchange.read(&HttpRequest::get(path.as_str())).await?;
        match method.fields.customer {
            None => return Ok(()),
            Some(owner) if owner == customer => {}
            Some(_) => {
                let detail = format!(
                    "{id} is not one of {customer}'s payment methods. It was left as it is."
                );
                return Err(exchange.refused("not_the_customers", detail));
            }
        }
        let detach = post(format!("{path}/detach"), &Form::default());
        match exchange.change_past_replays::<Object>(&detach, &exchange.key("")).await {
            // Another request may have done it at the same moment.
            Err(error) if matches!(error.kind(), ErrorKind::Refused | ErrorKind::Invalid) => {
                let method: Object = exchange.read(&HttpRequest::get(path)).await?;
                if method.fields.customer.is_none() { Ok(()) } else { Err(error) }
            }
            answer => answer.map(drop),
        }
    }
}

fn customer_path(id: &str) -> String {
    format!("/v1/customers/{}", path_segment(id))
}

/// What Stripe is told of a customer. Medusa hands over all that it has, so a phone number that is not there is one that
/// Stripe has to forget, like a line of the address.
fn customer_form(customer: &Customer) -> Form {
    let form = Form::default()
        .with_some("email", customer.email.as_deref())
        .with_some("name", name_of(customer))
        .with("phone", buyer::phone(customer.phone.as_ref()).unwrap_or_default());
    let lines = customer.billing_address.iter().flat_map(buyer::lines);
    lines.fold(form, |form, (line, value)| {
        form.with(format!("address[{line}]"), value.unwrap_or_default())
    })
}

/// Returns the company, or else the person.
fn name_of(customer: &Customer) -> Option<String> {
    let person = || buyer::person(customer.first_name.as_ref(), customer.last_name.as_ref());
    buyer::person(customer.company_name.as_ref(), None).or_else(person)
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
fn holder_id(call: &CallContext, holder: &JsonObject) -> Result<String> {
    not_empty(call, holder.get("id"))
}

fn not_empty(call: &CallContext, id: Option<String>) -> Result<String> {
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

/// Returns the customer as Stripe has it now; `None` if there is none any more.
async fn living_customer(exchange: &Exchange<'_>, id: &str) -> Result<Option<Object>> {
    let answer: Result<Object> = exchange.read(&HttpRequest::get(customer_path(id))).await;
    match answer {
        Ok(customer) => Ok(Some(customer).filter(|customer| !customer.fields.deleted)),
        Err(error) if error.code() == RESOURCE_MISSING => Ok(None),
        Err(error) => Err(error),
    }
}

/// Says what to do if Stripe does not know the customer. What is missing may be something else that the request names.
fn about_customer<T>(exchange: &Exchange<'_>, id: &str, answer: Result<T>) -> Result<T> {
    answer.map_err(|error| {
        let is_unknown = error.code() == RESOURCE_MISSING && error.detail().contains(id);
        if is_unknown { unknown_customer(exchange, id) } else { error }
    })
}

fn unknown_customer(exchange: &Exchange<'_>, id: &str) -> PaymentProcessorError {
    exchange.refused(
        RESOURCE_MISSING,
        format!(
            "This Stripe account has no customer {id}: it was deleted, or it belongs to another account or to the \
             other mode (test or live). Delete the account holder in Medusa; the customer's next payment makes another."
        ),
    )
}
