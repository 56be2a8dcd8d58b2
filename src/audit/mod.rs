//! The audit: Medusa's records of payments beside what Stripe has of them, and what differs.
//!
//! A store that has run for years has refunds that were recorded and never paid, refunds that were paid twice, money
//! that belongs to no order. Here is decided what of all that a record and an intent say about each other; nothing is
//! read here and nothing changed. `audit/` beside the package's `index.js` reads both sides and shows what is found.
//!
//! - [`records`] has what Medusa has recorded, [`account`] what Stripe has, each as far as it is compared.
//! - [`money`] brings both to one unit, Stripe's.
//! - [`compare`] decides, and [`refunds`] pairs the refunds of both sides.
//! - [`shown`] has what Medusa's admin shows of an intent.
//! - [`finding`] has the kinds of findings, and [`advice`] says of each which known fault looks like it and what to do.

mod account;
mod advice;
mod compare;
mod finding;
mod money;
mod records;
mod refunds;
mod shown;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use account::Intent;
use finding::Finding;
use records::{Host, Origin, Payment};
use shown::Shown;

/// What is to be compared, at one moment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    host: Host,
    /// The time, in seconds since 1970.
    now: u64,
    /// For how many seconds after the last change of either side a difference may be one that is about to end: a
    /// request that is being served, a webhook that is under way.
    #[serde(default)]
    grace: u64,
    cases: Vec<Case>,
}

/// One intent, and the payments in Medusa that name it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The id by which Stripe was asked; `None` if Medusa's payment names no intent.
    #[serde(default)]
    id: Option<String>,
    /// What Stripe has under that id; `None` if it knows none.
    #[serde(default)]
    intent: Option<Intent>,
    /// Whether Stripe says that the id exists in the other mode: live for a test key, test for a live key.
    #[serde(default)]
    is_of_other_mode: bool,
    #[serde(default)]
    payments: Vec<Payment>,
    /// Whom the intent was made for, if there is no payment. `None` if its metadata does not say: then it was not made
    /// by Medusa.
    #[serde(default)]
    origin: Option<Origin>,
}

#[derive(Serialize)]
struct Report {
    findings: Vec<Finding>,
}

/// Returns what an order's page in Medusa's admin shows of an intent, as JSON. `intent` is Stripe's object, as JSON.
pub(crate) fn shown_payment(intent: &str) -> Result<String, String> {
    let intent: Intent = serde_json::from_str(intent).map_err(|error| error.to_string())?;
    serde_json::to_string(&Shown::from(&intent)).map_err(|error| error.to_string())
}

/// Returns what differs, as JSON: `{ findings }`. `audit` is what both sides have, as JSON.
pub(crate) fn audit(audit: &str) -> Result<String, String> {
    let Audit { host, now, grace, cases } =
        serde_json::from_str(audit).map_err(|error| error.to_string())?;
    let findings = cases.iter().flat_map(|case| compare::compare(case, host, now, grace)).collect();
    serde_json::to_string(&Report { findings }).map_err(|error| error.to_string())
}
