//! What can be found.

use serde::{Serialize, Serializer};

/// What differs. The name of a kind is what `--json` and `--csv` show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Medusa has recorded a refund, and Stripe has none.
    RefundNotPaid,
    /// Medusa has recorded a refund, and Stripe's failed or was canceled.
    RefundFailed,
    /// Stripe has paid a refund that Medusa has not recorded.
    RefundNotRecorded,
    /// As before, and the same amount was recorded and paid about the same time.
    RefundPaidTwice,
    /// Stripe has taken the money, Medusa has no capture.
    CaptureNotRecorded,
    /// Medusa has a capture, Stripe has not taken the money.
    CaptureNotMade,
    /// The order counts on money that Stripe does not hold any more, or never has.
    AuthorizationLost,
    /// Both have the payment, over another amount or in another currency.
    AmountDiffers,
    /// The order or its payment is canceled, and Stripe holds the money.
    CanceledMoneyHeld,
    /// The order or its payment is canceled, and the store has the money.
    CanceledMoneyTaken,
    /// Stripe holds or has taken money for which there is no order.
    MoneyWithoutOrder,
    /// An intent can still be paid, and what it was made for is over.
    LiveIntent,
    /// Stripe does not know the payment.
    UnknownPayment,
    /// Medusa's record cannot be read.
    UnreadableRecord,
}

impl Kind {
    #[cfg(test)]
    pub(super) const ALL: [Self; 14] = [
        Self::RefundNotPaid,
        Self::RefundFailed,
        Self::RefundNotRecorded,
        Self::RefundPaidTwice,
        Self::CaptureNotRecorded,
        Self::CaptureNotMade,
        Self::AuthorizationLost,
        Self::AmountDiffers,
        Self::CanceledMoneyHeld,
        Self::CanceledMoneyTaken,
        Self::MoneyWithoutOrder,
        Self::LiveIntent,
        Self::UnknownPayment,
        Self::UnreadableRecord,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RefundNotPaid => "refund_not_paid",
            Self::RefundFailed => "refund_failed",
            Self::RefundNotRecorded => "refund_not_recorded",
            Self::RefundPaidTwice => "refund_paid_twice",
            Self::CaptureNotRecorded => "capture_not_recorded",
            Self::CaptureNotMade => "capture_not_made",
            Self::AuthorizationLost => "authorization_lost",
            Self::AmountDiffers => "amount_differs",
            Self::CanceledMoneyHeld => "canceled_money_held",
            Self::CanceledMoneyTaken => "canceled_money_taken",
            Self::MoneyWithoutOrder => "money_without_order",
            Self::LiveIntent => "live_intent",
            Self::UnknownPayment => "unknown_payment",
            Self::UnreadableRecord => "unreadable_record",
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A difference between Medusa's records and Stripe's.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) kind: Kind,
    /// The kind in words.
    pub(super) title: &'static str,
    /// Medusa's ids; `null` if there is none.
    pub(super) order: Option<String>,
    pub(super) display_id: Option<u64>,
    pub(super) cart: Option<String>,
    pub(super) payment: Option<String>,
    /// Stripe's ids.
    pub(super) intent: Option<String>,
    pub(super) refund: Option<String>,
    /// What either side says.
    pub(super) medusa: String,
    pub(super) stripe: String,
    /// In seconds since 1970: since when it is so, as far as that is known.
    pub(super) since: u64,
    /// How much money it is about, in Stripe's unit, and for people.
    pub(super) amount: u64,
    pub(super) currency: String,
    pub(super) money: String,
    /// Which known fault looks like this.
    pub(super) fault: &'static str,
    /// What to do about it.
    pub(super) advice: String,
    /// The payment in Stripe's dashboard.
    pub(super) dashboard: Option<String>,
}
