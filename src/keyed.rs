//! What a provider answers to a request that carries an idempotency key.

use crate::error::PaymentProcessorError;

/// The answer to a request that a provider serves once for each idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyed<T> {
    /// It was done now.
    Done(T),
    /// An earlier request with this key had done it; this is the answer that it got. A provider whose
    /// answers do not tell the two apart is always answered with [`Done`](Self::Done).
    Replayed(T),
    /// The provider refused it now; nothing was moved.
    Refused(PaymentProcessorError),
    /// An earlier request with this key failed; nothing was done now.
    FailureReplayed,
    /// The key was used for a request with other parameters; nothing was done now.
    OfAnotherRequest,
    /// A request with this key is being served at this moment. The error says so.
    InUse(PaymentProcessorError),
}

impl<T> Keyed<T> {
    /// Returns the same answer with its value changed.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Keyed<U> {
        match self {
            Self::Done(value) => Keyed::Done(change(value)),
            Self::Replayed(value) => Keyed::Replayed(change(value)),
            Self::Refused(error) => Keyed::Refused(error),
            Self::FailureReplayed => Keyed::FailureReplayed,
            Self::OfAnotherRequest => Keyed::OfAnotherRequest,
            Self::InUse(error) => Keyed::InUse(error),
        }
    }
}
