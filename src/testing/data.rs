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
    fn members_are_ordered_as_postgresql_orders_them() {
        let data = JsonObject::parse(r#"{"bb":{"z":1,"a":[{"cc":1,"b":2}]},"c":1.5,"a":null}"#);
        let data = data.unwrap();
        let jsonb = r#"{"a":null,"c":1.5,"bb":{"a":[{"b":2,"cc":1}],"z":1}}"#;
        assert_eq!(stored(&data, Order::Jsonb).as_str(), jsonb);
        assert!(stored(&data, Order::Backwards).as_str().starts_with(r#"{"bb":{"z":1,"a""#));
    }
}
