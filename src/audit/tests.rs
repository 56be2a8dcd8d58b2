//! Every finding, and what is not one.

use serde_json::{Value, json};

use super::audit;
use super::finding::Kind;
use super::records::Host;

const NOW: u64 = 1_800_000_000;
const MADE: u64 = 1_790_000_000;
const DAY: u64 = 86_400;

/// An intent of 15.00 EUR in this status.
fn intent(status: &str) -> Value {
    let (held, taken) = match status {
        "requires_capture" => (1500, 0),
        "succeeded" => (0, 1500),
        _ => (0, 0),
    };
    json!({
        "id": "pi_1", "amount": 1500, "currency": "eur", "status": status, "created": MADE,
        "amount_received": taken, "amount_capturable": held, "canceled_at": null,
        "livemode": true, "latest_charge": { "created": MADE + 60, "refunds": { "data": [] } },
    })
}

/// A refund that was paid.
fn refund(id: &str, amount: u64, created: u64) -> Value {
    json!({
        "id": id, "amount": amount, "status": "succeeded", "created": created,
        "balance_transaction": "txn_1", "metadata": {},
    })
}

/// A payment of 15.00 EUR in Medusa 2, with an order, that is neither captured nor canceled.
fn payment() -> Value {
    json!({
        "id": "pay_1", "amount": "15", "currency": "eur", "created": MADE, "updated": MADE,
        "canceled": null, "captures": [], "refunds": [],
        "order": { "id": "order_1", "display_id": 7, "canceled": null },
        "cart": { "id": "cart_1", "completed": MADE + 90, "deleted": null },
    })
}

/// The same, captured.
fn captured() -> Value {
    with(payment(), "/captures", json!([{ "id": "capt_1", "amount": "15", "created": MADE + 100 }]))
}

fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[name] = new;
    value
}

fn recorded(payment: Value, refunds: &[(&str, &str, u64)]) -> Value {
    let rows = refunds
        .iter()
        .map(|(id, amount, created)| json!({ "id": id, "amount": amount, "created": created }));
    with(payment, "/refunds", rows.collect())
}

fn refunded(intent: Value, refunds: Vec<Value>) -> Value {
    with(intent, "/latest_charge/refunds/data", refunds.into())
}

/// An intent that no payment names, and whom it was made for.
fn orphan(intent: Value, origin: Value) -> Value {
    json!({ "id": "pi_1", "intent": intent, "origin": origin })
}

fn cart(completed: Option<u64>, deleted: Option<u64>) -> Value {
    let cart = json!({ "id": "cart_1", "completed": completed, "deleted": deleted });
    json!({ "id": "cart_1", "is_known": true, "cart": cart })
}

fn case(payment: Value, intent: Value) -> Value {
    json!({ "id": "pi_1", "intent": intent, "payments": [payment] })
}

fn findings_of(host: &str, grace: u64, now: u64, case: Value) -> Vec<Value> {
    let input = json!({ "host": host, "now": now, "grace": grace, "cases": [case] });
    let report: Value = serde_json::from_str(&audit(&input.to_string()).unwrap()).unwrap();
    report["findings"].as_array().unwrap().clone()
}

fn findings(case: Value) -> Vec<Value> {
    findings_of("medusa2", 60, NOW, case)
}

fn only(case: Value) -> Value {
    let [finding]: [Value; 1] = findings(case).try_into().unwrap();
    finding
}

/// `kind amount since`, each since the payment was made.
fn found(case: Value) -> Vec<String> {
    found_by("medusa2", case)
}

fn found_by(host: &str, case: Value) -> Vec<String> {
    let in_words = |finding: Value| {
        let since = finding["since"].as_u64().unwrap().saturating_sub(MADE);
        format!("{} {} {since}", finding["kind"].as_str().unwrap(), finding["amount"])
    };
    findings_of(host, 60, NOW, case).into_iter().map(in_words).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_agrees_is_no_finding() {
    assert_eq!(found(case(payment(), intent("requires_capture"))), NOTHING);
    assert_eq!(found(case(payment(), intent("processing"))), NOTHING);
    assert_eq!(found(case(captured(), intent("succeeded"))), NOTHING);
    let half = recorded(captured(), &[("ref_1", "7.5", MADE + 200)]);
    let given = refunded(intent("succeeded"), vec![refund("re_1", 750, MADE + 200)]);
    assert_eq!(found(case(half, given)), NOTHING);
}

#[test]
fn a_canceled_payment_of_which_nothing_is_held_is_no_finding() {
    let canceled = with(payment(), "/canceled", (MADE + 500).into());
    assert_eq!(found(case(canceled.clone(), intent("canceled"))), NOTHING);
    // A hold that is let go is listed as a refund.
    let release = with(refund("re_1", 1500, MADE + 500), "/balance_transaction", Value::Null);
    let released = refunded(intent("canceled"), vec![release]);
    assert_eq!(found(case(canceled, released)), NOTHING);
    let given_back = recorded(captured(), &[("ref_1", "15", MADE + 500)]);
    let canceled = with(given_back, "/order/canceled", (MADE + 500).into());
    let given = refunded(intent("succeeded"), vec![refund("re_1", 1500, MADE + 500)]);
    assert_eq!(found(case(canceled, given)), NOTHING);
}

#[test]
fn a_part_that_is_captured_is_one_on_either_side() {
    let part = json!([{ "id": "capt_1", "amount": "5.5", "created": MADE + 100 }]);
    let part = with(payment(), "/captures", part);
    // The rest was let go, or is still held.
    let release = with(refund("re_1", 950, MADE + 100), "/balance_transaction", Value::Null);
    let ended = with(intent("succeeded"), "/amount_received", 550.into());
    assert_eq!(found(case(part.clone(), refunded(ended, vec![release]))), NOTHING);
    let open = with(intent("requires_capture"), "/amount_received", 550.into());
    let open = with(open, "/amount_capturable", 950.into());
    assert_eq!(found(case(part, open)), NOTHING);
}

#[test]
fn a_refund_that_is_recorded_and_never_paid_is_found() {
    let books = recorded(captured(), &[("ref_1", "5", MADE + 200), ("ref_2", "3", MADE + 300)]);
    let stripe = refunded(intent("succeeded"), vec![refund("re_1", 500, MADE + 200)]);
    assert_eq!(found(case(books, stripe)), ["refund_not_paid 300 300"]);
}

#[test]
fn a_refund_that_failed_later_is_found_with_its_reason() {
    for status in ["failed", "canceled"] {
        let books = recorded(captured(), &[("ref_1", "5", MADE + 200)]);
        let failed = with(refund("re_1", 500, MADE + 200), "/status", status.into());
        let failed = with(failed, "/failure_reason", "lost_or_stolen_card".into());
        let stripe = refunded(intent("succeeded"), vec![failed]);
        let finding = only(case(books, stripe));
        assert_eq!(finding["kind"], "refund_failed");
        assert_eq!(finding["refund"], "re_1");
        let said = finding["stripe"].as_str().unwrap();
        assert_eq!(said, format!("The refund re_1 of 5.00 EUR is {status} (lost_or_stolen_card)."));
    }
}

#[test]
fn a_refund_that_failed_and_was_paid_in_the_dashboard_is_no_finding() {
    let books = recorded(captured(), &[("ref_1", "5", MADE + 200)]);
    let failed = with(refund("re_1", 500, MADE + 200), "/status", "failed".into());
    let again = refund("re_2", 500, MADE + 3 * DAY);
    let stripe = refunded(intent("succeeded"), vec![again, failed]);
    assert_eq!(found(case(books, stripe)), NOTHING);
}

#[test]
fn a_refund_that_is_under_way_is_as_good_as_paid() {
    for status in ["pending", "requires_action"] {
        let books = recorded(captured(), &[("ref_1", "5", MADE + 200)]);
        let pending = with(refund("re_1", 500, MADE + 200), "/status", status.into());
        let pending = with(pending, "/balance_transaction", Value::Null);
        let stripe = refunded(intent("succeeded"), vec![pending]);
        assert_eq!(found(case(books, stripe)), NOTHING, "{status}");
    }
}

#[test]
fn a_refund_of_the_dashboard_that_is_not_recorded_is_found() {
    let stripe = refunded(intent("succeeded"), vec![refund("re_1", 500, MADE + 200)]);
    let finding = only(case(captured(), stripe));
    assert_eq!(
        (&finding["kind"], &finding["refund"]),
        (&json!("refund_not_recorded"), &json!("re_1"))
    );
    assert_eq!((&finding["amount"], &finding["money"]), (&json!(500), &json!("5.00 EUR")));
    let advice = finding["advice"].as_str().unwrap();
    assert!(advice.contains("it would be paid again"), "{advice}");
}

#[test]
fn a_refund_whose_reply_ours_has_lost_is_to_be_repeated() {
    let marked =
        with(refund("re_1", 500, MADE + 200), "/metadata", json!({ "medusa_payment_rs": "ref_9" }));
    let stripe = refunded(intent("succeeded"), vec![marked]);
    let finding = only(case(captured(), stripe));
    assert_eq!(finding["kind"], "refund_not_recorded");
    let advice = finding["advice"].as_str().unwrap();
    assert!(advice.contains("nothing is paid again"), "{advice}");
}

#[test]
fn a_refund_that_was_paid_twice_is_found_once() {
    let books = recorded(captured(), &[("ref_1", "5", MADE + 200)]);
    let twice = vec![refund("re_2", 500, MADE + 230), refund("re_1", 500, MADE + 195)];
    let stripe = refunded(intent("succeeded"), twice);
    let finding = only(case(books, stripe));
    assert_eq!(
        (&finding["kind"], &finding["refund"]),
        (&json!("refund_paid_twice"), &json!("re_2"))
    );
}

#[test]
fn a_second_refund_of_the_same_amount_long_after_is_one_of_the_dashboard() {
    let books = recorded(captured(), &[("ref_1", "5", MADE + 200)]);
    let refunds = vec![refund("re_2", 500, MADE + 200 + 2 * DAY), refund("re_1", 500, MADE + 200)];
    let stripe = refunded(intent("succeeded"), refunds);
    assert_eq!(found(case(books, stripe)), [format!("refund_not_recorded 500 {}", 200 + 2 * DAY)]);
}

#[test]
fn refunds_that_agree_in_total_are_no_finding_however_they_were_split() {
    let books = recorded(captured(), &[("ref_1", "10", MADE + DAY)]);
    let parts = vec![refund("re_1", 400, MADE + 200), refund("re_2", 600, MADE + 300)];
    assert_eq!(found(case(books.clone(), refunded(intent("succeeded"), parts))), NOTHING);
    let one = vec![refund("re_1", 400, MADE + 200)];
    let found = found(case(books, refunded(intent("succeeded"), one)));
    assert_eq!(found, [format!("refund_not_paid 600 {DAY}")]);
}

#[test]
fn a_refund_is_paired_by_its_mark_before_its_amount() {
    let books = recorded(captured(), &[("ref_1", "5", MADE + 200), ("ref_2", "5", MADE + 900)]);
    let marked = with(
        refund("re_2", 500, MADE + 200),
        "/metadata",
        json!({ "medusa_payment_rs": "ref_2.1790000950" }),
    );
    let stripe = refunded(intent("succeeded"), vec![marked]);
    let finding = only(case(books, stripe));
    assert_eq!(
        (&finding["kind"], &finding["since"]),
        (&json!("refund_not_paid"), &json!(MADE + 200))
    );
}

#[test]
fn money_that_was_captured_and_not_recorded_is_found() {
    assert_eq!(found(case(payment(), intent("succeeded"))), ["capture_not_recorded 1500 60"]);
}

#[test]
fn a_capture_that_was_not_made_is_found() {
    for status in ["requires_capture", "canceled", "requires_payment_method"] {
        let found = found(case(captured(), intent(status)));
        assert_eq!(found, ["capture_not_made 1500 100"], "{status}");
    }
}

#[test]
fn an_order_whose_money_is_not_held_any_more_is_found() {
    let expired = with(intent("canceled"), "/canceled_at", (MADE + 7 * DAY).into());
    assert_eq!(found(case(payment(), expired)), [format!("authorization_lost 1500 {}", 7 * DAY)]);
    assert_eq!(
        found(case(payment(), intent("requires_payment_method"))),
        ["authorization_lost 1500 0"]
    );
}

#[test]
fn another_amount_or_currency_is_found() {
    let more = with(intent("requires_capture"), "/amount", 2000.into());
    assert_eq!(
        found(case(payment(), with(more, "/amount_capturable", 2000.into()))),
        ["amount_differs 500 0"]
    );
    // A part was to be captured, and all was taken.
    let part = json!([{ "id": "capt_1", "amount": "5.5", "created": MADE + 100 }]);
    let part = with(payment(), "/captures", part);
    assert_eq!(found(case(part, intent("succeeded"))), ["amount_differs 950 100"]);
    let dollars = with(intent("succeeded"), "/currency", "usd".into());
    assert_eq!(found(case(captured(), dollars)), ["amount_differs 1500 0"]);
}

#[test]
fn an_amount_that_was_captured_and_refunded_whole_with_another_amount_is_one_finding() {
    let other =
        with(with(intent("succeeded"), "/amount", 2000.into()), "/amount_received", 2000.into());
    assert_eq!(found(case(captured(), other)), ["amount_differs 500 0"]);
}

#[test]
fn money_of_a_canceled_order_is_found_whether_it_is_held_or_taken() {
    let canceled = || with(payment(), "/order/canceled", (MADE + 500).into());
    assert_eq!(
        found(case(canceled(), intent("requires_capture"))),
        ["canceled_money_held 1500 500"]
    );
    assert_eq!(found(case(canceled(), intent("succeeded"))), ["canceled_money_taken 1500 500"]);
    let payment_only = with(payment(), "/canceled", (MADE + 400).into());
    assert_eq!(
        found(case(payment_only, intent("requires_capture"))),
        ["canceled_money_held 1500 400"]
    );
    // A part was booked, all was taken, and the part was given back.
    let part = json!([{ "id": "capt_1", "amount": "5.5", "created": MADE + 100 }]);
    let part = recorded(with(canceled(), "/captures", part), &[("ref_1", "5.5", MADE + 500)]);
    let given = refunded(intent("succeeded"), vec![refund("re_1", 550, MADE + 500)]);
    assert_eq!(found(case(part, given)), ["canceled_money_taken 950 500"]);
}

#[test]
fn a_refund_of_a_canceled_order_that_was_not_paid_is_a_refund_that_was_not_paid() {
    let canceled = with(captured(), "/order/canceled", (MADE + 500).into());
    let books = recorded(canceled, &[("ref_1", "15", MADE + 500)]);
    assert_eq!(found(case(books, intent("succeeded"))), ["refund_not_paid 1500 500"]);
}

#[test]
fn the_payment_of_a_canceled_order_that_can_still_be_made_is_found() {
    let canceled = with(payment(), "/order/canceled", (MADE + 500).into());
    assert_eq!(found(case(canceled, intent("requires_action"))), ["live_intent 1500 500"]);
}

#[test]
fn money_for_no_order_is_found() {
    let without = || with(payment(), "/order", Value::Null);
    assert_eq!(found(case(without(), intent("requires_capture"))), ["money_without_order 1500 60"]);
    assert_eq!(found(case(without(), intent("canceled"))), NOTHING);
    for status in ["requires_capture", "succeeded"] {
        for origin in [cart(None, None), cart(Some(MADE + 90), None), cart(None, Some(MADE + 90))] {
            let found = found(orphan(intent(status), origin));
            assert_eq!(found, ["money_without_order 1500 60"], "{status}");
        }
    }
    let unknown = json!({ "id": "cart_9", "is_known": false });
    let finding = only(orphan(intent("succeeded"), unknown));
    assert!(finding["medusa"].as_str().unwrap().contains("There is no cart_9"));
    let given = refunded(intent("succeeded"), vec![refund("re_1", 1500, MADE + 90)]);
    assert_eq!(found(orphan(given, cart(None, None))), NOTHING);
}

#[test]
fn a_payment_collection_needs_no_order() {
    let collection = with(with(payment(), "/order", Value::Null), "/is_of_collection", true.into());
    assert_eq!(found(case(collection, intent("requires_capture"))), NOTHING);
}

#[test]
fn an_intent_that_can_be_paid_though_its_cart_is_over_is_found() {
    for status in
        ["requires_payment_method", "requires_confirmation", "requires_action", "processing"]
    {
        let completed = found(orphan(intent(status), cart(Some(MADE + 90), None)));
        assert_eq!(completed, ["live_intent 1500 90"], "{status}");
        let deleted = found(orphan(intent(status), cart(None, Some(MADE + 80))));
        assert_eq!(deleted, ["live_intent 1500 80"], "{status}");
        assert_eq!(found(orphan(intent(status), cart(None, None))), NOTHING, "{status}");
    }
    let unknown = json!({ "id": "cart_9", "is_known": false });
    assert_eq!(found(orphan(intent("requires_action"), unknown)), ["live_intent 1500 0"]);
    let over = json!({ "id": "paycol_1", "is_known": true, "closed": MADE + 70 });
    assert_eq!(found(orphan(intent("requires_action"), over)), ["live_intent 1500 70"]);
    assert_eq!(found(orphan(intent("canceled"), cart(Some(MADE + 90), None))), NOTHING);
}

#[test]
fn an_intent_that_medusa_has_not_made_is_none_of_its_business() {
    assert_eq!(found(json!({ "id": "pi_1", "intent": intent("succeeded") })), NOTHING);
}

#[test]
fn a_payment_that_stripe_does_not_know_is_found_with_the_reason() {
    let asked = |more: Value| {
        let mut case = json!({ "intent": null, "payments": [captured()] });
        case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let finding = only(case);
        assert_eq!(finding["kind"], "unknown_payment");
        assert_eq!(finding["dashboard"], Value::Null);
        finding["stripe"].as_str().unwrap().to_owned()
    };
    assert_eq!(asked(json!({ "id": "pi_9" })), "There is no pi_9 in the account of the key.");
    assert!(asked(json!({ "id": "pi_9", "is_of_other_mode": true })).contains("the other mode"));
    assert!(asked(json!({ "id": null })).contains("names no PaymentIntent"));
}

#[test]
fn a_difference_that_may_be_about_to_end_is_none_yet() {
    let seen = |now| findings_of("medusa2", 60, now, case(payment(), intent("succeeded"))).len();
    assert_eq!((seen(MADE + 60), seen(MADE + 119), seen(MADE + 120)), (0, 0, 1));
    let just_refunded = refunded(intent("succeeded"), vec![refund("re_1", 500, NOW - 5)]);
    assert_eq!(found(case(captured(), just_refunded)), NOTHING);
    let just_completed = cart(Some(NOW - 5), None);
    assert_eq!(found(orphan(intent("requires_action"), just_completed)), NOTHING);
    let books = with(captured(), "/updated", (NOW - 5).into());
    assert_eq!(found(case(books, intent("requires_capture"))), NOTHING);
}

#[test]
fn medusa_1_has_whole_numbers_and_a_total_of_its_refunds() {
    let books = |refunded: u64, rows: Value| {
        let captures = json!([{ "amount": 1500, "created": MADE + 100 }]);
        let payment = with(with(payment(), "/amount", 1500.into()), "/captures", captures);
        with(with(payment, "/refunds", rows), "/refunded", refunded.into())
    };
    let rows = json!([{ "id": "ref_1", "amount": 500, "created": MADE + 200 }]);
    let declined = case(books(500, rows.clone()), intent("succeeded"));
    assert_eq!(found_by("medusa1", declined), ["refund_not_paid 500 200"]);
    let given = refunded(intent("succeeded"), vec![refund("re_1", 500, MADE + 200)]);
    assert_eq!(found_by("medusa1", case(books(500, rows.clone()), given.clone())), NOTHING);
    // The rows are the whole order's, which has another payment.
    let of_order = json!([{ "id": "ref_1", "amount": 900, "created": MADE + 200 }]);
    assert_eq!(found_by("medusa1", case(books(500, of_order.clone()), given)), NOTHING);
    assert_eq!(found_by("medusa1", case(books(0, of_order), intent("succeeded"))), NOTHING);
}

#[test]
fn an_amount_is_compared_as_stripe_is_asked_for_it() {
    for (currency, amount, units) in [
        ("kwd", "1.234", 1240),
        ("usd", "13.065", 1307),
        ("jpy", "1500", 1500),
        ("isk", "500", 50_000),
        ("isk", "2478.76", 247_900),
        ("mga", "1500.4", 1500),
        ("eur", "15.000000000000000000", 1500),
        ("eur", "1.5e1", 1500),
    ] {
        let books = with(with(payment(), "/amount", amount.into()), "/currency", currency.into());
        let books = with(
            books,
            "/captures",
            json!([{ "id": "capt_1", "amount": amount, "created": MADE }]),
        );
        let stripe =
            with(with(intent("succeeded"), "/currency", currency.into()), "/amount", units.into());
        let stripe = with(stripe, "/amount_received", units.into());
        assert_eq!(found(case(books, stripe)), NOTHING, "{amount} {currency}");
    }
}

#[test]
fn a_currency_that_the_plugin_takes_for_one_without_decimals_is_another_amount() {
    let books = with(with(payment(), "/amount", "5000".into()), "/currency", "ugx".into());
    let stripe =
        with(with(intent("requires_capture"), "/currency", "ugx".into()), "/amount", 5000.into());
    let stripe = with(stripe, "/amount_capturable", 5000.into());
    let finding = only(case(books, stripe));
    assert_eq!(finding["money"], "4950.00 UGX");
}

#[test]
fn a_record_that_is_no_amount_is_a_finding_of_its_own() {
    for wrong in ["ten", "-5", ""] {
        let books = with(payment(), "/amount", wrong.into());
        assert_eq!(found(case(books, intent("succeeded"))), ["unreadable_record 0 0"], "{wrong}");
    }
}

#[test]
fn two_payments_of_one_intent_are_compared_together() {
    let first = with(payment(), "/canceled", (MADE + 10).into());
    let both =
        json!({ "id": "pi_1", "intent": intent("succeeded"), "payments": [first, captured()] });
    assert_eq!(found(both), NOTHING);
}

#[test]
fn a_finding_says_all_that_an_operator_needs() {
    let canceled = with(payment(), "/order/canceled", (MADE + 500).into());
    let finding = only(case(canceled, intent("requires_capture")));
    assert_eq!(
        finding,
        json!({
            "kind": "canceled_money_held",
            "title": "Canceled, and the money is still held",
            "order": "order_1", "display_id": 7, "cart": "cart_1", "payment": "pay_1",
            "intent": "pi_1", "refund": null,
            "medusa": "A payment of 15.00 EUR, its order is canceled: nothing captured.",
            "stripe": "The payment of 15.00 EUR is requires_capture, 15.00 EUR held.",
            "since": MADE + 500, "amount": 1500, "currency": "eur", "money": "15.00 EUR",
            "fault": Kind::CanceledMoneyHeld.fault(Host::Medusa2),
            "advice": Kind::CanceledMoneyHeld.advice(Host::Medusa2, false),
            "dashboard": "https://dashboard.stripe.com/payments/pi_1",
        })
    );
}

#[test]
fn every_advice_names_a_place() {
    for host in [Host::Medusa1, Host::Medusa2] {
        for kind in Kind::ALL {
            for is_ours in [false, true] {
                let advice = kind.advice(host, is_ours);
                let places = [
                    "Stripe's dashboard",
                    "Medusa's admin",
                    "POST /",
                    "the key",
                    "Medusa's database",
                ];
                assert!(places.iter().any(|place| advice.contains(place)), "{kind:?}: {advice}");
            }
            assert!(!kind.title().is_empty() && kind.fault(host).ends_with('.'), "{kind:?}");
        }
    }
}

#[test]
fn what_is_not_understood_is_an_error_that_says_where() {
    let error = audit(r#"{"host":"medusa3","now":1,"cases":[]}"#).unwrap_err();
    assert!(error.contains("medusa3"), "{error}");
}

proptest::proptest! {
    /// What Medusa records of what Stripe does is never a finding, whatever the parts.
    #[test]
    fn books_that_follow_stripe_are_silent(parts in proptest::collection::vec(1_u64..400, 0..6), minutes in 0_u64..5_000) {
        let total: u64 = parts.iter().sum();
        let rows: Vec<Value> = parts.iter().enumerate().map(|(place, units)| json!({
            "id": format!("ref_{place}"), "amount": format!("{}.{:02}", units / 100, units % 100),
            "created": MADE + minutes * place as u64,
        })).collect();
        let paid = parts.iter().enumerate().rev().map(|(place, units)| {
            refund(&format!("re_{place}"), *units, MADE + minutes * place as u64)
        });
        let received = 2_400_u64;
        let stripe = with(with(intent("succeeded"), "/amount", received.into()), "/amount_received", received.into());
        let stripe = refunded(stripe, paid.collect());
        let books = with(with(captured(), "/amount", "24".into()), "/captures", json!([{ "amount": "24", "created": MADE }]));
        let books = with(books, "/refunds", rows.into());
        proptest::prop_assert!(total <= received);
        proptest::prop_assert_eq!(found(case(books, stripe)), Vec::<String>::new());
    }

    /// One refund that is not paid, or not recorded, is found over its amount.
    #[test]
    fn what_one_side_lacks_is_found_over_its_amount(parts in proptest::collection::vec(1_u64..400, 1..6), lacks in 0_usize..6, is_recorded: bool) {
        let lacks = lacks % parts.len();
        let rows = |skip: Option<usize>| -> Vec<(usize, u64)> {
            parts.iter().copied().enumerate().filter(|(place, _)| Some(*place) != skip).collect()
        };
        let recorded: Vec<Value> = rows((!is_recorded).then_some(lacks)).into_iter().map(|(place, units)| json!({
            "amount": format!("{}.{:02}", units / 100, units % 100), "created": MADE + 10 * place as u64,
        })).collect();
        let paid = rows(is_recorded.then_some(lacks)).into_iter().map(|(place, units)| {
            refund(&format!("re_{place}"), units, MADE + 10 * place as u64)
        });
        let stripe = with(with(intent("succeeded"), "/amount", 2400.into()), "/amount_received", 2400.into());
        let books = with(with(captured(), "/amount", "24".into()), "/captures", json!([{ "amount": "24", "created": MADE }]));
        let found = findings(case(with(books, "/refunds", recorded.into()), refunded(stripe, paid.collect())));
        proptest::prop_assert_eq!(found.len(), 1);
        proptest::prop_assert_eq!(&found[0]["amount"], &json!(parts[lacks]));
        let kind = found[0]["kind"].as_str().unwrap();
        proptest::prop_assert_eq!(kind == "refund_not_paid", is_recorded, "{}", kind);
    }
}
