//! The manual processor as one that talks to a provider is called: on the worker threads, because it does not
//! say that it answers without waiting. What the way there and back costs is the difference.

use medusa_payment_rs::prelude::*;
use medusa_payment_rs::providers::Manual;

medusa_payment_rs::export!(Waiting);

/// The manual processor, for a benchmark.
pub struct Waiting(Manual);

impl Provider for Waiting {
    const IDENTIFIER: &'static str = "waiting";
    type Config = NoOptions;

    fn from_config(config: NoOptions) -> Result<Self, String> {
        Manual::from_config(config).map(Self)
    }
}

#[async_trait]
impl PaymentProcessor for Waiting {
    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        self.0.initiate_payment(call, context).await
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        self.0.update_payment(call, context).await
    }

    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        context: JsonObject,
    ) -> Result<Authorization> {
        self.0.authorize_payment(call, data, context).await
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        capture: Capture,
    ) -> Result<JsonObject> {
        self.0.capture_payment(call, data, capture).await
    }

    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        self.0.refund_payment(call, data, amount).await
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.0.cancel_payment(call, data).await
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.0.delete_payment(call, data).await
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.0.retrieve_payment(call, data).await
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        self.0.get_payment_status(call, data).await
    }

    async fn update_payment_data(
        &self,
        call: &CallContext,
        session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        self.0.update_payment_data(call, session_id, data).await
    }
}
