//! PayPal for Medusa 1 and 2. In Medusa 1 it is a drop-in for `medusa-payment-paypal` 6: the same
//! identifier, options, session data and statuses, without its mistakes. It is made with what any author
//! of a provider gets from `medusa-payment-rs`.
//!
//! The session data is PayPal's order as PayPal sent it, with one member beside it
//! (`medusa_payment_rs_paypal`, see `stored_state.rs`).

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod api;
mod authorization;
mod config;
mod dialect;
mod money;
mod order;
mod refunds;
mod requests;
mod shopper;
mod stored_state;
mod tokens;
mod webhook;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use medusa_payment_rs::captures::Part;
use medusa_payment_rs::http::{Client, HeaderName, HeaderValue};
use medusa_payment_rs::prelude::*;
use medusa_payment_rs::refunds::refund;
use medusa_payment_rs::webhook::{PaymentState, WebhookEvent, WebhookRequest};

use api::{Api, is_not_found};
use authorization::without_orphans;
use config::Settings;
use dialect::PayPalDialect;
use money::Money;
use order::{Intent, Order, OrderStatus};
use refunds::OrderRefunds;
use stored_state::StoredState;
use tokens::Tokens;

pub use config::PayPalOptions;

medusa_payment_rs::export!(PayPal);

/// The processor `paypal`.
///
/// - **Authorizing** takes what the shopper approved: PayPal's storefront script may have done so
///   before, or leave it to the store. An order whose amount is not the session's is never
///   authorized.
/// - **Refunds** are paid once ([`medusa_payment_rs::refunds`]). The recorded ones are in the payment's
///   data.
/// - **Captures and cancellations** that PayPal says were done already are successes, once the
///   order itself shows it.
/// - **Parts of a payment** are captured once ([`medusa_payment_rs::captures`]). PayPal refunds a capture, and not a
///   payment: a refund that no single capture can give back has several shares there.
/// - **Money that PayPal has not decided on** (an eCheck, a payment under review) counts as neither
///   held nor taken.
/// - **Orphaned orders**, which another one replaced, cannot be canceled at PayPal; what a shopper pays
///   on one is released.
pub struct PayPal {
    client: Client,
    tokens: Tokens,
    settings: Settings,
}

impl Provider for PayPal {
    const IDENTIFIER: &'static str = "paypal";
    type Config = PayPalOptions;

    fn from_config(options: PayPalOptions) -> Result<Self, String> {
        let settings = Settings::try_from(options)?;
        let client = Client::builder(settings.api_base.clone(), PayPalDialect)
            .attempt_timeout(settings.attempt_timeout)
            // The whole object rather than its id: it shows what was done.
            .header(
                HeaderName::from_static("prefer"),
                HeaderValue::from_static("return=representation"),
            )
            .redact(&settings.client_secret)
            .build()?;
        let tokens = Tokens::new(settings.credentials.clone());
        Ok(Self { client, tokens, settings })
    }

    fn layers(&self) -> Layers {
        Layers::default()
            .deadline(self.settings.deadline)
            .attempt_timeout(self.settings.attempt_timeout)
            .max_retries(self.settings.max_retries)
    }
}

impl PayPal {
    fn api<'a>(&'a self, call: &'a CallContext) -> Api<'a> {
        Api::new(&self.client, &self.tokens, call)
    }

    /// Creates an order in the place of the orphaned ones.
    async fn start(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        orphaned_orders: BTreeMap<String, Option<Amount>>,
    ) -> Result<PaymentProcessorSessionResponse> {
        let amount = Money::new(context.amount, &context.currency_code)?;
        let intent =
            if self.settings.capture_at_once { Intent::Capture } else { Intent::Authorize };
        let request = requests::create_order(intent, &amount, &context.resource_id);
        let order: Order = api.change(request).await?;
        let state = StoredState { orphaned_orders, ..StoredState::default() };
        // The amount is what later calls compare with, so it is in the data even if PayPal answers
        // briefly.
        let data =
            if order.amount().is_some() { order.raw } else { with_amount(&order.raw, &amount) };
        Ok(state.written_into(&data).into())
    }

    /// Creates an order in place of the one in `context`, unless that one is paid already.
    async fn replace(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let mut orphaned = StoredState::of(&context.payment_session_data).orphaned_orders;
        match api.get_order(id).await {
            Ok(order) if order.is_paid() => {
                let amount = Money::new(context.amount, &context.currency_code)?;
                if order.amount().is_some_and(|ordered| ordered.equals(&amount)) {
                    return Ok(None);
                }
                return Err(PaymentProcessorError::refused(
                    format!("update_payment of {id} is not possible"),
                    "order_is_paid",
                    "The shopper has paid it: amount and currency stay as they are. Refresh the \
                     payment session to pay anew; that releases the money that is held.",
                ));
            }
            Ok(order) if order.fields.status == OrderStatus::Voided => {}
            Ok(order) => {
                orphaned.insert(id.to_owned(), order.amount().and_then(Money::amount));
            }
            // Unpaid orders are gone after a few hours.
            Err(error) if is_not_found(&error) => {}
            Err(error) => return Err(error),
        }
        self.start(api, context, orphaned).await.map(Some)
    }

    /// Leaves the order as it is, unless it is gone, as an unpaid one is after a few hours. If PayPal does not tell, nothing
    /// changes.
    async fn keep(
        &self,
        api: &Api<'_>,
        context: &PaymentProcessorContext,
        id: &str,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        if !api.is_gone(id, self.settings.attempt_timeout / 4).await {
            return Ok(None);
        }
        let orphaned = StoredState::of(&context.payment_session_data).orphaned_orders;
        self.start(api, context, orphaned).await.map(Some)
    }

    /// Returns the payment's data with the order as it is after a change.
    async fn after(
        &self,
        api: &Api<'_>,
        id: &str,
        data: &JsonObject,
        state: &StoredState,
    ) -> JsonObject {
        let fresh = api.glance(id, self.settings.attempt_timeout / 4).await;
        fresh.map_or_else(|| state.written_into(data), |fresh| stored(&fresh, data, state))
    }

    /// Holds or takes the money of an order that the shopper has approved. If that was done before, by
    /// the storefront or by a call whose reply was lost, the order is read.
    async fn complete(&self, api: &Api<'_>, order: Order) -> Result<Order> {
        let request = requests::complete_order(&order.fields.id, order.fields.intent);
        match api.change(request).await {
            Err(error) if error.code() == "PAYER_ACTION_REQUIRED" => Ok(order),
            Err(error) if error.kind() == ErrorKind::Refused => {
                let now = api.get_order(&order.fields.id).await?;
                if now.fields.status == OrderStatus::Completed { Ok(now) } else { Err(error) }
            }
            result => result,
        }
    }
}

/// Returns the id of the order that the data is about.
fn order_id(call: &CallContext, data: &JsonObject) -> Result<String> {
    data.get::<String>("id").filter(|id| !id.is_empty()).ok_or_else(|| {
        PaymentProcessorError::invalid(
            format!("{} is not possible", call.subject()),
            "missing_order",
            "The payment's data has no `id` of a PayPal order. PayPal was not asked. Look for the \
             payment in PayPal's dashboard.",
        )
    })
}

/// Returns the money that the data is about; `None` in rows that the JavaScript plugin wrote before the
/// order was authorized.
fn amount_in(data: &JsonObject) -> Option<Money> {
    let units: Vec<order::PurchaseUnit> = data.get("purchase_units")?;
    units.into_iter().next()?.amount
}

/// Returns `data` with its first purchase unit over `amount`.
fn with_amount(data: &JsonObject, amount: &Money) -> JsonObject {
    let mut units: Vec<serde_json::Map<String, serde_json::Value>> =
        data.get("purchase_units").unwrap_or_default();
    if units.is_empty() {
        units.push(serde_json::Map::from_iter([("reference_id".to_owned(), "default".into())]));
    }
    if let Some(unit) = units.first_mut() {
        // Two strings: nothing here can fail to serialize.
        unit.insert("amount".to_owned(), serde_json::to_value(amount).unwrap_or_default());
    }
    data.with([("purchase_units", serde_json::to_value(units).unwrap_or_default())])
}

/// Returns what Medusa stores: the newest order with this state, and with what others have added to
/// `data`.
fn stored(order: &JsonObject, data: &JsonObject, state: &StoredState) -> JsonObject {
    state.written_into(&order.with_defaults(data))
}

#[async_trait]
impl PaymentProcessor for PayPal {
    /// Every request that changes something carries a key of the call, or has the same effect however
    /// often it is made.
    fn is_repeatable(&self, _operation: Operation) -> bool {
        true
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        self.start(&self.api(call), &context, BTreeMap::new()).await
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let api = self.api(call);
        let data = &context.payment_session_data;
        let Some(id) = data.get::<String>("id") else {
            return self.start(&api, &context, BTreeMap::new()).await.map(Some);
        };
        let amount = Money::new(context.amount, &context.currency_code)?;
        match amount_in(data) {
            Some(known) if known.equals(&amount) => return self.keep(&api, &context, &id).await,
            Some(known) if !known.currency_code.eq_ignore_ascii_case(&amount.currency_code) => {
                return self.replace(&api, &context, &id).await;
            }
            _ => {}
        }
        match api.change_unseen(requests::patch_amount(&id, None, &amount), "-patch").await {
            Ok(()) => Ok(Some(with_amount(data, &amount).into())),
            Err(error) if matches!(error.kind(), ErrorKind::Refused | ErrorKind::Invalid) => {
                self.replace(&api, &context, &id).await
            }
            Err(error) => Err(error),
        }
    }

    /// If an update's reply was lost, the order is of another amount than the session: an unapproved one
    /// is set right, one that the shopper has approved is not accepted.
    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        let id = order_id(call, &data)?;
        let api = self.api(call);
        let state = without_orphans(&api, &data).await;
        let mut order = api.get_order(&id).await?;
        let expected = amount_in(&data).or_else(|| order.amount().cloned());
        let is_expected = |amount: Option<&Money>| match (amount, &expected) {
            (Some(amount), Some(expected)) => amount.equals(expected),
            _ => true,
        };
        let ordered_otherwise = !is_expected(order.amount());
        if order.fields.status == OrderStatus::Approved && !ordered_otherwise {
            order = self.complete(&api, order).await?;
        }
        let held = order.held().or_else(|| order.captures().next()?.amount.as_ref());
        let is_approved =
            matches!(order.fields.status, OrderStatus::Approved | OrderStatus::Completed);
        if is_approved && (ordered_otherwise || !is_expected(held)) {
            return Err(api.refused(
                "amount_mismatch",
                "The shopper approved another amount at PayPal than the cart's. Refresh the \
                 payment session: that releases the money that is held.",
            ));
        }
        let mut authorized = order.raw.clone();
        if let Some(expected) = expected.as_ref().filter(|_| ordered_otherwise && !is_approved)
            && order.fields.status != OrderStatus::Voided
        {
            let unit = order.fields.purchase_units.first();
            let reference = unit.and_then(|unit| unit.reference_id.as_deref());
            api.change_unseen(requests::patch_amount(&id, reference, expected), "-patch").await?;
            authorized = with_amount(&authorized, expected);
        }
        let data = stored(&authorized, &data, &state);
        Ok(Authorization { status: order.status(), data })
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
        let id = order_id(call, &data)?;
        let api = self.api(call);
        let mut state = without_orphans(&api, &data).await;
        let order = api.get_order(&id).await?;
        if let Some(part) = capture.part() {
            let done = authorization::capture_part(&api, call, &order, part).await?;
            if let Some(row) = call.row() {
                state.captures.insert(row.to_owned(), Some(part));
            }
            return Ok(match done {
                Part::Taken => stored(&order.raw, &data, &state),
                Part::Take => self.after(&api, &id, &data, &state).await,
            });
        }
        match authorization::capture(&api, &order).await? {
            Some(captured_already) => Ok(stored(&captured_already, &data, &state)),
            None => Ok(self.after(&api, &id, &data, &state).await),
        }
    }

    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let id = order_id(call, &data)?;
        let api = self.api(call);
        let mut state = without_orphans(&api, &data).await;
        let (made, record) =
            (OrderRefunds::new(&api, &id, amount), std::mem::take(&mut state.refunds));
        state.refunds = refund(&made, call, &id, amount, record, self.settings.deadline).await?;
        Ok(self.after(&api, &id, &data, &state).await)
    }

    /// Money that was taken is not given back here, as the JavaScript plugin does it: Medusa would not
    /// record a refund. After a part that Medusa has recorded, the rest is released.
    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let Ok(id) = order_id(call, &data) else { return Ok(data) };
        let api = self.api(call);
        let state = without_orphans(&api, &data).await;
        let order = api.get_order(&id).await?;
        let holds_the_rest =
            order.open_authorizations().next().is_some() && order.pending_capture().is_none();
        let is_recorded = order.taken().is_some_and(|taken| state.captured() == Some(taken));
        if order.keeps_money() && !(holds_the_rest && is_recorded) {
            return Err(api.refused(
                "already_captured",
                "PayPal has taken the money, so there is nothing to release. Refund it instead.",
            ));
        }
        if order.open_authorizations().next().is_none() {
            return Ok(stored(&order.raw, &data, &state));
        }
        authorization::release(&api, &order).await?;
        Ok(self.after(&api, &id, &data, &state).await)
    }

    /// As a cancellation; an order that PayPal does not have any more cannot be paid. PayPal cannot
    /// cancel one that has not been paid: it takes no money unless this processor or the storefront asks
    /// for it, and expires by itself.
    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        match self.cancel_payment(call, data.clone()).await {
            Err(error) if is_not_found(&error) => Ok(data),
            result => result,
        }
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        let order = self.api(call).get_order(&order_id(call, &data)?).await?;
        Ok(StoredState::of(&data).written_into(&order.raw))
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        Ok(self.api(call).get_order(&order_id(call, &data)?).await?.status())
    }

    async fn update_payment_data(
        &self,
        _call: &CallContext,
        _session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        shopper::accepted(&data)
    }

    /// What Medusa has stored is the order as it was then.
    fn stored_status(&self, data: &JsonObject) -> Option<PaymentSessionStatus> {
        let order = Order::try_from(data.clone()).ok()?;
        // The JavaScript plugin stored it without its payments.
        order.is_paid().then(|| order.status())
    }

    async fn read_webhook(
        &self,
        call: &CallContext,
        request: WebhookRequest,
    ) -> Result<WebhookEvent> {
        webhook::read(&self.api(call), &request, self.settings.webhook_id.as_deref()).await
    }

    async fn payment_state(&self, call: &CallContext, data: JsonObject) -> Result<PaymentState> {
        Ok(self.api(call).get_order(&order_id(call, &data)?).await?.state())
    }
}
