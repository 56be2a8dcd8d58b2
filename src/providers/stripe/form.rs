//! Stripe's request bodies: forms whose nested fields are spelled `a[b][0]`
//! (<https://docs.stripe.com/api>).

use serde_json::Value;

/// The fields of a request, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Returns the form with one more field.
    pub(super) fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.0.push((name.into(), value.to_string()));
        self
    }

    /// Returns the form with one more field, if there is a value.
    pub(super) fn with_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Returns the form with a JSON value: objects and lists become nested fields, `null` empties a field.
    pub(super) fn with_json(self, name: &str, value: &Value) -> Self {
        match value {
            Value::Object(members) => members
                .iter()
                .fold(self, |form, (key, value)| form.with_json(&format!("{name}[{key}]"), value)),
            Value::Array(items) => items.iter().enumerate().fold(self, |form, (index, value)| {
                form.with_json(&format!("{name}[{index}]"), value)
            }),
            Value::String(text) => self.with(name, text),
            Value::Null => self.with(name, ""),
            Value::Bool(_) | Value::Number(_) => self.with(name, value),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As it is sent, `application/x-www-form-urlencoded`; also as a URL's query.
    pub(super) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// Finds the keys below `path` that would become other fields in Stripe's form, where `a[b]` is a member
/// of `a`.
pub(super) fn keys_with_brackets(path: &str, value: &Value, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (format!("{path}.{key}"), value)).collect()
        }
        Value::Array(items) => items.iter().map(|value| (path.to_owned(), value)).collect(),
        _ => return,
    };
    for (path, value) in members {
        if path.contains(['[', ']']) {
            found.push(path);
        } else {
            keys_with_brackets(&path, value, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nested_values_become_nested_fields() {
        let form = Form::default()
            .with("amount", 1999)
            .with_json("shipping", &json!({"address": {"line1": "a&b", "line2": null}}))
            .with_json("types", &json!(["card", "link"]))
            .with_some("customer", None::<&str>);
        assert_eq!(
            form.encoded(),
            "amount=1999&shipping%5Baddress%5D%5Bline1%5D=a%26b&shipping%5Baddress%5D%5Bline2%5D=\
             &types%5B0%5D=card&types%5B1%5D=link"
        );
    }
}
