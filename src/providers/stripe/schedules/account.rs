//! What a Stripe account has: intents and their refunds, and what may be done to them
//! (<https://docs.stripe.com/payments/paymentintents/lifecycle>).

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A request's form.
pub(super) type Fields = BTreeMap<String, String>;

/// A status and a body.
pub(super) type Answered = (u16, Value);

/// How many objects are on a page: few, so that lists have several.
const PAGE: usize = 3;

#[derive(Clone)]
pub(super) struct Intent {
    pub id: String,
    pub amount: u64,
    pub currency: String,
    pub customer: Option<String>,
    pub status: &'static str,
    pub created: u64,
    captures_at_once: bool,
    /// Whether several captures were asked for.
    multicapture: bool,
    /// How much was taken.
    captured: u64,
    metadata: Value,
    pub refunds: Vec<Refund>,
}

#[derive(Clone)]
pub(super) struct Refund {
    pub id: String,
    pub amount: u64,
    pub status: &'static str,
    created: u64,
    pub mark: Option<String>,
}

impl Refund {
    /// Whether a person made it in the dashboard.
    pub(super) fn is_made_elsewhere(&self) -> bool {
        self.mark.as_ref().is_none_or(|mark| mark.ends_with(".elsewhere"))
    }

    pub(super) fn is_paid(&self) -> bool {
        self.status != "failed"
    }

    fn as_json(&self) -> Value {
        let metadata =
            self.mark.as_ref().map_or(json!({}), |mark| json!({"medusa_payment_rs": mark}));
        let mut refund = json!({
            "id": self.id, "object": "refund", "amount": self.amount, "status": self.status,
            "created": self.created, "metadata": metadata,
            "balance_transaction": format!("txn_{}", self.id),
        });
        if !self.is_paid() {
            refund["failure_reason"] = "expired_or_canceled_card".into();
        }
        refund
    }
}

impl Intent {
    pub(super) fn captured(&self) -> u64 {
        self.captured
    }

    pub(super) fn held(&self) -> u64 {
        if self.status == "requires_capture" { self.amount - self.captured } else { 0 }
    }

    pub(super) fn refunded(&self) -> u64 {
        self.refunds.iter().filter(|refund| refund.is_paid()).map(|refund| refund.amount).sum()
    }

    /// The shopper pays.
    pub(super) fn pay(&mut self) {
        if self.status == "requires_payment_method" {
            self.status = "requires_capture";
            if self.captures_at_once {
                self.capture(self.amount, true);
            }
        }
    }

    /// Takes a part of what is held. What the final one leaves is released.
    fn capture(&mut self, amount: u64, is_final: bool) {
        self.captured += amount;
        if is_final || self.held() == 0 {
            self.status = "succeeded";
        }
    }

    fn may_capture(&self, fields: &Fields) -> Result<(u64, bool), Answered> {
        if self.status != "requires_capture" {
            return Err(refused("payment_intent_unexpected_state"));
        }
        let amount = fields.get("amount_to_capture").map_or(self.held(), |it| it.parse().unwrap());
        let is_final = fields.get("final_capture").is_none_or(|it| it != "false");
        if amount > self.held() {
            return Err(refused("amount_too_large"));
        }
        if !is_final && !self.multicapture {
            return Err(refused("final_capture_required"));
        }
        Ok((amount, is_final))
    }

    fn as_json(&self, expanded: bool) -> Value {
        let is_over = self.status != "requires_capture";
        let is_paid = self.captured > 0 || self.held() > 0;
        let released = if is_over { self.amount - self.captured } else { 0 };
        let multicapture = if self.multicapture { "available" } else { "unavailable" };
        let charge = match expanded {
            true if is_paid => json!({
                "id": format!("ch_{}", self.id), "object": "charge", "amount": self.amount,
                "amount_refunded": self.refunded() + released,
                "refunded": is_over && self.refunded() == self.captured,
                "payment_method_details": {"card": {"multicapture": {"status": multicapture}}},
            }),
            false if is_paid => format!("ch_{}", self.id).into(),
            _ => Value::Null,
        };
        json!({
            "id": self.id, "object": "payment_intent", "amount": self.amount,
            "amount_received": self.captured(), "amount_capturable": self.held(),
            "currency": self.currency,
            "customer": self.customer, "status": self.status, "created": self.created,
            "metadata": self.metadata, "payment_method_types": ["card"],
            "latest_charge": charge,
        })
    }
}

#[derive(Default)]
pub(super) struct Account {
    pub intents: Vec<Intent>,
    customers: usize,
    refunds: usize,
}

impl Account {
    pub(super) fn intent(&mut self, id: &str) -> Option<&mut Intent> {
        // The newest are asked for most.
        self.intents.iter_mut().rev().find(|intent| intent.id == id)
    }

    /// Serves a request that reads.
    pub(super) fn read(&mut self, path: &[&str], query: &Fields) -> Answered {
        match path {
            ["payment_intents"] => {
                let customer = query.get("customer");
                let of_customer = |intent: &&Intent| intent.customer.as_ref() == customer;
                let intents = self.intents.iter().rev().filter(of_customer);
                page(intents.map(|intent| intent.as_json(false)), query)
            }
            ["payment_intents", id] => match self.intent(id) {
                Some(intent) => {
                    let is_expanded = query.iter().any(|(name, value)| {
                        name.starts_with("expand[") && value == "latest_charge"
                    });
                    (200, intent.as_json(is_expanded))
                }
                None => missing(),
            },
            ["refunds"] => match self.intent(&query["payment_intent"]) {
                Some(intent) => page(intent.refunds.iter().rev().map(Refund::as_json), query),
                None => missing(),
            },
            _ => missing(),
        }
    }

    /// Serves a request that changes something, at the time `now`.
    pub(super) fn change(&mut self, path: &[&str], fields: &Fields, now: u64) -> Answered {
        match path {
            ["customers"] => {
                self.customers += 1;
                (200, json!({"id": format!("cus_{}", self.customers), "object": "customer"}))
            }
            ["payment_intents"] => self.start(fields, now),
            ["payment_intents", id] => self.move_to(id, &OPEN, |intent| {
                if let Some(amount) = fields.get("amount") {
                    intent.amount = amount.parse().unwrap();
                }
            }),
            ["payment_intents", id, "capture"] => {
                let Some(intent) = self.intent(id) else { return missing() };
                match intent.may_capture(fields) {
                    Ok((amount, is_final)) => intent.capture(amount, is_final),
                    Err(refusal) => return refusal,
                }
                (200, intent.as_json(false))
            }
            ["payment_intents", id, "cancel"] => {
                self.move_to(id, &CANCELABLE, |intent| intent.status = "canceled")
            }
            ["refunds"] => {
                let amount = fields["amount"].parse().unwrap();
                let mark = fields.get("metadata[medusa_payment_rs]").cloned();
                let intent = fields["payment_intent"].clone();
                self.refund(&intent, (amount, mark, "succeeded"), now)
            }
            ["refunds", id] => {
                let mut refunds = self.intents.iter_mut().flat_map(|intent| &mut intent.refunds);
                let Some(refund) = refunds.find(|refund| refund.id == **id) else {
                    return missing();
                };
                refund.mark = fields.get("metadata[medusa_payment_rs]").cloned();
                (200, refund.as_json())
            }
            _ => missing(),
        }
    }

    /// Whether a capture or a refund would be made, if the bank lets it through.
    pub(super) fn would_make(&mut self, path: &[&str], fields: &Fields) -> bool {
        match path {
            ["payment_intents", id, "capture"] => {
                self.intent(id).is_some_and(|intent| intent.may_capture(fields).is_ok())
            }
            ["refunds"] => {
                let amount: u64 = fields["amount"].parse().unwrap();
                let intent = self.intent(&fields["payment_intent"]);
                intent.is_some_and(|intent| amount <= intent.captured() - intent.refunded())
            }
            _ => false,
        }
    }

    fn start(&mut self, fields: &Fields, created: u64) -> Answered {
        let intent = Intent {
            id: format!("pi_{}", self.intents.len()),
            amount: fields["amount"].parse().unwrap(),
            currency: fields["currency"].clone(),
            customer: fields.get("customer").cloned(),
            status: "requires_payment_method",
            created,
            captures_at_once: fields["capture_method"] == "automatic",
            multicapture: fields.contains_key("payment_method_options[card][request_multicapture]"),
            captured: 0,
            metadata: fields
                .iter()
                .filter_map(|(name, value)| {
                    let name = name.strip_prefix("metadata[")?.strip_suffix(']')?;
                    Some((name.to_owned(), Value::from(value.as_str())))
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
            refunds: Vec::new(),
        };
        let answer = (200, intent.as_json(false));
        self.intents.push(intent);
        answer
    }

    fn move_to(&mut self, id: &str, from: &[&str], change: impl FnOnce(&mut Intent)) -> Answered {
        let Some(intent) = self.intent(id) else { return missing() };
        if !from.contains(&intent.status) {
            return refused("payment_intent_unexpected_state");
        }
        change(intent);
        (200, intent.as_json(false))
    }

    pub(super) fn refund(
        &mut self,
        intent: &str,
        (amount, mark, status): (u64, Option<String>, &'static str),
        created: u64,
    ) -> Answered {
        self.refunds += 1;
        let id = format!("re_{:06}", self.refunds);
        let Some(intent) = self.intent(intent) else { return missing() };
        match intent.captured() - intent.refunded() {
            0 if intent.captured() > 0 => refused("charge_already_refunded"),
            left if left < amount => {
                let message = "Refund amount is greater than unrefunded amount on charge";
                let kind = "invalid_request_error";
                (400, json!({"error": {"type": kind, "param": "amount", "message": message}}))
            }
            _ => {
                let refund = Refund { id, amount, status, created, mark };
                let answer = (200, refund.as_json());
                intent.refunds.push(refund);
                answer
            }
        }
    }
}

/// In which an intent can still be paid.
const OPEN: [&str; 1] = ["requires_payment_method"];
const CANCELABLE: [&str; 2] = ["requires_payment_method", "requires_capture"];

fn page(objects: impl Iterator<Item = Value>, query: &Fields) -> Answered {
    let after = query.get("starting_after");
    let mut objects = objects.peekable();
    if after.is_some() {
        objects.by_ref().find(|object| object["id"].as_str() == after.map(String::as_str));
    }
    let data: Vec<Value> = objects.by_ref().take(PAGE).collect();
    (200, json!({"object": "list", "data": data, "has_more": objects.peek().is_some()}))
}

pub(super) fn refused(code: &str) -> Answered {
    (400, error("invalid_request_error", code))
}

fn missing() -> Answered {
    (404, error("invalid_request_error", "resource_missing"))
}

pub(super) fn error(kind: &str, code: &str) -> Value {
    json!({"error": {"type": kind, "code": code, "message": format!("About {code}.")}})
}
