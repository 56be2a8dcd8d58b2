//! The kit's own tests: a processor that keeps the contract, and one for each check that breaks it.

mod bank;
mod reference;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{
    Fault, Harness, Ledger, Payable, Schedules, check, check_some, rules, schedules, stack_of,
};
use crate::json::JsonObject;
use crate::layers::{Layers, Stack};
use crate::providers::Manual;
use crate::request::Operation;
use crate::types::PaymentSessionStatus;
use bank::Bank;
use reference::{Flaw, Reference};

struct AtTheBank {
    bank: Arc<Bank>,
    flaw: Flaw,
}

impl AtTheBank {
    fn with(flaw: Flaw) -> Self {
        Self { bank: Arc::default(), flaw }
    }
}

fn id(data: &JsonObject) -> String {
    data.get("id").unwrap_or_default()
}

#[async_trait]
impl Harness for AtTheBank {
    async fn stack(&self) -> Stack {
        let layers = match self.flaw {
            Flaw::Patient | Flaw::HangsOnErrors(_) => Layers::default()
                .deadline(Duration::from_secs(100))
                .attempt_timeout(Duration::from_secs(100)),
            _ => Layers::default(),
        };
        let processor = Reference::new(Arc::clone(&self.bank), self.flaw);
        Stack::new("reference", Arc::new(processor), layers)
    }

    async fn pay(&self, data: &JsonObject) {
        self.bank.pay(&id(data));
    }

    async fn ledger(&self, data: &JsonObject) -> Option<Ledger> {
        Some(self.bank.ledger(&id(data)))
    }

    async fn payable(&self, data: &JsonObject) -> Option<Payable> {
        Some(self.bank.payable(&id(data)))
    }

    async fn payments(&self, resource_id: &str) -> Option<usize> {
        Some(self.bank.payments_of(resource_id))
    }

    async fn inject(&self, fault: Fault, operation: Operation) -> bool {
        self.bank.inject(Some((fault, operation)));
        true
    }

    async fn clear(&self) {
        self.bank.inject(None);
    }

    async fn later(&self) {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }

    fn session_id(&self, data: &JsonObject) -> String {
        id(data)
    }

    fn harmless(&self) -> JsonObject {
        JsonObject::empty().with([("note", "ring twice".into())])
    }
}

#[tokio::test(start_paused = true)]
async fn a_processor_that_keeps_the_contract_passes_every_check() {
    let report = check(&AtTheBank::with(Flaw::None)).await;
    let all = rules::checks().count();
    assert_eq!(report.to_string(), format!("{all} passed, 0 failed, 0 skipped"));
}

/// The flaw that a check is there to find.
fn flaw_for(id: &str) -> Flaw {
    use Operation::*;
    if let Some(check) = rules::checks().find(|check| check.id == id)
        && let Some(operation) = check.operation
    {
        let hidden = matches!(operation, AuthorizePayment | RetrievePayment | UpdatePaymentData);
        return match (check.family, operation) {
            ("missing-payment", _) => Flaw::PanicsWithoutAnId,
            ("declined-quietly", _) => Flaw::IgnoresOutcomes,
            ("declined" | "down", _) if hidden => Flaw::HangsOnErrors(operation),
            ("declined" | "down" | "garbled", _) => Flaw::TakesErrorsForSuccess(operation),
            ("hang", _) => Flaw::Patient,
            ("stale-refusal", _) => Flaw::BelievesReplays,
            ("lost" | "restarted", RefundPayment) => Flaw::PaysAgain,
            ("lost" | "restarted", CapturePayment | CancelPayment | DeletePayment) => {
                Flaw::Forgets(operation)
            }
            _ => Flaw::HangsOnErrors(operation),
        };
    }
    match id {
        "answers-are-objects" => Flaw::Fails(RetrievePayment),
        "authorize-paid" => Flaw::Says(AuthorizePayment, PaymentSessionStatus::Pending),
        "capture-takes-all" => Flaw::CapturesLess,
        "retrieve-keeps" => Flaw::Lies(RetrievePayment),
        "status-known" => Flaw::Says(GetPaymentStatus, PaymentSessionStatus::Pending),
        "status-canceled" => Flaw::Says(GetPaymentStatus, PaymentSessionStatus::Authorized),
        "authorize-unpaid" => Flaw::Says(AuthorizePayment, PaymentSessionStatus::Authorized),
        "authorize-captured" => Flaw::UnauthorizesCaptured,
        "authorize-twice" | "at-once-authorize" => Flaw::HoldsAgain,
        "capture-twice" | "at-once-capture" => Flaw::CapturesAgain,
        "cancel-twice" => Flaw::Forgets(CancelPayment),
        "delete-twice" => Flaw::Forgets(DeletePayment),
        "refund-repeated" => Flaw::PaysAgain,
        "refund-pays" => Flaw::PaysLess,
        "refund-too-much" => Flaw::TakesErrorsForSuccess(RefundPayment),
        "refund-same-amount" => Flaw::PaysOnce,
        "refund-after-decline" => Flaw::RemembersRefusals,
        "refund-after-lost-reply" => Flaw::KeepsOldBooks,
        "cancel-releases" => Flaw::Lies(CancelPayment),
        "cancel-captured" => Flaw::TakesErrorsForSuccess(CancelPayment),
        "capture-canceled" => Flaw::TakesErrorsForSuccess(CapturePayment),
        "delete-unpayable" | "delete-authorized" => Flaw::Lies(DeletePayment),
        "update-amount" => Flaw::Lies(UpdatePayment),
        "update-unchanged" | "update-currency" | "update-customer" | "update-authorized"
        | "update-captured" => Flaw::StartsAnew,
        "at-once-refund" | "at-once-refund-too-much" | "down-status" => Flaw::Anonymous,
        "optional-guest" => Flaw::Fails(InitiatePayment),
        "json-order" => Flaw::OrderMatters,
        "json-unknown" => Flaw::DropsUnknown,
        "shopper-harmless" => Flaw::Fails(UpdatePaymentData),
        "shopper-money" => Flaw::TakesAnything,
        "shopper-hostile" => Flaw::PanicsWithoutAnId,
        "lost-initiate" => Flaw::StartsTwice,
        _ => Flaw::None,
    }
}

#[tokio::test(start_paused = true)]
async fn every_check_fails_where_it_is_broken() {
    for rules::Check { id, .. } in rules::checks() {
        let flaw = flaw_for(&id);
        assert_ne!(flaw, Flaw::None, "{id} has no flaw that it finds");
        let report = check_some(&AtTheBank::with(flaw), |wanted| wanted == id).await;
        let failed: Vec<_> = report.failed.iter().map(|failure| failure.id.clone()).collect();
        assert_eq!(failed, [id], "with {flaw:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn money_that_moved_is_never_called_refused() {
    for (flaw, wanted) in [
        (Flaw::CallsItRefused, "lost-refund"),
        (Flaw::CallsItRefused, "cut-off-capture"),
        (Flaw::BelievesReplays, "stale-refusal-capture"),
        (Flaw::BelievesReplays, "stale-refusal-refund"),
        (Flaw::BelievesReplays, "stale-refusal-cancel"),
    ] {
        let harness = AtTheBank::with(flaw);
        let report = check_some(&harness, |id| id == wanted).await;
        let message = report.failed.first().map(|failure| failure.message.clone());
        assert!(message.unwrap().contains("the answer says that it was not"), "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_says_which_rule_is_broken_and_why_it_matters() {
    let report =
        check_some(&AtTheBank::with(Flaw::PaysOnce), |id| id == "refund-same-amount").await;
    let text = report.to_string();
    for part in [
        "✗ refund-same-amount: pays two wanted refunds of one amount",
        "what happened: what the provider has refunded: expected 800, got 400",
        "the rule:      A refund pays out exactly its amount",
        "dist/services/payment-provider.js",
        "written in:    docs/contract.md#refunds",
        "0 passed, 1 failed, 0 skipped",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(std::panic::catch_unwind(|| report.assert_passed()).is_err());
}

struct Manually;

#[async_trait]
impl Harness for Manually {
    async fn stack(&self) -> Stack {
        stack_of(Manual)
    }

    fn keeps_books_in_data(&self) -> bool {
        true
    }

    async fn time_passes(&self, time: Duration) -> bool {
        tokio::time::sleep(time).await;
        true
    }

    async fn ledger(&self, data: &JsonObject) -> Option<Ledger> {
        let of = |name: &str| data.get::<u64>(name).unwrap_or_default();
        let status: String = data.get("status").unwrap_or_default();
        Some(Ledger {
            held: if status == "authorized" { of("amount") } else { 0 },
            captured: of("captured"),
            refunded: of("refunded"),
            canceled: status == "canceled",
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_manual_processor_passes_every_check_that_needs_no_provider() {
    let report = check(&Manually).await;
    report.assert_passed();
    assert!(report.passed.len() > 40, "{report}");
    assert!(
        report.skipped.iter().all(|skipped| {
            ["needs `payable`", "needs `payments`", "needs `inject`"]
                .iter()
                .any(|reason| skipped.reason.starts_with(reason))
        }),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_manual_processor_records_what_medusa_records_in_random_schedules() {
    schedules(&Manually, Schedules { count: 500, seed: None }).await.assert_passed();
}

/// The reference knows a repeated call by its key alone, and two clicks on two servers have the same.
#[tokio::test(start_paused = true)]
async fn schedules_find_what_no_check_does_and_can_be_repeated() {
    let tried = async |count, seed| {
        let harness = AtTheBank::with(Flaw::None);
        schedules(&harness, Schedules { count, seed: Some(seed) }).await
    };
    let report = tried(500, 1).await;
    let failed = report.failed.clone().expect("a schedule fails");
    assert_eq!(failed.seed, 1 + report.passed);
    assert!(failed.lines.len() <= 6, "{report}");
    assert_eq!(tried(1, failed.seed).await.failed, Some(failed));
    assert!(report.to_string().contains("SEED="), "{report}");
    assert!(std::panic::catch_unwind(|| report.assert_passed()).is_err());
}

struct WithoutBooks;

#[async_trait]
impl Harness for WithoutBooks {
    async fn stack(&self) -> Stack {
        stack_of(Manual)
    }
}

#[tokio::test(start_paused = true)]
async fn schedules_that_could_not_be_tried_have_not_passed() {
    let report = schedules(&WithoutBooks, Schedules { count: 1, seed: Some(1) }).await;
    assert_eq!(report.skipped.as_deref(), Some("needs `ledger`"));
    assert!(std::panic::catch_unwind(|| report.assert_passed()).is_err());
}
