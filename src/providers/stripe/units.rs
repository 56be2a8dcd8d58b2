//! Amounts in Stripe's unit, which is the currency's smallest one for most currencies and something of its own for some
//! (<https://docs.stripe.com/currencies#zero-decimal>, `#three-decimal`, `#special-cases`).

use serde_json::Value;

use crate::amount::{Amount, currency_exponent};

/// The currencies that Stripe counts in whole units, although some have hundredths by ISO 4217.
const WHOLE: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
/// Those that Stripe counts in thousandths, and takes in steps of ten.
const THOUSANDTHS: [&str; 6] = ["BHD", "IQD", "JOD", "KWD", "OMR", "TND"];

/// Returns the number of decimals that Stripe counts a currency with. Two also for ISK and UGX, which have none: there it
/// takes whole units only, as multiples of a hundred.
pub(crate) fn decimals(currency: &str) -> u32 {
    let is_in = |codes: &[&str]| codes.iter().any(|code| code.eq_ignore_ascii_case(currency));
    match () {
        () if is_in(&WHOLE) => 0,
        () if is_in(&THOUSANDTHS) => 3,
        () => 2,
    }
}

/// Returns what Stripe is asked for to get `amount`, which is in the currency's minor unit. What Stripe cannot take
/// exactly is rounded as the JavaScript plugin rounds it: half up, and thousandths up to the next ten. `None` if it is
/// too large.
pub(crate) fn to_stripe(amount: Amount, currency: &str) -> Option<Amount> {
    let units = rescaled(amount, currency_exponent(currency), decimals(currency))?;
    let is_in_tens = decimals(currency) == 3;
    let units = if is_in_tens { units.div_ceil(10).checked_mul(10)? } else { units };
    Amount::new(units).ok()
}

/// Returns an amount of Stripe's in the currency's minor unit, rounded half up.
pub(super) fn from_stripe(amount: Amount, currency: &str) -> Option<Amount> {
    Amount::new(rescaled(amount, decimals(currency), currency_exponent(currency))?).ok()
}

/// Returns an amount that is counted with `have` decimals counted with `want`, rounded half up.
fn rescaled(amount: Amount, have: u32, want: u32) -> Option<u64> {
    let units = amount.minor_units();
    match want.checked_sub(have) {
        Some(more) => units.checked_mul(10_u64.pow(more)),
        None => {
            let step = 10_u64.pow(have - want);
            Some(units.checked_add(step / 2)? / step)
        }
    }
}

/// Returns what Stripe is asked for to move `amount` out of `rest`, the whole of what can still be moved. An amount that
/// Stripe cannot take exactly is moved only as the whole rest, which was rounded in the same way.
pub(super) fn part_of(amount: Amount, currency: &str, rest: Option<Amount>) -> Option<Amount> {
    let units = to_stripe(amount, currency)?;
    let is_exact = from_stripe(units, currency) == Some(amount);
    (is_exact || rest == Some(units)).then_some(units)
}

/// Returns an amount of Stripe's in major units, as a JSON number with the decimals that it needs.
pub(super) fn in_major_units(amount: Amount, currency: &str) -> Value {
    let scale = 10_u64.pow(decimals(currency));
    let (whole, part) = (amount.minor_units() / scale, amount.minor_units() % scale);
    if part == 0 {
        return whole.into();
    }
    let width = decimals(currency) as usize;
    let text = format!("{whole}.{part:0width$}");
    serde_json::from_str(text.trim_end_matches('0')).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(units: u64) -> Amount {
        Amount::new(units).unwrap()
    }

    #[test]
    fn stripe_is_asked_in_its_own_unit() {
        for (minor, currency, stripe) in [
            (1999, "usd", 1999),
            (1500, "jpy", 1500),
            (1230, "kwd", 1230),
            (1234, "kwd", 1240),
            (1, "bhd", 10),
            (500, "isk", 50_000),
            (500, "UGX", 50_000),
            (123_456, "mga", 1235),
            (45_005, "huf", 45_005),
            (45_005, "twd", 45_005),
        ] {
            assert_eq!(to_stripe(amount(minor), currency), Some(amount(stripe)), "{currency}");
        }
        assert_eq!(to_stripe(Amount::MAX, "isk"), None);
    }

    #[test]
    fn what_stripe_has_comes_back() {
        for (stripe, currency, minor) in [
            (1999, "usd", 1999),
            (1500, "jpy", 1500),
            (1240, "kwd", 1240),
            (50_000, "isk", 500),
            (1235, "mga", 123_500),
        ] {
            assert_eq!(from_stripe(amount(stripe), currency), Some(amount(minor)), "{currency}");
        }
    }

    #[test]
    fn what_stripe_cannot_take_exactly_is_moved_as_the_whole_rest_only() {
        let part = |minor, rest| part_of(amount(minor), "kwd", rest).map(Amount::minor_units);
        assert_eq!(part(500, None), Some(500));
        assert_eq!(part(1, None), None);
        assert_eq!(part(1234, Some(amount(1240))), Some(1240));
        assert_eq!(part(734, Some(amount(740))), Some(740));
        assert_eq!(part(734, Some(amount(750))), None);
    }

    #[test]
    fn an_amount_in_major_units_has_the_decimals_that_it_needs() {
        for (stripe, currency, major) in [
            (1999, "usd", "19.99"),
            (1990, "usd", "19.9"),
            (5, "usd", "0.05"),
            (1500, "jpy", "1500"),
            (1240, "kwd", "1.24"),
            (50_000, "isk", "500"),
        ] {
            assert_eq!(in_major_units(amount(stripe), currency).to_string(), major);
        }
    }

    proptest::proptest! {
        #[test]
        fn an_exact_amount_comes_back_as_it_was(
            units in 0_u64..1_000_000_000,
            currency in proptest::sample::select(vec!["usd", "jpy", "isk", "huf", "ugx", "krw"]),
        ) {
            let stripe = to_stripe(amount(units), currency).unwrap();
            proptest::prop_assert_eq!(from_stripe(stripe, currency), Some(amount(units)));
        }
    }
}
