//! What became of random schedules.

use std::fmt;

use super::run::Tally;
use super::schedule::Step;

/// What became of random schedules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScheduleReport {
    /// How many schedules passed.
    pub passed: u64,
    /// How much happened in them.
    pub tally: Tally,
    /// The first one that failed.
    pub failed: Option<FailedSchedule>,
    /// Why there was nothing to try.
    pub skipped: Option<String>,
}

/// A schedule that failed, as short as it could be made. As text, it says what happened step by step and
/// how to repeat it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedSchedule {
    /// What the schedule followed from before it was made shorter.
    pub seed: u64,
    /// Where Medusa's records and the provider's books differ.
    pub message: String,
    /// What happened, one line a step.
    pub lines: Vec<String>,
    pub(super) steps: Vec<Step>,
}

impl ScheduleReport {
    pub(super) fn add(&mut self, tally: Tally) {
        self.passed += 1;
        self.tally.calls += tally.calls;
        self.tally.in_doubt += tally.in_doubt;
        self.tally.refunds += tally.refunds;
    }

    /// # Panics
    /// With the report, if a schedule failed or there was nothing to try.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failed.is_none() && self.skipped.is_none(), "\n{self}");
    }
}

impl fmt::Display for ScheduleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(failed) = &self.failed {
            writeln!(f, "{failed}\n")?;
        }
        if let Some(reason) = &self.skipped {
            writeln!(f, "The schedules were not tried: {reason}\n")?;
        }
        let Tally { calls, in_doubt, refunds } = self.tally;
        write!(
            f,
            "{} schedules passed: {calls} calls, after {in_doubt} of which it was open whether they had an \
             effect, and {refunds} recorded refunds",
            self.passed
        )
    }
}

impl fmt::Display for FailedSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "✗ A schedule fails: {}.", self.message)?;
        for (line, number) in self.lines.iter().zip(1..) {
            writeln!(f, "  {number}. {line}")?;
        }
        write!(f, "Repeat it with the environment variables SEED={} SCHEDULES=1.", self.seed)
    }
}
