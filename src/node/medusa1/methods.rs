//! The methods of Medusa's `AbstractPaymentProcessor`, and the two behind a webhook, which Medusa 1 does not have.

use crate::node::boundary::argument::Parameter;
use crate::request::Operation;

/// Returns the name of a method: `"capturePayment"`.
pub(super) fn name(operation: Operation) -> &'static str {
    match operation {
        Operation::InitiatePayment => "initiatePayment",
        Operation::UpdatePayment => "updatePayment",
        Operation::AuthorizePayment => "authorizePayment",
        Operation::CapturePayment => "capturePayment",
        Operation::RefundPayment => "refundPayment",
        Operation::CancelPayment => "cancelPayment",
        Operation::DeletePayment => "deletePayment",
        Operation::RetrievePayment => "retrievePayment",
        Operation::GetPaymentStatus => "getPaymentStatus",
        Operation::UpdatePaymentData => "updatePaymentData",
        Operation::ReadWebhook => "readWebhook",
        Operation::PaymentState => "paymentState",
    }
}

/// Returns the parameters of a method.
pub(super) fn parameters(operation: Operation) -> &'static [Parameter] {
    use Parameter::{Bytes, Json, Number, Text};
    match operation {
        Operation::InitiatePayment | Operation::UpdatePayment => &[Json("context")],
        Operation::AuthorizePayment => &[Json("paymentSessionData"), Json("context")],
        Operation::RefundPayment => &[Json("paymentSessionData"), Number],
        Operation::UpdatePaymentData => &[Text, Json("data")],
        Operation::CapturePayment
        | Operation::CancelPayment
        | Operation::DeletePayment
        | Operation::RetrievePayment
        | Operation::GetPaymentStatus
        | Operation::PaymentState => &[Json("paymentSessionData")],
        Operation::ReadWebhook => &[Bytes, Json("headers")],
    }
}
