//! Money: integer minor units, checked arithmetic, and the exponents of currencies.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of money in the minor unit of its currency (cents for EUR, yen for JPY): an integer from 0 to 2⁵³ − 1, the
/// range in which a JavaScript number is exact.
///
/// In Medusa 2 the minor unit is that of ISO 4217 ([`currency_exponent`]). In Medusa 1 it is the number that Medusa has
/// stored, and for some currencies (KWD, RSD, UGX, ISK, HUF) its admin, its core and its storefront helpers do not agree
/// on what that number counts: see
/// [docs/amounts.md](https://github.com/medusa-payment-rs/medusa-payment-rs/blob/main/docs/amounts.md).
///
/// Sums of prices, discounts and taxes in floating point miss the whole number that was meant by a few units in the last
/// place. Read from a number, an amount is the one that was meant; a real fraction is refused:
///
/// ```
/// use medusa_payment_rs::Amount;
///
/// assert_eq!(19.99 * 100.0, 1998.9999999999998);
/// assert_eq!(Amount::try_from(1998.9999999999998), Amount::new(1999));
/// assert!(Amount::try_from(333.33).is_err());
/// ```
///
/// ```
/// use medusa_payment_rs::Amount;
///
/// let captured = Amount::new(10_00)?;
/// assert_eq!(captured.checked_sub(Amount::new(2_50)?), Some(Amount::new(7_50)?));
/// assert_eq!(captured.checked_sub(Amount::new(10_01)?), None);
/// # Ok::<(), medusa_payment_rs::AmountError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "f64", into = "u64")]
pub struct Amount(u64);

/// Why a number is not an [`Amount`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// NaN or an infinity; JSON carries both as `null`.
    #[error("it is not a finite number")]
    NotFinite,
    /// It has decimals.
    #[error(
        "{0} is not a whole number of minor units. Round it where it is computed: a price, a discount or a tax that has \
         fractions"
    )]
    Fractional(String),
    /// It is below zero.
    #[error("{0} is negative")]
    Negative(String),
    /// It is above 2⁵³ − 1.
    #[error("{0} is above 9007199254740991, the largest integer that JavaScript holds exactly")]
    TooLarge(String),
}

impl Amount {
    /// Zero.
    pub const ZERO: Amount = Amount(0);
    /// 2⁵³ − 1, JavaScript's `Number.MAX_SAFE_INTEGER`.
    pub const MAX: Amount = Amount((1 << 53) - 1);

    /// Makes an amount of `minor_units`.
    ///
    /// # Errors
    /// [`AmountError::TooLarge`] above [`Amount::MAX`].
    pub fn new(minor_units: u64) -> Result<Self, AmountError> {
        if minor_units > Self::MAX.0 {
            return Err(AmountError::TooLarge(minor_units.to_string()));
        }
        Ok(Self(minor_units))
    }

    /// Returns the number of minor units.
    #[must_use]
    pub fn minor_units(self) -> u64 {
        self.0
    }

    /// Returns whether the amount is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns the sum, or `None` if it is above [`Amount::MAX`].
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_add(other.0)?).ok()
    }

    /// Returns the difference, or `None` if it is below zero.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

/// Returns how far a number of minor units may be from the one that was meant, because it was computed in floating point.
///
/// That is 64 units in the last place, what some dozens of operations can add up to, and at least a millionth of a minor
/// unit: a small sum of large numbers has their errors, and no price or tax rate makes fractions as small as that. A
/// quarter of a minor unit or more is never noise.
pub(crate) fn noise(minor_units: f64) -> f64 {
    (minor_units.abs() * 64.0 * f64::EPSILON).clamp(1e-6, 0.249)
}

impl TryFrom<f64> for Amount {
    type Error = AmountError;

    /// Makes an amount of a JavaScript number: of the whole number that was meant, if it is off by no more than what
    /// floating point makes of one.
    fn try_from(number: f64) -> Result<Self, AmountError> {
        if !number.is_finite() {
            return Err(AmountError::NotFinite);
        }
        let whole = number.round();
        let is_meant = (number - whole).abs() <= noise(number);
        if whole < 0.0 || (number < 0.0 && !is_meant) {
            return Err(AmountError::Negative(number.to_string()));
        }
        if !is_meant {
            return Err(AmountError::Fractional(number.to_string()));
        }
        if whole > 9_007_199_254_740_991.0 {
            return Err(AmountError::TooLarge(number.to_string()));
        }
        // Exact: a whole number from 0 to 2⁵³ − 1.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Self(whole as u64))
    }
}

impl From<Amount> for u64 {
    fn from(amount: Amount) -> u64 {
        amount.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returns the number of decimals of a currency's minor unit by ISO 4217 (JPY 0, EUR 2, KWD 3); 2 for a
/// code that is not in the table. Upper and lower case mean the same.
///
/// In Medusa 2 it is what an [`Amount`] counts. Medusa 1 counts by rules of its own, which for some currencies are others in
/// its admin than in its core: see
/// [docs/amounts.md](https://github.com/medusa-payment-rs/medusa-payment-rs/blob/main/docs/amounts.md).
///
/// ```
/// use medusa_payment_rs::currency_exponent;
///
/// assert_eq!(currency_exponent("jpy"), 0);
/// assert_eq!(currency_exponent("EUR"), 2);
/// assert_eq!(currency_exponent("kwd"), 3);
/// ```
#[must_use]
pub fn currency_exponent(currency_code: &str) -> u32 {
    EXPONENTS
        .iter()
        .find(|(_, codes)| codes.iter().any(|code| code.eq_ignore_ascii_case(currency_code)))
        .map_or(2, |(exponent, _)| *exponent)
}

/// ISO 4217, list one: the currencies whose minor unit is not a hundredth.
const EXPONENTS: [(u32, &[&str]); 3] = [
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_up_to_the_largest_safe_integer_are_amounts() {
        for number in [0.0, 1.0, 1999.0, 9_007_199_254_740_991.0] {
            assert!(Amount::try_from(number).is_ok(), "{number}");
        }
        assert_eq!(Amount::try_from(-0.0), Ok(Amount::ZERO));
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        assert_eq!(Amount::try_from(f64::NAN), Err(AmountError::NotFinite));
        assert_eq!(Amount::try_from(f64::INFINITY), Err(AmountError::NotFinite));
        assert_eq!(Amount::try_from(-1.0), Err(AmountError::Negative("-1".into())));
        assert_eq!(Amount::try_from(0.5), Err(AmountError::Fractional("0.5".into())));
        assert!(matches!(Amount::try_from(9_007_199_254_740_992.0), Err(AmountError::TooLarge(_))));
        assert!(matches!(Amount::new(u64::MAX), Err(AmountError::TooLarge(_))));
    }

    #[test]
    fn the_noise_of_floating_point_is_the_number_that_was_meant() {
        for (number, meant) in [
            (19.99 * 100.0, 1999),
            (1_998.999_999_999_999_8, 1999),
            (0.1 * 3.0 - 0.3, 0),
            (0.3 - 0.1 * 3.0, 0),
            (1.1 * 1.1 * 10_000.0, 12_100),
        ] {
            assert_eq!(Amount::try_from(number), Ok(Amount(meant)), "{number}");
        }
    }

    #[test]
    fn a_real_fraction_is_refused_with_what_to_do() {
        for number in [333.33, 9890.09, 98.9009 * 100.0, 0.001, 1e9 + 0.25, 1e12 + 0.33, 1e14 + 0.5]
        {
            let error = Amount::try_from(number).unwrap_err();
            assert_eq!(error, AmountError::Fractional(number.to_string()));
            assert!(error.to_string().contains("Round it where it is computed"), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_chain_of_operations_leads_to_a_whole_number_is_that_number(
            units in 1_u64..1_000_000_000_000,
            steps in proptest::collection::vec((0_u8..4, 1_u32..10_000), 0..12),
        ) {
            #[allow(clippy::cast_precision_loss)]
            let meant = units as f64;
            // There and back, in as many operations.
            let mut number = meant;
            for (operation, operand) in &steps {
                let operand = f64::from(*operand) / 100.0;
                number = match operation {
                    0 => number * operand / operand,
                    1 => number / operand * operand,
                    2 => (number / 100.0 + operand - operand) * 100.0,
                    _ => number * (1.0 + operand / 100.0) / (1.0 + operand / 100.0),
                };
            }
            proptest::prop_assert_eq!(Amount::try_from(number), Ok(Amount(units)), "{}", number);
            let json = serde_json::to_string(&number).unwrap();
            let stored: Amount = serde_json::from_str(&json).unwrap();
            proptest::prop_assert_eq!(stored, Amount(units));
        }

        #[test]
        fn a_fraction_of_a_thousandth_is_one(units in 0_u64..1_000_000_000, fraction in 1_u32..1000) {
            #[allow(clippy::cast_precision_loss)]
            let number = units as f64 + f64::from(fraction) / 1000.0;
            proptest::prop_assert!(Amount::try_from(number).is_err(), "{}", number);
        }
    }

    #[test]
    fn arithmetic_never_leaves_the_range() {
        assert_eq!(Amount::MAX.checked_add(Amount(1)), None);
        assert_eq!(Amount(1).checked_sub(Amount(2)), None);
        assert_eq!(Amount(1).checked_add(Amount(2)), Some(Amount(3)));
    }

    #[test]
    fn an_amount_is_a_plain_number_in_json() {
        assert_eq!(serde_json::to_string(&Amount(1999)).unwrap(), "1999");
        assert_eq!(serde_json::from_str::<Amount>("1999").unwrap(), Amount(1999));
        assert!(serde_json::from_str::<Amount>("-1").is_err());
        assert!(serde_json::from_str::<Amount>("null").is_err());
    }

    #[test]
    fn every_currency_is_in_the_table_once() {
        let mut codes: Vec<_> = EXPONENTS.iter().flat_map(|(_, codes)| codes.iter()).collect();
        let listed = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), listed);
        assert_eq!(currency_exponent("usd"), 2);
        assert_eq!(currency_exponent("BHD"), 3);
    }
}
