//! The comparison of one intent with the payments in Medusa that name it.
//!
//! One fault is one finding: what follows from another difference is not reported beside it.

use super::Case;
use super::account::{Intent, Refund, dashboard};
use super::finding::{Finding, Kind};
use super::money::{shown, units};
use super::records::{Cart, Entry, Host, Order, Origin, Payment};
use super::refunds::{Row, Unpaired, pair};

/// Returns what differs.
pub(super) fn compare(case: &Case, host: Host, now: u64, grace: u64) -> Vec<Finding> {
    let last_change = last_change(case);
    if now.saturating_sub(last_change) < grace {
        return Vec::new();
    }
    match (&case.intent, case.payments.as_slice()) {
        (None, payments) => payments.iter().map(|payment| unknown(case, payment, host)).collect(),
        (Some(intent), []) => case
            .origin
            .as_ref()
            .and_then(|origin| orphan(intent, origin, host))
            .into_iter()
            .collect(),
        (Some(intent), [first, more @ ..]) => match Books::read(first, more, intent, host) {
            Ok(books) => books.compare(),
            Err(payment) => vec![unreadable(case, payment, host)],
        },
    }
}

/// When something last happened on either side.
fn last_change(case: &Case) -> u64 {
    let ours = case.payments.iter().flat_map(|payment| {
        let entries = payment.captures.iter().chain(&payment.refunds).map(|entry| entry.created);
        entries.chain([payment.created, payment.updated]).chain(payment.canceled)
    });
    let closed = case.origin.iter().flat_map(|origin| {
        let cart = origin.cart.as_ref().and_then(|cart| cart.completed.max(cart.deleted));
        cart.into_iter().chain(origin.closed)
    });
    let theirs = case.intent.as_ref().map(Intent::last_change);
    ours.chain(closed).chain(theirs).max().unwrap_or_default()
}

/// Where a finding belongs.
struct Place<'a> {
    host: Host,
    order: Option<&'a Order>,
    cart: Option<&'a Cart>,
    payment: Option<&'a str>,
    intent: Option<&'a str>,
    is_live: bool,
    currency: &'a str,
}

impl<'a> Place<'a> {
    fn of(payment: &'a Payment, intent: Option<&'a Intent>, host: Host) -> Self {
        Self {
            host,
            order: payment.order.as_ref(),
            cart: payment.cart.as_ref(),
            payment: Some(&payment.id),
            intent: intent.map(|intent| intent.id.as_str()),
            is_live: intent.is_some_and(|intent| intent.livemode),
            currency: intent.map_or(&payment.currency, |intent| &intent.currency),
        }
    }

    fn finding(
        &self,
        kind: Kind,
        amount: u64,
        since: u64,
        medusa: String,
        stripe: String,
    ) -> Finding {
        let host = self.host;
        Finding {
            kind,
            title: kind.title(),
            order: self.order.map(|order| order.id.clone()),
            display_id: self.order.and_then(|order| order.display_id),
            cart: self.cart.map(|cart| cart.id.clone()),
            payment: self.payment.map(str::to_owned),
            intent: self.intent.map(str::to_owned),
            refund: None,
            medusa,
            stripe,
            since,
            amount,
            currency: self.currency.to_lowercase(),
            money: shown(amount, self.currency),
            fault: kind.fault(host),
            advice: kind.advice(host, false).to_owned(),
            dashboard: self.intent.map(|id| dashboard(id, self.is_live)),
        }
    }
}

/// A payment of which Stripe has nothing.
fn unknown(case: &Case, payment: &Payment, host: Host) -> Finding {
    let amount = units(&payment.amount, &payment.currency, host).unwrap_or_default();
    let place = Place { intent: case.id.as_deref(), ..Place::of(payment, None, host) };
    let stripe = match &case.id {
        None => "The payment's data in Medusa names no PaymentIntent to ask for.".to_owned(),
        Some(id) if case.is_of_other_mode => {
            format!("{id} exists in the other mode (test or live), not in that of the key.")
        }
        Some(id) => format!("There is no {id} in the account of the key."),
    };
    let medusa = format!("A payment of {}.", shown(amount, &payment.currency));
    let finding = place.finding(Kind::UnknownPayment, amount, payment.created, medusa, stripe);
    // It is not known where it would be in the dashboard.
    Finding { dashboard: None, ..finding }
}

fn unreadable(case: &Case, payment: &Payment, host: Host) -> Finding {
    let place = Place::of(payment, case.intent.as_ref(), host);
    let stripe = case.intent.as_ref().map(said).unwrap_or_default();
    let medusa = format!(
        "An amount of the payment, of its captures or of its refunds is not an amount of {}.",
        payment.currency.to_uppercase()
    );
    place.finding(Kind::UnreadableRecord, 0, payment.updated, medusa, stripe)
}

/// What an intent is, in a sentence.
fn said(intent: &Intent) -> String {
    let money = |units| shown(units, &intent.currency);
    let mut parts =
        vec![format!("The payment of {} is {}", money(intent.amount.minor_units()), intent.status)];
    if intent.held() > 0 {
        parts.push(format!("{} held", money(intent.held())));
    }
    if intent.taken() > 0 {
        parts.push(format!("{} captured", money(intent.taken())));
    }
    if intent.refunded() > 0 {
        parts.push(format!("{} refunded", money(intent.refunded())));
    }
    format!("{}.", parts.join(", "))
}

/// An intent that Medusa has no payment of.
fn orphan(intent: &Intent, origin: &Origin, host: Host) -> Option<Finding> {
    let money = intent.held() + intent.kept();
    let closed = closed(origin);
    let kind = match () {
        () if money > 0 => Kind::MoneyWithoutOrder,
        () if intent.is_live() && closed.is_some() => Kind::LiveIntent,
        () => return None,
    };
    let (amount, since) = match kind {
        Kind::MoneyWithoutOrder => (money, intent.paid_at()),
        _ => (intent.amount.minor_units(), closed.unwrap_or_default().max(intent.created)),
    };
    let place = Place {
        host,
        order: origin.order.as_ref(),
        cart: origin.cart.as_ref(),
        payment: None,
        intent: Some(&intent.id),
        is_live: intent.livemode,
        currency: &intent.currency,
    };
    Some(place.finding(kind, amount, since, stands(origin), said(intent)))
}

/// When what the intent was made for was over. What Medusa does not know was deleted long ago.
fn closed(origin: &Origin) -> Option<u64> {
    if !origin.is_known {
        return Some(0);
    }
    let cart = origin.cart.as_ref();
    let of_cart = cart.and_then(|cart| cart.completed.or(cart.deleted));
    of_cart.or(origin.closed).or(origin.order.as_ref().and_then(|order| order.canceled))
}

/// How it stands with what an intent without a payment was made for.
fn stands(origin: &Origin) -> String {
    let what = match &origin.cart {
        _ if !origin.is_known => {
            return format!(
                "There is no {}: it was deleted, or belongs to another store with the same Stripe account.",
                origin.id
            );
        }
        Some(cart) if cart.completed.is_some() => format!("The cart {} is completed", cart.id),
        Some(cart) if cart.deleted.is_some() => format!("The cart {} is deleted", cart.id),
        Some(cart) => format!("The cart {} is open", cart.id),
        None if origin.closed.is_some() => format!("{} is closed", origin.id),
        None => format!("{} is open", origin.id),
    };
    match &origin.order {
        Some(order) if order.canceled.is_some() => {
            format!("{what}, its order is canceled, and no payment names the intent.")
        }
        Some(_) => {
            format!("{what}, its order was paid otherwise, and no payment names the intent.")
        }
        None => format!("{what}, and no payment names the intent."),
    }
}

/// Medusa's records of one intent in Stripe's unit, beside the intent.
struct Books<'a> {
    host: Host,
    /// The one whose ids a finding has: of several the last that is not canceled.
    payment: &'a Payment,
    place: Place<'a>,
    intent: &'a Intent,
    /// What the payments are over.
    amount: u64,
    captured: u64,
    captured_at: u64,
    refunded: u64,
    /// Each recorded refund, if they are known one by one.
    rows: Vec<Row>,
}

impl<'a> Books<'a> {
    /// Returns the payment whose record cannot be read if there is one.
    fn read(
        first: &'a Payment,
        more: &'a [Payment],
        intent: &'a Intent,
        host: Host,
    ) -> Result<Self, &'a Payment> {
        let payments = || more.iter().chain([first]);
        let standing = payments().filter(|payment| payment.canceled.is_none());
        let payment = standing.max_by_key(|payment| payment.created).unwrap_or(first);
        let mut books = Self {
            host,
            payment,
            place: Place::of(payment, Some(intent), host),
            intent,
            amount: units(&payment.amount, &payment.currency, host).ok_or(payment)?,
            captured: 0,
            captured_at: 0,
            refunded: 0,
            rows: Vec::new(),
        };
        for payment in payments() {
            books.add(payment).ok_or(payment)?;
        }
        Ok(books)
    }

    fn add(&mut self, payment: &Payment) -> Option<()> {
        let units = |recorded| units(recorded, &payment.currency, self.host);
        for Entry { amount, created, .. } in &payment.captures {
            self.captured = self.captured.checked_add(units(amount)?)?;
            self.captured_at = self.captured_at.max(*created);
        }
        let mut rows = Vec::new();
        for Entry { id, amount, created } in &payment.refunds {
            rows.push(Row { id: id.clone(), units: units(amount)?, created: *created });
        }
        let listed = rows.iter().try_fold(0_u64, |sum, row| sum.checked_add(row.units))?;
        let total = payment.refunded.as_ref().map_or(Some(listed), units)?;
        if total != listed {
            // They are the order's, of which this payment is one.
            rows = match total {
                0 => Vec::new(),
                units => vec![Row { id: None, units, created: payment.updated }],
            };
        }
        self.refunded = self.refunded.checked_add(total)?;
        self.rows.extend(rows);
        Some(())
    }

    fn compare(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !self.intent.currency.eq_ignore_ascii_case(&self.payment.currency) {
            findings.push(self.finding(
                Kind::AmountDiffers,
                self.intent.amount.minor_units(),
                self.payment.created,
            ));
            return findings;
        }
        match self.canceled() {
            Some(since) => findings.extend(self.of_canceled(since)),
            None => findings.extend(self.of_standing()),
        }
        if !findings.iter().any(|finding| finding.kind == Kind::CanceledMoneyTaken) {
            findings.extend(self.of_refunds());
        }
        findings
    }

    /// When the order or the payment was canceled.
    fn canceled(&self) -> Option<u64> {
        let order = self.payment.order.as_ref();
        order.and_then(|order| order.canceled).or(self.payment.canceled)
    }

    /// What differs if nothing should be held and nothing kept.
    fn of_canceled(&self, since: u64) -> Option<Finding> {
        let (held, kept) = (self.intent.held(), self.intent.kept());
        if held > 0 {
            return Some(self.finding(Kind::CanceledMoneyHeld, held, since));
        }
        // What Medusa has given back and Stripe has not is the refunds' matter.
        let is_given_back = self.refunded >= self.intent.taken();
        if kept > 0 && !is_given_back {
            return Some(self.finding(Kind::CanceledMoneyTaken, kept, since));
        }
        self.intent
            .is_live()
            .then(|| self.finding(Kind::LiveIntent, self.intent.amount.minor_units(), since))
    }

    /// What differs if the payment stands.
    fn of_standing(&self) -> Option<Finding> {
        let intent = self.intent;
        let (held, taken) = (intent.held(), intent.taken());
        let has_purpose = self.payment.order.is_some() || self.payment.is_of_collection;
        if !has_purpose && held + intent.kept() > 0 {
            let money = held + intent.kept();
            return Some(self.finding(Kind::MoneyWithoutOrder, money, intent.paid_at()));
        }
        let is_paid = held + taken > 0;
        let authorized = intent.amount.minor_units();
        if is_paid && authorized != self.amount {
            return Some(self.finding(
                Kind::AmountDiffers,
                authorized.abs_diff(self.amount),
                self.payment.created,
            ));
        }
        match (self.captured, taken) {
            (recorded, taken) if recorded == taken => {
                let is_lost = recorded == 0 && held == 0 && intent.status != "processing";
                let since = intent.canceled_at.unwrap_or(self.payment.created);
                (is_lost && has_purpose)
                    .then(|| self.finding(Kind::AuthorizationLost, self.amount, since))
            }
            (0, taken) => Some(self.finding(Kind::CaptureNotRecorded, taken, intent.paid_at())),
            (recorded, 0) => Some(self.finding(Kind::CaptureNotMade, recorded, self.captured_at)),
            (recorded, taken) => {
                Some(self.finding(Kind::AmountDiffers, recorded.abs_diff(taken), self.captured_at))
            }
        }
    }

    /// What differs in what was given back.
    fn of_refunds(&self) -> Vec<Finding> {
        let all: Vec<&Refund> = self.intent.refunds().collect();
        let (paid, void): (Vec<&Refund>, Vec<&Refund>) =
            all.into_iter().partition(|refund| refund.is_paid());
        let given_back: u64 = paid.iter().map(|refund| refund.units()).sum();
        let Unpaired { rows, refunds } = pair(&self.rows, &paid);
        let missing = self.refunded.saturating_sub(given_back);
        let excess = given_back.saturating_sub(self.refunded);
        // If more is left over than they differ by, it cannot be said which is which.
        let rows_total: u64 = rows.iter().map(|row| row.units).sum();
        let refunds_total: u64 = refunds.iter().map(|extra| extra.refund.units()).sum();

        if missing > 0 && rows_total == missing {
            return self.not_paid_each(&rows, void);
        }
        if missing > 0 {
            let since = rows.iter().map(|row| row.created).min().unwrap_or(self.payment.updated);
            return vec![self.finding(Kind::RefundNotPaid, missing, since)];
        }
        if excess > 0 && refunds_total == excess {
            let each =
                refunds.iter().map(|extra| self.not_recorded(extra.refund, extra.is_repeated));
            return each.collect();
        }
        if excess > 0 {
            let created = refunds.iter().map(|extra| extra.refund.created).min();
            let since = created.unwrap_or(self.payment.updated);
            return vec![self.finding(Kind::RefundNotRecorded, excess, since)];
        }
        Vec::new()
    }

    /// One finding for each refund that Medusa has and Stripe has not paid. Of those that failed at Stripe each is one of
    /// these.
    fn not_paid_each(&self, rows: &[&Row], mut void: Vec<&Refund>) -> Vec<Finding> {
        let each = rows.iter().map(|row| {
            let failed = void.iter().position(|refund| refund.units() == row.units);
            match failed.map(|place| void.remove(place)) {
                Some(refund) => {
                    let status = refund.status.as_deref().unwrap_or("failed");
                    let why = refund.failure_reason.as_deref();
                    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
                    let money = shown(row.units, &self.intent.currency);
                    let stripe = format!("The refund {} of {money} is {status}{why}.", refund.id);
                    let finding = self.finding(Kind::RefundFailed, row.units, refund.created);
                    Finding { refund: Some(refund.id.clone()), stripe, ..finding }
                }
                None => self.finding(Kind::RefundNotPaid, row.units, row.created),
            }
        });
        each.collect()
    }

    fn not_recorded(&self, refund: &Refund, is_repeated: bool) -> Finding {
        let is_ours = refund.mark().is_some();
        let kind =
            if is_repeated && !is_ours { Kind::RefundPaidTwice } else { Kind::RefundNotRecorded };
        let money = shown(refund.units(), &self.intent.currency);
        let by = if is_ours { ", made by medusa-payment-rs" } else { "" };
        let stripe =
            format!("The refund {} of {money} was paid{by}. {}", refund.id, said(self.intent));
        let finding = self.finding(kind, refund.units(), refund.created);
        let advice = kind.advice(self.host, is_ours).to_owned();
        Finding { refund: Some(refund.id.clone()), stripe, advice, ..finding }
    }

    fn finding(&self, kind: Kind, amount: u64, since: u64) -> Finding {
        self.place.finding(kind, amount, since, self.recorded(), said(self.intent))
    }

    /// What Medusa has, in a sentence.
    fn recorded(&self) -> String {
        let money = |units| shown(units, &self.payment.currency);
        let is_canceled = self.canceled().is_some();
        let order = match &self.payment.order {
            Some(order) if order.canceled.is_some() => ", its order is canceled",
            None if !self.payment.is_of_collection => ", without an order",
            _ if is_canceled => ", canceled",
            _ => "",
        };
        let captured = match self.captured {
            0 => "nothing captured".to_owned(),
            units => format!("{} captured", money(units)),
        };
        let refunded = match self.refunded {
            0 => String::new(),
            units => format!(", {} refunded", money(units)),
        };
        format!("A payment of {}{order}: {captured}{refunded}.", money(self.amount))
    }
}
