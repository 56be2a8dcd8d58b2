//! The threads on which processors run.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// The environment variable with the number of worker threads.
const WORKERS: &str = "MEDUSA_PAYMENT_RS_WORKERS";
const DEFAULT_WORKERS: usize = 2;

static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();

/// The runtime of this addon, started at the first call and shared by all threads of the process.
pub(crate) fn runtime() -> Result<&'static Runtime, String> {
    RUNTIME
        .get_or_init(|| {
            Builder::new_multi_thread()
                .worker_threads(workers(std::env::var(WORKERS).ok().as_deref())?)
                .thread_name("medusa-payment")
                .enable_all()
                .build()
                .map_err(|error| format!("the worker threads could not be started: {error}"))
        })
        .as_ref()
        .map_err(Clone::clone)
}

fn workers(setting: Option<&str>) -> Result<usize, String> {
    match setting {
        None | Some("") => Ok(DEFAULT_WORKERS),
        Some(text) => match text.parse() {
            Ok(workers @ 1..=64) => Ok(workers),
            _ => Err(format!("{WORKERS} must be a number from 1 to 64, got \"{text}\"")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_two_workers_unless_the_environment_says_otherwise() {
        assert_eq!(workers(None), Ok(2));
        assert_eq!(workers(Some("")), Ok(2));
        assert_eq!(workers(Some("8")), Ok(8));
        for wrong in ["0", "65", "-1", "two"] {
            assert!(workers(Some(wrong)).unwrap_err().contains(wrong), "{wrong}");
        }
    }
}
