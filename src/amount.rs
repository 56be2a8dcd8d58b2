//! Money: integer minor units, checked arithmetic, and the exponents of currencies.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of money in the minor unit of its currency (cents for EUR, yen for JPY), as Medusa v1
/// carries it: an integer from 0 to 2⁵³ − 1, the range in which a JavaScript number is exact.
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
    #[error("{0} is not a whole number of minor units")]
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

impl TryFrom<f64> for Amount {
    type Error = AmountError;

    /// Makes an amount of a JavaScript number.
    fn try_from(number: f64) -> Result<Self, AmountError> {
        if !number.is_finite() {
            return Err(AmountError::NotFinite);
        }
        if number < 0.0 {
            return Err(AmountError::Negative(number.to_string()));
        }
        if number.fract() != 0.0 {
            return Err(AmountError::Fractional(number.to_string()));
        }
        if number > 9_007_199_254_740_991.0 {
            return Err(AmountError::TooLarge(number.to_string()));
        }
        // Exact: a whole number from 0 to 2⁵³ − 1.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Self(number as u64))
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
/// Medusa v1 itself counts in hundredths for every currency with decimals, KWD and BHD included.
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
