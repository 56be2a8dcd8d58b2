//! What Stripe has of a payment: its own objects, as far as they are compared. Times are in seconds since 1970.

use serde::Deserialize;
use serde_json::Value;

use crate::amount::Amount;

/// A PaymentIntent with its charge and the charge's refunds expanded
/// (<https://docs.stripe.com/api/payment_intents/object>).
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) amount: Amount,
    pub(super) currency: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) amount_received: Amount,
    #[serde(default)]
    pub(super) amount_capturable: Amount,
    pub(super) created: u64,
    #[serde(default)]
    pub(super) canceled_at: Option<u64>,
    #[serde(default)]
    pub(super) livemode: bool,
    #[serde(default)]
    pub(super) latest_charge: Option<Charge>,
}

/// The charge of the last attempt to pay; all the money of an intent is in it.
#[derive(Debug, Deserialize)]
pub(super) struct Charge {
    #[serde(default)]
    pub(super) created: u64,
    #[serde(default)]
    pub(super) outcome: Option<Outcome>,
    #[serde(default)]
    pub(super) refunds: Refunds,
}

/// What Stripe thinks of an attempt to pay (<https://docs.stripe.com/radar/risk-evaluation>).
#[derive(Debug, Deserialize)]
pub(super) struct Outcome {
    /// `normal`, `elevated`, `highest`, `not_assessed` or `unknown`.
    #[serde(default)]
    pub(super) risk_level: Option<String>,
    /// 0 to 100; only for accounts that have Radar for Fraud Teams.
    #[serde(default)]
    pub(super) risk_score: Option<u64>,
}

/// The list of a charge's refunds, all of them.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refunds {
    pub(super) data: Vec<Refund>,
}

/// A refund (<https://docs.stripe.com/api/refunds/object>).
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: Amount,
    /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`; old ones have none.
    #[serde(default)]
    pub(super) status: Option<String>,
    pub(super) created: u64,
    #[serde(default)]
    pub(super) failure_reason: Option<String>,
    /// Empty for what was only held and is let go: Stripe lists that as a refund, too.
    #[serde(default)]
    pub(super) balance_transaction: Option<Value>,
    #[serde(default)]
    pub(super) metadata: Option<Metadata>,
}

/// What of a refund's metadata tells who has made it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    /// The mark of medusa-payment-rs; in Medusa 2 it begins with the id of the refund's row.
    #[serde(default)]
    pub(super) medusa_payment_rs: Option<String>,
}

impl Intent {
    /// Returns what is held and not taken yet.
    pub(super) fn held(&self) -> u64 {
        match self.status.as_str() {
            "requires_capture" => self.amount_capturable.minor_units(),
            _ => 0,
        }
    }

    /// Returns what was taken, whatever was given back later.
    pub(super) fn taken(&self) -> u64 {
        self.amount_received.minor_units()
    }

    /// Returns what the store has of it now.
    pub(super) fn kept(&self) -> u64 {
        self.taken().saturating_sub(self.refunded())
    }

    /// Returns what was given back, or is on its way.
    pub(super) fn refunded(&self) -> u64 {
        self.refunds().filter(|refund| refund.is_paid()).map(Refund::units).sum()
    }

    /// The refunds of taken money.
    pub(super) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        let all = self.latest_charge.iter().flat_map(|charge| &charge.refunds.data);
        all.filter(|refund| !refund.is_release())
    }

    /// Returns where it is in Stripe's dashboard.
    pub(super) fn dashboard(&self) -> String {
        dashboard(&self.id, self.livemode)
    }

    /// Whether the shopper can still pay it, or has and the bank takes its time.
    pub(super) fn is_live(&self) -> bool {
        matches!(
            self.status.as_str(),
            "requires_payment_method" | "requires_confirmation" | "requires_action" | "processing"
        )
    }

    /// When something last happened to it, as far as it tells.
    pub(super) fn last_change(&self) -> u64 {
        let charge = self.latest_charge.as_ref().map_or(0, |charge| charge.created);
        let refunds = self.refunds().map(|refund| refund.created);
        refunds.chain([self.created, charge]).chain(self.canceled_at).max().unwrap_or_default()
    }

    /// When the shopper paid it.
    pub(super) fn paid_at(&self) -> u64 {
        let charged = self.latest_charge.as_ref().map(|charge| charge.created);
        charged.filter(|created| *created > 0).unwrap_or(self.created)
    }
}

/// Returns where an intent is in Stripe's dashboard.
pub(super) fn dashboard(id: &str, is_live: bool) -> String {
    let mode = if is_live { "" } else { "test/" };
    format!("https://dashboard.stripe.com/{mode}payments/{id}")
}

impl Refund {
    pub(super) fn units(&self) -> u64 {
        self.amount.minor_units()
    }

    /// Whether the shopper has the money or is going to have it.
    pub(super) fn is_paid(&self) -> bool {
        !matches!(self.status.as_deref(), Some("failed" | "canceled"))
    }

    /// Whether nothing was given back, because nothing was taken: what a capture leaves of a hold, or a canceled hold.
    fn is_release(&self) -> bool {
        let has_transaction = self.balance_transaction.as_ref().is_some_and(|it| !it.is_null());
        self.status.as_deref() == Some("succeeded") && !has_transaction
    }

    /// The mark with which medusa-payment-rs has made it.
    pub(super) fn mark(&self) -> Option<&str> {
        self.metadata.as_ref()?.medusa_payment_rs.as_deref()
    }
}
