//! A bank in memory: what it holds and pays is the truth, and its replies can go wrong.

use std::collections::HashMap;
use std::sync::Mutex;

use uuid::Uuid;

use crate::request::Operation;
use crate::testing::{Fault, Ledger, Payable};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Open,
    Held,
    Captured,
    Canceled,
}

#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub cart: String,
    pub amount: u64,
    pub currency: String,
    pub status: Status,
    pub held: u64,
    pub captured: u64,
    pub refunds: Vec<Refund>,
}

#[derive(Clone, Debug)]
pub(super) struct Refund {
    pub id: String,
    pub amount: u64,
}

impl Payment {
    pub(super) fn refunded(&self) -> u64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }
}

/// Why the bank did not say that it did it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BankError {
    Refused(&'static str),
    /// An earlier request with the same key was refused. Nothing was done now.
    RefusedBefore(&'static str),
    Unavailable,
    Lost,
}

#[derive(Default)]
pub(super) struct State {
    pub payments: HashMap<String, Payment>,
    /// Idempotency key → what its first request was answered.
    answers: HashMap<String, Result<(), &'static str>>,
}

impl State {
    pub(super) fn payment(&mut self, id: &str) -> Result<&mut Payment, BankError> {
        self.payments.get_mut(id).ok_or(BankError::Refused("not_found"))
    }
}

const DECLINED: BankError = BankError::Refused("declined");

#[derive(Default)]
pub(super) struct Bank {
    state: Mutex<State>,
    fault: Mutex<Option<(Fault, Operation)>>,
}

impl Bank {
    /// Does `work` on behalf of `operation`.
    pub(super) async fn ask<T>(
        &self,
        operation: Operation,
        work: impl FnOnce(&mut State) -> Result<T, BankError>,
    ) -> Result<T, BankError> {
        let declines = self.fault_for(operation) == Some(Fault::Decline);
        let work = |state: &mut State| if declines { Err(DECLINED) } else { work(state) };
        self.receive(operation, work).await
    }

    /// Does `work` once for each key: after that the same answer comes again, be it a refusal.
    pub(super) async fn ask_once(
        &self,
        operation: Operation,
        key: &str,
        work: impl FnOnce(&mut State) -> Result<(), BankError>,
    ) -> Result<(), BankError> {
        let declines = self.fault_for(operation) == Some(Fault::Decline);
        let once = |state: &mut State| {
            if let Some(before) = state.answers.get(key) {
                return before.map_err(BankError::RefusedBefore);
            }
            let answer = if declines { Err(DECLINED) } else { work(state) };
            match &answer {
                Ok(()) => state.answers.insert(key.to_owned(), Ok(())),
                Err(BankError::Refused(code)) => state.answers.insert(key.to_owned(), Err(code)),
                Err(_) => None,
            };
            answer
        };
        self.receive(operation, once).await
    }

    /// Looks at the state on behalf of a change, with whose fault only a bank that is gone is meant.
    pub(super) async fn look<T>(
        &self,
        operation: Operation,
        look: impl FnOnce(&mut State) -> Result<T, BankError>,
    ) -> Result<T, BankError> {
        match self.fault_for(operation) {
            Some(Fault::Unavailable) => Err(BankError::Unavailable),
            Some(Fault::Hang) => std::future::pending().await,
            _ => self.with(look),
        }
    }

    async fn receive<T>(
        &self,
        operation: Operation,
        work: impl FnOnce(&mut State) -> Result<T, BankError>,
    ) -> Result<T, BankError> {
        match self.fault_for(operation) {
            None | Some(Fault::Decline | Fault::DeclineQuietly) => self.with(work),
            Some(Fault::Unavailable) => Err(BankError::Unavailable),
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Garble) => Err(BankError::Lost),
            Some(Fault::LoseReply | Fault::CutOff) => {
                self.with(work)?;
                Err(BankError::Lost)
            }
        }
    }

    pub(super) fn fault_for(&self, operation: Operation) -> Option<Fault> {
        self.fault.lock().unwrap().filter(|(_, meant)| *meant == operation).map(|(fault, _)| fault)
    }

    pub(super) fn inject(&self, fault: Option<(Fault, Operation)>) {
        *self.fault.lock().unwrap() = fault;
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap())
    }

    /// The shopper pays.
    pub(super) fn pay(&self, id: &str) {
        self.with(|state| {
            if let Ok(payment) = state.payment(id)
                && payment.status == Status::Open
            {
                payment.status = Status::Held;
                payment.held = payment.amount;
            }
        });
    }

    pub(super) fn ledger(&self, id: &str) -> Ledger {
        self.with(|state| {
            let payment = state.payment(id).unwrap();
            Ledger {
                held: payment.held,
                captured: payment.captured,
                refunded: payment.refunded(),
                canceled: payment.status == Status::Canceled,
            }
        })
    }

    pub(super) fn payable(&self, id: &str) -> Payable {
        self.with(|state| match state.payment(id).unwrap().clone() {
            Payment { status: Status::Open, amount, currency, .. } => {
                Payable::Sum { amount, currency }
            }
            _ => Payable::Nothing,
        })
    }

    pub(super) fn payments_of(&self, cart: &str) -> usize {
        self.with(|state| {
            let alive = |one: &&Payment| one.cart == cart && one.status != Status::Canceled;
            state.payments.values().filter(alive).count()
        })
    }
}

pub(super) fn create(
    state: &mut State,
    cart: &str,
    amount: u64,
    currency: &str,
) -> Result<String, BankError> {
    let id = format!("pay_{}", Uuid::new_v4().simple());
    let payment = Payment {
        cart: cart.to_owned(),
        amount,
        currency: currency.to_owned(),
        status: Status::Open,
        held: 0,
        captured: 0,
        refunds: Vec::new(),
    };
    state.payments.insert(id.clone(), payment);
    Ok(id)
}
