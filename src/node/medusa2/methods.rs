//! The methods of Medusa's `IPaymentProvider` (`@medusajs/types/dist/payment/provider.d.ts`).
//!
//! Medusa calls each with one object. What stands behind it in the table is added by `link/medusa2.js`, which alone can
//! ask the store.

use crate::node::boundary::argument::Parameter;
use crate::node::boundary::argument::Parameter::{Bytes, Json, Member, Text};
use crate::node::host::Method;
use crate::request::Operation;

/// What starts or changes a payment also follows what the store's class says of its payments.
const SESSION: &[Parameter] = &[Json("input"), Text, Member("paymentIntentOptions")];

pub(super) const METHODS: [Method; 18] = [
    Method::new("initiatePayment", Operation::InitiatePayment, SESSION),
    Method::new("updatePayment", Operation::UpdatePayment, SESSION),
    Method::new("authorizePayment", Operation::AuthorizePayment, &[Json("input")]),
    Method::new("capturePayment", Operation::CapturePayment, &[Json("input"), Text]),
    Method::new("refundPayment", Operation::RefundPayment, &[Json("input"), Text, Text]),
    Method::new("cancelPayment", Operation::CancelPayment, &[Json("input"), Text]),
    Method::new("deletePayment", Operation::DeletePayment, &[Json("input"), Text]),
    Method::new("retrievePayment", Operation::RetrievePayment, &[Json("input")]),
    Method::new("getPaymentStatus", Operation::GetPaymentStatus, &[Json("input")]),
    Method::new("getWebhookActionAndData", Operation::ReadWebhook, &[Bytes, Json("headers")]),
    // Medusa has no such method, and `link/medusa2.js` does not show it: it is asked after an event that Medusa has no
    // action for.
    Method::new("paymentState", Operation::PaymentState, &[Json("input")]),
    Method::new("retrieveAccountHolder", Operation::RetrieveAccountHolder, &[Json("input")])
        .optional(),
    Method::new("createAccountHolder", Operation::CreateAccountHolder, &[Json("input")]).optional(),
    Method::new("updateAccountHolder", Operation::UpdateAccountHolder, &[Json("input")]).optional(),
    Method::new("deleteAccountHolder", Operation::DeleteAccountHolder, &[Json("input")]).optional(),
    Method::new("listPaymentMethods", Operation::ListPaymentMethods, &[Json("input")]).optional(),
    Method::new("savePaymentMethod", Operation::SavePaymentMethod, &[Json("input")]).optional(),
    Method::new("deletePaymentMethod", Operation::DeletePaymentMethod, &[Json("input")]).optional(),
];
