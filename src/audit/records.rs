//! What Medusa has recorded of a payment, in one form for both of its versions. Times are in seconds since 1970.

use serde::Deserialize;
use serde_json::Number;

/// Whose records they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Host {
    /// Amounts are whole numbers in the unit that Stripe gets.
    Medusa1,
    /// Amounts are decimals in major units.
    Medusa2,
}

/// An amount as it is recorded: a number, or the text of a decimal.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Recorded {
    Number(Number),
    Text(String),
}

impl Recorded {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// A row of the table `payment`, and what hangs on it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) amount: Recorded,
    pub(super) currency: String,
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) canceled: Option<u64>,
    /// In Medusa 1 the whole payment or nothing.
    pub(super) captures: Vec<Entry>,
    /// In Medusa 1 those of the whole order, if a refund does not say which payment it is of.
    pub(super) refunds: Vec<Entry>,
    /// What Medusa 1 has summed up beside them, and alone is certain to be about this payment.
    #[serde(default)]
    pub(super) refunded: Option<Recorded>,
    pub(super) order: Option<Order>,
    pub(super) cart: Option<Cart>,
    /// Whether a payment collection stands for the purpose, and only the store knows what it is for.
    #[serde(default)]
    pub(super) is_of_collection: bool,
}

/// A capture or a refund.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    #[serde(default)]
    pub(super) id: Option<String>,
    pub(super) amount: Recorded,
    pub(super) created: u64,
}

/// An order. A payment for a swap belongs to the order whose items are swapped.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) display_id: Option<u64>,
    /// When it, or its swap, was canceled.
    pub(super) canceled: Option<u64>,
}

/// A cart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cart {
    pub(super) id: String,
    pub(super) completed: Option<u64>,
    pub(super) deleted: Option<u64>,
}

/// What an intent without a payment was made for, as its metadata names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Origin {
    /// The name that the intent has in its metadata: a cart, a payment collection or a payment session.
    pub(super) id: String,
    /// Whether Medusa has anything of that name.
    pub(super) is_known: bool,
    #[serde(default)]
    pub(super) cart: Option<Cart>,
    #[serde(default)]
    pub(super) order: Option<Order>,
    /// When what it was made for was over, if not the cart says so: a payment collection that is paid or canceled.
    #[serde(default)]
    pub(super) closed: Option<u64>,
}
