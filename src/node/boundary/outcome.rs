//! How a call ends.

use serde::Serialize;

use super::storable::json;
use crate::error::{ErrorKind, PaymentProcessorError};
use crate::node::js::text;

/// What the promise of a call comes to.
pub(crate) enum Outcome {
    /// Resolves with the value of this JSON text.
    Json(String),
    /// Resolves with `undefined`.
    Nothing,
    /// Rejects with an `Error`.
    Error(String),
    /// Rejects with a `TypeError`.
    TypeError(String),
    /// Rejects with the error of Medusa that this JSON text describes: its `type`, `message` and `code`.
    MedusaError(String),
}

#[derive(Serialize)]
struct MedusaErrorJson<'a> {
    r#type: &'static str,
    message: String,
    code: &'a str,
}

/// Returns the type of Medusa's errors of this kind, by which it chooses the HTTP status.
pub(crate) fn type_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Refused => "not_allowed",
        ErrorKind::Invalid => "invalid_data",
        ErrorKind::Unavailable | ErrorKind::OutcomeUnknown => "unexpected_state",
    }
}

impl Outcome {
    /// Returns a failure that Medusa shows to a person.
    pub(crate) fn thrown(r#type: &'static str, error: &PaymentProcessorError) -> Self {
        let error = MedusaErrorJson { r#type, message: error.to_string(), code: error.code() };
        Self::MedusaError(json(&error))
    }

    /// Returns the outcome as `link.js` gets it: its number, and a text.
    pub(crate) fn encoded(&self) -> (u32, &str) {
        match self {
            Self::Json(text) => (0, text),
            Self::Nothing => (1, ""),
            Self::Error(text) => (2, text),
            Self::TypeError(text) => (3, text),
            Self::MedusaError(text) => (4, text),
        }
    }

    /// Leaves its memory to a later call.
    pub(crate) fn recycle(self) {
        match self {
            Self::Json(text)
            | Self::Error(text)
            | Self::TypeError(text)
            | Self::MedusaError(text) => text::recycle(text),
            Self::Nothing => {}
        }
    }
}
