//! What came of the checks.

use std::fmt;

/// What came of the checks. As text, each failure comes with its rule, the reason for it and where
/// it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The ids of the checks that passed.
    pub passed: Vec<String>,
    /// The checks that failed.
    pub failed: Vec<Failure>,
    /// The checks that could not run: what was not checked is not kept.
    pub skipped: Vec<Skipped>,
}

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The check.
    pub id: String,
    /// What was tried.
    pub title: String,
    /// What the contract says.
    pub rule: &'static str,
    /// What Medusa does where it is broken, and in which of its files.
    pub why: String,
    /// Where the rule is written.
    pub written_in: String,
    /// What happened.
    pub message: String,
}

/// A check that could not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The check.
    pub id: String,
    /// What it needs, or why it was left out.
    pub reason: String,
}

impl Report {
    /// # Panics
    /// With the report, where a check failed.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failed.is_empty(), "\n{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failed {
            writeln!(f, "{failure}\n")?;
        }
        if !self.skipped.is_empty() {
            writeln!(f, "Not checked:")?;
            for Skipped { id, reason } in &self.skipped {
                writeln!(f, "- {id}: {reason}")?;
            }
            writeln!(f)?;
        }
        let (passed, failed, skipped) = (self.passed.len(), self.failed.len(), self.skipped.len());
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "✗ {}: {}", self.id, self.title)?;
        writeln!(f, "  what happened: {}", self.message.replace('\n', "\n    "))?;
        writeln!(f, "  the rule:      {}", self.rule)?;
        writeln!(f, "  why:           {}", self.why)?;
        write!(f, "  written in:    {}", self.written_in)
    }
}
