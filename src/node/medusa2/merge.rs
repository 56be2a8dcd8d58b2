//! Medusa 2 merges what a provider returns into what it has stored, deep (`mergeObjectProperties`,
//! `@medusajs/utils/dist/dal/mikro-orm/mikro-orm-repository.js`): what a processor has dropped would stay for ever.

use foldhash::HashMap;

use crate::json::JsonObject;

/// Returns `data` such that Medusa has stored just that once it has merged it into `stored`: what it does not have any
/// more is null, in objects inside it, too.
pub(super) fn replacing(stored: &JsonObject, data: &JsonObject) -> JsonObject {
    if stored == data {
        return data.clone();
    }
    let returned: HashMap<_, _> = data.entries().collect();
    let mut changes = Vec::new();
    for (name, before) in stored.entries() {
        match returned.get(&name) {
            None => changes.push((name, "null".to_owned())),
            // Nearly all of them are as they were.
            Some(after) if *after == before => {}
            Some(after) => {
                let Ok(before) = JsonObject::of_checked(before) else { continue };
                let Ok(after) = JsonObject::of_checked(*after) else { continue };
                let merged = replacing(&before, &after);
                if merged != after {
                    changes.push((name, merged.into_text()));
                }
            }
        }
    }
    if changes.is_empty() {
        return data.clone();
    }
    data.with_json(changes.iter().map(|(name, value)| (name.as_ref(), value.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn json(text: &str) -> JsonObject {
        JsonObject::parse(text).unwrap()
    }

    #[test]
    fn what_was_dropped_is_null() {
        for (stored, data, returned) in [
            (r#"{"a":1,"b":2}"#, r#"{"a":1}"#, r#"{"a":1,"b":null}"#),
            (r#"{"a":{"x":1,"y":2}}"#, r#"{"a":{"y":3}}"#, r#"{"a":{"y":3,"x":null}}"#),
            (r#"{"a":{"x":1}}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"a":{"x":1}}"#, r#"{"a":{}}"#, r#"{"a":{"x":null}}"#),
            (r#"{"a":{"x":1}}"#, r#"{"a":{"x":2},"a":{"y":3}}"#, r#"{"a":{"y":3,"x":null}}"#),
            (r#"{"b":1,"a":{"x":1}}"#, r#"{"a":{"y":2},"b":1}"#, r#"{"a":{"y":2,"x":null},"b":1}"#),
            (r#"{"a":1.50}"#, r#"{"b":2.50,"a":1.50}"#, r#"{"b":2.50,"a":1.50}"#),
        ] {
            assert_eq!(replacing(&json(stored), &json(data)).as_str(), returned);
        }
    }

    /// As Medusa stores it.
    fn merge(stored: &mut Value, data: Value) {
        match (stored, data) {
            (Value::Object(stored), Value::Object(data)) => {
                for (key, value) in data {
                    merge(stored.entry(key).or_insert(Value::Null), value);
                }
            }
            (stored, data) => *stored = data,
        }
    }

    /// Without what is null: to a processor that is not there.
    fn without_nulls(value: &mut Value) {
        if let Value::Object(members) = value {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
    }

    fn object() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<u8>().prop_map(Value::from)];
        let value = leaf.prop_recursive(3, 24, 4, |inner| {
            prop::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
        });
        prop::collection::btree_map("[a-d]", value, 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn what_medusa_has_after_the_merge_is_what_the_processor_returned(
            before in object(),
            mut after in object(),
        ) {
            let returned = replacing(&json(&before.to_string()), &json(&after.to_string()));
            let mut stored = before;
            merge(&mut stored, serde_json::from_str(returned.as_str()).unwrap());
            without_nulls(&mut stored);
            without_nulls(&mut after);
            prop_assert_eq!(stored, after);
        }
    }
}
