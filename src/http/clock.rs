//! The provider's clock, as far as this process knows it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::reply::local_time;

/// The date of the provider's latest reply, and when it came.
#[derive(Default)]
pub(super) struct Clock(Mutex<Option<(u64, Instant)>>);

impl Clock {
    /// Takes the date of a reply, in seconds since 1970.
    pub(super) fn saw(&self, date: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
    }

    /// Returns the provider's time in seconds since 1970; this server's before the first reply.
    pub(super) fn now(&self) -> u64 {
        self.seen().unwrap_or_else(local_time)
    }

    /// Returns whether less than `age` has certainly passed since `since`, in seconds since 1970.
    /// Nothing is certain before the provider's first reply: this server's own clock may be wrong.
    pub(super) fn is_younger_than(&self, since: u64, age: Duration) -> bool {
        // The later of the two clocks counts: if one has stood still, as in a machine that was
        // suspended, too little seems to have passed.
        self.seen().is_some_and(|now| is_younger(since, now.max(local_time()), age))
    }

    fn seen(&self) -> Option<u64> {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.map(|(date, at)| date + at.elapsed().as_secs())
    }
}

fn is_younger(since: u64, now: u64, age: Duration) -> bool {
    now.checked_sub(since).is_some_and(|passed| passed < age.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    fn nothing_is_certain_before_the_first_reply() {
        let clock = Clock::default();
        assert!(!clock.is_younger_than(local_time(), DAY));
        clock.saw(local_time());
        assert!(clock.is_younger_than(local_time(), DAY));
    }

    #[test]
    fn the_later_of_two_clocks_counts() {
        let clock = Clock::default();
        clock.saw(local_time() - 2 * DAY.as_secs());
        assert!(!clock.is_younger_than(local_time() - DAY.as_secs(), DAY));
        clock.saw(local_time() + DAY.as_secs());
        assert!(!clock.is_younger_than(local_time(), DAY));
    }

    #[test]
    fn what_seems_to_come_from_the_future_is_not_certain() {
        assert!(is_younger(1_000, 1_000, DAY));
        assert!(!is_younger(1_001, 1_000, DAY));
        assert!(!is_younger(0, DAY.as_secs(), DAY));
    }
}
