//! Which processors this addon has: identifier → factory.

use std::panic::catch_unwind;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::canonical::canonical;
use crate::json::JsonObject;
use crate::layers::{Layers, Stack, message_of};
use crate::memory::Recent;
use crate::processor::PaymentProcessor;
use crate::secret::redact;

/// A [`PaymentProcessor`] that stores can name in `medusa-config.js`.
pub trait Provider: PaymentProcessor + Sized {
    /// The name under which stores know it, Medusa's `static identifier`: lower case, no spaces.
    const IDENTIFIER: &'static str;

    /// The plugin's options in `medusa-config.js`. An option that this type does not read is an error
    /// at boot; with `#[serde(deny_unknown_fields)]` that error lists the known ones.
    type Config: DeserializeOwned;

    /// A processor for these options. It is made once per process for each different
    /// configuration, so HTTP clients and other shared state are made here.
    ///
    /// # Errors
    /// Says in a sentence which option is wrong and what it has to be; it stops the store's boot.
    /// Never repeat a secret in it.
    fn from_config(config: Self::Config) -> Result<Self, String>;

    /// The limits of this processor's calls, and what else stands around it.
    fn layers(&self) -> Layers {
        Layers::default()
    }
}

/// The options of a provider that has none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

/// Registers [`Provider`]s in the addon that is being built, under their identifiers: once per addon,
/// with all of its providers, as in `medusa_payment_rs::export!(AcmePay, AcmeInvoice);`.
#[macro_export]
macro_rules! export {
    ($($provider:ty),+ $(,)?) => {
        $(
            $crate::__private::inventory::submit! {
                $crate::registry::Registration::of::<$provider>()
            }
        )+
    };
}

/// One entry of the registry, made by [`export!`](crate::export).
pub struct Registration {
    identifier: &'static str,
    build: fn(&str) -> Result<Stack, String>,
}

inventory::collect!(Registration);

impl Registration {
    /// The entry of `P`.
    #[must_use]
    pub const fn of<P: Provider>() -> Self {
        Self { identifier: P::IDENTIFIER, build: build::<P> }
    }

    /// A panic on the way is an error like any other.
    fn processor(&self, options: &str) -> Result<Arc<Stack>, RegistryError> {
        catch_unwind(|| (self.build)(options))
            .unwrap_or_else(|panic| Err(format!("the processor panicked: {}", message_of(&*panic))))
            .map(Arc::new)
            .map_err(|reason| RegistryError::Config {
                identifier: self.identifier.to_owned(),
                reason: redact(&reason, []),
            })
    }
}

/// Why there is no processor for an identifier and its options.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// No processor is registered under that identifier.
    #[error("no processor is registered as \"{identifier}\"; registered: {}", listed(.known))]
    Unknown {
        /// The identifier that was asked for.
        identifier: String,
        /// The identifiers that there are.
        known: Vec<&'static str>,
    },
    /// The options do not fit the processor.
    #[error("the options of \"{identifier}\" are not valid: {reason}")]
    Config {
        /// The processor's identifier.
        identifier: String,
        /// Which option, what was expected and what came.
        reason: String,
    },
}

fn listed(identifiers: &[&str]) -> String {
    if identifiers.is_empty() {
        return "none".to_owned();
    }
    identifiers.join(", ")
}

/// The registered identifiers, sorted.
#[must_use]
pub fn identifiers() -> Vec<&'static str> {
    let mut identifiers: Vec<_> = inventory::iter::<Registration>
        .into_iter()
        .map(|registration| registration.identifier)
        .collect();
    identifiers.sort_unstable();
    identifiers.dedup();
    identifiers
}

/// Builds the processor registered as `identifier` with `options`, a JSON object.
///
/// # Errors
/// If no processor is registered under that identifier, or the options do not fit.
pub fn build_processor(identifier: &str, options: &str) -> Result<Arc<Stack>, RegistryError> {
    let registration = inventory::iter::<Registration>
        .into_iter()
        .find(|registration| registration.identifier == identifier)
        .ok_or_else(|| RegistryError::Unknown {
            identifier: identifier.to_owned(),
            known: identifiers(),
        })?;
    registration.processor(options)
}

/// How many processors are kept at most, unless instances use more of them.
const MOST: usize = 64;

/// Identifier and digest of the options: they hold secrets.
type Key = (String, [u8; 32]);

static SHARED: LazyLock<Recent<Key, Arc<Stack>>> = LazyLock::new(|| {
    Recent::new(MOST, Duration::MAX).keeping(|stack| Arc::strong_count(stack) > 1)
});

/// The processor registered as `identifier` with `options`, a JSON object: the same one for the
/// same options, so that instances are cheap and share locks, clients and connections.
///
/// # Errors
/// If no processor is registered under that identifier, or the options do not fit.
pub fn shared_processor(identifier: &str, options: &str) -> Result<Arc<Stack>, RegistryError> {
    let key = (identifier.to_owned(), digest(options));
    SHARED.get_or_make(key, || build_processor(identifier, options))
}

/// Returns a digest of the options that is the same however they are spelled.
fn digest(options: &str) -> [u8; 32] {
    match JsonObject::parse(options) {
        Ok(options) => Sha256::digest(canonical(&options).as_bytes()).into(),
        Err(_) => Sha256::digest(options).into(),
    }
}

fn build<P: Provider>(options: &str) -> Result<Stack, String> {
    let config = config_of(options)?;
    let processor = P::from_config(config)?;
    let layers = processor.layers();
    Ok(Stack::new(P::IDENTIFIER, Arc::new(processor), layers))
}

/// An option that is not read is a mistake, even if the type of the options would let it pass.
fn config_of<T: DeserializeOwned>(options: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(options);
    let mut track = serde_path_to_error::Track::new();
    let mut unread = Vec::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let unknown = |path: serde_ignored::Path<'_>| {
        // It marks what is optional.
        unread.push(format!("`{}`", path.to_string().replace(".?", "")));
    };
    let config =
        serde_ignored::deserialize(tracked, unknown).map_err(|error: serde_json::Error| {
            in_words_of_options(&track.path().to_string(), without_values(&error.to_string()))
        })?;
    match unread.as_slice() {
        [] => Ok(config),
        [option] => Err(format!("unknown option {option}")),
        several => Err(format!("unknown options {}", several.join(", "))),
    }
}

/// What serde says about fields, said about the option at `path`.
fn in_words_of_options(path: &str, reason: String) -> String {
    if let Some(rest) = reason.strip_prefix("unknown field ") {
        return format!(
            "unknown option {}",
            rest.replace("there are no fields", "it has no options")
        );
    }
    if let Some(option) = reason.strip_prefix("missing field ") {
        return format!("option {option} is missing");
    }
    if path == "." { reason } else { format!("option `{path}`: {reason}") }
}

/// How serde begins what it says about a value, which it goes on to repeat.
const ABOUT_A_VALUE: [&str; 5] = [
    "invalid type: ",
    "invalid value: ",
    "invalid length ",
    "unknown variant ",
    // The crate uuid's.
    "invalid character",
];

/// Returns a serde message without the value that came and without its position: a secret that was put into
/// the wrong option must not be printed.
pub(crate) fn without_values(message: &str) -> String {
    let message = without_position(message);
    let begin = ABOUT_A_VALUE.iter().filter_map(|begin| message.find(begin)).min();
    let text = match begin.map(|begin| message.split_at(begin)) {
        Some((before, about_a_value)) => format!("{before}{}", expectation(about_a_value)),
        None => message.to_owned(),
    };
    redact(&text, [])
}

/// Returns the message without ` at line 1 column 2`, which is there once for each text inside a text.
fn without_position(message: &str) -> &str {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match message.rsplit_once(" at line ") {
        Some((text, position))
            if position
                .split_once(" column ")
                .is_some_and(|(line, column)| is_number(line) && is_number(column)) =>
        {
            without_position(text)
        }
        _ => message,
    }
}

/// Returns what was expected, and which kind of thing came instead.
///
/// serde says "invalid type: string \"x\", expected u64", "unknown variant `x`, expected `a` or `b`",
/// "invalid length 3, expected …". The value may hold anything, what is expected does not.
fn expectation(message: &str) -> String {
    let Some((came, expected)) = message.rsplit_once(", expected ") else {
        return if message.starts_with("unknown variant ") {
            "there is no valid value".to_owned()
        } else if let Some(expected) = message.strip_prefix("invalid value: expected ") {
            format!("expected {expected}")
        } else {
            message.split([':', ' ']).take(2).collect::<Vec<_>>().join(" ")
        };
    };
    let came = if came.starts_with("invalid length ") {
        "another length"
    } else {
        came.split_once(": ").map_or(OTHER, |(_, value)| kind_described_as(value))
    };
    format!("expected {}, got {came}", in_plain_words(expected))
}

const OTHER: &str = "something else";

/// Returns what kind of value serde's description of it, such as "floating point `1.5`", is about.
fn kind_described_as(value: &str) -> &'static str {
    match value.split([' ', '`']).next().unwrap_or_default() {
        "null" => "null",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "floating" => "a number with decimals",
        "character" => "a character",
        "string" => "a string",
        "sequence" => "an array",
        "map" => "an object",
        _ => OTHER,
    }
}

/// What serde calls by a Rust type.
fn in_plain_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        name if name.starts_with("struct ") => "an object",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_identifier_lists_the_known_ones() {
        let error = build_processor("manuel", "{}").err().unwrap();
        assert!(
            error.to_string().starts_with("no processor is registered as \"manuel\"; registered: ")
        );
        assert!(listed(&["a", "b"]).contains("a, b"));
    }

    #[test]
    fn a_panic_while_a_processor_is_made_is_an_error_that_names_it() {
        let fragile = Registration { identifier: "fragile", build: |_| panic!("out of cheese") };
        let error = fragile.processor("{}").err().unwrap().to_string();
        assert!(error.contains("\"fragile\"") && error.contains("out of cheese"), "{error}");
    }

    #[test]
    fn the_order_of_options_makes_no_other_processor() {
        assert_eq!(digest(r#"{"a":1,"b":2}"#), digest(r#"{"b":2,"a":1}"#));
        assert_eq!(digest(r#"{"a":{"b":1,"c":2}}"#), digest(r#"{"a":{"c":2,"b":1}}"#));
        assert_ne!(digest(r#"{"a":1,"b":2}"#), digest(r#"{"a":2,"b":1}"#));
    }

    #[test]
    fn an_option_that_nobody_reads_is_refused_whatever_the_type_would_let_pass() {
        #[derive(Deserialize)]
        struct Careless {
            key: String,
            nested: Option<Nested>,
            free: Option<crate::JsonObject>,
        }
        #[derive(Deserialize)]
        struct Nested {
            limit: u8,
        }
        let refused = |options| config_of::<Careless>(options).err();
        assert_eq!(refused(r#"{"key":"k","free":{"any":{"thing":1}}}"#), None);
        assert_eq!(refused(r#"{"key":"k","kez":"k"}"#).unwrap(), "unknown option `kez`");
        let both = r#"{"nested":{"limit":1,"limits":2},"key":"k","b":[1]}"#;
        assert_eq!(refused(both).unwrap(), "unknown options `nested.limits`, `b`");
        assert_eq!(
            refused(r#"{"key":"k","nested":{"limit":300}}"#).unwrap(),
            "option `nested.limit`: expected a whole number from 0, got an integer"
        );
        let config: Careless =
            config_of(r#"{"key":"k","nested":{"limit":1},"free":{"a":1.0}}"#).unwrap();
        assert_eq!(config.key, "k");
        assert_eq!(config.nested.map(|nested| nested.limit), Some(1));
        assert_eq!(config.free.unwrap().as_str(), r#"{"a":1.0}"#);
    }

    #[test]
    fn what_is_wrong_is_said_about_options() {
        for (path, reason, said) in [
            (".", "missing field `api_key`", "option `api_key` is missing"),
            (".", "unknown field `a`, expected `b`", "unknown option `a`, expected `b`"),
            ("a", "expected a string, got null", "option `a`: expected a string, got null"),
        ] {
            assert_eq!(in_words_of_options(path, reason.to_owned()), said);
        }
    }

    /// Each way in which serde reads an enum, and some others.
    #[allow(dead_code)]
    mod shapes {
        use super::*;

        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum Mode {
            Fast,
            Slow(u8),
            Careful { times: u8 },
        }

        #[derive(Debug, Deserialize)]
        #[serde(tag = "kind", content = "of")]
        pub(super) enum Adjacent {
            One(u8),
        }

        #[derive(Debug, Deserialize)]
        #[serde(tag = "kind")]
        pub(super) enum Internal {
            One { of: u8 },
        }

        #[derive(Debug, Deserialize)]
        #[serde(untagged)]
        pub(super) enum Untagged {
            One(u8),
            Two { of: Mode },
        }

        #[derive(Debug, Deserialize)]
        pub(super) struct Flat {
            #[serde(flatten)]
            mode: Mode,
        }

        #[derive(Debug, Deserialize)]
        pub(super) enum Empty {}

        #[derive(Debug, Deserialize)]
        pub(super) struct Nothing;
    }

    /// What a wrong option of type `T` is answered with.
    fn told<T: DeserializeOwned>(value: &serde_json::Value) -> String {
        #[derive(Deserialize)]
        struct Options<T> {
            #[allow(dead_code)]
            option: T,
        }
        let options = serde_json::json!({ "option": value }).to_string();
        let error = config_of::<Options<T>>(&options).err().unwrap();
        let from_value = serde_json::from_value::<T>(value.clone()).err().unwrap();
        format!("{error}; {}", without_values(&from_value.to_string()))
    }

    #[test]
    fn no_message_of_serdes_repeats_a_value() {
        use std::collections::BTreeMap;
        use std::net::IpAddr;
        use std::num::NonZeroU8;
        use std::time::Duration;

        use serde_json::json;
        use shapes::*;

        for secret in [
            "hush",
            "hush, expected `fast` or `slow`",
            "hush`, expected u8",
            "hush\", expected u8 at line 1 column 2",
            "hush at line 3",
            "unknown variant `hush` invalid type: invalid length 4",
        ] {
            let text = json!(secret);
            for message in [
                told::<u8>(&text),
                told::<i128>(&text),
                told::<f64>(&text),
                told::<bool>(&text),
                told::<char>(&text),
                told::<()>(&text),
                told::<Nothing>(&text),
                told::<NonZeroU8>(&text),
                told::<Option<u8>>(&text),
                told::<[u8; 2]>(&text),
                told::<(u8, u8)>(&text),
                told::<Vec<u8>>(&json!([secret])),
                told::<Duration>(&text),
                told::<IpAddr>(&text),
                told::<BTreeMap<u8, u8>>(&json!({ secret: 1 })),
                told::<BTreeMap<bool, u8>>(&json!({ secret: 1 })),
                told::<Result<u8, u8>>(&json!({ secret: 1 })),
                told::<Mode>(&text),
                told::<Option<Mode>>(&text),
                told::<Vec<Mode>>(&json!([secret])),
                told::<Mode>(&json!({ secret: 1 })),
                told::<Mode>(&json!({ "slow": secret })),
                told::<Mode>(&json!({ "careful": { "times": secret } })),
                told::<Mode>(&json!({ "fast": secret })),
                told::<Adjacent>(&json!({ "kind": secret, "of": 1 })),
                told::<Adjacent>(&json!({ "kind": "One", "of": secret })),
                told::<Internal>(&json!({ "kind": secret })),
                told::<Internal>(&json!({ "kind": "One", "of": secret })),
                told::<Untagged>(&text),
                told::<Untagged>(&json!({ "of": secret })),
                told::<Flat>(&json!({ "slow": secret })),
                told::<Empty>(&text),
                told::<crate::Amount>(&text),
                told::<crate::JsonObject>(&text),
                told::<crate::Secret>(&json!([secret])),
            ] {
                assert!(!message.contains("hush"), "{message}");
            }
        }
    }

    #[test]
    fn what_was_expected_is_still_said() {
        for (message, said) in [
            (
                "unknown variant `sk_live_1`, expected `fast` or `slow` at line 1 column 9",
                "expected `fast` or `slow`, got something else",
            ),
            (
                "unknown variant `a`, expected one of `b`, `c`, `d`",
                "expected one of `b`, `c`, `d`, got something else",
            ),
            ("unknown variant `a`, there are no variants", "there is no valid value"),
            (
                "invalid length 3, expected an array of length 2",
                "expected an array of length 2, got another length",
            ),
            ("invalid value: character `k`, expected a unit", "expected a unit, got a character"),
            (
                "invalid value: expected key to be a number in quotes at line 1 column 2",
                "expected key to be a number in quotes",
            ),
            (
                "invalid type: the text hush, expected u8",
                "expected a whole number from 0, got something else",
            ),
            (
                "options.mode: unknown variant `hush`, expected `fast`",
                "options.mode: expected `fast`, got something else",
            ),
            (
                "UUID parsing failed: invalid character: found `k` at 2",
                "UUID parsing failed: invalid character",
            ),
            ("no shape that is known: sk_live_1", "no shape that is known: …"),
            ("expected value at line 1 column 2 at line 3 column 4", "expected value"),
        ] {
            assert_eq!(without_values(message), said);
        }
    }

    #[test]
    fn what_a_provider_says_of_its_options_is_printed_without_keys() {
        let build = |_: &str| Err("the key sk_live_1 is no good".to_owned());
        let careless = Registration { identifier: "careless", build };
        let error = careless.processor("{}").err().unwrap().to_string();
        assert!(!error.contains("sk_live"), "{error}");
    }

    #[test]
    fn a_value_in_the_wrong_option_is_not_repeated() {
        assert_eq!(
            without_values(
                "invalid type: string \"sk_live_1, expected x\", expected u64 at line 1 column 2"
            ),
            "expected a whole number from 0, got a string"
        );
        assert_eq!(
            without_values("invalid type: null, expected a string"),
            "expected a string, got null"
        );
        assert_eq!(
            without_values("invalid type: floating point `1.5`, expected u64"),
            "expected a whole number from 0, got a number with decimals"
        );
        assert_eq!(
            without_values("unknown field `apikey`, expected `api_key` at line 1 column 9"),
            "unknown field `apikey`, expected `api_key`"
        );
    }
}
