//! Secrets, and text without them.

use std::cmp::Reverse;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Unexpected, Visitor};

/// Text that never shows, neither in `Debug` output nor in an error: for the keys among a provider's
/// options.
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
    /// Returns the text itself, for the header that it is sent in. Mark that header as sensitive if the
    /// HTTP library can.
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

/// What takes the place of a secret.
const HIDDEN: &str = "…";

/// Returns `text` without what looks like a key, wherever in it that stands, and without the text of any of
/// `secrets`: for what a provider, a library or a panic says, before it becomes an error or a line of a log.
///
/// A key is what begins with `sk_`, `rk_` or `whsec_`, also if its middle is masked (`sk_test_****1234`).
/// Publishable keys (`pk_`) are left: the storefront shows them anyway. Of other secrets only those are known
/// that are handed over, so hand over all that the provider was configured with.
///
/// ```
/// use medusa_payment_rs::{Secret, redact};
///
/// let password: Secret = serde_json::from_str(r#""open sesame""#)?;
/// let message = "\"open sesame\" is not valid for key=sk_live_1, nor for (rk_test_***2)";
/// let safe = r#""…" is not valid for key=…, nor for (…)"#;
/// assert_eq!(redact(message, [&password]), safe);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn redact<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> String {
    let known = secrets.into_iter().map(Secret::expose);
    let mut known: Vec<_> = known.filter(|secret| !secret.is_empty()).collect();
    // Of a secret that begins with another one the end would be left.
    known.sort_by_key(|secret| Reverse(secret.len()));
    let text = known.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret, HIDDEN));
    without_keys(&text)
}

fn without_keys(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = around_key(rest) {
        safe.extend([before, HIDDEN]);
        rest = after;
    }
    safe.push_str(rest);
    safe
}

/// Returns what stands before the first key and after it.
fn around_key(text: &str) -> Option<(&str, &str)> {
    text.char_indices().find_map(|(place, _)| {
        let (before, from_here) = text.split_at(place);
        after_key(before, from_here).map(|after| (before, after))
    })
}

/// Returns what stands behind the key that `text` begins with.
fn after_key<'t>(before: &str, text: &'t str) -> Option<&'t str> {
    let body = match text.strip_prefix("sk_").or_else(|| text.strip_prefix("rk_")) {
        Some(rest) => match rest.strip_prefix("live_").or_else(|| rest.strip_prefix("test_")) {
            Some(body) => body,
            // As in `risk_level`.
            None if before.ends_with(|char: char| char.is_ascii_alphanumeric()) => return None,
            None => rest,
        },
        None => text.strip_prefix("whsec_")?,
    };
    let end = body.find(|char| !is_of_a_key(char)).unwrap_or(body.len());
    // The end of a sentence is not a part of it.
    let key = body.split_at(end).0.trim_end_matches('.');
    let is_more_than_the_prefix =
        key.contains(|char: char| char.is_ascii_alphanumeric() || char == '*');
    is_more_than_the_prefix.then(|| body.split_at(key.len()).1)
}

/// Whether a key, whole or masked, may have this character.
fn is_of_a_key(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_-+/=*•….".contains(char)
}

/// Takes a string. The error for anything else names its type; serde's own would show its value.
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
    fn a_value_that_is_not_a_string_is_refused_by_its_type() {
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

    fn secret(text: &str) -> Secret {
        Secret(text.to_owned())
    }

    #[test]
    fn what_looks_like_a_key_is_removed_wherever_it_stands() {
        for (text, safe) in [
            ("sk_live_51Abc", "…"),
            ("Invalid API Key provided: sk_test_*********1234", "Invalid API Key provided: …"),
            ("The key 'rk_test_*****qs8Kgd' has no access", "The key '…' has no access"),
            ("key=sk_live_1&b=2", "key=…&b=2"),
            ("Send key=sk_1.", "Send key=…."),
            (r#"{"key":"sk_live_1","b":2}"#, r#"{"key":"…","b":2}"#),
            ("(sk_live_1)", "(…)"),
            ("sk_live_1, rk_live_2; whsec_abc/def+g=", "…, …; …"),
            ("`sk_live_1`", "`…`"),
            ("Bearer:sk_live_1\nwhsec_2", "Bearer:…\n…"),
            // Escaped text glues other characters to a key.
            (r"\nsk_live_1\n", r"\n…\n"),
            ("key%3Dsk_live_1%26b", "key%3D…%26b"),
            ("sk_live_…1234", "…"),
            ("ein Schlüssel: sk_1ü", "ein Schlüssel: …ü"),
            ("sk_1sk_2", "…"),
        ] {
            assert_eq!(redact(text, []), safe);
        }
    }

    #[test]
    fn what_is_not_a_key_is_left() {
        for text in [
            "",
            "a task_1 at risk_level 2",
            "expected Stripe's secret key (sk_… or rk_…)",
            "a key begins with sk_live_ or sk_test_, or with `whsec_`",
            "the publishable key pk_live_1 belongs in the storefront",
        ] {
            assert_eq!(redact(text, []), text);
        }
    }

    #[test]
    fn a_secret_that_is_known_is_removed_whatever_it_looks_like() {
        let secrets = [secret("AbC"), secret("AbCdEf"), secret("")];
        let safe = redact("client AbCdEf, id=AbC, abc", &secrets);
        assert_eq!(safe, "client …, id=…, abc");
    }

    #[test]
    fn a_secret_is_the_text_as_it_came_and_does_not_show() {
        let secret: Secret = serde_json::from_str(r#""sk_\u0031""#).unwrap();
        assert_eq!(secret.expose(), "sk_1");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
