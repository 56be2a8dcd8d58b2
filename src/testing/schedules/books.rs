//! What the provider must have in its books, from what Medusa has recorded and the operator was told.

use super::elsewhere::Elsewhere;
use super::medusa::{Action, Host, Medusa};
use super::operator::Operator;
use crate::amount::Amount;
use crate::testing::harness::{Harness, Ledger};
use crate::testing::trial::{Checked, expect, failed};

/// What became of refunds without the processor.
#[derive(Default)]
pub(super) struct Outside {
    /// What was refunded in the provider's dashboard.
    pub elsewhere: Elsewhere,
    /// Recorded refunds that failed at the customer's bank later.
    failed: Vec<Amount>,
    /// How much failed at the customer's bank that may or may not have been recorded before.
    failed_sometime: u64,
}

impl Outside {
    /// A refund of the dashboard fails. If it was recorded as one of Medusa's, that is not true any more.
    pub(super) fn fail_elsewhere(&mut self, amount: Amount) {
        match self.elsewhere.fail(amount) {
            Some(true) => self.failed.push(amount),
            Some(false) => {}
            None => self.failed_sometime += amount.minor_units(),
        }
    }

    /// Notes which of Medusa's records, if any, is not true any more without anybody's mistake, when a
    /// refund of this amount has failed.
    pub(super) fn fail(&mut self, amount: Amount, medusa: &Medusa, operator: &Operator) {
        let known = self.failed.iter().filter(|failed| **failed == amount).count();
        let may_be_recorded = medusa.times_refunded(amount) > known;
        let may_be_unrecorded = operator.is_in_doubt(Action::Refund(amount));
        match (may_be_recorded, may_be_unrecorded) {
            (true, false) => self.failed.push(amount),
            (true, true) => self.failed_sometime += amount.minor_units(),
            (false, _) => {}
        }
    }
}

/// Compares the provider's books with what was recorded and what may have been done beside it.
pub(super) fn compare(
    ledger: Ledger,
    medusa: &Medusa,
    operator: &Operator,
    outside: &Outside,
    harness: &dyn Harness,
) -> Checked {
    refunds(ledger, medusa, operator, outside)?;
    match medusa.host {
        Host::Medusa1 => capture(ledger, medusa, operator, harness.captures_at_once())?,
        Host::Medusa2 => captures(ledger, medusa, operator)?,
    }
    // Medusa does not store what a cancellation returns.
    if harness.keeps_books_in_data() { Ok(()) } else { cancellation(ledger, medusa, operator) }
}

fn refunds(ledger: Ledger, medusa: &Medusa, operator: &Operator, outside: &Outside) -> Checked {
    let elsewhere = &outside.elsewhere;
    let paid = ledger.refunded.saturating_sub(elsewhere.made());
    let failed_later: u64 = outside.failed.iter().map(|amount| amount.minor_units()).sum();
    let recorded = medusa.refunded().saturating_sub(failed_later);
    let in_doubt = operator.refunds_in_doubt();
    let given_back = paid + elsewhere.most_recorded();
    if given_back + outside.failed_sometime + medusa.refunds_never_known < recorded {
        return failed(format!(
            "Medusa has recorded refunds of {recorded}, and the provider has given back {given_back}, what was recorded of \
             the dashboard's refunds included"
        ));
    }
    let recorded = recorded.saturating_sub(elsewhere.least_recorded());
    if paid > recorded + in_doubt {
        return failed(format!(
            "the provider has paid refunds of {paid}, Medusa has recorded {recorded}, and the operator was \
             told that {in_doubt} more may have been paid"
        ));
    }
    Ok(())
}

fn capture(ledger: Ledger, medusa: &Medusa, operator: &Operator, at_once: bool) -> Checked {
    let what = "what the provider has captured";
    if medusa.row.is_captured {
        return expect(what, ledger.captured, medusa.total);
    }
    if ledger.captured == 0 || at_once {
        return Ok(());
    }
    expect(what, ledger.captured, medusa.total)?;
    let in_doubt = operator.captures_in_doubt() > 0;
    expect("whether the operator was told that it may be captured, as it is", in_doubt, true)
}

fn captures(ledger: Ledger, medusa: &Medusa, operator: &Operator) -> Checked {
    let (taken, recorded, in_doubt) =
        (ledger.captured, medusa.captured(), operator.captures_in_doubt());
    if taken + medusa.captures_never_known < recorded {
        return failed(format!(
            "Medusa has recorded captures of {recorded}, and the provider has taken {taken}"
        ));
    }
    // Such a row may also stand in the way of a capture that was made and whose answer was lost: a person has to look.
    if taken > recorded + in_doubt + medusa.captures_never_known {
        return failed(format!(
            "the provider has taken {taken}, Medusa has recorded captures of {recorded}, and the operator was \
             told that {in_doubt} more may have been taken"
        ));
    }
    Ok(())
}

fn cancellation(ledger: Ledger, medusa: &Medusa, operator: &Operator) -> Checked {
    if medusa.row.is_canceled {
        let is_given_back = ledger.held == 0 && ledger.captured == ledger.refunded;
        if medusa.host == Host::Medusa2 && is_given_back {
            return Ok(());
        }
        return expect("whether the provider has canceled it", ledger.canceled, true);
    }
    if !ledger.canceled {
        return Ok(());
    }
    let in_doubt = operator.is_in_doubt(Action::Cancel);
    expect("whether the operator was told that it may be canceled, as it is", in_doubt, true)
}
