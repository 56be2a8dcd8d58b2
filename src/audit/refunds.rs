//! Which refund of Medusa's is which of Stripe's.

use std::collections::BTreeSet;

use super::account::Refund;

/// How long after a recorded refund another one of the same amount is taken for the same wish, paid again: what an
/// operator or a library repeats is repeated within a day.
const SAME_WISH: u64 = 24 * 60 * 60;

/// A refund that Medusa has recorded, in Stripe's unit.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: Option<String>,
    pub(super) units: u64,
    pub(super) created: u64,
}

/// What is left over on either side.
#[derive(Debug, Default)]
pub(super) struct Unpaired<'a> {
    /// Recorded, and Stripe has not paid it.
    pub(super) rows: Vec<&'a Row>,
    /// Paid, and Medusa has not recorded it.
    pub(super) refunds: Vec<Extra<'a>>,
}

/// A refund that Stripe has paid and Medusa has not recorded.
#[derive(Debug)]
pub(super) struct Extra<'a> {
    pub(super) refund: &'a Refund,
    /// Whether one of the same amount, about the same time, is recorded and paid.
    pub(super) is_repeated: bool,
}

/// Pairs the recorded refunds with those that Stripe has paid: by the row's id in the refund's mark, then by amount,
/// those closest in time first, so that the one in excess is what is left over.
pub(super) fn pair<'a>(rows: &'a [Row], refunds: &[&'a Refund]) -> Unpaired<'a> {
    let mut candidates = Vec::new();
    for (row_place, row) in rows.iter().enumerate() {
        for (refund_place, refund) in refunds.iter().enumerate() {
            let distance = row.created.abs_diff(refund.created);
            if is_named(row, refund) {
                candidates.push((0, distance, row_place, refund_place));
            } else if row.units == refund.units() {
                candidates.push((1, distance, row_place, refund_place));
            }
        }
    }
    candidates.sort_unstable();
    let (mut of_rows, mut of_refunds) = (BTreeSet::new(), BTreeSet::new());
    for (_, _, row, refund) in candidates {
        if !of_rows.contains(&row) && !of_refunds.contains(&refund) {
            of_rows.insert(row);
            of_refunds.insert(refund);
        }
    }

    let is_repeated = |refund: &Refund| {
        let paired = rows.iter().enumerate().filter(|(place, _)| of_rows.contains(place));
        let mut paired = paired.map(|(_, row)| row);
        paired.any(|row| {
            row.units == refund.units() && row.created.abs_diff(refund.created) <= SAME_WISH
        })
    };
    let left = |paired: &BTreeSet<usize>, place: usize| !paired.contains(&place);
    let rows = rows.iter().enumerate().filter(|(place, _)| left(&of_rows, *place));
    let extras = refunds.iter().enumerate().filter(|(place, _)| left(&of_refunds, *place));
    Unpaired {
        rows: rows.map(|(_, row)| row).collect(),
        refunds: extras
            .map(|(_, refund)| Extra { refund, is_repeated: is_repeated(refund) })
            .collect(),
    }
}

/// Whether the refund's mark begins with the id of the row.
fn is_named(row: &Row, refund: &Refund) -> bool {
    let mark = refund.mark().and_then(|mark| mark.split('.').next());
    mark.is_some() && mark == row.id.as_deref()
}
