//! An operator: what is wanted, and what is known of it from the answers.

use super::medusa::{Action, Medusa, Row};
use crate::captures::DIFFER;
use crate::error::{ErrorKind, PaymentProcessorError};

/// Which of the operator's wants it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Want(usize);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The provider certainly has not done it.
    Undone,
    /// The provider may have done it, and Medusa has not recorded it.
    InDoubt,
    /// The same, and a person was told how the provider's books and Medusa's differ.
    Differing,
    /// Medusa has recorded it, or it was clearly refused.
    Settled,
}

/// What an operator wants to be done, in its order.
#[derive(Default)]
pub(super) struct Operator {
    wants: Vec<(Action, State)>,
    /// Whether nothing goes wrong any more, so that a refusal of any kind is one.
    pub is_settling: bool,
}

impl Operator {
    /// Begins to want something, if Medusa lets it through.
    pub(super) fn want(&mut self, medusa: &Medusa, row: &Row, action: Action) -> Option<Want> {
        // Nobody refunds so much that it would be too much if what is in doubt was paid. The same holds for parts.
        let refunded = medusa.refunded() + self.refunds_in_doubt() + action.refunds();
        let is_part = action.captures() < medusa.total;
        let captured = medusa.captured() + self.captures_in_doubt() + action.captures();
        let is_too_much = refunded > medusa.total || (is_part && captured > medusa.total);
        if is_too_much || !medusa.allows(row, action) {
            return None;
        }
        Some(self.add(action))
    }

    fn add(&mut self, action: Action) -> Want {
        self.wants.push((action, State::Undone));
        Want(self.wants.len() - 1)
    }

    pub(super) fn action(&self, Want(number): Want) -> Option<Action> {
        self.wants.get(number).map(|(action, _)| *action)
    }

    /// What is not settled and what Medusa lets through.
    pub(super) fn unsettled(&self, medusa: &Medusa, row: &Row) -> Vec<Want> {
        let wants = self.wants.iter().enumerate().filter(|(_, (action, state))| {
            matches!(state, State::Undone | State::InDoubt) && medusa.allows(row, *action)
        });
        wants.map(|(number, _)| Want(number)).collect()
    }

    /// Chooses one of those to be retried, counted around. A second click on `clicked` at the same time is
    /// as good as another want.
    pub(super) fn retry(
        &mut self,
        (medusa, row): (&Medusa, &Row),
        number: usize,
        clicked: Option<Want>,
    ) -> Option<Want> {
        let unsettled = self.unsettled(medusa, row);
        let want = *unsettled.get(number.checked_rem(unsettled.len())?)?;
        if Some(want) != clicked {
            return Some(want);
        }
        let action = self.action(want)?;
        Some(self.add(action))
    }

    pub(super) fn settle(&mut self, want: Want) {
        self.set(want, |_| State::Settled);
    }

    /// The answer was lost, or Medusa has not stored it.
    pub(super) fn doubt(&mut self, want: Want) {
        self.set(want, |_| State::InDoubt);
    }

    /// Takes an error for what its kind says.
    pub(super) fn is_told(&mut self, want: Want, error: &PaymentProcessorError) {
        let is_settling = self.is_settling;
        self.set(want, |state| match (error.kind(), state) {
            (ErrorKind::Refused, State::InDoubt) if error.code() == DIFFER => State::Differing,
            (ErrorKind::Refused, _) => State::Settled,
            (ErrorKind::OutcomeUnknown, _) => State::InDoubt,
            (ErrorKind::Unavailable, state) => state,
            // It says nothing about an attempt before it.
            (ErrorKind::Invalid, State::InDoubt) if !is_settling => State::InDoubt,
            (ErrorKind::Invalid, _) => State::Settled,
        });
    }

    fn set(&mut self, Want(number): Want, change: impl FnOnce(State) -> State) {
        if let Some((_, state)) = self.wants.get_mut(number) {
            *state = change(*state);
        }
    }

    pub(super) fn is_in_doubt(&self, action: Action) -> bool {
        self.wants.contains(&(action, State::InDoubt))
    }

    fn in_doubt(&self) -> impl Iterator<Item = Action> {
        let is_open = |state: &State| matches!(state, State::InDoubt | State::Differing);
        self.wants.iter().filter(move |(_, state)| is_open(state)).map(|(action, _)| *action)
    }

    /// How much may have been refunded beside what Medusa has recorded, in minor units.
    pub(super) fn refunds_in_doubt(&self) -> u64 {
        self.in_doubt().map(Action::refunds).sum()
    }

    /// How much may have been captured beside what Medusa has recorded, likewise.
    pub(super) fn captures_in_doubt(&self) -> u64 {
        self.in_doubt().map(Action::captures).sum()
    }
}
