//! The operations as values, so that a layer has one place to stand in.

use crate::amount::Amount;
use crate::json::JsonObject;
use crate::types::{
    Authorization, Capture, Customer, Kept, PaymentProcessorContext,
    PaymentProcessorSessionResponse, PaymentSessionStatus,
};
use crate::webhook::{PaymentState, WebhookEvent, WebhookRequest};

/// The name of a payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Medusa's names, documented at `PaymentProcessor`.
pub enum Operation {
    InitiatePayment,
    UpdatePayment,
    AuthorizePayment,
    CapturePayment,
    RefundPayment,
    CancelPayment,
    DeletePayment,
    RetrievePayment,
    GetPaymentStatus,
    UpdatePaymentData,
    ReadWebhook,
    PaymentState,
    RetrieveAccountHolder,
    CreateAccountHolder,
    UpdateAccountHolder,
    DeleteAccountHolder,
    ListPaymentMethods,
    SavePaymentMethod,
    DeletePaymentMethod,
}

impl Operation {
    /// Every operation: Medusa's ten, the two behind a webhook, and the optional ones.
    pub const ALL: [Operation; 19] = [
        Self::InitiatePayment,
        Self::UpdatePayment,
        Self::AuthorizePayment,
        Self::CapturePayment,
        Self::RefundPayment,
        Self::CancelPayment,
        Self::DeletePayment,
        Self::RetrievePayment,
        Self::GetPaymentStatus,
        Self::UpdatePaymentData,
        Self::ReadWebhook,
        Self::PaymentState,
        Self::RetrieveAccountHolder,
        Self::CreateAccountHolder,
        Self::UpdateAccountHolder,
        Self::DeleteAccountHolder,
        Self::ListPaymentMethods,
        Self::SavePaymentMethod,
        Self::DeletePaymentMethod,
    ];

    /// Returns the method's name in Rust: `"capture_payment"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InitiatePayment => "initiate_payment",
            Self::UpdatePayment => "update_payment",
            Self::AuthorizePayment => "authorize_payment",
            Self::CapturePayment => "capture_payment",
            Self::RefundPayment => "refund_payment",
            Self::CancelPayment => "cancel_payment",
            Self::DeletePayment => "delete_payment",
            Self::RetrievePayment => "retrieve_payment",
            Self::GetPaymentStatus => "get_payment_status",
            Self::UpdatePaymentData => "update_payment_data",
            Self::ReadWebhook => "read_webhook",
            Self::PaymentState => "payment_state",
            Self::RetrieveAccountHolder => "retrieve_account_holder",
            Self::CreateAccountHolder => "create_account_holder",
            Self::UpdateAccountHolder => "update_account_holder",
            Self::DeleteAccountHolder => "delete_account_holder",
            Self::ListPaymentMethods => "list_payment_methods",
            Self::SavePaymentMethod => "save_payment_method",
            Self::DeletePaymentMethod => "delete_payment_method",
        }
    }

    /// Returns whether it only reads: it can be repeated and is never held back.
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(
            self,
            Self::RetrievePayment
                | Self::GetPaymentStatus
                | Self::ReadWebhook
                | Self::PaymentState
                | Self::RetrieveAccountHolder
                | Self::ListPaymentMethods
        )
    }
}

/// An operation with its arguments.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // The arguments of the methods of `PaymentProcessor`.
pub enum Request {
    InitiatePayment(Box<PaymentProcessorContext>),
    UpdatePayment(Box<PaymentProcessorContext>),
    AuthorizePayment { data: JsonObject, context: JsonObject },
    CapturePayment { data: JsonObject, capture: Capture },
    RefundPayment { data: JsonObject, amount: Amount },
    CancelPayment { data: JsonObject },
    DeletePayment { data: JsonObject },
    RetrievePayment { data: JsonObject },
    GetPaymentStatus { data: JsonObject },
    UpdatePaymentData { session_id: String, data: JsonObject },
    ReadWebhook(WebhookRequest),
    PaymentState { data: JsonObject },
    RetrieveAccountHolder { id: String },
    CreateAccountHolder { customer: Box<Customer> },
    UpdateAccountHolder { holder: JsonObject, customer: Box<Customer> },
    DeleteAccountHolder { holder: JsonObject },
    ListPaymentMethods { holder: JsonObject },
    SavePaymentMethod { holder: JsonObject, data: JsonObject },
    DeletePaymentMethod { holder: JsonObject, id: String },
}

impl Request {
    /// Returns the request for a capture of all that is held.
    #[must_use]
    pub fn capture(data: JsonObject) -> Self {
        Self::CapturePayment { data, capture: Capture::All }
    }

    /// Returns which operation it is.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self {
            Self::InitiatePayment(_) => Operation::InitiatePayment,
            Self::UpdatePayment(_) => Operation::UpdatePayment,
            Self::AuthorizePayment { .. } => Operation::AuthorizePayment,
            Self::CapturePayment { .. } => Operation::CapturePayment,
            Self::RefundPayment { .. } => Operation::RefundPayment,
            Self::CancelPayment { .. } => Operation::CancelPayment,
            Self::DeletePayment { .. } => Operation::DeletePayment,
            Self::RetrievePayment { .. } => Operation::RetrievePayment,
            Self::GetPaymentStatus { .. } => Operation::GetPaymentStatus,
            Self::UpdatePaymentData { .. } => Operation::UpdatePaymentData,
            Self::ReadWebhook(_) => Operation::ReadWebhook,
            Self::PaymentState { .. } => Operation::PaymentState,
            Self::RetrieveAccountHolder { .. } => Operation::RetrieveAccountHolder,
            Self::CreateAccountHolder { .. } => Operation::CreateAccountHolder,
            Self::UpdateAccountHolder { .. } => Operation::UpdateAccountHolder,
            Self::DeleteAccountHolder { .. } => Operation::DeleteAccountHolder,
            Self::ListPaymentMethods { .. } => Operation::ListPaymentMethods,
            Self::SavePaymentMethod { .. } => Operation::SavePaymentMethod,
            Self::DeletePaymentMethod { .. } => Operation::DeletePaymentMethod,
        }
    }

    /// Returns the stored data of the payment that it is about; `None` if it has none yet, and for
    /// `update_payment_data`, whose data is the shopper's, and of what is not about a payment.
    #[must_use]
    pub fn payment_data(&self) -> Option<&JsonObject> {
        match self {
            Self::InitiatePayment(_)
            | Self::UpdatePaymentData { .. }
            | Self::ReadWebhook(_)
            | Self::RetrieveAccountHolder { .. }
            | Self::CreateAccountHolder { .. }
            | Self::UpdateAccountHolder { .. }
            | Self::DeleteAccountHolder { .. }
            | Self::ListPaymentMethods { .. }
            | Self::SavePaymentMethod { .. }
            | Self::DeletePaymentMethod { .. } => None,
            Self::UpdatePayment(context) => Some(&context.payment_session_data),
            Self::AuthorizePayment { data, .. }
            | Self::CapturePayment { data, .. }
            | Self::RefundPayment { data, .. }
            | Self::CancelPayment { data }
            | Self::DeletePayment { data }
            | Self::RetrievePayment { data }
            | Self::GetPaymentStatus { data }
            | Self::PaymentState { data } => Some(data),
        }
    }
}

/// What an operation returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// Of `initiate_payment` and `update_payment`.
    Session(PaymentProcessorSessionResponse),
    /// Of `update_payment` if nothing had to change.
    Unchanged,
    /// Of `authorize_payment`.
    Authorization(Authorization),
    /// The payment's data, or the account holder's, of every other operation.
    Data(JsonObject),
    /// Of `get_payment_status`.
    Status(PaymentSessionStatus),
    /// Of `read_webhook`.
    Webhook(Box<WebhookEvent>),
    /// Of `payment_state`.
    State(PaymentState),
    /// Of `retrieve_account_holder`, `create_account_holder` and `save_payment_method`.
    Kept(Box<Kept>),
    /// Of `list_payment_methods`.
    PaymentMethods(Vec<Kept>),
    /// Of `delete_account_holder` and `delete_payment_method`.
    Deleted,
}
