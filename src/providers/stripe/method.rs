//! The payment methods that stores know by identifiers of their own.

/// A way to pay with Stripe: one identifier of the plugin.
pub trait Method: Send + Sync + 'static {
    /// Medusa's identifier.
    const IDENTIFIER: &'static str;
    /// The one `payment_method_types` entry; `None` where Stripe or the option
    /// `automatic_payment_methods` decides. A local method captures at once: it cannot hold money.
    const LOCAL_TYPE: Option<&'static str>;
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident: $identifier:literal, $local_type:expr;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}

            impl Method for $name {
                const IDENTIFIER: &'static str = $identifier;
                const LOCAL_TYPE: Option<&'static str> = $local_type;
            }
        )+
    };
}

methods! {
    /// Cards, and whatever else the store's Stripe account offers.
    Any: "stripe", None;
    /// Bancontact, Belgium.
    Bancontact: "stripe-bancontact", Some("bancontact");
    /// BLIK, Poland.
    Blik: "stripe-blik", Some("blik");
    /// giropay, Germany.
    Giropay: "stripe-giropay", Some("giropay");
    /// iDEAL, the Netherlands.
    Ideal: "stripe-ideal", Some("ideal");
    /// Przelewy24, Poland.
    Przelewy24: "stripe-przelewy24", Some("p24");
}
