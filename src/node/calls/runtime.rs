//! The threads on which processors run.
#![allow(unsafe_code)] // The system's call for a thread's priority.

use std::panic;
use std::sync::OnceLock;
use std::thread;

use tokio::runtime::{Builder, Runtime};

use super::log;
use crate::node::realm::mailbox::announce_waiting;

/// The environment variable with the number of worker threads.
const WORKERS: &str = "MEDUSA_PAYMENT_RS_WORKERS";
const DEFAULT_WORKERS: usize = 2;

static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();

const THREAD: &str = "medusa-payment";

/// Returns the runtime of this addon, which is started at the first call and shared by all threads of the process.
pub(crate) fn runtime() -> Result<&'static Runtime, String> {
    RUNTIME
        .get_or_init(|| {
            quiet_panics();
            Builder::new_multi_thread()
                .worker_threads(workers(std::env::var(WORKERS).ok().as_deref())?)
                .thread_name(THREAD)
                .on_thread_start(give_way)
                .on_thread_park(announce_waiting)
                .enable_all()
                .build()
                .map_err(|error| format!("the worker threads could not be started: {error}"))
        })
        .as_ref()
        .map_err(Clone::clone)
}

/// Lets the event loop go first if all threads share one processor, as in a small container: it serves
/// the whole store, and these threads mostly wait for a provider.
#[cfg(target_os = "linux")]
fn give_way() {
    const NICE: libc::c_int = 5;
    if thread::available_parallelism().is_ok_and(|processors| processors.get() == 1) {
        // SAFETY: a call without pointers. On Linux it is about the calling thread alone. If it is not
        // allowed, everything stays as it is.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
    }
}

/// On other systems a priority is that of the whole process.
#[cfg(not(target_os = "linux"))]
fn give_way() {}

/// Keeps a panic in a call, or on these threads, from standard error: it becomes an error with its message,
/// which may hold a payment's data. Its place goes to the log.
fn quiet_panics() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !log::is_in_call() && thread::current().name() != Some(THREAD) {
            return others(info);
        }
        if let Some(place) = info.location() {
            tracing::error!("panicked at {place}");
        }
    }));
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
