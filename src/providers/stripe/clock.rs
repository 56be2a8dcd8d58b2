//! Stripe's clock, as far as this process knows it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Stripe forgets a key after a day at the earliest
/// (<https://docs.stripe.com/api/idempotent_requests>); some hours of it are left to be wrong about.
const KEYS_LIVE: Duration = Duration::from_secs(20 * 60 * 60);

/// The date of Stripe's latest reply, and when it came.
#[derive(Default)]
pub(super) struct Clock(Mutex<Option<(u64, Instant)>>);

impl Clock {
    /// Takes the date of a reply, in seconds since 1970.
    pub(super) fn saw(&self, date: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
    }

    /// Whether Stripe certainly remembers every key that was used after `created`, in seconds since 1970.
    /// Nothing is certain before its first reply: this server's own clock may be wrong.
    pub(super) fn keys_live_since(&self, created: u64) -> bool {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_some_and(|(date, at)| {
            keys_live(created, (date + at.elapsed().as_secs()).max(local()))
        })
    }
}

/// The later of two clocks is asked: where one has stood still, as in a machine that was suspended, too
/// little seems to have passed.
fn keys_live(created: u64, now: u64) -> bool {
    now.checked_sub(created).is_some_and(|age| age < KEYS_LIVE.as_secs())
}

/// This server's clock, in seconds since 1970.
pub(super) fn local() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_certain_before_stripes_first_reply() {
        let clock = Clock::default();
        assert!(!clock.keys_live_since(local()));
        clock.saw(local());
        assert!(clock.keys_live_since(local()));
    }

    #[test]
    fn the_later_of_two_clocks_counts() {
        let clock = Clock::default();
        clock.saw(local() - 2 * KEYS_LIVE.as_secs());
        assert!(!clock.keys_live_since(local() - KEYS_LIVE.as_secs()));
        clock.saw(local() + KEYS_LIVE.as_secs());
        assert!(!clock.keys_live_since(local()));
    }

    #[test]
    fn what_seems_to_come_from_the_future_is_not_certain() {
        assert!(keys_live(1_000, 1_000));
        assert!(!keys_live(1_001, 1_000));
        assert!(!keys_live(0, KEYS_LIVE.as_secs()));
    }
}
