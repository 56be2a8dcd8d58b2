//! Logs of the Rust side, on their way to the store's own logger.

use std::fmt::{self, Write};
use std::future::Future;
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::span;
use tracing::{Event, Level, Metadata, Subscriber};

use super::answer::Answer;

/// The environment variable with the least severe level (`error`, `warn`, `info`, `debug`) that is
/// written to standard error if a store has no logger.
const STDERR_LEVEL: &str = "MEDUSA_PAYMENT_RS_LOG";

/// Most lines fit in it.
const USUAL_LENGTH: usize = 96;

tokio::task_local! {
    /// The call that is being served: its instance has the logger.
    pub(crate) static CALL: Arc<Answer>;
}

/// Lets the work that a call leaves behind log where the call does.
pub(crate) fn in_same_call<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let call = CALL.try_with(Arc::clone).ok();
    async move {
        match call {
            Some(call) => CALL.scope(call, work).await,
            None => work.await,
        }
    }
}

/// Whether this thread is serving a call.
pub(crate) fn is_in_call() -> bool {
    CALL.try_with(|_| ()).is_ok()
}

/// Installs the subscriber of this addon, unless its author has installed another one.
pub(crate) fn install() {
    let _ = tracing::subscriber::set_global_default(StoreLog);
}

/// Writes a line to standard error, if the environment asks for its level.
pub(crate) fn to_stderr(level: Level, text: &str) {
    let wanted = std::env::var(STDERR_LEVEL).ok().and_then(|level| level.parse::<Level>().ok());
    if wanted.is_some_and(|wanted| level <= wanted) {
        eprintln!("{level} {text}");
    }
}

/// Sends every event to the call that it happened in. Spans are ignored: all that is logged is in the
/// events.
struct StoreLog;

impl Subscriber for StoreLog {
    /// Libraries are heard from `info` on, this crate from `debug` on.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
            || (*metadata.level() == Level::DEBUG && crate_of(metadata) == env!("CARGO_CRATE_NAME"))
    }

    fn event(&self, event: &Event<'_>) {
        let level = *event.metadata().level();
        let mut line = Line(String::with_capacity(USUAL_LENGTH));
        line.0.extend(
            crate_of(event.metadata()).chars().map(|char| if char == '_' { '-' } else { char }),
        );
        line.0.push_str(": ");
        event.record(&mut line);
        let mut text = Some(line.0);
        // Outside a call the text stays here.
        let _ = CALL.try_with(|call| call.log(level, text.take().unwrap_or_default()));
        if let Some(text) = text {
            to_stderr(level, &text);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Returns the crate that logs.
fn crate_of<'a>(metadata: &Metadata<'a>) -> &'a str {
    metadata.target().split("::").next().unwrap_or_default()
}

/// An event as one line: its message, then its other fields.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}
