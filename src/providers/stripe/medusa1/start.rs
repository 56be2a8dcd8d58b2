//! Starting a payment: the customer and the intent at Stripe.

use std::collections::BTreeMap;

use super::super::api::{Api, RESOURCE_MISSING};
use super::super::buyer;
use super::super::intent::Intent;
use super::super::intent_options::IntentOptions;
use super::super::method::Method;
use super::super::requests as wire;
use super::stored_state::StoredState;
use super::{Stripe, customers, has_account, requests, without_orphans};
use crate::amount::Amount;
use crate::error::Result;
use crate::types::{PaymentProcessorContext, PaymentProcessorSessionResponse, UpdateRequests};

/// Who is to pay an intent.
struct Payer<'a> {
    /// The id of a customer at Stripe.
    known: Option<&'a str>,
    /// Of a customer who is created if none is known.
    email: Option<&'a str>,
    /// Tells the creations of one call apart.
    part: &'static str,
}

/// A new intent, and the id of its customer at Stripe.
struct Made {
    intent: Intent,
    customer: Option<String>,
}

impl<M: Method> Stripe<M> {
    /// Starts a payment, in the place of the orphaned intents, and of one that was `canceled`.
    pub(super) async fn start(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        mut orphaned: BTreeMap<String, Option<Amount>>,
        canceled: Option<&str>,
    ) -> Result<PaymentProcessorSessionResponse> {
        wire::check_amount(context.amount, &context.currency_code)?;
        let provider = api.exchange.call().provider();
        let customer_of = context.customer.as_ref();
        let known = customer_of.and_then(|it| customers::known::<M>(provider, it));
        let email = Some(context.email.as_str()).filter(|email| !email.trim().is_empty());
        let payer = Payer { known: known.as_deref(), email, part: "" };
        let mut made = self.create(api, context, &mut orphaned, canceled, &payer).await?;
        let address = customer_of.and_then(|it| it.email.as_deref()).or(email);
        let is_known = made.customer.is_some() && made.customer == known;
        if is_known && customers::is_anothers(&api.exchange, &made.intent, address).await? {
            orphaned.insert(made.intent.fields.id, Some(made.intent.fields.amount));
            let payer = Payer { known: None, email: address, part: "-own" };
            made = self.create(api, context, &mut orphaned, canceled, &payer).await?;
        }
        let Made { intent, customer } = made;
        let intent = intent.with_customers_id();
        if let Some(made) = customer.as_deref().filter(|id| known.as_deref() != Some(*id)) {
            let details = buyer::details(customer_of, context.billing_address.as_ref());
            // By itself: the key of a customer is the same for a day, whatever is known of them meanwhile.
            api.describe_customer(made, &details, self.settings.patience()).await;
        }
        // An attempt of this call whose reply was lost has created it already.
        orphaned.remove(&intent.fields.id);
        let state = StoredState {
            orphaned_intents: orphaned,
            customer: customer_of.and_then(|customer| customer.id.clone()),
            has_account: customer_of.is_some_and(has_account),
            ..StoredState::default()
        };
        Ok(PaymentProcessorSessionResponse {
            session_data: without_orphans(api, &state.written_into(&intent.raw)).await,
            update_requests: customer.filter(|id| known.as_ref() != Some(id)).map(|id| {
                let metadata = customers::metadata::<M>(provider, customer_of, &id);
                UpdateRequests { customer_metadata: Some(metadata) }
            }),
            status: None,
        })
    }

    /// Creates an intent, for a Stripe customer who is created first if none is known.
    async fn create(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        orphaned: &mut BTreeMap<String, Option<Amount>>,
        canceled: Option<&str>,
        payer: &Payer<'_>,
    ) -> Result<Made> {
        let options = IntentOptions::of(context)?.for_medusa_1()?;
        let provider = api.exchange.call().provider();
        let request = |customer: Option<&str>| {
            let is_own = provider != M::IDENTIFIER || options.payment_method_types.is_some();
            let maker = Some(provider).filter(|_| is_own);
            let (settings, local_type) = (&self.settings, M::LOCAL_TYPE);
            let expands = customer.is_some() && customer == payer.known;
            requests::create_intent(
                settings, local_type, &options, maker, context, customer, expands,
            )
        };
        let Payer { known, email, part } = payer;
        let (mut customer, was_there) = match (known, email) {
            (None, Some(email)) => {
                let has_account = context.customer.as_ref().is_some_and(has_account);
                let (id, was_there) =
                    api.customer_for(&context.resource_id, email, has_account).await?;
                (Some(id), was_there)
            }
            _ => (known.map(str::to_owned), known.is_some()),
        };
        if let Some(customer) = customer.as_deref().filter(|_| was_there) {
            orphaned.extend(left_behind::<M>(api, customer, &context.resource_id).await?);
        }
        let intent = match api.create_intent(&request(customer.as_deref()), part, canceled).await {
            // A customer of the test mode, or one who was deleted in the dashboard.
            Err(error) if error.code() == RESOURCE_MISSING && customer.is_some() => {
                customer = match email {
                    Some(email) => Some(api.new_customer(email).await?),
                    None => None,
                };
                let part = format!("{part}-again");
                api.create_intent(&request(customer.as_deref()), &part, canceled).await?
            }
            answer => answer?,
        };
        Ok(Made { intent, customer })
    }
}

/// Returns the intents that a cart has left behind, with their amounts: of a call whose reply was lost, or
/// of a session that Medusa dropped without a word when the cart moved to another region (`setRegion_`,
/// `dist/services/cart.js`). A payment collection may be paid in parts, each with an intent of its own.
async fn left_behind<M: Method>(
    api: &Api<'_>,
    customer: &str,
    cart: &str,
) -> Result<Vec<(String, Option<Amount>)>> {
    if !cart.starts_with("cart_") {
        return Ok(Vec::new());
    }
    let payable = api.payable_intents::<M>(customer, cart).await?;
    Ok(payable.into_iter().map(|(id, amount)| (id, Some(amount))).collect())
}
