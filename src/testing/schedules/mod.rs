//! Random schedules: one payment, and everything that can happen to it.
//!
//! A schedule is a list of steps that follows from a seed: calls as Medusa makes them, on either of two
//! servers, one after another or at once; faults before and after the provider has done what it was asked;
//! a success that Medusa does not store; servers that die; refunds in the provider's dashboard; refunds that
//! fail at the bank; time that passes. An operator who was told `outcome_unknown` or
//! `temporarily_unavailable` retries, in any order, at any time, with other refunds between. After each
//! step, and in the end, when nothing goes wrong any more and everything was retried until it was done or
//! refused, what Medusa has recorded has to be what the provider has in its books.
//!
//! Medusa 2 captures in parts, if the processor does, and has a row for each capture and refund before it asks.

mod books;
mod elsewhere;
mod medusa;
mod operator;
mod report;
mod run;
mod schedule;
mod shrink;

use super::harness::Harness;
use super::trial::Stop;
use medusa::Host;
use run::{Played, run};
use schedule::generate;
use shrink::shrunk;

pub use report::{FailedSchedule, ScheduleReport};
pub use run::Tally;

/// How many schedules are tried, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedules {
    /// How many.
    pub count: u64,
    /// The seed of the first; each of the others has the seed after the one before it. `None` for a seed of
    /// chance: then the environment variables `SCHEDULES` and `SEED` say how many and which, if they are
    /// set.
    pub seed: Option<u64>,
}

impl Schedules {
    /// Returns how many, and the seed of the first.
    fn chosen(self) -> Result<(u64, u64), String> {
        if let Some(seed) = self.seed {
            return Ok((self.count, seed));
        }
        let count = from_environment("SCHEDULES")?.unwrap_or(self.count);
        // Short enough to be typed.
        Ok((count, from_environment("SEED")?.unwrap_or_else(|| fastrand::u32(..).into())))
    }
}

fn from_environment(name: &str) -> Result<Option<u64>, String> {
    let Ok(text) = std::env::var(name) else { return Ok(None) };
    let number = text.trim().parse();
    number
        .map(Some)
        .map_err(|_| format!("the environment variable {name} is not a whole number: {text}"))
}

/// Tries random schedules one after the other, until one fails, which is then made as short as possible.
/// The harness needs its [`ledger`](Harness::ledger).
pub async fn schedules(harness: &dyn Harness, schedules: Schedules) -> ScheduleReport {
    schedules_in(Host::Medusa1, harness, schedules).await
}

/// As [`schedules`], with Medusa 2 around the processor.
pub async fn provider_schedules(harness: &dyn Harness, schedules: Schedules) -> ScheduleReport {
    schedules_in(Host::Medusa2, harness, schedules).await
}

async fn schedules_in(host: Host, harness: &dyn Harness, schedules: Schedules) -> ScheduleReport {
    let in_parts = host == Host::Medusa2 && harness.stack().await.captures_in_parts();
    let mut report = ScheduleReport::default();
    let (count, first) = match schedules.chosen() {
        Ok(chosen) => chosen,
        Err(reason) => return ScheduleReport { skipped: Some(reason), ..report },
    };
    for seed in (0..count).map(|number| first.wrapping_add(number)) {
        let steps = generate(seed, in_parts);
        let Played { lines, verdict } = run(harness, host, seed, &steps).await;
        match verdict {
            Ok(tally) => report.add(tally),
            Err(Stop::Skipped(reason)) => {
                report.skipped = Some(reason);
                break;
            }
            Err(Stop::Failed(message)) => {
                let failed = FailedSchedule { seed, steps, lines, message };
                report.failed = Some(shrunk(failed, harness, host).await);
                break;
            }
        }
    }
    report
}
