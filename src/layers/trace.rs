use async_trait::async_trait;
use tokio::time::Instant;

use super::{Layer, Next};
use crate::call::CallContext;
use crate::error::{ErrorKind, Result};
use crate::request::{Request, Response};

/// Logs every call: provider, operation, duration and outcome; never data, never an error's text.
///
/// Reads that succeed are logged as `debug`, changes that succeed as `info`, refusals and passing failures
/// as `warn`, and an unknown outcome, which a person has to look at, as `error`.
pub struct Trace;

#[async_trait]
impl Layer for Trace {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        let started = Instant::now();
        let answer = next.run(call, request).await;
        let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
        let (provider, operation) = (call.provider(), call.operation().name());
        // One macro call for each level: tracing fixes the level of an event at compile time.
        macro_rules! log {
            ($level:ident, $outcome:expr) => {
                tracing::$level!("{provider}.{operation} {} in {duration_ms:.2} ms", $outcome)
            };
        }
        match &answer {
            Ok(_) if call.operation().is_read() => log!(debug, "ok"),
            Ok(_) => log!(info, "ok"),
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                log!(error, error.kind().code());
            }
            Err(error) => log!(warn, error.kind().code()),
        }
        answer
    }
}
