//! The processors of this addon: identifier → factory.

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
use crate::wrong_shape::without_values;

/// A [`PaymentProcessor`] that stores can name in `medusa-config.js`.
pub trait Provider: PaymentProcessor + Sized {
    /// The name under which stores know it, Medusa's `static identifier`: lower case, no spaces.
    const IDENTIFIER: &'static str;

    /// The plugin's options in `medusa-config.js`. An option that this type does not read is an error at
    /// boot; with `#[serde(deny_unknown_fields)]` that error lists the known ones.
    type Config: DeserializeOwned;

    /// Makes a processor for these options. That happens once per process for each different
    /// configuration, so HTTP clients and other shared state are made here.
    ///
    /// # Errors
    /// A sentence that says which option is wrong and what it has to be. It stops the store's boot. Never
    /// repeat a secret in it.
    fn from_config(config: Self::Config) -> Result<Self, String>;

    /// Returns the limits of this processor's calls, and the layers of its own.
    fn layers(&self) -> Layers {
        Layers::default()
    }
}

/// The options of a provider without options.
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
    /// Returns the entry of `P`.
    #[must_use]
    pub const fn of<P: Provider>() -> Self {
        Self { identifier: P::IDENTIFIER, build: build::<P> }
    }

    /// Makes the processor. A panic on the way is an error like any other.
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

/// Why a processor could not be made for an identifier and its options.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The identifier is not registered.
    #[error("no processor is registered as \"{identifier}\"; registered: {}", listed(.known))]
    Unknown {
        /// The identifier that was asked for.
        identifier: String,
        /// The registered identifiers.
        known: Vec<&'static str>,
    },
    /// The options do not fit the processor.
    #[error("the options of \"{identifier}\" are not valid: {reason}")]
    Config {
        /// The processor's identifier.
        identifier: String,
        /// Which option is wrong, what was expected and what came.
        reason: String,
    },
}

fn listed(identifiers: &[&str]) -> String {
    if identifiers.is_empty() {
        return "none".to_owned();
    }
    identifiers.join(", ")
}

/// Returns the registered identifiers, sorted.
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

/// Whether a processor is registered as `identifier`.
#[must_use]
pub fn is_registered(identifier: &str) -> bool {
    registration(identifier).is_some()
}

fn registration(identifier: &str) -> Option<&'static Registration> {
    inventory::iter::<Registration>
        .into_iter()
        .find(|registration| registration.identifier == identifier)
}

/// Makes the processor that is registered as `identifier`, with `options`, a JSON object.
///
/// # Errors
/// If the identifier is not registered, or the options do not fit.
pub fn build_processor(identifier: &str, options: &str) -> Result<Arc<Stack>, RegistryError> {
    let registration = registration(identifier).ok_or_else(|| RegistryError::Unknown {
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

/// Returns the processor that is registered as `identifier`, with `options`, a JSON object: the same one for
/// the same options, so that instances are cheap and share locks, clients and connections.
///
/// # Errors
/// If the identifier is not registered, or the options do not fit.
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

/// Reads the options. One that is not read is a mistake, even if the type of the options would let it pass.
fn config_of<T: DeserializeOwned>(options: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(options);
    let mut track = serde_path_to_error::Track::new();
    let mut unread = Vec::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let unknown = |path: serde_ignored::Path<'_>| {
        // The crate marks what is optional with a question mark.
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

/// Says about the option at `path` what serde says about fields.
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
    fn the_same_options_in_another_order_are_the_same_processor() {
        assert_eq!(digest(r#"{"a":1,"b":2}"#), digest(r#"{"b":2,"a":1}"#));
        assert_eq!(digest(r#"{"a":{"b":1,"c":2}}"#), digest(r#"{"a":{"c":2,"b":1}}"#));
        assert_ne!(digest(r#"{"a":1,"b":2}"#), digest(r#"{"a":2,"b":1}"#));
    }

    #[test]
    fn an_option_that_is_not_read_is_refused_even_if_its_type_would_let_it_pass() {
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

    #[test]
    fn what_a_provider_says_of_its_options_is_printed_without_keys() {
        let build = |_: &str| Err("the key sk_live_1 is not valid".to_owned());
        let careless = Registration { identifier: "careless", build };
        let error = careless.processor("{}").err().unwrap().to_string();
        assert!(!error.contains("sk_live"), "{error}");
    }
}
