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

/// The types of payment method that Stripe keeps for later payments only as it says here, and by `setup_future_usage`
/// refuses otherwise: the documented values of `payment_method_options[<type>][setup_future_usage]`
/// (<https://docs.stripe.com/api/payment_intents/create>,
/// <https://docs.stripe.com/payments/payment-methods/payment-method-support>). A type that is not here is Stripe's to decide.
const NEVER_KEPT: [&str; 22] = [
    "affirm",
    "afterpay_clearpay",
    "blik",
    "crypto",
    "customer_balance",
    "eps",
    "fpx",
    "giropay",
    "grabpay",
    "konbini",
    "mb_way",
    "mobilepay",
    "multibanco",
    "oxxo",
    "p24",
    "paynow",
    "pix",
    "promptpay",
    "swish",
    "twint",
    "wechat_pay",
    "zip",
];
/// What is kept of these is a bank account or a wallet, which pays without the shopper.
const KEPT_OFF_SESSION: [&str; 11] = [
    "alipay",
    "amazon_pay",
    "bancontact",
    "ideal",
    "kakao_pay",
    "kr_card",
    "link",
    "naver_pay",
    "paypal",
    "revolut_pay",
    "sofort",
];

/// Whether a type of payment method can be kept for such payments (`off_session` or `on_session`), as far as is known.
pub(super) fn may_be_kept(kind: &str, usage: &str) -> bool {
    let is_only_off_session = KEPT_OFF_SESSION.contains(&kind);
    !NEVER_KEPT.contains(&kind) && (!is_only_off_session || usage == "off_session")
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
    fn a_method_is_kept_as_stripe_allows() {
        for kind in ["blik", "giropay", "p24", "promptpay", "oxxo"] {
            assert!(
                !may_be_kept(kind, "off_session") && !may_be_kept(kind, "on_session"),
                "{kind}"
            );
        }
        for kind in ["ideal", "bancontact"] {
            assert!(may_be_kept(kind, "off_session") && !may_be_kept(kind, "on_session"), "{kind}");
        }
        for kind in ["card", "sepa_debit", "something_new"] {
            assert!(may_be_kept(kind, "off_session") && may_be_kept(kind, "on_session"), "{kind}");
        }
    }

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
