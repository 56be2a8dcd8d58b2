//! Gives up calls whose processor blocks the thread that its own deadline would run on, and announces the
//! answers that wait behind it.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::answer::Answer;
use crate::node::realm::mailbox::announce_waiting;

/// How often answers that wait for others are announced, while there are calls.
const ROUND: Duration = Duration::from_millis(20);

/// The calls in flight, by the time at which they are given up.
#[derive(Default)]
struct Watched {
    calls: BTreeMap<(Instant, u64), (Duration, Arc<Answer>)>,
    last: u64,
    /// Whether the thread makes its rounds. If not, it sleeps until it is woken.
    is_awake: bool,
}

#[derive(Default)]
struct Watchdog {
    watched: Mutex<Watched>,
    /// The first call after a time without any.
    a_call: Condvar,
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

/// Gives up the call at `due`, unless it was answered by then. `limit` is how long the call has had.
pub(crate) fn watch(due: Instant, limit: Duration, answer: Arc<Answer>) -> Watch {
    let watchdog = watchdog();
    let mut watched = watchdog.watched();
    watched.last += 1;
    let key = (due, watched.last);
    watched.calls.insert(key, (limit, answer));
    let sleeps = !mem::replace(&mut watched.is_awake, true);
    drop(watched);
    if sleeps {
        watchdog.a_call.notify_one();
    }
    Watch { key }
}

fn watchdog() -> &'static Watchdog {
    static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
    static THREAD: OnceLock<()> = OnceLock::new();
    let watchdog = WATCHDOG.get_or_init(Watchdog::default);
    THREAD.get_or_init(|| {
        // If it cannot be started, calls are still bounded by their own layers.
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
            let has_calls = !watched.calls.is_empty();
            watched.is_awake = has_calls;
            drop(watched);
            // A blocked worker thread does not announce them.
            announce_waiting();
            if has_calls {
                thread::sleep(ROUND);
            }
            watched = self
                .a_call
                .wait_while(self.watched(), |watched| !watched.is_awake)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
