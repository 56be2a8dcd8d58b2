//! The payment methods that stores know by identifiers of their own.

/// A way to pay with Stripe: one identifier of the plugin.
pub trait Method: Send + Sync + 'static {
    /// Medusa's identifier.
    const IDENTIFIER: &'static str;
    /// The name of its processor for Medusa 2, beside that for Medusa 1, which is registered under the identifier.
    const MEDUSA_2: &'static str;
    /// The one `payment_method_types` entry; `None` where Stripe or the option
    /// `automatic_payment_methods` decides. A local method captures at once: it cannot hold money.
    const LOCAL_TYPE: Option<&'static str>;

    /// Returns whether an intent with these `payment_method_types`, which does not say which class made it, was made for
    /// this way to pay, rather than for another identifier in the same cart: one type alone, other than cards, belongs to
    /// an identifier of its own, of the plugin or of a store's class on top of the JavaScript one.
    fn made(payment_method_types: &[String]) -> bool {
        let only = match payment_method_types {
            [only] => Some(only.as_str()).filter(|only| *only != "card"),
            _ => None,
        };
        only == Self::LOCAL_TYPE
    }
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident: $identifier:literal, $local_type:expr;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}

            impl Method for $name {
                const IDENTIFIER: &'static str = $identifier;
                const MEDUSA_2: &'static str = concat!("v2/", $identifier);
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
    /// PromptPay, Thailand. Only in Medusa 2.
    Promptpay: "stripe-promptpay", Some("promptpay");
    /// OXXO, Mexico. Only in Medusa 2.
    Oxxo: "stripe-oxxo", Some("oxxo");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_belongs_to_the_identifier_that_made_it() {
        let types =
            |types: &[&str]| types.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for any in [types(&[]), types(&["card"]), types(&["card", "ideal"])] {
            assert!(Any::made(&any) && !Ideal::made(&any) && !Blik::made(&any));
        }
        assert!(Ideal::made(&types(&["ideal"])));
        // Of a store's class on top of the JavaScript plugin.
        assert!(!Any::made(&types(&["klarna"])) && !Ideal::made(&types(&["klarna"])));
        assert!(!Any::made(&types(&["ideal"])) && !Blik::made(&types(&["ideal"])));
    }
}
