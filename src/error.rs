//! The error that every payment method returns.

use std::fmt;
use std::time::Duration;

use crate::amount::AmountError;
use crate::json::JsonError;

/// The result of a payment method.
pub type Result<T, E = PaymentProcessorError> = std::result::Result<T, E>;

/// What a failure means for the person or the code that has to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The payment provider said no: nothing was moved.
    Refused,
    /// The request was wrong and never had an effect.
    Invalid,
    /// The provider could not be reached or was busy, and nothing was moved for certain: the same call
    /// may be made again.
    Unavailable,
    /// Money may have been moved. Never report this as refused; the next call checks the provider before
    /// it moves money again.
    OutcomeUnknown,
}

impl ErrorKind {
    /// Returns the code of an error of this kind that has no better one.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Invalid => "invalid_request",
            Self::Unavailable => "temporarily_unavailable",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }

    /// Returns what to do after an error of this kind, as the end of a message: whether anything was
    /// moved, and whether to retry. Empty for a refusal and an invalid request.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Refused | Self::Invalid => "",
            Self::Unavailable => "Nothing was moved. Try again.",
            Self::OutcomeUnknown => {
                "It is not known whether it took effect. Retry: the provider is checked before any \
                 money moves."
            }
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Refused => "The payment provider refused the request; nothing was moved.",
            Self::Invalid => "The request was not valid; nothing was moved.",
            Self::Unavailable => {
                "The payment provider is not available at the moment; nothing was moved. Try again."
            }
            Self::OutcomeUnknown => {
                "It is not known whether the payment provider did it. Retry: the provider is checked \
                 before any money moves."
            }
        }
    }
}

/// Whether and when the retry layer retries an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retryability {
    /// After the layer's own delay.
    AsUsual,
    /// After this delay, or the layer's own if that is longer.
    After(Duration),
    Never,
}

/// A failed payment method: Medusa's `PaymentProcessorError`, with a [kind](ErrorKind).
///
/// Medusa takes an error object for an error only if `error`, `code` and `detail` are all truthy
/// (`isPaymentProcessorError` in `dist/interfaces/payment-processor.js`); if one of them is empty it
/// records a declined refund as paid. So none of the three can be empty here: blank text is replaced by
/// what the kind says.
///
/// ```
/// use medusa_payment_rs::PaymentProcessorError;
///
/// let error = PaymentProcessorError::refused("The refund was refused", "", "");
/// assert_eq!(error.code(), "refused");
/// assert!(!error.detail().is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentProcessorError {
    kind: ErrorKind,
    error: String,
    code: String,
    detail: String,
    retryability: Retryability,
}

impl PaymentProcessorError {
    /// Makes an error of `kind`. `error` says which operation failed, in a sentence for a person; `code`
    /// is the reason as a word for programs, ideally the provider's own; `detail` is what the provider
    /// said and what to do.
    #[must_use]
    pub fn new(
        kind: ErrorKind,
        error: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let detail = filled(detail.into(), kind.meaning());
        Self {
            kind,
            error: filled(error.into(), "The payment operation failed"),
            code: filled(code.into(), kind.code()),
            detail,
            retryability: Retryability::AsUsual,
        }
    }

    /// Makes an error of the kind [`ErrorKind::Refused`].
    #[must_use]
    pub fn refused(
        error: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self::new(ErrorKind::Refused, error, code, detail)
    }

    /// Makes an error of the kind [`ErrorKind::Invalid`].
    #[must_use]
    pub fn invalid(
        error: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self::new(ErrorKind::Invalid, error, code, detail)
    }

    /// Makes an error of the kind [`ErrorKind::Unavailable`], with the code `temporarily_unavailable`.
    #[must_use]
    pub fn unavailable(error: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, error, "", detail)
    }

    /// Makes an error of the kind [`ErrorKind::OutcomeUnknown`], with the code `outcome_unknown`.
    #[must_use]
    pub fn outcome_unknown(error: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::OutcomeUnknown, error, "", detail)
    }

    /// Says that the provider asks for a pause of `delay` (HTTP's `Retry-After`): the
    /// [retry layer](crate::layers::Retry) waits at least that long, and gives up if the call's deadline
    /// comes first.
    #[must_use]
    pub fn retry_after(self, delay: Duration) -> Self {
        Self { retryability: Retryability::After(delay), ..self }
    }

    /// Says that a retry within this call will not help.
    #[must_use]
    pub fn never_retry(self) -> Self {
        Self { retryability: Retryability::Never, ..self }
    }

    pub(crate) fn retryability(&self) -> Retryability {
        self.retryability
    }

    /// Returns what the failure means.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns which operation failed. Never empty.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }

    /// Returns the reason as a word for programs. Never empty.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns what the provider said, and what to do. Never empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// A reply that cannot be read says nothing about what the provider did. One that breaks off may arrive whole
/// on a retry, one of the wrong shape would be the same again.
impl From<JsonError> for PaymentProcessorError {
    fn from(error: JsonError) -> Self {
        let unreadable = Self::new(
            ErrorKind::OutcomeUnknown,
            "The payment provider's reply cannot be read",
            "invalid_response",
            format!("{error}. {}", ErrorKind::OutcomeUnknown.advice()),
        );
        match error {
            JsonError::Syntax(_) => unreadable,
            JsonError::WrongShape(_) | JsonError::NotAnObject(_) => unreadable.never_retry(),
        }
    }
}

/// An amount that Medusa cannot count makes the request invalid: the provider was not asked.
impl From<AmountError> for PaymentProcessorError {
    fn from(error: AmountError) -> Self {
        Self::invalid("The amount is not valid", "invalid_amount", error.to_string())
    }
}

fn filled(text: String, otherwise: &str) -> String {
    if text.trim().is_empty() { otherwise.to_owned() } else { text }
}

impl fmt::Display for PaymentProcessorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.error, self.code, self.detail)
    }
}

impl std::error::Error for PaymentProcessorError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;

    #[test]
    fn no_part_of_an_error_can_be_empty() {
        for kind in [
            ErrorKind::Refused,
            ErrorKind::Invalid,
            ErrorKind::Unavailable,
            ErrorKind::OutcomeUnknown,
        ] {
            for blank in ["", " ", "\n\t"] {
                let error = PaymentProcessorError::new(kind, blank, blank, blank);
                assert!(!error.error().trim().is_empty());
                assert_eq!(error.code(), kind.code());
                assert!(!error.detail().trim().is_empty());
            }
        }
    }

    #[test]
    fn an_amount_out_of_range_is_an_invalid_request() {
        let too_large = || -> Result<Amount> { Ok(Amount::new(u64::MAX)?) };
        let error = too_large().unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, "invalid_amount"));
    }

    #[test]
    fn a_reply_of_the_wrong_shape_is_not_asked_for_again() {
        let error = |text| PaymentProcessorError::from(crate::JsonObject::parse(text).unwrap_err());
        for (text, retryability) in
            [(r#"{"id":"#, Retryability::AsUsual), ("[]", Retryability::Never)]
        {
            assert_eq!(error(text).kind(), ErrorKind::OutcomeUnknown);
            assert_eq!(error(text).code(), "invalid_response");
            assert_eq!(error(text).retryability(), retryability);
        }
    }

    #[test]
    fn what_the_provider_said_is_kept() {
        let error = PaymentProcessorError::refused("Refund failed", "card_declined", "Declined.");
        assert_eq!(error.to_string(), "Refund failed (card_declined): Declined.");
    }
}
