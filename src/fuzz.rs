//! What is thrown at the places that read what others send.
//!
//! The targets are tests whose names begin with `fuzz_`, beside the code that they try. They run with
//! proptest's 256 cases in every `cargo test`, and with a million by `npm run fuzz`. `cargo fuzz` needs a
//! nightly toolchain, which this project does not.

use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::Value;

/// Text that tends to matter to a reader of JSON, of headers or of ids.
const FRAGMENTS: [&str; 22] = [
    "error",
    "id",
    "pi_1",
    "cart_1",
    "__proto__",
    "\u{0}",
    "\u{feff}",
    "\u{d7ff}",
    "\\ud800",
    "\\u0000",
    "'",
    "\"",
    "\\",
    "[",
    "{",
    "sk_live_1",
    "t=1,v1=00",
    "1e999",
    "-0",
    "9007199254740993",
    "null",
    "😀",
];

/// Text, short and long, of fragments and of anything.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => ".{0,20}",
        3 => vec(proptest::sample::select(FRAGMENTS.to_vec()), 0..6).prop_map(|parts| parts.concat()),
        1 => "[a-z_]{1,12}",
    ]
}

/// A JSON value of any kind, a few levels deep.
pub(crate) fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            hash_map(text(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The value with some of these members, each with something in its place or left as it is.
pub(crate) fn with_members(
    valid: Value,
    names: &'static [&'static str],
) -> impl Strategy<Value = Value> {
    let change = (proptest::sample::select(names.to_vec()), proptest::option::of(json_value()));
    vec(change, 0..3).prop_map(move |changes| {
        let mut value = valid.clone();
        if let Value::Object(members) = &mut value {
            for (name, change) in changes {
                match change {
                    Some(change) => members.insert(name.to_owned(), change),
                    None => members.remove(name),
                };
            }
        }
        value
    })
}

/// JSON text, whole, cut off, or with something in its middle.
pub(crate) fn json_text(value: impl Strategy<Value = Value>) -> impl Strategy<Value = String> {
    (value, proptest::option::weighted(0.3, (any::<proptest::sample::Index>(), text()))).prop_map(
        |(value, damage)| {
            let mut text = value.to_string();
            if let Some((place, inserted)) = damage {
                let mut place = place.index(text.len() + 1);
                while !text.is_char_boundary(place) {
                    place -= 1;
                }
                let rest = text.split_off(place);
                text.push_str(&inserted);
                if rest.len() % 2 == 0 {
                    text.push_str(&rest);
                }
            }
            text
        },
    )
}
