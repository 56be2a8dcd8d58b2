//! The methods of Medusa's `AbstractPaymentProcessor`, and what is not among them: the list of saved payment methods, for
//! which Medusa 1.20 asks each provider all the same (`dist/api/routes/store/customers/get-payment-methods.js`), and the two
//! behind a webhook.

use crate::node::boundary::argument::Parameter;
use crate::node::boundary::argument::Parameter::{Bytes, Json, Member, Number, Text};
use crate::node::host::Method;
use crate::request::Operation;

/// What the store's class says of its payments.
const INTENT_OPTIONS: Parameter = Member("paymentIntentOptions");

pub(super) const METHODS: [Method; 13] = [
    Method::new("initiatePayment", Operation::InitiatePayment, &[Json("context"), INTENT_OPTIONS]),
    Method::new("updatePayment", Operation::UpdatePayment, &[Json("context"), INTENT_OPTIONS]),
    Method::new(
        "authorizePayment",
        Operation::AuthorizePayment,
        &[Json("paymentSessionData"), Json("context")],
    ),
    Method::new("capturePayment", Operation::CapturePayment, &[Json("paymentSessionData")]),
    Method::new(
        "refundPayment",
        Operation::RefundPayment,
        &[Json("paymentSessionData"), Number, Number],
    ),
    Method::new("cancelPayment", Operation::CancelPayment, &[Json("paymentSessionData")]),
    Method::new("deletePayment", Operation::DeletePayment, &[Json("paymentSessionData")]),
    Method::new("retrievePayment", Operation::RetrievePayment, &[Json("paymentSessionData")]),
    Method::new("getPaymentStatus", Operation::GetPaymentStatus, &[Json("paymentSessionData")]),
    Method::new("updatePaymentData", Operation::UpdatePaymentData, &[Text, Json("data")]),
    Method::new(
        "retrieveSavedMethods",
        Operation::ListPaymentMethods,
        &[Json("customer"), INTENT_OPTIONS],
    ),
    Method::new("readWebhook", Operation::ReadWebhook, &[Bytes, Json("headers")]),
    Method::new("paymentState", Operation::PaymentState, &[Json("paymentSessionData")]),
];

/// `readWebhook` for callers that cannot wait for a promise, as the Stripe plugin's `constructWebhookEvent`.
pub(super) const READ_WEBHOOK_SYNC: (&str, Operation) = ("readWebhookSync", Operation::ReadWebhook);
