//! One text for all spellings of the same data.

use std::borrow::Cow;

use serde_json::{Number, Value};

use crate::json::JsonObject;

/// Returns the text that all spellings of the same data have in common.
///
/// Between two calls PostgreSQL keeps a payment's data as `jsonb`, and Node.js reads and writes it: members
/// come back in another order, numbers and strings in another spelling, and of a duplicate member only the
/// last. So members are sorted here, the last duplicate counts, a number is JavaScript's (`1.0`, `1` and `1e0`
/// are one, as are `-0` and `0`), and every string has one spelling.
///
/// Data that serde_json does not take for a value, such as data nested deeper than its limit of 128, is
/// returned as it is spelled.
pub(crate) fn canonical(data: &JsonObject) -> Cow<'_, str> {
    let Ok(mut value) = data.deserialize::<Value>() else { return data.as_str().into() };
    as_in_javascript(&mut value);
    value.sort_all_objects();
    value.to_string().into()
}

/// Makes every number a double.
fn as_in_javascript(value: &mut Value) {
    match value {
        Value::Number(number) => {
            // The sum of -0 and 0 is 0.
            let double = number.as_f64().and_then(|double| Number::from_f64(double + 0.0));
            if let Some(double) = double {
                *number = double;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(as_in_javascript),
        Value::Object(members) => members.values_mut().for_each(as_in_javascript),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> String {
        canonical(&JsonObject::parse(text).unwrap()).into_owned()
    }

    #[test]
    fn all_spellings_of_the_same_data_have_one_text() {
        for spellings in [
            &[
                r#"{"b":1,"a":{"d":[{"f":1,"e":2}],"c":2}}"#,
                r#"{"a":{"c":2,"d":[{"e":2,"f":1}]},"b":1}"#,
            ][..],
            &[
                r#"{"a":1}"#,
                " { \"a\" :\n1.0 } ",
                r#"{"a":1e0}"#,
                r#"{"a":10e-1}"#,
                r#"{"\u0061":1}"#,
            ],
            &[r#"{"a":0}"#, r#"{"a":-0}"#, r#"{"a":-0.0}"#, r#"{"a":0e5}"#],
            &[r#"{"a":[-0,1.50]}"#, r#"{"a":[0,1.5]}"#],
            &[r#"{"a":0.1}"#, r#"{"a":0.10000000000000001}"#],
            &[r#"{"a":12345678901234567890}"#, r#"{"a":12345678901234567000}"#],
            &[r#"{"a":1e21}"#, r#"{"a":1000000000000000000000}"#],
            &[r#"{"a":"é/\n"}"#, r#"{"a":"\u00e9\/\u000a"}"#],
            &[r#"{"a":1,"b":2,"a":3}"#, r#"{"b":2,"a":3}"#],
            &[r#"{"a":{"b":1,"\u0062":2}}"#, r#"{"a":{"b":2}}"#],
            &["{}", "{ }"],
        ] {
            let texts: Vec<_> = spellings.iter().map(|text| spelled(text)).collect();
            assert!(texts.iter().all(|text| text == &texts[0]), "{texts:?}");
        }
    }

    #[test]
    fn different_data_have_different_texts() {
        let mut texts: Vec<_> = [
            "{}",
            r#"{"a":null}"#,
            r#"{"a":0}"#,
            r#"{"a":1}"#,
            r#"{"a":-1}"#,
            r#"{"a":1.5}"#,
            r#"{"a":9007199254740991}"#,
            r#"{"a":9007199254740990}"#,
            r#"{"a":"1"}"#,
            r#"{"a":"1.0"}"#,
            r#"{"a":""}"#,
            r#"{"a":"null"}"#,
            r#"{"a":true}"#,
            r#"{"a":[]}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[2,1]}"#,
            r#"{"a":{}}"#,
            r#"{"A":1}"#,
            r#"{"a":1,"b":2}"#,
            r#"{"a":2,"b":1}"#,
            r#"{"a":{"b":2}}"#,
            r#"{"a":"\",\"b\":\""}"#,
        ]
        .map(spelled)
        .into();
        let count = texts.len();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), count);
    }

    #[test]
    fn what_cannot_be_read_as_a_value_is_itself() {
        let deep = format!(r#"{{"b":{}{},"a":1.0}}"#, "[".repeat(200), "]".repeat(200));
        assert_eq!(spelled(&deep), deep);
        for text in [r#"{"b":"\ud800","a":1}"#, r#"{"b":1e999,"a":1}"#] {
            assert_eq!(spelled(text), text);
        }
    }
}
