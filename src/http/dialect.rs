//! How a provider's API reports what went wrong.

use std::time::Duration;

use super::reply::Reply;

/// What is special about a provider's API: its name, and how it reports an error.
///
/// ```
/// use medusa_payment_rs::http::{Dialect, Problem, Reply};
///
/// struct Acme;
///
/// #[derive(serde::Deserialize)]
/// struct Body { error: Error }
///
/// #[derive(serde::Deserialize)]
/// struct Error { code: String, message: String }
///
/// impl Dialect for Acme {
///     fn provider(&self) -> &'static str { "Acme" }
///
///     fn problem(&self, reply: &Reply) -> Option<Problem> {
///         let Body { error } = serde_json::from_str(reply.body()).ok()?;
///         Some(Problem::new(error.code, error.message))
///     }
/// }
/// ```
pub trait Dialect: Send + Sync + 'static {
    /// The provider's name as a person writes it (`"Stripe"`), for messages.
    fn provider(&self) -> &'static str;

    /// Reads the provider's own error in the body of a reply whose status is not a success. `None` if
    /// the body is not the provider's: something between here and there answered (a proxy, a
    /// load balancer), and what the provider did is not known.
    fn problem(&self, reply: &Reply) -> Option<Problem>;

    /// Whether the reply is the stored answer to an earlier request with the same idempotency key, so
    /// that nothing was done now. By default the header `idempotent-replayed: true`, as Stripe sends
    /// it.
    fn is_replay(&self, reply: &Reply) -> bool {
        reply.header("idempotent-replayed") == Some("true")
    }

    /// The header that carries the idempotency key, in lower case.
    fn key_header(&self) -> &'static str {
        "idempotency-key"
    }
}

/// An error as the provider reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// The provider's word for the reason, the most exact one that there is; empty if it has none.
    pub code: String,
    /// The provider's sentence; empty if it has none. Secret keys in it are removed.
    pub message: String,
    /// What the provider's support asks for, as `("request id", "req_1")`.
    pub reference: Option<(&'static str, String)>,
    /// What the error means, if the status does not say it.
    pub verdict: Verdict,
    /// Whether the provider says that a retry within this call will not help.
    pub never_retry: bool,
}

impl Problem {
    /// Returns an error that means what its status says.
    #[must_use]
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), ..Self::default() }
    }

    /// Returns the error with this meaning.
    #[must_use]
    pub fn meaning(self, verdict: Verdict) -> Self {
        Self { verdict, ..self }
    }
}

/// What a provider's error means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// What the status says: see the table in [`http`](crate::http).
    #[default]
    ByStatus,
    /// The provider refused: nothing was moved.
    Refused,
    /// The request was wrong as such, or was not looked at: it says nothing about an attempt before
    /// it.
    Invalid,
    /// Certainly nothing was done, and the same request may succeed later.
    NotServed,
    /// A request with the same idempotency key is being served at this moment.
    KeyInUse,
    /// The idempotency key was used before, for a request with other parameters. Nothing was done now.
    KeyOfAnotherRequest,
    /// The provider does not say whether it did it.
    Unknown,
}

/// How long the provider asks to be left alone (`Retry-After` in seconds).
pub(super) fn retry_after(reply: &Reply) -> Option<Duration> {
    reply.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}
