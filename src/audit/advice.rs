//! Of each kind of finding: what it is in words, which known fault looks like it, and what to do about it.

use super::finding::Kind;
use super::records::Host;

impl Kind {
    /// Returns the kind in words.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::RefundNotPaid => "A refund is recorded and was never paid",
            Self::RefundFailed => "A refund is recorded and failed",
            Self::RefundNotRecorded => "A refund was paid and is not recorded",
            Self::RefundPaidTwice => "A refund was paid twice",
            Self::CaptureNotRecorded => "Money was captured and is not recorded",
            Self::CaptureNotMade => "A capture is recorded and was not made",
            Self::AuthorizationLost => "An order counts on money that is not held",
            Self::AmountDiffers => "The amounts differ",
            Self::CanceledMoneyHeld => "Canceled, and the money is still held",
            Self::CanceledMoneyTaken => "Canceled, and the money was taken",
            Self::MoneyWithoutOrder => "Money for which there is no order",
            Self::LiveIntent => "A payment can still be made, and what it was for is over",
            Self::UnknownPayment => "Stripe does not know the payment",
            Self::UnreadableRecord => "Medusa's record cannot be read",
        }
    }

    /// Returns the known fault that looks like it.
    pub(super) fn fault(self, host: Host) -> &'static str {
        match (self, host) {
            (Self::RefundNotPaid, Host::Medusa1) => {
                "medusa-payment-stripe answers a refund that Stripe declines with an error without details, which \
                 Medusa 1 records as paid; the payment's data is the error from then on, and later refunds of it go out \
                 without a payment."
            }
            (Self::RefundNotPaid, Host::Medusa2) => {
                "@medusajs/payment-stripe takes any answer that is JSON without an error for a success, a proxy's for \
                 one; and a server that ends during a refund leaves its row."
            }
            (Self::RefundFailed, _) => {
                "A refund can fail days after it was made, when the shopper's bank sends it back, and the JavaScript \
                 plugins take one that fails at once for a success."
            }
            (Self::RefundNotRecorded, _) => {
                "It was made in Stripe's dashboard, or its reply was lost and Medusa was told of an error."
            }
            (Self::RefundPaidTwice, Host::Medusa1) => {
                "medusa-payment-stripe sends no idempotency key: its library repeats a request whose reply was lost, \
                 and Stripe pays again."
            }
            (Self::RefundPaidTwice, Host::Medusa2) => {
                "@medusajs/payment-stripe has another idempotency key at each try: a refund whose reply was lost is \
                 paid again when the operator repeats it."
            }
            (Self::CaptureNotRecorded, _) => {
                "It was captured in Stripe's dashboard, the reply to the capture was lost, or the webhook that tells \
                 Medusa of it did not arrive."
            }
            (Self::CaptureNotMade, Host::Medusa1) => {
                "A payment that was marked as captured by hand, or by a plugin that took an error for a success."
            }
            (Self::CaptureNotMade, Host::Medusa2) => {
                "@medusajs/payment-stripe takes any answer that is JSON without an error for a success."
            }
            (Self::AuthorizationLost, _) => {
                "A hold ends after some days (seven for most cards), or it was canceled in Stripe's dashboard."
            }
            (Self::AmountDiffers, Host::Medusa1) => {
                "The cart changed while it was being paid, or a part was captured in Stripe's dashboard."
            }
            (Self::AmountDiffers, Host::Medusa2) => {
                "@medusajs/payment-stripe captures the whole payment if a part of it is to be captured, and asks for a \
                 hundredth in currencies that it takes for ones without decimals."
            }
            (Self::CanceledMoneyHeld | Self::CanceledMoneyTaken, Host::Medusa1) => {
                "medusa-payment-stripe answers a cancellation that Stripe declines with an error without details, which \
                 Medusa 1 takes for a success."
            }
            (Self::CanceledMoneyHeld | Self::CanceledMoneyTaken, Host::Medusa2) => {
                "Medusa 2 cancels an order also if its payment cannot be canceled or refunded, and only logs why."
            }
            (Self::MoneyWithoutOrder, _) => {
                "The shopper paid and the cart was never completed, or paid an older intent of a cart that another one \
                 had paid."
            }
            (Self::LiveIntent, Host::Medusa1) => {
                "medusa-payment-stripe makes a new intent when a cart's customer changes, and does not cancel the old \
                 one."
            }
            (Self::LiveIntent, Host::Medusa2) => {
                "A payment session was started and its reply was lost, or its cancellation was."
            }
            (Self::UnknownPayment, _) => {
                "It was made with the key of another Stripe account, or of the other mode (test or live)."
            }
            (Self::UnreadableRecord, _) => "An amount was written by something else than Medusa.",
        }
    }

    /// Returns what to do about it. `is_ours` tells whether medusa-payment-rs has made the refund.
    pub(super) fn advice(self, host: Host, is_ours: bool) -> &'static str {
        match (self, host) {
            (Self::RefundNotPaid, _) => {
                "Pay exactly this amount in Stripe's dashboard (the payment, Refund). Do not repeat it in Medusa: it would \
                 be recorded a second time."
            }
            (Self::RefundFailed, _) => {
                "The money is back in the store's balance. Refund it again in Stripe's dashboard if the bank takes it \
                 now, or pay the shopper in another way. Do not repeat it in Medusa: it would be recorded a second time."
            }
            (Self::RefundNotRecorded, Host::Medusa1) if is_ours => {
                "Repeat the refund in Medusa's admin (the order, Refund; POST /admin/orders/:id/refund) of exactly \
                 this amount: medusa-payment-rs finds this refund and records it, and nothing is paid again."
            }
            (Self::RefundNotRecorded, Host::Medusa2) if is_ours => {
                "Repeat the refund in Medusa's admin (the order, Payments, Refund; POST /admin/payments/:id/refund) of \
                 exactly this amount: medusa-payment-rs finds this refund and records it, and nothing is paid again."
            }
            (Self::RefundNotRecorded, Host::Medusa1) => {
                "If less than this amount is left of the payment, a refund of exactly this amount in Medusa's admin (the \
                 order, Refund; POST /admin/orders/:id/refund) records it with medusa-payment-rs, and nothing is paid. If \
                 this much or more is left, do not refund in Medusa, it would be paid again: write a note on the order."
            }
            (Self::RefundNotRecorded, Host::Medusa2) => {
                "If less than this amount is left of the payment, a refund of exactly this amount in Medusa's admin (the \
                 order, Payments, Refund; POST /admin/payments/:id/refund) records it with medusa-payment-rs, and nothing \
                 is paid. If this much or more is left, do not refund in Medusa, it would be paid again: write a note on \
                 the order."
            }
            (Self::RefundPaidTwice, _) => {
                "See the payment's two refunds in Stripe's dashboard. A refund cannot be taken back: ask the shopper for \
                 the money, or write it off, and write a note on the order. Do not record it in Medusa as a refund."
            }
            (Self::CaptureNotRecorded, Host::Medusa1) => {
                "Capture the payment in Medusa's admin (the order, Capture payment; POST /admin/orders/:id/capture): \
                 Stripe's answer that it is captured already is recorded."
            }
            (Self::CaptureNotRecorded, Host::Medusa2) => {
                "Capture the payment in Medusa's admin (the order, Payments, Capture; POST /admin/payments/:id/capture): \
                 Stripe's answer that it is captured already is recorded."
            }
            (Self::CaptureNotMade, _) => {
                "If the money is held, capture it in Stripe's dashboard (the payment, Capture) before the hold ends. If \
                 it is not, ask the shopper to pay again, or take the order back."
            }
            (Self::AuthorizationLost, Host::Medusa1) => {
                "Do not ship before the shopper has paid again. Cancel the order in Medusa's admin (the order, Cancel; \
                 POST /admin/orders/:id/cancel) if that does not happen."
            }
            (Self::AuthorizationLost, Host::Medusa2) => {
                "Do not ship before the shopper has paid again. Cancel the order in Medusa's admin (the order, Cancel; \
                 POST /admin/orders/:id/cancel), or send a payment link from there."
            }
            (Self::AmountDiffers, Host::Medusa1) => {
                "Compare the order with the payment in Stripe's dashboard. What was taken in excess is refunded there; \
                 what is missing has to be asked for, with an order edit in Medusa's admin for one."
            }
            (Self::AmountDiffers, Host::Medusa2) => {
                "Compare the order with the payment in Stripe's dashboard. What was taken in excess is refunded there, \
                 or recorded with a capture of the difference (the order, Payments, Capture; POST \
                 /admin/payments/:id/capture) if the store is entitled to it."
            }
            (Self::CanceledMoneyHeld, _) => {
                "Cancel the payment in Stripe's dashboard (the payment, Cancel): the shopper's money is free then."
            }
            (Self::CanceledMoneyTaken, _) => {
                "Refund the payment in Stripe's dashboard (the payment, Refund): Medusa does not refund what is \
                 canceled."
            }
            (Self::MoneyWithoutOrder, _) => {
                "Ask the shopper, whom Stripe's dashboard names. Either complete the cart (POST \
                 /store/carts/:id/complete), or cancel or refund the payment in Stripe's dashboard."
            }
            (Self::LiveIntent, _) => {
                "Cancel it in Stripe's dashboard (the payment, Cancel), so that it is not paid by mistake."
            }
            (Self::UnknownPayment, _) => {
                "Run the audit with the key of the account and the mode that the payment was made with. Nothing can be \
                 captured or refunded in Medusa with the present key."
            }
            (Self::UnreadableRecord, _) => {
                "Look at the row in Medusa's database, and compare it with the payment in Stripe's dashboard."
            }
        }
    }
}
