//! JSON text that Medusa can store, in PostgreSQL's `jsonb`.

use memchr::memchr;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// Returns a value as JSON text that can be stored.
pub(crate) fn json(value: &impl Serialize) -> String {
    // These types are strings and JSON text: they always serialize.
    let raw: Option<Box<RawValue>> = to_raw_value(value).ok();
    storable(raw.map(|raw| Box::<str>::from(raw).into()).unwrap_or_default())
}

/// Returns JSON text without what `jsonb` refuses: `\u0000` and lone surrogates become U+FFFD. The text
/// stays in its memory if it has neither.
pub(crate) fn storable(json: String) -> String {
    replaced(&json).unwrap_or(json)
}

/// Returns the text with the replacements, if it needs any.
fn replaced(json: &str) -> Option<String> {
    let mut changed: Option<String> = None;
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = json.as_bytes().get(at..).and_then(|rest| memchr(b'\\', rest)) {
        let start = at + found;
        let Some(unit) = escaped_unit(json, start) else {
            // After `\n`, `\\` and the like: the escaped character does not begin another escape.
            at = start + 2;
            continue;
        };
        let pair = (0xD800..0xDC00).contains(&unit)
            && escaped_unit(json, start + 6).is_some_and(|low| (0xDC00..0xE000).contains(&low));
        at = start + if pair { 12 } else { 6 };
        let refused = unit == 0 || (!pair && (0xD800..0xE000).contains(&unit));
        if refused {
            let text = changed.get_or_insert_with(String::new);
            text.push_str(json.get(kept..start).unwrap_or_default());
            text.push_str("\\ufffd");
            kept = at;
        }
    }
    let mut text = changed?;
    text.push_str(json.get(kept..).unwrap_or_default());
    Some(text)
}

/// Returns the UTF-16 unit that `\uXXXX` at `start` stands for.
fn escaped_unit(json: &str, start: usize) -> Option<u16> {
    let digits = json.get(start..start + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgresql_refuses_is_replaced() {
        for (given, stored) in [
            (r#"{"a":"\u0000"}"#, r#"{"a":"\ufffd"}"#),
            (r#"{"a":"x\ud800y"}"#, r#"{"a":"x\ufffdy"}"#),
            (r#"{"a":"\udc00\ud83d\ude00"}"#, r#"{"a":"\ufffd\ud83d\ude00"}"#),
            (r#"{"\ud800":"\\u0000"}"#, r#"{"\ufffd":"\\u0000"}"#),
            (r#"{"a":"\ud800\u0041"}"#, r#"{"a":"\ufffd\u0041"}"#),
            (r#"{"a":"\\\u0000"}"#, r#"{"a":"\\\ufffd"}"#),
        ] {
            assert_eq!(storable(given.to_owned()), stored);
        }
    }

    #[test]
    fn a_text_that_can_be_stored_stays_in_its_memory() {
        let text = r#"{"a":"\n\\u0000\ud83d\ude00"}"#.to_owned();
        let place = text.as_ptr();
        let stored = storable(text);
        assert_eq!(stored.as_ptr(), place);
    }
}
