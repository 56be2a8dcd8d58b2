//! A second processor in the same addon, with a layer of its own: a till that pays out no more than its limit. It knows its
//! customers, too.

use std::sync::atomic::{AtomicU64, Ordering};

use medusa_payment_rs::layers::{Layer, Layers, Next};
use medusa_payment_rs::prelude::*;
use medusa_payment_rs::{AccountHolders, PaymentMethods, Request, Response};
use serde::Deserialize;

use crate::customers::Customers;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    limit: Amount,
}

pub struct Till {
    limit: Amount,
    paid_out: AtomicU64,
    customers: Customers,
}

impl Provider for Till {
    const IDENTIFIER: &'static str = "till";
    type Config = Config;

    fn from_config(config: Config) -> Result<Self, String> {
        Ok(Self {
            limit: config.limit,
            paid_out: AtomicU64::new(0),
            customers: Customers::default(),
        })
    }

    fn layers(&self) -> Layers {
        Layers::default().with(Limit(self.limit))
    }
}

/// Refuses large refunds before the till is asked.
struct Limit(Amount);

#[async_trait]
impl Layer for Limit {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        match request {
            Request::RefundPayment { amount, .. } if amount > self.0 => {
                Err(PaymentProcessorError::refused(
                    "The till does not pay that out",
                    "above_limit",
                    format!("{amount} is above {}.", self.0),
                ))
            }
            request => next.run(call, request).await,
        }
    }
}

#[async_trait]
impl PaymentProcessor for Till {
    fn account_holders(&self) -> Option<&dyn AccountHolders> {
        Some(&self.customers)
    }

    fn payment_methods(&self) -> Option<&dyn PaymentMethods> {
        Some(&self.customers)
    }

    async fn initiate_payment(
        &self,
        _: &CallContext,
        order: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        Ok(JsonObject::empty().with([("id", order.resource_id.into())]).into())
    }

    async fn update_payment(
        &self,
        _: &CallContext,
        _: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        Ok(None)
    }

    async fn authorize_payment(
        &self,
        _: &CallContext,
        data: JsonObject,
        _: JsonObject,
    ) -> Result<Authorization> {
        Ok(Authorization { status: PaymentSessionStatus::Authorized, data })
    }

    async fn refund_payment(
        &self,
        _: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        let before = self.paid_out.fetch_add(amount.minor_units(), Ordering::AcqRel);
        Ok(data.with([("paid_out", (before + amount.minor_units()).into())]))
    }

    async fn capture_payment(
        &self,
        _: &CallContext,
        data: JsonObject,
        _capture: Capture,
    ) -> Result<JsonObject> {
        Ok(data)
    }

    async fn cancel_payment(&self, _: &CallContext, data: JsonObject) -> Result<JsonObject> {
        Ok(data)
    }

    async fn delete_payment(&self, _: &CallContext, data: JsonObject) -> Result<JsonObject> {
        Ok(data)
    }

    async fn retrieve_payment(&self, _: &CallContext, data: JsonObject) -> Result<JsonObject> {
        Ok(data)
    }

    async fn get_payment_status(
        &self,
        _: &CallContext,
        _: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        Ok(PaymentSessionStatus::Authorized)
    }

    async fn update_payment_data(
        &self,
        _: &CallContext,
        _: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        Ok(data)
    }
}
