//! Amounts of both sides in Stripe's unit.

use rust_decimal::{Decimal, RoundingStrategy};

use super::records::{Host, Recorded};
use crate::amount::{Amount, currency_exponent};
use crate::providers::stripe::units::{decimals, to_stripe};

/// Returns a recorded amount in Stripe's unit, rounded as it is when Stripe is asked for it. `None` if it is not an
/// amount.
pub(super) fn units(recorded: &Recorded, currency: &str, host: Host) -> Option<u64> {
    let decimal: Decimal = match recorded.text() {
        text if text.contains(['e', 'E']) => Decimal::from_scientific(&text).ok()?,
        text => text.trim().parse().ok()?,
    };
    let scale = match host {
        Host::Medusa1 => 0,
        Host::Medusa2 => currency_exponent(currency),
    };
    let units = decimal
        .round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero)
        .checked_mul(Decimal::from(10_u64.pow(scale)))?;
    let units = u64::try_from(units).ok()?;
    match host {
        Host::Medusa1 => Some(units),
        Host::Medusa2 => to_stripe(Amount::new(units).ok()?, currency).map(Amount::minor_units),
    }
}

/// Returns an amount of Stripe's for people: `12.50 EUR`.
pub(super) fn shown(units: u64, currency: &str) -> String {
    let scale = decimals(currency);
    let currency = currency.to_uppercase();
    let step = 10_u64.pow(scale);
    let (whole, part) = (units / step, units % step);
    match usize::try_from(scale) {
        Ok(width) if width > 0 => format!("{whole}.{part:0width$} {currency}"),
        _ => format!("{whole} {currency}"),
    }
}
