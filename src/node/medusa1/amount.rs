//! Amounts as Medusa 1 has them: numbers of minor units.

use crate::amount::Amount;
use crate::error::PaymentProcessorError;

use crate::node::boundary::argument::Refusal;

/// Returns the amount of a payment.
pub(super) fn payable(name: &str, number: f64) -> Result<Amount, Refusal> {
    Amount::try_from(number).map_err(|reason| invalid(name, 0, &reason.to_string()))
}

/// Returns the amount of a refund, which is above 0.
pub(super) fn refundable(name: &str, number: f64) -> Result<Amount, Refusal> {
    match Amount::try_from(number) {
        Ok(Amount::ZERO) => Err(invalid(name, 1, "a refund of 0 moves nothing")),
        Ok(amount) => Ok(amount),
        Err(reason) => Err(invalid(name, 1, &reason.to_string())),
    }
}

/// Refuses an amount. It is the shopkeeper's or the shopper's mistake: Medusa makes a rejection an HTTP 500.
pub(super) fn invalid(name: &str, least: u8, reason: &str) -> Refusal {
    Refusal::Error(PaymentProcessorError::invalid(
        "The amount is not valid",
        "invalid_amount",
        format!(
            "{name} has to be a whole number of minor units from {least} to {}: {reason}. The provider \
             was not asked.",
            Amount::MAX
        ),
    ))
}
