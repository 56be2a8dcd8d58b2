//! Medusa's payment types, under Medusa's names
//! (`@medusajs/medusa/dist/interfaces/payment-processor.d.ts`).

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::json::JsonObject;

/// What a payment is for: the argument of `initiate_payment` and `update_payment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentProcessorContext {
    /// The amount to pay, in minor units.
    pub amount: Amount,
    /// The cart's currency, in lower case (`"eur"`).
    pub currency_code: String,
    /// The shopper's e-mail address; empty if it is not known yet.
    pub email: String,
    /// The id of what is paid for: `cart_…`, or `paycol_…` for a payment collection. In Medusa 2 it is the id of the
    /// payment session, `payses_…`, by which the store finds the session again after a webhook.
    pub resource_id: String,
    /// The customer; `None` for guests without a customer, when a session is refreshed, and for
    /// payment collections.
    pub customer: Option<Customer>,
    /// What the provider keeps of the customer, as Medusa 2 has stored it
    /// ([`Kept::data`](crate::Kept::data)).
    pub account_holder: Option<JsonObject>,
    /// The cart's billing address.
    pub billing_address: Option<Address>,
    /// Where the cart is sent to, if a plugin's class has looked it up: neither Medusa hands it over.
    pub shipping_address: Option<Address>,
    /// The cart's own context (`ip`, `user_agent`, and what the store adds).
    pub context: JsonObject,
    /// The session's stored data; `{}` if the payment is new.
    pub payment_session_data: JsonObject,
    /// What the store's class in JavaScript says of all the payments that it starts (its `paymentIntentOptions`); `{}` if it
    /// says nothing. No shopper can set it.
    pub intent_options: JsonObject,
}

impl PaymentProcessorContext {
    /// Returns a context with what a payment cannot be without; every other field is empty.
    #[must_use]
    pub fn new(
        amount: Amount,
        currency_code: impl Into<String>,
        resource_id: impl Into<String>,
    ) -> Self {
        Self {
            amount,
            currency_code: currency_code.into(),
            email: String::new(),
            resource_id: resource_id.into(),
            customer: None,
            account_holder: None,
            billing_address: None,
            shipping_address: None,
            context: JsonObject::empty(),
            payment_session_data: JsonObject::empty(),
            intent_options: JsonObject::empty(),
        }
    }
}

/// The customer of a cart, as far as payments need it. Medusa hands over its whole entity; fields
/// that are not named here are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// `cus_…`
    pub id: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The company. Medusa 1 has none.
    pub company_name: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// The customer's own billing address, which need not be the cart's.
    pub billing_address: Option<Address>,
    /// Whether the customer can log in, rather than being a guest.
    pub has_account: Option<bool>,
    /// What the store and its plugins keep about the customer.
    pub metadata: Option<JsonObject>,
}

/// A postal address, as far as payments need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// The company.
    pub company: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// Street and number.
    pub address_1: Option<String>,
    /// What does not fit into the first line.
    pub address_2: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The country as an ISO 3166 code of two letters, in lower case.
    pub country_code: Option<String>,
    /// The state or province.
    pub province: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
}

/// What `initiate_payment` and `update_payment` return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentProcessorSessionResponse {
    /// What Medusa is to change beside the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_requests: Option<UpdateRequests>,
    /// What Medusa stores as the session's data. It reaches the storefront: no secrets in it.
    pub session_data: JsonObject,
    /// How far the session is, if it is not pending, as after a payment that was confirmed at once. Only Medusa 2 reads
    /// it.
    #[serde(skip)]
    pub status: Option<PaymentSessionStatus>,
}

impl From<JsonObject> for PaymentProcessorSessionResponse {
    fn from(session_data: JsonObject) -> Self {
        Self { update_requests: None, session_data, status: None }
    }
}

/// Changes that a processor asks Medusa for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UpdateRequests {
    /// Is merged into the customer's metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_metadata: Option<JsonObject>,
}

/// Something that the provider keeps, and that Medusa stores with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The provider's id. Medusa stores an account holder's as `external_id`.
    pub id: String,
    /// What Medusa stores of it. It reaches the storefront: no secrets.
    pub data: JsonObject,
}

/// How much a capture takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// All that is held. Medusa 1 has no other.
    All,
    /// This much of it, in minor units: Medusa 2 captures a payment in as many parts as a person asks for.
    Part(Amount),
}

impl Capture {
    /// Returns the amount of a part.
    #[must_use]
    pub fn part(self) -> Option<Amount> {
        match self {
            Self::All => None,
            Self::Part(amount) => Some(amount),
        }
    }
}

/// What `authorize_payment` returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authorization {
    /// How far the payment is.
    pub status: PaymentSessionStatus,
    /// The session's data from now on, and the payment's once it is authorized.
    pub data: JsonObject,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentSessionStatus {
    /// The money is held for the store: the order can be placed.
    Authorized,
    /// The money has been taken. Medusa 1 does not know this status and is told `authorized`.
    Captured,
    /// Nothing is held yet.
    Pending,
    /// The shopper has to do something first, such as confirm with their bank.
    RequiresMore,
    /// The payment failed.
    Error,
    /// The payment was canceled.
    Canceled,
    /// The order can be placed although the money comes later, if it comes (a bank transfer, a voucher). Medusa 1 does
    /// not know this status and is told `pending`.
    PendingAuthorization,
}

impl PaymentSessionStatus {
    /// Returns the status in Medusa's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Pending => "pending",
            Self::RequiresMore => "requires_more",
            Self::Error => "error",
            Self::Canceled => "canceled",
            Self::PendingAuthorization => "pending_authorization",
        }
    }
}
