//! Answers for calls whose processor blocks the thread that its own deadline would run on.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::calls::Answer;

/// The calls in flight, by when they are given up.
#[derive(Default)]
struct Watched {
    calls: BTreeMap<(Instant, u64), (Duration, Arc<Answer>)>,
    last: u64,
}

#[derive(Default)]
struct Watchdog {
    watched: Mutex<Watched>,
    earlier: Condvar,
}

/// Watches a call for as long as this lives.
pub(crate) struct Watch {
    key: (Instant, u64),
}

impl Drop for Watch {
    fn drop(&mut self) {
        watchdog().watched().calls.remove(&self.key);
    }
}

/// Gives the answer at `due`, where nobody else has given it by then. `limit` is how long the call
/// has had.
pub(crate) fn watch(due: Instant, limit: Duration, answer: Arc<Answer>) -> Watch {
    let watchdog = watchdog();
    let mut watched = watchdog.watched();
    watched.last += 1;
    let key = (due, watched.last);
    let is_first = watched.calls.first_key_value().is_none_or(|(first, _)| key < *first);
    watched.calls.insert(key, (limit, answer));
    drop(watched);
    // The thread sleeps until the first call is due; later ones do not concern it yet.
    if is_first {
        watchdog.earlier.notify_one();
    }
    Watch { key }
}

fn watchdog() -> &'static Watchdog {
    static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
    static THREAD: OnceLock<()> = OnceLock::new();
    let watchdog = WATCHDOG.get_or_init(Watchdog::default);
    THREAD.get_or_init(|| {
        // Without it calls are still bounded by their own layers.
        let _ = thread::Builder::new()
            .name("medusa-watchdog".to_owned())
            .spawn(|| WATCHDOG.get_or_init(Watchdog::default).run());
    });
    watchdog
}

impl Watchdog {
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut watched = self.watched();
        loop {
            let now = Instant::now();
            while let Some(first) = watched.calls.first_entry().filter(|first| first.key().0 <= now)
            {
                let (limit, answer) = first.remove();
                drop(watched);
                answer.give_up(&format!("There was no answer after {} ms.", limit.as_millis()));
                watched = self.watched();
            }
            watched = match watched.calls.first_key_value().map(|((due, _), _)| *due) {
                Some(due) => {
                    let wait = due.saturating_duration_since(Instant::now());
                    self.earlier
                        .wait_timeout(watched, wait)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => self.earlier.wait(watched).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}
