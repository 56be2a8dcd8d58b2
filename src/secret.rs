//! Text that must not show.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Unexpected, Visitor};

/// Text that never shows: neither in `Debug` output nor in an error. For the keys among a
/// provider's options.
///
/// ```
/// use medusa_payment_rs::prelude::*;
///
/// #[derive(Debug, serde::Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Options { api_key: Secret }
///
/// let options: Options = serde_json::from_str(r#"{"api_key":"sk_1"}"#)?;
/// assert_eq!(options.api_key.expose(), "sk_1");
/// assert_eq!(format!("{options:?}"), "Options { api_key: Secret(…) }");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the header that it is sent in. Mark that as sensitive where the HTTP
    /// library can.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Text)
    }
}

/// Takes a string. Of anything else the error says what it is: serde's own would show it.
struct Text;

impl Text {
    fn refuse<E: de::Error>(self, kind: &str) -> Result<Secret, E> {
        Err(E::invalid_type(Unexpected::Other(kind), &self))
    }
}

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Secret, E> {
        Ok(Secret(text))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        self.refuse("boolean")
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        self.refuse("integer")
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        self.refuse("integer")
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        self.refuse("floating point number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_refused_by_its_kind() {
        for (json, kind) in [
            ("4242424242", "integer"),
            ("-4242424242", "integer"),
            ("42.42", "floating point number"),
            ("true", "boolean"),
            ("null", "null"),
            (r#"["42"]"#, "sequence"),
            (r#"{"42":42}"#, "map"),
        ] {
            let error = serde_json::from_str::<Secret>(json).unwrap_err().to_string();
            let (reason, _) = error.split_once(" at line").unwrap();
            assert_eq!(reason, format!("invalid type: {kind}, expected a string"));
        }
    }

    #[test]
    fn it_is_the_text_as_it_came_and_does_not_show() {
        let secret: Secret = serde_json::from_str(r#""sk_\u0031""#).unwrap();
        assert_eq!(secret.expose(), "sk_1");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
/// TEMP until merged
pub fn redact(text: &str, _secrets: &[Secret]) -> String {
    let is_key = |word: &str| {
        let word = word.trim_start_matches(|char: char| !char.is_ascii_alphanumeric());
        ["sk_", "rk_", "whsec_"].iter().any(|prefix| word.starts_with(prefix))
    };
    let words = text.split(' ').map(|word| if is_key(word) { "(a key)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}
