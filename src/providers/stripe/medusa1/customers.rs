//! Stripe's customers in Medusa 1, which has no account holders: their ids are in the metadata of Medusa's customers. And the
//! cards that Stripe keeps for them.

use async_trait::async_trait;

use super::super::api::RESOURCE_MISSING;
use super::super::intent::Intent;
use super::super::intent_options::IntentOptions;
use super::super::method::Method;
use super::super::payment_methods;
use super::Stripe;
use crate::account_holders::PaymentMethods;
use crate::call::CallContext;
use crate::error::Result;
use crate::http::Exchange;
use crate::json::JsonObject;
use crate::types::{Customer, Kept};

/// Where the JavaScript plugin has the id.
const SHARED: &str = "stripe_id";

/// The e-mail address that Medusa has of the customer, in what stands for the customer here.
const EMAIL: &str = "email";

/// The type of what is listed, as with the JavaScript plugin: Medusa 1's storefronts know saved cards.
const LISTED: &str = "card";

/// Returns the id of the customer at Stripe for the class with this identifier.
///
/// Classes of one account share the customer. One with an identifier of its own may have another account, which does not
/// know that customer: what it has had made itself comes first.
pub(super) fn known<M: Method>(provider: &str, customer: &Customer) -> Option<String> {
    let named =
        |name: &str| customer.metadata.as_ref()?.get::<String>(name).filter(|id| !id.is_empty());
    own::<M>(provider).and_then(|name| named(&name)).or_else(|| named(SHARED))
}

/// Returns whether the customer of a new intent is another shopper: one with another e-mail address than the customer in
/// Medusa has, or a guest's cart. A shopper may write any metadata (`StorePostCustomersCustomerReq`,
/// `dist/api/routes/store/customers/update-customer.js`), another customer's id included, and could pay with their cards.
pub(super) async fn is_anothers(
    exchange: &Exchange<'_>,
    intent: &Intent,
    email: Option<&str>,
) -> Result<bool> {
    let customer = match intent.raw.get::<JsonObject>("customer") {
        Some(customer) => customer,
        // An intent that an earlier call has made was read without its customer.
        None => match intent.raw.get::<String>("customer") {
            None => return Ok(false),
            Some(id) => match payment_methods::living_customer(exchange, &id).await? {
                None => return Ok(false),
                Some(customer) => customer.raw,
            },
        },
    };
    // Rows of the JavaScript plugin may name a customer without an address.
    let differs = has_address(&customer, email.unwrap_or_default()) == Some(false);
    if differs {
        let id = customer.get::<String>("id").unwrap_or_default();
        tracing::warn!(
            "{id} is not used: its e-mail address at Stripe is not that of the customer in Medusa whose metadata has it"
        );
    }
    Ok(differs)
}

/// Returns the metadata with which Medusa remembers a customer that was made at Stripe. A class with an identifier of its
/// own leaves one alone that another class uses.
pub(super) fn metadata<M: Method>(
    provider: &str,
    customer: Option<&Customer>,
    id: &str,
) -> JsonObject {
    let shared = (SHARED, id.into());
    match own::<M>(provider) {
        None => JsonObject::empty().with([shared]),
        Some(name) => {
            let is_taken = customer.is_some_and(|it| known::<M>(M::IDENTIFIER, it).is_some());
            let own = JsonObject::empty().with([(name.as_str(), id.into())]);
            if is_taken { own } else { own.with([shared]) }
        }
    }
}

/// Returns the name of the metadata of a class with an identifier of its own.
fn own<M: Method>(provider: &str) -> Option<String> {
    (provider != M::IDENTIFIER).then(|| format!("{SHARED}_{provider}"))
}

#[async_trait]
impl<M: Method> PaymentMethods for Stripe<M> {
    fn holder_of(
        &self,
        provider: &str,
        customer: &Customer,
        intent_options: &JsonObject,
    ) -> Option<JsonObject> {
        // A class whose options are wrong starts no payment either, and says so there.
        let is_payable = IntentOptions::read(intent_options).is_ok_and(|it| it.allow(LISTED));
        let id = known::<M>(provider, customer).filter(|_| is_payable)?;
        let email = customer.email.clone().unwrap_or_default();
        Some(JsonObject::empty().with([("id", id.into()), (EMAIL, email.into())]))
    }

    /// A customer whom Stripe does not know any more has no cards: the next payment makes another. Nor has one of another
    /// e-mail address (`is_anothers`).
    async fn list_payment_methods(
        &self,
        call: &CallContext,
        holder: JsonObject,
    ) -> Result<Vec<Kept>> {
        let exchange = Exchange::new(&self.client, call);
        if !is_of(&exchange, &holder).await? {
            return Ok(Vec::new());
        }
        match payment_methods::list(&exchange, &holder, Some(LISTED)).await {
            Err(error) if error.code() == RESOURCE_MISSING => Ok(Vec::new()),
            answer => answer,
        }
    }

    async fn save_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        data: JsonObject,
    ) -> Result<Kept> {
        payment_methods::save(&Exchange::new(&self.client, call), &holder, &data).await
    }

    async fn delete_payment_method(
        &self,
        call: &CallContext,
        holder: JsonObject,
        id: String,
    ) -> Result<()> {
        payment_methods::delete(&Exchange::new(&self.client, call), &holder, &id).await
    }
}

/// Returns whether Stripe's customer is the one that Medusa has: an e-mail address is one account's only, in either.
async fn is_of(exchange: &Exchange<'_>, holder: &JsonObject) -> Result<bool> {
    let Some(id) = holder.get::<String>("id") else { return Ok(false) };
    let Some(customer) = payment_methods::living_customer(exchange, &id).await? else {
        return Ok(false);
    };
    let email = holder.get::<String>(EMAIL).unwrap_or_default();
    let is_same = has_address(&customer.raw, &email) == Some(true);
    if !is_same {
        tracing::warn!(
            "{id} is not listed: its e-mail address at Stripe is not that of the customer in Medusa whose metadata has it"
        );
    }
    Ok(is_same)
}

/// Returns whether Stripe's customer has this e-mail address; `None` if one of the two is not known.
fn has_address(customer: &JsonObject, email: &str) -> Option<bool> {
    let theirs = customer.get::<String>(EMAIL).filter(|theirs| !theirs.is_empty())?;
    (!email.is_empty()).then(|| theirs.eq_ignore_ascii_case(email))
}

#[cfg(test)]
mod tests {
    use super::super::super::method::Any;
    use super::*;

    fn customer(metadata: &str) -> Customer {
        let metadata = JsonObject::parse(metadata).unwrap();
        Customer { metadata: Some(metadata), ..Customer::default() }
    }

    fn remembered(provider: &str, of: &str) -> String {
        metadata::<Any>(provider, Some(&customer(of)), "cus_9").as_str().to_owned()
    }

    #[test]
    fn classes_of_one_account_share_the_customer() {
        let shopper = customer(r#"{"stripe_id":"cus_1"}"#);
        assert_eq!(known::<Any>("stripe", &shopper).as_deref(), Some("cus_1"));
        assert_eq!(known::<Any>("stripe-klarna", &shopper).as_deref(), Some("cus_1"));
        assert_eq!(remembered("stripe", "{}"), r#"{"stripe_id":"cus_9"}"#);
        let both = r#"{"stripe_id_stripe-klarna":"cus_9","stripe_id":"cus_9"}"#;
        assert_eq!(remembered("stripe-klarna", "{}"), both);
    }

    #[test]
    fn a_class_of_another_account_keeps_a_customer_of_its_own() {
        let taken = r#"{"stripe_id":"cus_1"}"#;
        assert_eq!(remembered("stripe-us", taken), r#"{"stripe_id_stripe-us":"cus_9"}"#);
        let shopper = customer(r#"{"stripe_id":"cus_1","stripe_id_stripe-us":"cus_9"}"#);
        assert_eq!(known::<Any>("stripe-us", &shopper).as_deref(), Some("cus_9"));
        assert_eq!(known::<Any>("stripe", &shopper).as_deref(), Some("cus_1"));
        assert_eq!(known::<Any>("stripe", &customer(r#"{"stripe_id":""}"#)), None);
    }
}
