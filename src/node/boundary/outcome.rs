//! How a call ends.

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
    /// Rejects with the `MedusaError` of Medusa 2 that this JSON text describes: its `type`, `message` and `code`.
    MedusaError(String),
}

impl Outcome {
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
