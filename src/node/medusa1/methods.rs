//! The methods of Medusa's `AbstractPaymentProcessor`, and the two behind a webhook, which Medusa 1 does not have.

use crate::node::boundary::argument::Parameter::{Bytes, Json, Number, Text};
use crate::node::host::Method;
use crate::request::Operation;

pub(super) const METHODS: [Method; 12] = [
    Method::new("initiatePayment", Operation::InitiatePayment, &[Json("context")]),
    Method::new("updatePayment", Operation::UpdatePayment, &[Json("context")]),
    Method::new(
        "authorizePayment",
        Operation::AuthorizePayment,
        &[Json("paymentSessionData"), Json("context")],
    ),
    Method::new("capturePayment", Operation::CapturePayment, &[Json("paymentSessionData")]),
    Method::new("refundPayment", Operation::RefundPayment, &[Json("paymentSessionData"), Number]),
    Method::new("cancelPayment", Operation::CancelPayment, &[Json("paymentSessionData")]),
    Method::new("deletePayment", Operation::DeletePayment, &[Json("paymentSessionData")]),
    Method::new("retrievePayment", Operation::RetrievePayment, &[Json("paymentSessionData")]),
    Method::new("getPaymentStatus", Operation::GetPaymentStatus, &[Json("paymentSessionData")]),
    Method::new("updatePaymentData", Operation::UpdatePaymentData, &[Text, Json("data")]),
    Method::new("readWebhook", Operation::ReadWebhook, &[Bytes, Json("headers")]),
    Method::new("paymentState", Operation::PaymentState, &[Json("paymentSessionData")]),
];

/// `readWebhook` for callers that cannot wait for a promise, as the Stripe plugin's `constructWebhookEvent`.
pub(super) const READ_WEBHOOK_SYNC: (&str, Operation) = ("readWebhookSync", Operation::ReadWebhook);
