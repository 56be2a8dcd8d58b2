//! What Stripe has of a payment, as an order's page in Medusa's admin shows it.

use serde::Serialize;

use super::account::{Intent, Refund};
use crate::providers::stripe::units::decimals;

/// An intent. Amounts are in Stripe's unit, times in seconds since 1970.
#[derive(Debug, Serialize)]
pub(super) struct Shown<'a> {
    id: &'a str,
    status: &'a str,
    created: u64,
    currency_code: String,
    /// How many decimals Stripe counts the currency with.
    decimals: u32,
    amount: u64,
    captured: u64,
    refunded: u64,
    refunds: Vec<ShownRefund<'a>>,
    risk_level: Option<&'a str>,
    risk_score: Option<u64>,
    dashboard_url: String,
}

#[derive(Debug, Serialize)]
struct ShownRefund<'a> {
    id: &'a str,
    amount: u64,
    status: Option<&'a str>,
    created: u64,
}

impl<'a> From<&'a Intent> for Shown<'a> {
    fn from(intent: &'a Intent) -> Self {
        let outcome = intent.latest_charge.as_ref().and_then(|charge| charge.outcome.as_ref());
        Self {
            id: &intent.id,
            status: &intent.status,
            created: intent.created,
            currency_code: intent.currency.to_lowercase(),
            decimals: decimals(&intent.currency),
            amount: intent.amount.minor_units(),
            captured: intent.taken(),
            refunded: intent.refunded(),
            refunds: intent.refunds().map(ShownRefund::from).collect(),
            risk_level: outcome.and_then(|outcome| outcome.risk_level.as_deref()),
            risk_score: outcome.and_then(|outcome| outcome.risk_score),
            dashboard_url: intent.dashboard(),
        }
    }
}

impl<'a> From<&'a Refund> for ShownRefund<'a> {
    fn from(refund: &'a Refund) -> Self {
        Self {
            id: &refund.id,
            amount: refund.units(),
            status: refund.status.as_deref(),
            created: refund.created,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::audit::shown_payment;

    fn shown(intent: Value) -> Value {
        serde_json::from_str(&shown_payment(&intent.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn what_was_only_let_go_is_not_refunded_and_a_failed_refund_does_not_count() {
        let refund = |id: &str, amount: u64, status: &str, transaction: Value| {
            let mut refund = json!({ "id": id, "amount": amount, "status": status, "created": 5 });
            refund["balance_transaction"] = transaction;
            refund
        };
        let payment = shown(json!({
            "id": "pi_1", "amount": 1500, "amount_received": 1000, "currency": "eur", "status": "succeeded",
            "created": 1, "livemode": true,
            "latest_charge": {
                "created": 2,
                "outcome": { "risk_level": "elevated", "risk_score": 70 },
                "refunds": { "data": [
                    refund("re_release", 500, "succeeded", Value::Null),
                    refund("re_failed", 300, "failed", json!("txn_1")),
                    refund("re_paid", 200, "succeeded", json!("txn_2")),
                ] },
            },
        }));
        assert_eq!(payment["captured"], 1000);
        assert_eq!(payment["refunded"], 200);
        let refunds = payment["refunds"].as_array().unwrap();
        let ids: Vec<_> = refunds.iter().map(|refund| refund["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["re_failed", "re_paid"]);
        assert_eq!(
            (&payment["risk_level"], &payment["risk_score"]),
            (&json!("elevated"), &json!(70))
        );
        assert_eq!(payment["dashboard_url"], "https://dashboard.stripe.com/payments/pi_1");
    }

    #[test]
    fn an_amount_comes_with_the_decimals_that_it_is_counted_with() {
        for (currency, decimals) in [("JPY", 0), ("eur", 2), ("kwd", 3), ("isk", 2)] {
            let payment = shown(json!({
                "id": "pi_1", "amount": 1500, "currency": currency, "status": "requires_capture", "created": 1,
            }));
            assert_eq!(payment["decimals"], decimals, "{currency}");
            assert_eq!(payment["currency_code"], currency.to_lowercase());
            assert_eq!(payment["dashboard_url"], "https://dashboard.stripe.com/test/payments/pi_1");
        }
    }
}
