//! Stripe's customers, which Medusa calls account holders (<https://docs.stripe.com/api/customers>).

#[cfg(test)]
mod tests;

use async_trait::async_trait;

use super::super::api::RESOURCE_MISSING;
use super::super::buyer;
use super::super::form::Form;
use super::super::method::Method;
use super::super::payment_methods::{
    self, Object, about_customer, customer_path, holder_id, living_customer, not_empty,
    unknown_customer,
};
use super::super::requests::post;
use super::Stripe;
use crate::account_holders::{AccountHolders, PaymentMethods};
use crate::call::CallContext;
use crate::error::Result;
use crate::http::{self, Exchange, HttpRequest};
use crate::idempotency::key_of;
use crate::json::JsonObject;
use crate::types::{Customer, Kept};

/// How many deleted customers are stepped over until another one is made.
const MOST_DELETED: usize = 12;

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
    async fn list_payment_methods(
        &self,
        call: &CallContext,
        holder: JsonObject,
    ) -> Result<Vec<Kept>> {
        payment_methods::list(&self.exchange(call), &holder, None).await
    }

    async fn save_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        data: JsonObject,
    ) -> Result<Kept> {
        payment_methods::save(&self.exchange(call), &holder, &data).await
    }

    async fn delete_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        id: String,
    ) -> Result<()> {
        payment_methods::delete(&self.exchange(call), &holder, &id).await
    }
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
