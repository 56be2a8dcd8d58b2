//! The requests of one call.

use serde::de::DeserializeOwned;

use super::client::{Client, Lost};
use super::dialect::{Problem, Verdict, retry_after};
use super::kind::kind_of;
use super::reply::Reply;
use super::request::HttpRequest;
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::json::JsonError;
use crate::keyed::Keyed;

/// How often a stored answer is stepped over. Each one is an earlier attempt of an operator's.
const MOST_REPLAYS: usize = 12;

/// The requests that one call makes, and what their replies mean for it.
///
/// An error names the operation and the payment, says what the provider said without any secret, and
/// what to do.
pub struct Exchange<'a> {
    client: &'a Client,
    call: &'a CallContext,
}

impl<'a> Exchange<'a> {
    /// Begins the requests of `call`.
    #[must_use]
    pub fn new(client: &'a Client, call: &'a CallContext) -> Self {
        Self { client, call }
    }

    /// Returns the call.
    #[must_use]
    pub fn call(&self) -> &'a CallContext {
        self.call
    }

    /// Returns the connections.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// Returns the key of one of this call's requests; `part` tells the requests of one call apart.
    #[must_use]
    pub fn key(&self, part: &str) -> String {
        format!("{}{part}", self.call.idempotency_key())
    }

    /// Sends a request and returns its reply, whatever its status.
    ///
    /// # Errors
    /// If the reply is missing.
    pub async fn send(&self, request: &HttpRequest, key: Option<&str>) -> Result<Reply> {
        let reply = self.client.send(request, key).await;
        reply.map_err(|lost| self.lost(lost, request.only_reads()))
    }

    /// Reads: sends a request that moves nothing and returns what its reply spells.
    ///
    /// # Errors
    /// What the reply means, or why it is missing.
    pub async fn read<T: DeserializeOwned>(&self, request: &HttpRequest) -> Result<T> {
        let reply = self.send(request, None).await?;
        self.parsed(reply, true)
    }

    /// Changes something, once for each `key`, and returns what the reply spells.
    ///
    /// # Errors
    /// What the reply means, or why it is missing.
    pub async fn change<T: DeserializeOwned>(&self, request: &HttpRequest, key: &str) -> Result<T> {
        let reply = self.send(request, Some(key)).await?;
        self.parsed(reply, false)
    }

    /// Changes something that has the same effect however often it is made, such as the capture of
    /// everything that is held. A provider repeats a stored failure under its key, also if the reason
    /// for it is long gone; such an answer is stepped over with the next key.
    ///
    /// # Errors
    /// What the first reply that is not a stored failure means, or why the reply is missing.
    pub async fn change_past_replays<T: DeserializeOwned>(
        &self,
        request: &HttpRequest,
        first_key: &str,
    ) -> Result<T> {
        Ok(self.change_telling_replays(request, first_key).await?.0)
    }

    /// As [`change_past_replays`](Self::change_past_replays), and returns beside it whether an earlier
    /// request had made the change.
    ///
    /// # Errors
    /// As there.
    pub async fn change_telling_replays<T: DeserializeOwned>(
        &self,
        request: &HttpRequest,
        first_key: &str,
    ) -> Result<(T, bool)> {
        let mut key = first_key.to_owned();
        for replays in 1..=MOST_REPLAYS {
            let reply = self.send(request, Some(&key)).await?;
            let is_replay = self.is_replay(&reply);
            if reply.status().is_success() || !is_replay {
                return Ok((self.parsed(reply, false)?, is_replay));
            }
            key = format!("{first_key}.{replays}");
        }
        // A stored failure says nothing about this attempt, nor about the one before it.
        let detail = format!(
            "{} only repeats its answers to earlier attempts. {}",
            self.provider(),
            ErrorKind::OutcomeUnknown.advice()
        );
        Err(self.error(ErrorKind::OutcomeUnknown, "only_replays", detail).never_retry())
    }

    /// Makes a request whose effect depends on whether it was made before, such as a refund.
    ///
    /// # Errors
    /// If it is not known what the provider did, or certain that it did nothing and may do it later.
    pub async fn once<T: DeserializeOwned>(
        &self,
        request: &HttpRequest,
        key: &str,
    ) -> Result<Keyed<T>> {
        let reply = self.send(request, Some(key)).await?;
        self.keyed(reply)
    }

    /// Returns what the reply to a request with an idempotency key says about its effect, for
    /// [`once`](Self::once) and for a provider that sends the request itself.
    ///
    /// # Errors
    /// If it is not known what the provider did, or certain that it did nothing and may do it later.
    pub fn keyed<T: DeserializeOwned>(&self, reply: Reply) -> Result<Keyed<T>> {
        let is_replay = self.is_replay(&reply);
        if reply.status().is_success() {
            let value = self.parsed(reply, false)?;
            return Ok(if is_replay { Keyed::Replayed(value) } else { Keyed::Done(value) });
        }
        let problem = self.client.dialect.problem(&reply);
        match problem.as_ref().map(|problem| problem.verdict) {
            Some(Verdict::KeyInUse) => return Ok(Keyed::InUse(self.failure(&reply, false))),
            Some(Verdict::KeyOfAnotherRequest) => return Ok(Keyed::OfAnotherRequest),
            _ if is_replay => return Ok(Keyed::FailureReplayed),
            _ => {}
        }
        let error = self.failure(&reply, false);
        match error.kind() {
            ErrorKind::Refused | ErrorKind::Invalid => Ok(Keyed::Refused(error)),
            ErrorKind::Unavailable | ErrorKind::OutcomeUnknown => Err(error),
        }
    }

    /// Returns what a reply spells.
    ///
    /// # Errors
    /// What a reply without success means; `invalid_response` if it spells something else.
    pub fn parsed<T: DeserializeOwned>(&self, reply: Reply, only_reads: bool) -> Result<T> {
        serde_json::from_str(&self.succeeded(reply, only_reads)?.into_body())
            .map_err(|error| self.unreadable(&JsonError::from(error), only_reads))
    }

    /// Returns the reply if it is a success, whatever its body is: `204 No Content` has none.
    ///
    /// # Errors
    /// What a reply without success means.
    pub fn succeeded(&self, reply: Reply, only_reads: bool) -> Result<Reply> {
        if reply.status().is_success() { Ok(reply) } else { Err(self.failure(&reply, only_reads)) }
    }

    /// Whether a reply is the stored one of an earlier request with the same key.
    #[must_use]
    pub fn is_replay(&self, reply: &Reply) -> bool {
        self.client.dialect.is_replay(reply)
    }

    /// Returns the error of a success whose body is not what was asked for: of a read nothing is
    /// known, of a change whether it took effect.
    #[must_use]
    pub fn unreadable(&self, error: &JsonError, only_reads: bool) -> PaymentProcessorError {
        let kind = lost_kind(only_reads);
        let provider = self.provider();
        let detail = format!("{provider}'s reply cannot be read: {error}. {}", kind.advice());
        let failure = self.error(kind, "invalid_response", detail);
        // The same question would get the same answer; what broke off may come whole.
        if matches!(error, JsonError::Syntax(_)) { failure } else { failure.never_retry() }
    }

    /// Returns the error of a reply without success.
    #[must_use]
    pub fn failure(&self, reply: &Reply, only_reads: bool) -> PaymentProcessorError {
        let problem = self.client.dialect.problem(reply);
        let mut kind = kind_of(reply.status(), problem.as_ref(), only_reads);
        let mut problem = problem.unwrap_or_default();
        if only_reads && kind == ErrorKind::Refused && self.call.has_lost_an_attempt() {
            // That it cannot be looked up says nothing about what was lost.
            kind = ErrorKind::OutcomeUnknown;
            problem = Problem { code: String::new(), never_retry: true, ..problem };
        }
        let detail = self.detail(reply, &problem, kind);
        let error = self.error(kind, &problem.code, detail);
        match retry_after(reply) {
            _ if problem.never_retry => error.never_retry(),
            Some(delay) => error.retry_after(delay),
            None => error,
        }
    }

    fn detail(&self, reply: &Reply, problem: &Problem, kind: ErrorKind) -> String {
        let mut detail = match problem.message.trim() {
            "" => {
                let status = reply.status().as_u16();
                format!("{} answered with HTTP {status} and no reason.", self.provider())
            }
            message => self.client.redacted(message),
        };
        if let Some((name, reference)) = &problem.reference {
            detail.push_str(&format!(" ({}'s {name}: {reference})", self.provider()));
        }
        if !kind.advice().is_empty() {
            detail.push(' ');
            detail.push_str(kind.advice());
        }
        detail
    }

    fn lost(&self, lost: Lost, only_reads: bool) -> PaymentProcessorError {
        let (kind, what, reason) = match lost {
            Lost::NotSent(reason) => (ErrorKind::Unavailable, "cannot be reached", reason),
            Lost::MaybeServed(reason) => (lost_kind(only_reads), "sent no complete reply", reason),
        };
        let detail = format!("{} {what}: {reason}. {}", self.provider(), kind.advice());
        self.error(kind, "", detail)
    }

    fn provider(&self) -> &'static str {
        self.client.dialect.provider()
    }

    /// Returns an error of this call's, whose first sentence names operation, payment and provider.
    #[must_use]
    pub fn error(
        &self,
        kind: ErrorKind,
        code: &str,
        detail: impl Into<String>,
    ) -> PaymentProcessorError {
        let provider = self.provider();
        let subject = self.call.subject();
        let sentence = match kind {
            ErrorKind::Refused => format!("{subject} was refused by {provider}"),
            ErrorKind::Invalid => format!("{subject} was rejected by {provider} as invalid"),
            ErrorKind::Unavailable => format!("{subject} failed: {provider} is not available"),
            ErrorKind::OutcomeUnknown => format!("{subject} was not confirmed by {provider}"),
        };
        PaymentProcessorError::new(kind, sentence, code, detail)
    }

    /// Returns a refusal of this call's.
    #[must_use]
    pub fn refused(&self, code: &str, detail: impl Into<String>) -> PaymentProcessorError {
        self.error(ErrorKind::Refused, code, detail)
    }
}

fn lost_kind(only_reads: bool) -> ErrorKind {
    if only_reads { ErrorKind::Unavailable } else { ErrorKind::OutcomeUnknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Answer, Server, error, ok, replayed};
    use crate::http::{Dialect, Endpoint};
    use crate::json::JsonObject;
    use crate::providers::Manual;
    use crate::request::Request;
    use crate::testing;

    struct Acme;

    impl Dialect for Acme {
        fn provider(&self) -> &'static str {
            "Acme"
        }

        fn problem(&self, _reply: &Reply) -> Option<Problem> {
            None
        }
    }

    fn client(server: &Server) -> Client {
        let endpoint = Endpoint::parse("api_base", &server.url).unwrap();
        Client::builder(endpoint, Acme).build().unwrap()
    }

    fn call() -> CallContext {
        testing::call_of(&Manual, &Request::capture(JsonObject::empty()))
    }

    #[tokio::test]
    async fn a_reply_without_a_body_may_be_a_success() {
        let empty = |status| Answer::Reply(status, Vec::new(), String::new());
        let server = Server::start([empty(204), empty(500)]).await;
        let (client, call) = (client(&server), call());
        let exchange = Exchange::new(&client, &call);
        let request = HttpRequest::post("/void");
        let reply = exchange.send(&request, None).await.unwrap();
        assert!(exchange.succeeded(reply, false).is_ok());
        let reply = exchange.send(&request, None).await.unwrap();
        let error = exchange.succeeded(reply, false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }

    #[tokio::test]
    async fn a_read_that_is_refused_after_a_lost_attempt_leaves_the_outcome_open() {
        struct Refusing;

        impl Dialect for Refusing {
            fn provider(&self) -> &'static str {
                "Acme"
            }

            fn problem(&self, _reply: &Reply) -> Option<Problem> {
                Some(Problem::new("missing", "No such payment."))
            }
        }

        let server = Server::start([error(404, "missing"), error(404, "missing")]).await;
        let endpoint = Endpoint::parse("api_base", &server.url).unwrap();
        let client = Client::builder(endpoint, Refusing).build().unwrap();
        let call = call();
        let exchange = Exchange::new(&client, &call);
        let read = || async {
            exchange.read::<JsonObject>(&HttpRequest::get("/payments/p_1")).await.unwrap_err()
        };
        assert_eq!(read().await.kind(), ErrorKind::Refused);
        call.lose_an_attempt();
        let error = read().await;
        assert_eq!((error.kind(), error.code()), (ErrorKind::OutcomeUnknown, "outcome_unknown"));
    }

    #[tokio::test]
    async fn a_provider_may_send_a_request_itself_and_have_the_reply_read() {
        let server =
            Server::start([ok(r#"{"id":"re_1"}"#), replayed(200, r#"{"id":"re_1"}"#)]).await;
        let (client, call) = (client(&server), call());
        let exchange = Exchange::new(&client, &call);
        let refund = JsonObject::parse(r#"{"id":"re_1"}"#).unwrap();
        for expected in [Keyed::Done(refund.clone()), Keyed::Replayed(refund)] {
            let reply = exchange.send(&HttpRequest::post("/refunds"), Some("key")).await.unwrap();
            assert_eq!(exchange.keyed::<JsonObject>(reply).unwrap(), expected);
        }
        assert_eq!(server.keys(), ["key", "key"]);
    }
}
