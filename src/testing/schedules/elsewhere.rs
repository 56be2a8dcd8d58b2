//! The refunds of the provider's dashboard, and what Medusa has recorded of them as its own: those that could not be paid
//! any more.

use crate::amount::Amount;
use crate::testing::harness::Ledger;
use crate::testing::trial::{Checked, failed};

/// A refund that a person has made, and that has not failed.
struct Made {
    amount: Amount,
    is_recorded: bool,
}

/// The refunds that people have made in the provider's dashboard.
#[derive(Default)]
pub(super) struct Elsewhere {
    refunds: Vec<Made>,
    /// Whether it cannot be told any more which of them are recorded.
    is_uncertain: bool,
}

impl Elsewhere {
    pub(super) fn refund(&mut self, amount: Amount) {
        self.refunds.push(Made { amount, is_recorded: false });
    }

    /// One of them fails. Returns whether it was recorded; `None` if that is not known.
    pub(super) fn fail(&mut self, amount: Amount) -> Option<bool> {
        let of_amount = || self.refunds.iter().filter(|refund| refund.amount == amount);
        // Of several, it is not known which.
        let is_known = !self.is_uncertain && of_amount().count() == 1;
        let position = self.refunds.iter().position(|refund| refund.amount == amount)?;
        let Made { is_recorded, .. } = self.refunds.remove(position);
        self.is_uncertain |= !is_known;
        is_known.then_some(is_recorded)
    }

    /// Something was recorded, and it is not known whether it was one of these.
    pub(super) fn may_be_recorded(&mut self) {
        self.is_uncertain |= !self.refunds.is_empty();
    }

    /// How much they are, in minor units.
    pub(super) fn made(&self) -> u64 {
        sum(self.refunds.iter())
    }

    /// How much of them is recorded at most.
    pub(super) fn most_recorded(&self) -> u64 {
        if self.is_uncertain { self.made() } else { self.least_recorded() }
    }

    /// How much of them is recorded at least.
    pub(super) fn least_recorded(&self) -> u64 {
        sum(self.refunds.iter().filter(|refund| refund.is_recorded))
    }

    /// A refund has succeeded that nothing else can have paid: either it was paid now, or it is one of these, because not
    /// that much was left.
    pub(super) fn done(&mut self, amount: Amount, before: Ledger, after: Ledger) -> Checked {
        let paid = after.refunded.saturating_sub(before.refunded);
        if paid == amount.minor_units() {
            return Ok(());
        }
        let left = left(before);
        if paid > 0 || left >= amount.minor_units() {
            return failed(format!(
                "a refund of {amount} was recorded, {left} could be refunded, and the provider has paid {paid}"
            ));
        }
        if self.is_uncertain {
            return Ok(());
        }
        let mut recorded = self.recorded_by(amount);
        if recorded.is_empty() {
            return failed(format!(
                "a refund of {amount} was recorded, and neither was it paid nor is it what was refunded in the dashboard"
            ));
        }
        recorded.iter_mut().for_each(|refund| refund.is_recorded = true);
        Ok(())
    }

    /// A refund was refused, which is right unless it could be recorded as one of these.
    pub(super) fn refused(&mut self, amount: Amount, before: Ledger) -> Checked {
        if self.is_uncertain || left(before) >= amount.minor_units() {
            return Ok(());
        }
        if self.recorded_by(amount).is_empty() {
            return Ok(());
        }
        failed(format!(
            "a refund of {amount} was refused, which was given back in the dashboard, and less is left to be paid"
        ))
    }

    /// What the record of a refund that cannot be paid is: one of that amount, or all that is not recorded.
    fn recorded_by(&mut self, amount: Amount) -> Vec<&mut Made> {
        let all: Vec<&mut Made> =
            self.refunds.iter_mut().filter(|refund| !refund.is_recorded).collect();
        if let Some(position) = all.iter().position(|refund| refund.amount == amount) {
            return all.into_iter().skip(position).take(1).collect();
        }
        let is_all = sum(all.iter().map(|refund| &**refund)) == amount.minor_units();
        if is_all { all } else { Vec::new() }
    }
}

fn left(ledger: Ledger) -> u64 {
    ledger.captured.saturating_sub(ledger.refunded)
}

fn sum<'a>(refunds: impl Iterator<Item = &'a Made>) -> u64 {
    refunds.map(|refund| refund.amount.minor_units()).sum()
}
