//! What serde says about JSON of the wrong shape, without the values that it repeats.

use crate::secret::redact;

/// How serde begins what it says about a value, which it goes on to repeat.
const ABOUT_A_VALUE: [&str; 5] = [
    "invalid type: ",
    "invalid value: ",
    "invalid length ",
    "unknown variant ",
    // The crate uuid's.
    "invalid character",
];

/// Returns a serde message without the value that came and without its position: a secret that was put into
/// the wrong option must not be printed.
pub(crate) fn without_values(message: &str) -> String {
    let message = without_position(message);
    let begin = ABOUT_A_VALUE.iter().filter_map(|begin| message.find(begin)).min();
    let text = match begin.map(|begin| message.split_at(begin)) {
        Some((before, about_a_value)) => format!("{before}{}", expectation(about_a_value)),
        None => message.to_owned(),
    };
    redact(&text, [])
}

/// Returns the message without ` at line 1 column 2`, which is there once for each text inside a text.
fn without_position(message: &str) -> &str {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match message.rsplit_once(" at line ") {
        Some((text, position))
            if position
                .split_once(" column ")
                .is_some_and(|(line, column)| is_number(line) && is_number(column)) =>
        {
            without_position(text)
        }
        _ => message,
    }
}

/// Returns what was expected, and which kind of thing came instead.
///
/// serde says "invalid type: string \"x\", expected u64", "unknown variant `x`, expected `a` or `b`",
/// "invalid length 3, expected …". The value may hold anything, what is expected does not.
fn expectation(message: &str) -> String {
    let Some((came, expected)) = message.rsplit_once(", expected ") else {
        return if message.starts_with("unknown variant ") {
            "there is no valid value".to_owned()
        } else if let Some(expected) = message.strip_prefix("invalid value: expected ") {
            format!("expected {expected}")
        } else {
            message.split([':', ' ']).take(2).collect::<Vec<_>>().join(" ")
        };
    };
    let came = if came.starts_with("invalid length ") {
        "another length"
    } else {
        came.split_once(": ").map_or(OTHER, |(_, value)| kind_described_as(value))
    };
    format!("expected {}, got {came}", in_plain_words(expected))
}

const OTHER: &str = "something else";

/// Returns what kind of value serde's description of it, such as "floating point `1.5`", is about.
fn kind_described_as(value: &str) -> &'static str {
    match value.split([' ', '`']).next().unwrap_or_default() {
        "null" => "null",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "floating" => "a number with decimals",
        "character" => "a character",
        "string" => "a string",
        "sequence" => "an array",
        "map" => "an object",
        _ => OTHER,
    }
}

/// What serde calls by a Rust type.
fn in_plain_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        name if name.starts_with("struct ") => "an object",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_is_not_repeated() {
        assert_eq!(
            without_values(
                "invalid type: string \"sk_live_1, expected x\", expected u64 at line 1 column 2"
            ),
            "expected a whole number from 0, got a string"
        );
        assert_eq!(
            without_values("invalid type: null, expected a string"),
            "expected a string, got null"
        );
        assert_eq!(
            without_values("invalid type: floating point `1.5`, expected u64"),
            "expected a whole number from 0, got a number with decimals"
        );
        assert_eq!(
            without_values("unknown field `apikey`, expected `api_key` at line 1 column 9"),
            "unknown field `apikey`, expected `api_key`"
        );
    }

    /// Each way in which serde reads an enum, and some others.
    #[allow(dead_code)]
    mod shapes {
        use super::*;

        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum Mode {
            Fast,
            Slow(u8),
            Careful { times: u8 },
        }

        #[derive(Debug, Deserialize)]
        #[serde(tag = "kind", content = "of")]
        pub(super) enum Adjacent {
            One(u8),
        }

        #[derive(Debug, Deserialize)]
        #[serde(tag = "kind")]
        pub(super) enum Internal {
            One { of: u8 },
        }

        #[derive(Debug, Deserialize)]
        #[serde(untagged)]
        pub(super) enum Untagged {
            One(u8),
            Two { of: Mode },
        }

        #[derive(Debug, Deserialize)]
        pub(super) struct Flat {
            #[serde(flatten)]
            mode: Mode,
        }

        #[derive(Debug, Deserialize)]
        pub(super) enum Empty {}

        #[derive(Debug, Deserialize)]
        pub(super) struct Nothing;
    }

    /// Returns what is said about a value that is not a `T`.
    fn told<T: DeserializeOwned>(value: &serde_json::Value) -> String {
        #[derive(Deserialize)]
        struct Options<T> {
            #[allow(dead_code)]
            option: T,
        }
        let text = serde_json::json!({ "option": value }).to_string();
        let of_text = serde_json::from_str::<Options<T>>(&text).err().unwrap().to_string();
        let of_value = serde_json::from_value::<T>(value.clone()).err().unwrap().to_string();
        format!("{}; {}", without_values(&of_text), without_values(&of_value))
    }

    #[test]
    fn no_message_of_serdes_repeats_a_value() {
        use std::collections::BTreeMap;
        use std::net::IpAddr;
        use std::num::NonZeroU8;
        use std::time::Duration;

        use serde_json::json;
        use shapes::*;

        for secret in [
            "hush",
            "hush, expected `fast` or `slow`",
            "hush`, expected u8",
            "hush\", expected u8 at line 1 column 2",
            "hush at line 3",
            "unknown variant `hush` invalid type: invalid length 4",
        ] {
            let text = json!(secret);
            for message in [
                told::<u8>(&text),
                told::<i128>(&text),
                told::<f64>(&text),
                told::<bool>(&text),
                told::<char>(&text),
                told::<()>(&text),
                told::<Nothing>(&text),
                told::<NonZeroU8>(&text),
                told::<Option<u8>>(&text),
                told::<[u8; 2]>(&text),
                told::<(u8, u8)>(&text),
                told::<Vec<u8>>(&json!([secret])),
                told::<Duration>(&text),
                told::<IpAddr>(&text),
                told::<BTreeMap<u8, u8>>(&json!({ secret: 1 })),
                told::<BTreeMap<bool, u8>>(&json!({ secret: 1 })),
                told::<Result<u8, u8>>(&json!({ secret: 1 })),
                told::<Mode>(&text),
                told::<Option<Mode>>(&text),
                told::<Vec<Mode>>(&json!([secret])),
                told::<Mode>(&json!({ secret: 1 })),
                told::<Mode>(&json!({ "slow": secret })),
                told::<Mode>(&json!({ "careful": { "times": secret } })),
                told::<Mode>(&json!({ "fast": secret })),
                told::<Adjacent>(&json!({ "kind": secret, "of": 1 })),
                told::<Adjacent>(&json!({ "kind": "One", "of": secret })),
                told::<Internal>(&json!({ "kind": secret })),
                told::<Internal>(&json!({ "kind": "One", "of": secret })),
                told::<Untagged>(&text),
                told::<Untagged>(&json!({ "of": secret })),
                told::<Flat>(&json!({ "slow": secret })),
                told::<Empty>(&text),
                told::<crate::Amount>(&text),
                told::<crate::JsonObject>(&text),
                told::<crate::Secret>(&json!([secret])),
            ] {
                assert!(!message.contains("hush"), "{message}");
            }
        }
    }

    #[test]
    fn what_was_expected_is_still_said() {
        for (message, said) in [
            (
                "unknown variant `sk_live_1`, expected `fast` or `slow` at line 1 column 9",
                "expected `fast` or `slow`, got something else",
            ),
            (
                "unknown variant `a`, expected one of `b`, `c`, `d`",
                "expected one of `b`, `c`, `d`, got something else",
            ),
            ("unknown variant `a`, there are no variants", "there is no valid value"),
            (
                "invalid length 3, expected an array of length 2",
                "expected an array of length 2, got another length",
            ),
            ("invalid value: character `k`, expected a unit", "expected a unit, got a character"),
            (
                "invalid value: expected key to be a number in quotes at line 1 column 2",
                "expected key to be a number in quotes",
            ),
            (
                "invalid type: the text hush, expected u8",
                "expected a whole number from 0, got something else",
            ),
            (
                "options.mode: unknown variant `hush`, expected `fast`",
                "options.mode: expected `fast`, got something else",
            ),
            (
                "UUID parsing failed: invalid character: found `k` at 2",
                "UUID parsing failed: invalid character",
            ),
            ("no shape that is known: sk_live_1", "no shape that is known: …"),
            ("expected value at line 1 column 2 at line 3 column 4", "expected value"),
        ] {
            assert_eq!(without_values(message), said);
        }
    }
}
