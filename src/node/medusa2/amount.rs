//! Amounts as Medusa 2 has them: decimals in major units, as a number, a text, or `{value, precision}`
//! (`BigNumberInput`, `@medusajs/types/dist/totals/big-number.d.ts`), sometimes with more decimals than the currency has.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use crate::amount::{Amount, AmountError, currency_exponent, noise};

/// Why an amount is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DecimalError {
    #[error("expected a number, a numeric text or {{value}}, got {0}")]
    WrongKind(&'static str),
    #[error("it is not a decimal number of at most 28 digits")]
    NotADecimal,
    #[error("it is negative")]
    Negative,
    #[error("in the smallest unit of {currency}: {reason}")]
    OutOfRange { currency: String, reason: AmountError },
}

/// Reads an amount from JSON.
pub(super) fn read(json: &str) -> Result<Decimal, DecimalError> {
    let value: Value = serde_json::from_str(json).map_err(|_| DecimalError::NotADecimal)?;
    match &value {
        // As it is spelled: what `serde_json` makes of it is binary.
        Value::Number(_) => decimal(json),
        Value::String(text) => decimal(text),
        Value::Object(raw) => match raw.get("value") {
            Some(Value::String(text)) => decimal(text),
            Some(Value::Number(number)) => decimal(&number.to_string()),
            _ => Err(DecimalError::WrongKind("an object without a value")),
        },
        Value::Array(_) => Err(DecimalError::WrongKind("an array")),
        Value::Bool(_) => Err(DecimalError::WrongKind("a boolean")),
        Value::Null => Err(DecimalError::WrongKind("null (which NaN and Infinity are in JSON)")),
    }
}

/// Reads an amount from its text: `"13.065"`, `"1e3"`.
pub(super) fn decimal(text: &str) -> Result<Decimal, DecimalError> {
    let text = text.trim();
    let decimal = match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text),
        // Rounds what has more than 28 digits behind the point, as no currency has.
        false => text.parse(),
    };
    match decimal {
        Ok(decimal) if decimal.is_sign_negative() && !decimal.is_zero() => {
            Err(DecimalError::Negative)
        }
        Ok(decimal) => Ok(decimal.abs().normalize()),
        Err(_) => Err(DecimalError::NotADecimal),
    }
}

/// Returns an amount in minor units of the currency, rounded half up, as Medusa rounds it. A half that floating point has
/// made a little less of (1.0049999999999997) is the half that was meant.
pub(super) fn minor_units(amount: Decimal, currency: &str) -> Result<Amount, DecimalError> {
    let exponent = currency_exponent(currency);
    let out_of_range =
        |reason| DecimalError::OutOfRange { currency: currency.to_uppercase(), reason };
    let units = Decimal::from(10_u64.pow(exponent))
        .checked_mul(amount)
        .and_then(|units| u64::try_from(rounded(units)?).ok())
        .ok_or_else(|| out_of_range(AmountError::TooLarge(amount.to_string())))?;
    Amount::new(units).map_err(out_of_range)
}

/// Rounds half up.
fn rounded(units: Decimal) -> Option<Decimal> {
    let noise = Decimal::try_from(noise(units.to_f64()?)).ok()?;
    Some(units.checked_add(Decimal::new(5, 1))?.checked_add(noise)?.floor())
}

/// Returns an amount in major units, with the decimals that it needs.
pub(super) fn major_units(amount: Amount, currency: &str) -> Decimal {
    let scale = currency_exponent(currency);
    Decimal::from_i128_with_scale(i128::from(amount.minor_units()), scale).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minor(json: &str, currency: &str) -> u64 {
        minor_units(read(json).unwrap(), currency).unwrap().minor_units()
    }

    #[test]
    fn an_amount_is_read_in_every_form_that_medusa_has() {
        for json in ["13.07", "\"13.07\"", r#"{"value":"13.07","precision":20}"#, "1.307e1"] {
            assert_eq!(minor(json, "usd"), 1307, "{json}");
        }
        assert_eq!(minor(r#"{"value":13.07}"#, "usd"), 1307);
        assert_eq!(minor("0", "usd"), 0);
        assert_eq!(minor("-0", "usd"), 0);
        assert_eq!(minor("\"13.070000000000000000\"", "usd"), 1307);
    }

    #[test]
    fn more_decimals_than_the_currency_has_are_rounded_half_up() {
        for (json, currency, units) in [
            ("13.065", "usd", 1307),
            ("13.0649", "usd", 1306),
            ("1.234", "kwd", 1234),
            ("1.2345", "KWD", 1235),
            ("1500.4", "jpy", 1500),
            ("1500.5", "jpy", 1501),
            ("99999999.99", "usd", 9_999_999_999),
            ("0.004", "eur", 0),
            ("1.005", "eur", 101),
            ("8.165", "eur", 817),
            // What floating point makes of 1.005, of 1.1 × 1.15, of 0.1 + 0.2, and of a third of 3.015.
            ("1.0049999999999997", "eur", 101),
            ("1.2649999999999999", "eur", 127),
            ("0.30000000000000004", "eur", 30),
            ("\"1.00499999999999999999\"", "eur", 101),
            ("1.00499", "eur", 100),
            ("1.0044999", "eur", 100),
        ] {
            assert_eq!(minor(json, currency), units, "{json} {currency}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        for (json, reason) in [
            ("null", "null"),
            ("true", "a boolean"),
            ("[]", "an array"),
            ("{}", "an object without a value"),
            ("\"ten\"", "28 digits"),
            ("\"\"", "28 digits"),
            ("-1", "negative"),
            ("1e40", "28 digits"),
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains(reason), "{json}: {error}");
        }
        let error = minor_units(read("90071992547409.92").unwrap(), "usd").unwrap_err();
        assert!(error.to_string().contains("USD"), "{error}");
        assert!(minor_units(read("1e27").unwrap(), "kwd").is_err());
    }

    proptest! {
        #[test]
        fn minor_units_come_back_as_they_were(
            units in 0..=Amount::MAX.minor_units(),
            currency in prop::sample::select(vec!["usd", "jpy", "kwd", "clf"]),
        ) {
            let amount = Amount::new(units).unwrap();
            let text = major_units(amount, currency).to_string();
            prop_assert_eq!(minor_units(decimal(&text).unwrap(), currency), Ok(amount));
        }

        #[test]
        fn fuzz_no_text_crashes_it(text in ".{0,40}", number in any::<f64>()) {
            for json in [text.clone(), format!("{text:?}"), number.to_string()] {
                if let Ok(amount) = read(&json) {
                    for currency in ["usd", "jpy", "kwd", ""] {
                        let _ = minor_units(amount, currency);
                    }
                }
            }
        }
    }
}
