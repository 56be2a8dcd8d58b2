//! One text for all spellings of the same data.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

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
    let canonical = serde_json::from_str::<Canonical<'_>>(data.as_str())
        .and_then(|value| serde_json::to_string(&value));
    canonical.map_or_else(|_| data.as_str().into(), Cow::Owned)
}

/// A JSON value as all of its spellings have it. `serde_json::Value` copies every text and hashes every name,
/// which takes several times as long.
enum Canonical<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Text<'a>),
    List(Vec<Self>),
    /// Sorted by their names.
    Members(Vec<(Text<'a>, Self)>),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Canonical<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;

        impl<'de> Visitor<'de> for AnyValue {
            type Value = Canonical<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Canonical::Null)
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Canonical::Bool(value))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                #[allow(clippy::cast_precision_loss)] // As in JavaScript.
                self.visit_f64(number as f64)
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                #[allow(clippy::cast_precision_loss)] // As in JavaScript.
                self.visit_f64(number as f64)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                // The sum of -0 and 0 is 0.
                Ok(Canonical::Number(number + 0.0))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Canonical::Text(Text(text.into())))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Canonical::Text(Text(text.to_owned().into())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Canonical::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(Text<'de>, Canonical<'de>)> = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                // Of duplicates the last stays.
                members.reverse();
                members.sort_by(|(one, _), (other, _)| one.cmp(other));
                members.dedup_by(|(later, _), (earlier, _)| later == earlier);
                Ok(Canonical::Members(members))
            }
        }

        deserializer.deserialize_any(AnyValue)
    }
}

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => text.serialize(serializer),
            Self::List(items) => serializer.collect_seq(items),
            Self::Members(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
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
}
