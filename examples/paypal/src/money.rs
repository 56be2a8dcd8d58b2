//! Amounts between two ways of counting: the contract has integers in minor units, PayPal decimal
//! strings.
//!
//! Both ways are exact or refused: a rounded amount would be one that the store never asked for.

use medusa_payment_rs::{Amount, PaymentProcessorError, Result, currency_exponent};
use serde::{Deserialize, Serialize};

/// The currencies in which an amount of Medusa 1 and the same amount of Medusa 2 are different money: Medusa 1 has
/// hundredths of all but sixteen (`zeroDecimalCurrencies` in `medusa-core-utils`), the class of Medusa 2 what
/// ISO 4217 has. PayPal takes none of them.
const COUNTED_DIFFERENTLY: [&str; 12] =
    ["BHD", "CLF", "IQD", "ISK", "JOD", "KWD", "LYD", "MGA", "OMR", "TND", "UYI", "UYW"];

/// The currencies that PayPal takes without decimals, whatever ISO 4217 says
/// (<https://developer.paypal.com/api/rest/reference/currency-codes/>).
const WHOLE_AT_PAYPAL: [&str; 3] = ["HUF", "JPY", "TWD"];

/// PayPal's `money`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Money {
    /// In upper case.
    pub currency_code: String,
    /// A decimal number as text: `"10.50"`, `"1050"`.
    pub value: String,
}

impl Money {
    /// Returns an amount as PayPal spells it.
    ///
    /// # Errors
    /// If PayPal has no spelling for this amount in this currency.
    pub(crate) fn new(amount: Amount, currency: &str) -> Result<Self> {
        let currency_code = currency.to_ascii_uppercase();
        if COUNTED_DIFFERENTLY.contains(&currency_code.as_str()) {
            return Err(PaymentProcessorError::invalid(
                "The currency is not valid",
                "currency_not_supported",
                format!("PayPal does not take {currency_code}. PayPal was not asked."),
            ));
        }
        match spelled(amount, &currency_code) {
            Some(value) => Ok(Self { currency_code, value }),
            None => Err(PaymentProcessorError::invalid(
                "The amount is not valid",
                "invalid_amount",
                format!(
                    "PayPal takes {currency_code} with {} decimals, and {amount} ({} are one \
                     {currency_code}) has more. Round the prices and taxes of this \
                     currency. PayPal was not asked.",
                    decimals_at_paypal(&currency_code),
                    10_u64.pow(currency_exponent(&currency_code)),
                ),
            )),
        }
    }

    /// Returns the amount in Medusa's minor units; `None` if it cannot be one (negative, or finer than
    /// they are).
    pub(crate) fn amount(&self) -> Option<Amount> {
        let (whole, decimals) = self.value.split_once('.').unwrap_or((&self.value, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
            return None;
        }
        let kept = usize::try_from(currency_exponent(&self.currency_code)).ok()?;
        // "10.500" and "10.5" are 1050 cents; a last decimal that is not 0 would be lost.
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > kept {
            return None;
        }
        Amount::new(format!("{whole}{decimals:0<kept$}").parse().ok()?).ok()
    }

    /// Returns whether both are the same money, however it is spelled.
    pub(crate) fn equals(&self, other: &Money) -> bool {
        self.currency_code.eq_ignore_ascii_case(&other.currency_code)
            && self.amount().is_some()
            && self.amount() == other.amount()
    }
}

fn decimals_at_paypal(currency: &str) -> u32 {
    if WHOLE_AT_PAYPAL.contains(&currency) { 0 } else { currency_exponent(currency) }
}

/// Returns `amount` as PayPal wants it; `None` if it has more decimals than PayPal takes.
fn spelled(amount: Amount, currency: &str) -> Option<String> {
    let decimals = decimals_at_paypal(currency);
    let step = 10_u64.pow(currency_exponent(currency).checked_sub(decimals)?);
    if !amount.minor_units().is_multiple_of(step) {
        return None;
    }
    let count = amount.minor_units() / step;
    if decimals == 0 {
        return Some(count.to_string());
    }
    let unit = 10_u64.pow(decimals);
    let width = usize::try_from(decimals).ok()?;
    Some(format!("{}.{:0width$}", count / unit, count % unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(amount: u64, currency: &str) -> Result<String> {
        Ok(Money::new(Amount::new(amount).unwrap(), currency)?.value)
    }

    fn amount(value: &str, currency: &str) -> Option<u64> {
        let money = Money { currency_code: currency.to_owned(), value: value.to_owned() };
        money.amount().map(Amount::minor_units)
    }

    #[test]
    fn a_currency_with_cents_has_two_decimals() {
        assert_eq!(value(1999, "eur").unwrap(), "19.99");
        assert_eq!(value(5, "usd").unwrap(), "0.05");
        assert_eq!(value(100_000, "EUR").unwrap(), "1000.00");
        assert_eq!(value(Amount::MAX.minor_units(), "eur").unwrap(), "90071992547409.91");
    }

    #[test]
    fn yen_are_whole_on_both_sides() {
        assert_eq!(value(1500, "jpy").unwrap(), "1500");
        assert_eq!(amount("1500", "JPY"), Some(1500));
        assert_eq!(amount("1500.00", "JPY"), Some(1500));
    }

    #[test]
    fn forints_and_taiwan_dollars_are_hundredths_in_medusa_and_whole_at_paypal() {
        for currency in ["huf", "twd"] {
            assert_eq!(value(150_000, currency).unwrap(), "1500");
            assert_eq!(amount("1500", &currency.to_uppercase()), Some(150_000));
            let error = value(150_050, currency).unwrap_err();
            assert_eq!(error.code(), "invalid_amount");
            assert!(error.detail().contains("0 decimals"), "{error}");
        }
        // As the JavaScript plugin wrote it.
        assert_eq!(amount("1500.00", "HUF"), Some(150_000));
    }

    #[test]
    fn a_currency_that_medusa_1_and_2_count_differently_is_refused() {
        for currency in ["tnd", "KWD", "isk"] {
            assert_eq!(value(1050, currency).unwrap_err().code(), "currency_not_supported");
        }
    }

    #[test]
    fn text_that_is_not_an_amount_is_not_read() {
        for text in ["", ".", "-1.00", "1,00", "1.0.0", "1e3", "0x1", "1.001", " 1", "９"] {
            assert_eq!(amount(text, "EUR"), None, "{text}");
        }
        assert_eq!(amount("99999999999999999999", "EUR"), None);
        assert_eq!(amount(".5", "EUR"), Some(50));
        assert_eq!(amount("7", "EUR"), Some(700));
    }

    #[test]
    fn every_amount_comes_back_as_it_went() {
        for currency in ["eur", "jpy", "krw"] {
            for minor_units in [0, 1, 9, 10, 99, 100, 101, 123_456_789] {
                let money = Money::new(Amount::new(minor_units).unwrap(), currency).unwrap();
                assert_eq!(money.amount().map(Amount::minor_units), Some(minor_units), "{money:?}");
            }
        }
    }

    #[test]
    fn the_same_money_may_be_spelled_in_two_ways() {
        let of = |value: &str, currency: &str| Money {
            currency_code: currency.to_owned(),
            value: value.to_owned(),
        };
        assert!(of("10.5", "EUR").equals(&of("10.50", "eur")));
        assert!(!of("10.50", "EUR").equals(&of("10.50", "USD")));
        assert!(!of("x", "EUR").equals(&of("x", "EUR")));
    }
}
