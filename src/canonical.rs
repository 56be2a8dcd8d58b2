//! One text for all spellings of the same data.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use crate::json::JsonObject;
use crate::json::scan::{Scan, Spelled, unquoted};

/// How deep data may be nested, as for serde_json.
const MAX_DEPTH: usize = 127;

/// As many digits stand for themselves in a double.
const EXACT_DIGITS: usize = 15;

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
    let json = data.as_str();
    let text = String::with_capacity(json.len() * 9 / 8);
    let mut canonical = Canonical { scan: Scan::of(json), text };
    match canonical.value(0) {
        Some(()) => Cow::Owned(canonical.text),
        None => Cow::Borrowed(json),
    }
}

/// A JSON text that is read once, and what has been written of it.
struct Canonical<'a> {
    scan: Scan<'a>,
    text: String,
}

/// A member that has been written: its name, and its place in what was written of its object.
struct Written<'a> {
    name: Cow<'a, str>,
    place: Range<usize>,
}

impl<'a> Canonical<'a> {
    /// Writes the next value, with `depth` objects and arrays around it. `None` if it has none in serde_json.
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.scan.next()? {
            b'{' | b'[' if depth >= MAX_DEPTH => None,
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'"' => self.string().map(|_| ()),
            _ => write_scalar(&mut self.text, self.scan.scalar()),
        }
    }

    /// Writes the string that begins here, and returns what it spells.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let Spelled { spelled, is_escaped } = self.scan.string();
        if !is_escaped {
            self.text.push_str(spelled);
            return Some(Cow::Borrowed(unquoted(spelled)));
        }
        let string: String = serde_json::from_str(spelled).ok()?;
        self.text.push_str(&serde_json::to_string(&string).ok()?);
        Some(Cow::Owned(string))
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.scan.enter();
        self.text.push('[');
        let start = self.text.len();
        while self.scan.next()? != b']' {
            if self.text.len() > start {
                self.text.push(',');
            }
            self.value(depth)?;
        }
        self.scan.leave();
        self.text.push(']');
        Some(())
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.scan.enter();
        self.text.push('{');
        let start = self.text.len();
        let mut members: Vec<Written<'_>> = Vec::new();
        while self.scan.next()? != b'}' {
            let from = self.text.len() - start;
            let name = self.string()?;
            self.scan.enter();
            self.text.push(':');
            self.value(depth)?;
            self.text.push(',');
            members.push(Written { name, place: from..self.text.len() - start });
        }
        self.scan.leave();
        let written = self.text.split_off(start);
        // Of duplicates the last one counts: the sort leaves them in their order.
        members.sort_by(|one, other| one.name.cmp(&other.name));
        let mut members = members.iter().peekable();
        while let Some(Written { name, place }) = members.next() {
            if members.peek().is_none_or(|next| next.name != *name) {
                self.text.push_str(written.get(place.clone())?);
            }
        }
        if self.text.ends_with(',') {
            self.text.pop();
        }
        self.text.push('}');
        Some(())
    }
}

/// Writes a number as a double, and anything else as it is.
fn write_scalar(text: &mut String, json: &str) -> Option<()> {
    if matches!(json, "true" | "false" | "null") {
        text.push_str(json);
        return Some(());
    }
    let digits = json.strip_prefix('-').unwrap_or(json);
    let is_exact = digits.len() <= EXACT_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_exact && json != "-0" {
        text.extend([json, ".0"]);
        return Some(());
    }
    // The sum of -0 and 0 is 0.
    let number = serde_json::from_str::<f64>(json).ok()? + 0.0;
    write!(text, "{}", serde_json::Number::from_f64(number)?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::fuzz;

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

    /// Keys that follow from it have to be the same in the next version, too.
    #[test]
    fn the_text_has_sorted_names_and_doubles() {
        for (text, canonical) in [
            (
                r#"{"b":[null,true,{"d":1500,"c":"\u00e9\n"}],"a":-1.50}"#,
                r#"{"a":-1.5,"b":[null,true,{"c":"é\n","d":1500.0}]}"#,
            ),
            (r#"{"b":1e21,"a":[],"c":{},"a":-0}"#, r#"{"a":0.0,"b":1e+21,"c":{}}"#),
        ] {
            assert_eq!(spelled(text), canonical);
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

    /// The text of a value that serde_json has read.
    fn of_value(value: &Value) -> String {
        match value {
            Value::Number(number) => {
                format!("{}", Value::from(number.as_f64().unwrap() + 0.0))
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(of_value).collect();
                format!("[{}]", items.join(","))
            }
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| {
                        format!("{}:{}", Value::from(name.as_str()), of_value(value))
                    })
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            other => other.to_string(),
        }
    }

    proptest::proptest! {
        #[test]
        fn fuzz_the_text_is_that_of_the_value_which_serde_reads(
            text in fuzz::json_text(fuzz::json_value()),
        ) {
            let Ok(data) = JsonObject::parse(&text) else { return Ok(()) };
            match serde_json::from_str::<Value>(data.as_str()) {
                Ok(value) => proptest::prop_assert_eq!(canonical(&data), of_value(&value)),
                Err(_) => proptest::prop_assert_eq!(canonical(&data), data.as_str()),
            }
        }
    }
}
