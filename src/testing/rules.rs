//! The table of rules and checks, which the npm package's kit reads too.

use std::sync::LazyLock;

use serde::Deserialize;

use super::report::Failure;
use crate::request::Operation;

#[derive(Default, Deserialize)]
struct Table {
    rules: Vec<Rule>,
    checks: Vec<Entry>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    rule: String,
    why: String,
    host: String,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    rule: String,
    title: String,
    /// The operations that it is about, each a check of its own.
    #[serde(default, rename = "for")]
    operations: Vec<String>,
    /// `javascript` where nothing in Rust could break it.
    #[serde(default)]
    only: Option<String>,
}

/// A test keeps it readable.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../testing/rules.json")).unwrap_or_default()
});

/// One thing that a processor has to do.
pub(super) struct Check {
    pub id: String,
    /// The id that it shares with the same check of other operations.
    pub family: &'static str,
    pub operation: Option<Operation>,
    title: String,
    rule: &'static Rule,
}

impl Check {
    pub(super) fn failure(&self, message: String) -> Failure {
        let Rule { id, rule, why, host } = self.rule;
        Failure {
            id: self.id.clone(),
            title: self.title.clone(),
            rule,
            why: format!("{why} ({host})"),
            written_in: format!("docs/contract.md#{id}"),
            message,
        }
    }
}

/// The checks that there are in Rust, in the order in which they run.
pub(super) fn checks() -> impl Iterator<Item = Check> {
    TABLE.checks.iter().filter(|entry| entry.only.is_none()).flat_map(checks_of)
}

fn checks_of(entry: &'static Entry) -> Vec<Check> {
    let Some(rule) = TABLE.rules.iter().find(|rule| rule.id == entry.rule) else {
        return Vec::new();
    };
    let check = |id: String, operation: Option<Operation>| Check {
        id,
        family: &entry.id,
        title: entry.title.replace("{operation}", operation.map_or("", Operation::name)),
        operation,
        rule,
    };
    if entry.operations.is_empty() {
        return vec![check(entry.id.clone(), None)];
    }
    let of = |(suffix, operation)| check(format!("{}-{suffix}", entry.id), Some(operation));
    entry.operations.iter().filter_map(|name| named(name)).map(of).collect()
}

/// An operation by its short name in the table, with what it adds to a check's id.
fn named(name: &str) -> Option<(&'static str, Operation)> {
    Some(match name {
        "initiate" => ("initiate", Operation::InitiatePayment),
        "update" => ("update", Operation::UpdatePayment),
        "authorize" => ("authorize", Operation::AuthorizePayment),
        "capture" => ("capture", Operation::CapturePayment),
        "refund" => ("refund", Operation::RefundPayment),
        "cancel" => ("cancel", Operation::CancelPayment),
        "delete" => ("delete", Operation::DeletePayment),
        "retrieve" => ("retrieve", Operation::RetrievePayment),
        "status" => ("status", Operation::GetPaymentStatus),
        "updateData" => ("update-data", Operation::UpdatePaymentData),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_every_entry_has_its_rule_and_operations() {
        let table: Table = serde_json::from_str(include_str!("../../testing/rules.json")).unwrap();
        let expected: usize = table
            .checks
            .iter()
            .filter(|entry| entry.only.is_none())
            .map(|entry| entry.operations.len().max(1))
            .sum();
        assert_eq!(checks().count(), expected);
        assert!(expected > 90);
    }
}
