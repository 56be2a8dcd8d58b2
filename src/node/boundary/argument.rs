//! The arguments of a method, as they cross from JavaScript.

use std::collections::BTreeMap;
use std::vec::IntoIter;

use serde_json::Value;

use super::depth::{MAX_DEPTH, is_too_deep};
use super::storable::storable;
use crate::error::PaymentProcessorError;
use crate::json::{JsonError, JsonObject, kind_of};

/// How an argument crosses.
#[derive(Clone, Copy)]
pub(crate) enum Parameter {
    /// An object, with its name in the host's types.
    Json(&'static str),
    Number,
    Text,
    /// A Buffer, or a string that stands for its UTF-8.
    Bytes,
    /// No argument: an object that is a member of the instance, if it has one of that name. It stands behind the
    /// arguments.
    Member(&'static str),
}

/// An argument as it comes from JavaScript.
pub(crate) enum Argument {
    /// JSON text, as V8 has written it.
    Json(String),
    /// A number, which is not sent as JSON because that would make `null` of NaN.
    Number(f64),
    /// A string.
    Text(String),
    /// A Buffer's bytes.
    Bytes(Vec<u8>),
    /// Something else that JSON can carry, by its kind: `"null"`, `"a boolean"`.
    Scalar(&'static str),
    /// Something that JSON cannot carry, by its kind: `"undefined"`, `"a bigint"`.
    Other(&'static str),
    /// An object that is nested too deeply for JavaScript to write it as JSON.
    TooDeep,
}

impl Argument {
    fn kind(argument: Option<&Self>) -> &'static str {
        match argument {
            None => "undefined",
            Some(Self::Json(text)) => kind_of(text),
            Some(Self::Number(_)) => "a number",
            Some(Self::Text(_)) => "a string",
            Some(Self::Bytes(_)) => "a Buffer",
            Some(Self::Scalar(kind) | Self::Other(kind)) => kind,
            Some(Self::TooDeep) => "an object",
        }
    }
}

/// Why a request is not passed on to the processor.
pub(crate) enum Refusal {
    /// The caller's program is wrong: the promise is rejected with a `TypeError`.
    TypeError(String),
    /// What Medusa reports to its own caller.
    Error(PaymentProcessorError),
}

impl Refusal {
    /// Says which argument is wrong, what was expected, and what came.
    pub(crate) fn expected(name: &str, expected: &str, got: &str) -> Self {
        if got == "undefined" {
            return Self::TypeError(format!(
                "{name} is missing: expected {expected}, got undefined"
            ));
        }
        Self::TypeError(format!("{name} must be {expected}, got {got}"))
    }

    fn too_deep(name: &str) -> Self {
        Self::TypeError(format!("{name} is nested more than {MAX_DEPTH} levels deep"))
    }
}

/// The arguments of one call, taken in their order.
pub(crate) struct Arguments(IntoIter<Argument>);

impl Arguments {
    pub(crate) fn new(arguments: Vec<Argument>) -> Self {
        Self(arguments.into_iter())
    }

    /// Takes an object, without what Medusa cannot store.
    pub(crate) fn object(&mut self, name: &str) -> Result<JsonObject, Refusal> {
        self.read_object(name, JsonObject::of_checked)
    }

    /// As [`object`](Self::object), together with the object that is its member `inner`, if it is one.
    pub(crate) fn object_with(
        &mut self,
        name: &str,
        inner: &str,
    ) -> Result<(JsonObject, Option<JsonObject>), Refusal> {
        self.read_object(name, |text| JsonObject::of_checked_with(text, inner))
    }

    fn read_object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(String) -> Result<T, JsonError>,
    ) -> Result<T, Refusal> {
        match self.0.next() {
            Some(Argument::Json(text)) if kind_of(&text) == "an object" => {
                if is_too_deep(&text) {
                    return Err(Refusal::too_deep(name));
                }
                read(storable(text)).map_err(|error| Refusal::TypeError(format!("{name}: {error}")))
            }
            Some(Argument::TooDeep) => Err(Refusal::too_deep(name)),
            other => Err(Refusal::expected(name, "an object", Argument::kind(other.as_ref()))),
        }
    }

    /// As [`object`](Self::object); one that is not there is empty.
    pub(crate) fn optional_object(&mut self, name: &str) -> Result<JsonObject, Refusal> {
        let is_absent = match self.0.as_slice().first() {
            None | Some(Argument::Other("undefined") | Argument::Scalar("null")) => true,
            Some(Argument::Json(text)) => text == "null",
            Some(_) => false,
        };
        if is_absent {
            self.0.next();
            return Ok(JsonObject::empty());
        }
        self.object(name)
    }

    /// Takes the headers of a request of Node.js. One that came more than once is an array there, and is left
    /// out: a signature never does.
    pub(crate) fn headers(&mut self, name: &str) -> Result<Vec<(String, String)>, Refusal> {
        let headers: BTreeMap<String, Value> = self
            .object(name)?
            .deserialize()
            .map_err(|error| Refusal::TypeError(format!("{name}: {error}")))?;
        let texts = headers.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// Whether JSON can carry the next argument.
    pub(crate) fn next_is_json(&self) -> bool {
        !matches!(self.0.as_slice().first(), None | Some(Argument::Other(_)))
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<f64, Refusal> {
        match self.0.next() {
            Some(Argument::Number(number)) => Ok(number),
            other => Err(Refusal::expected(name, "a number", Argument::kind(other.as_ref()))),
        }
    }

    pub(crate) fn bytes(&mut self, name: &str) -> Result<Vec<u8>, Refusal> {
        match self.0.next() {
            Some(Argument::Bytes(bytes)) => Ok(bytes),
            Some(Argument::Text(text)) => Ok(text.into_bytes()),
            other => {
                let got = Argument::kind(other.as_ref());
                Err(Refusal::expected(name, "a Buffer or a string, as it arrived", got))
            }
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<String, Refusal> {
        match self.0.next() {
            Some(Argument::Text(text)) => Ok(text),
            other => Err(Refusal::expected(name, "a string", Argument::kind(other.as_ref()))),
        }
    }
}
