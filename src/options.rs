//! Options as an environment variable gives them: a store writes `capture: process.env.STRIPE_CAPTURE`, and every
//! variable is text.
//!
//! A provider's configuration names these types instead of `bool` and `u64`. What is not set, `null` or
//! an empty text has its usual value, and text is read as what it spells. Anything else stops the store's boot; the
//! error says what was expected, and never repeats what was given.
//!
//! ```
//! use medusa_payment_rs::options::{Flag, TimeoutMs, Whole};
//! use medusa_payment_rs::prelude::*;
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Options {
//!     api_key: Secret,
//!     #[serde(default)]
//!     sandbox: Flag,
//!     #[serde(default)]
//!     timeout_ms: TimeoutMs,
//!     /// From 1 to 60; 30 if it is not set.
//!     #[serde(default)]
//!     days: Whole<1, 60, 30>,
//! }
//!
//! let options: Options = serde_json::from_str(r#"{"api_key":"sk_1","sandbox":"true","timeout_ms":"8000","days":""}"#)?;
//! assert!(options.sandbox.is_set());
//! assert_eq!(options.timeout_ms.millis(), std::time::Duration::from_secs(8));
//! assert_eq!(options.days.get(), 30);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer, Unexpected, Visitor};

/// The option `timeout_ms`: milliseconds for one attempt at a call, 1 to 600,000; 5,000 if it is not set.
pub type TimeoutMs = Whole<1, 600_000, 5_000>;

/// The option `deadline_ms`: milliseconds for a whole call, waiting and repeated attempts included, 1 to 600,000; 12,000
/// if it is not set.
pub type DeadlineMs = Whole<1, 600_000, 12_000>;

/// The option `max_retries`: how often a lost attempt is repeated, 0 to 10; 2 if it is not set.
pub type MaxRetries = Whole<0, 10, 2>;

/// Returns a text unless it is empty, as a variable that is not set is.
#[must_use]
pub fn not_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// A yes or no: a boolean, or one of the texts `true` and `false`, `1` and `0`, `yes` and `no`, `on` and `off` in any
/// case. No if it is not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(bool);

impl Flag {
    /// Returns whether it is a yes.
    #[must_use]
    pub fn is_set(self) -> bool {
        self.0
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Given(PhantomData))
    }
}

impl FromEnvironment for Flag {
    fn expected(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn spelled(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(Self(true)),
            "false" | "0" | "no" | "off" => Some(Self(false)),
            _ => None,
        }
    }
}

/// A whole number from `LEAST` to `MOST`, as a number or as text; `UNSET` if it is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<const LEAST: u32, const MOST: u32, const UNSET: u32>(u32);

impl<const LEAST: u32, const MOST: u32, const UNSET: u32> Whole<LEAST, MOST, UNSET> {
    /// Returns the number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// Returns the time of that many milliseconds.
    #[must_use]
    pub fn millis(self) -> Duration {
        Duration::from_millis(self.0.into())
    }
}

impl<const LEAST: u32, const MOST: u32, const UNSET: u32> Default for Whole<LEAST, MOST, UNSET> {
    fn default() -> Self {
        Self(UNSET)
    }
}

impl<'de, const LEAST: u32, const MOST: u32, const UNSET: u32> Deserialize<'de>
    for Whole<LEAST, MOST, UNSET>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Given(PhantomData))
    }
}

impl<const LEAST: u32, const MOST: u32, const UNSET: u32> FromEnvironment
    for Whole<LEAST, MOST, UNSET>
{
    fn expected(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {LEAST} to {MOST}")
    }

    fn spelled(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number| (LEAST..=MOST).contains(number)).map(Self)
    }
}

/// What an option may be read from.
trait FromEnvironment: Default {
    fn expected(f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Returns what `text`, which is neither empty nor has spaces around it, spells.
    fn spelled(text: &str) -> Option<Self>;
}

/// Takes what `medusa-config.js` has for an option.
struct Given<T>(PhantomData<T>);

impl<T: FromEnvironment> Given<T> {
    /// serde's own description of a value would show it.
    fn refuse<E: de::Error>(&self, kind: &str) -> E {
        E::invalid_type(Unexpected::Other(kind), self)
    }

    /// JSON has its booleans and numbers as text: they mean what that text means.
    fn read<E: de::Error>(&self, value: &impl ToString, kind: &str) -> Result<T, E> {
        match value.to_string().trim() {
            "" => Ok(T::default()),
            text => T::spelled(text).ok_or_else(|| self.refuse(kind)),
        }
    }
}

impl<'de, T: FromEnvironment> Visitor<'de> for Given<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::expected(f)
    }

    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
        self.read(&value, "boolean")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        self.read(&value, "integer")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        self.read(&value, "integer")
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<T, E> {
        Err(self.refuse("floating point number"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
        self.read(&value, "string")
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::wrong_shape::without_values;

    /// Reads an option, `None` if the configuration does not have it.
    fn given<T: DeserializeOwned + Default>(value: Option<&str>) -> Result<T, String> {
        #[derive(Deserialize)]
        struct Options<T: Default> {
            #[serde(default)]
            option: T,
        }
        let json = value.map_or("{}".to_owned(), |value| format!("{{\"option\":{value}}}"));
        serde_json::from_str::<Options<T>>(&json)
            .map(|options| options.option)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_flag_is_what_its_text_says() {
        for yes in ["true", "1", r#""true""#, r#""TRUE ""#, r#""1""#, r#""yes""#, r#""on""#] {
            assert!(given::<Flag>(Some(yes)).unwrap().is_set(), "{yes}");
        }
        for no in ["false", "0", r#""false""#, r#""False""#, r#""0""#, r#""no""#, r#""off\n""#] {
            assert!(!given::<Flag>(Some(no)).unwrap().is_set(), "{no}");
        }
    }

    #[test]
    fn a_number_may_be_text() {
        for number in ["7", r#""7""#, r#"" 7\r\n""#, r#""07""#] {
            assert_eq!(given::<Whole<1, 9, 3>>(Some(number)).unwrap().get(), 7, "{number}");
        }
        assert_eq!(given::<TimeoutMs>(Some(r#""250""#)).unwrap().millis().as_millis(), 250);
    }

    #[test]
    fn what_is_empty_or_not_there_has_its_usual_value() {
        for nothing in [None, Some("null"), Some(r#""""#), Some(r#""  ""#)] {
            assert!(!given::<Flag>(nothing).unwrap().is_set(), "{nothing:?}");
            assert_eq!(given::<Whole<1, 9, 3>>(nothing).unwrap().get(), 3, "{nothing:?}");
        }
    }

    #[test]
    fn an_empty_text_is_none() {
        assert_eq!(not_empty(Some(" ".to_owned())), None);
        assert_eq!(not_empty(Some(" Mugs".to_owned())).as_deref(), Some(" Mugs"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_not_repeated() {
        let is_told = |given: Result<(), String>, expected: &str, kind: &str| {
            let error = given.unwrap_err();
            assert!(!error.contains("4242"), "{error}");
            assert_eq!(without_values(&error), format!("expected {expected}, got {kind}"));
        };
        for (value, kind) in [
            (r#""4242 times""#, "a string"),
            ("4242", "an integer"),
            ("-1", "an integer"),
            ("4242.5", "a number with decimals"),
            ("[4242]", "an array"),
            (r#"{"4242":4242}"#, "an object"),
        ] {
            is_told(given::<Flag>(Some(value)).map(drop), "true or false", kind);
            let range = "a whole number from 1 to 9";
            is_told(given::<Whole<1, 9, 3>>(Some(value)).map(drop), range, kind);
        }
        for value in [r#""0""#, r#""10""#, r#""-7""#, r#""7.0""#, r#""7e0""#, r#""true""#] {
            let range = "a whole number from 1 to 9";
            is_told(given::<Whole<1, 9, 3>>(Some(value)).map(drop), range, "a string");
        }
    }
}
