//! What becomes of a payment's data between two calls: PostgreSQL keeps it as `jsonb`.

use serde_json::{Map, Value};

use crate::json::JsonObject;

/// In which order the members of data are handed to the next call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Shorter names first, names of one length in the order of their bytes.
    Jsonb,
    Backwards,
}

pub(super) fn stored(data: &JsonObject, order: Order) -> JsonObject {
    data.deserialize::<Value>()
        .ok()
        .and_then(|value| JsonObject::from_serialize(&reordered(value, order)).ok())
        .unwrap_or_else(|| data.clone())
}

/// What Medusa 2 has of a payment's data after a call that started from `read` and returned `data`: it merges deep, and the
/// class makes null of what `data` does not have any more. `now` is what is stored.
pub(super) fn merged(now: &JsonObject, read: &JsonObject, data: &JsonObject) -> JsonObject {
    let values = || {
        let [now, read, data] = [now, read, data].map(JsonObject::deserialize::<Value>);
        Some(merge(now.ok()?, replacing(&read.ok()?, data.ok()?)))
    };
    values()
        .and_then(|value| JsonObject::from_serialize(&value).ok())
        .unwrap_or_else(|| data.clone())
}

fn replacing(before: &Value, after: Value) -> Value {
    match (before, after) {
        (Value::Object(before), Value::Object(mut after)) => {
            for (name, before) in before {
                let now = after.remove(name).unwrap_or_default();
                after.insert(name.clone(), replacing(before, now));
            }
            Value::Object(after)
        }
        (_, after) => after,
    }
}

fn merge(stored: Value, more: Value) -> Value {
    match (stored, more) {
        (Value::Object(mut stored), Value::Object(more)) => {
            for (name, more) in more {
                let before = stored.remove(&name).unwrap_or_default();
                stored.insert(name, merge(before, more));
            }
            Value::Object(stored)
        }
        (_, more) => more,
    }
}

fn reordered(value: Value, order: Order) -> Value {
    match value {
        Value::Array(items) => {
            items.into_iter().map(|item| reordered(item, order)).collect::<Vec<_>>().into()
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
            if order == Order::Backwards {
                members.reverse();
            }
            let members = members.into_iter().map(|(key, value)| (key, reordered(value, order)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// A member as a value, or null.
pub(super) fn member(data: &JsonObject, name: &str) -> Value {
    data.get(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_returned_any_more_is_null_and_what_was_stored_meanwhile_stays() {
        let json = |text| JsonObject::parse(text).unwrap();
        let now = json(r#"{"a":1,"b":{"x":1,"y":2,"z":3}}"#);
        let read = json(r#"{"a":1,"b":{"x":1,"y":2}}"#);
        let stored = merged(&now, &read, &json(r#"{"b":{"x":5}}"#));
        let expected = json(r#"{"a":null,"b":{"x":5,"y":null,"z":3}}"#);
        assert_eq!(stored.deserialize::<Value>().ok(), expected.deserialize::<Value>().ok());
    }

    #[test]
    fn members_are_ordered_as_postgresql_orders_them() {
        let data = JsonObject::parse(r#"{"bb":{"z":1,"a":[{"cc":1,"b":2}]},"c":1.5,"a":null}"#);
        let data = data.unwrap();
        let jsonb = r#"{"a":null,"c":1.5,"bb":{"a":[{"b":2,"cc":1}],"z":1}}"#;
        assert_eq!(stored(&data, Order::Jsonb).as_str(), jsonb);
        assert!(stored(&data, Order::Backwards).as_str().starts_with(r#"{"bb":{"z":1,"a""#));
    }
}
