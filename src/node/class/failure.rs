//! Why an instance cannot be constructed, or a method not be served.

use napi::Env;
use napi::bindgen_prelude::Unknown;

use crate::node::realm::functions::Functions;

/// What is wrong with a class without an identifier, in Medusa's own words
/// (`dist/interfaces/payment-processor.js`).
pub(crate) const MISSING_IDENTIFIER: &str = "Missing static property \"identifier\".";

/// A failure before there is a call.
pub(crate) enum Failure {
    /// napi failed, or a getter threw.
    Napi(napi::Error),
    /// Becomes an `Error` of the realm.
    Error(String),
    /// Becomes a `TypeError` of the realm, with its cause if it has one.
    TypeError(String, Option<Unknown<'static>>),
}

impl Failure {
    /// Makes a `TypeError` that nothing else caused.
    pub(crate) fn type_error(text: impl Into<String>) -> Self {
        Self::TypeError(text.into(), None)
    }

    /// Returns the failure as something that is thrown synchronously, as the constructor does.
    pub(crate) fn thrown(self, functions: &Functions, env: &Env) -> napi::Error {
        match self {
            Self::Napi(error) => error,
            Self::Error(text) => functions.throw(env, text, false, None),
            Self::TypeError(text, cause) => functions.throw(env, text, true, cause),
        }
    }

    /// Returns the failure with what it is about in front of its text.
    pub(crate) fn about(self, what: &str) -> Self {
        match self {
            Self::Napi(error) => Self::Napi(error),
            Self::Error(text) => Self::Error(format!("{what}: {text}")),
            Self::TypeError(text, cause) => Self::TypeError(format!("{what}: {text}"), cause),
        }
    }

    /// Returns what failed, and the cause.
    pub(crate) fn into_parts(self) -> (String, Option<Unknown<'static>>) {
        match self {
            Self::Napi(error) => (error.reason.to_string(), None),
            Self::Error(text) => (text, None),
            Self::TypeError(text, cause) => (text, cause),
        }
    }
}

impl From<napi::Error> for Failure {
    fn from(error: napi::Error) -> Self {
        Self::Napi(error)
    }
}
