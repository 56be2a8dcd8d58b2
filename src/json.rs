//! JSON objects that are carried as text, so that what nobody changes arrives exactly as it came.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON object: a payment's `data`, a cart's `context`, a customer's `metadata`.
///
/// It is kept as text. Reading one member leaves the others untouched; changing one rebuilds only
/// the outermost level. Key order and the spelling of every number survive, and nesting has no
/// limit. There is no way to make one that is not an object. Where a text has a member twice, the
/// first one counts.
///
/// ```
/// use medusa_payment_rs::JsonObject;
///
/// let data = JsonObject::parse(r#"{"id":"pi_1","exact":0.10,"status":"pending"}"#)?;
/// assert_eq!(data.get::<String>("id").as_deref(), Some("pi_1"));
/// let data = data.with([("status", "authorized".into())]);
/// assert_eq!(data.as_str(), r#"{"id":"pi_1","exact":0.10,"status":"authorized"}"#);
/// # Ok::<(), medusa_payment_rs::JsonError>(())
/// ```
#[derive(Clone)]
pub struct JsonObject(Arc<Box<RawValue>>);

/// Text that is not a JSON object.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// It is no JSON at all.
    #[error("it is not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// It is JSON, but something else than an object; what, is named.
    #[error("expected an object, got {0}")]
    NotAnObject(&'static str),
}

/// Payments' data mostly has fewer.
const USUAL_MEMBERS: usize = 64;

type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

impl JsonObject {
    /// `{}`
    #[must_use]
    pub fn empty() -> Self {
        Self::from_members(&[])
    }

    /// The object that `text` spells.
    ///
    /// # Errors
    /// Where `text` is not JSON, or not an object.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Self::from_text(text.to_owned())
    }

    /// As [`parse`](Self::parse), for a text that need not be copied.
    pub(crate) fn from_text(text: String) -> Result<Self, JsonError> {
        Self::from_raw(RawValue::from_string(text)?)
    }

    /// The object that `value` serializes to.
    ///
    /// # Errors
    /// Where `value` cannot be serialized, or not as an object.
    pub fn from_serialize(value: &impl Serialize) -> Result<Self, JsonError> {
        Self::from_raw(serde_json::value::to_raw_value(value)?)
    }

    fn from_raw(raw: Box<RawValue>) -> Result<Self, JsonError> {
        match kind_of(raw.get()) {
            "an object" => Ok(Self(Arc::new(raw))),
            other => Err(JsonError::NotAnObject(other)),
        }
    }

    fn from_members(members: &[(Cow<'_, str>, &RawValue)]) -> Self {
        // Keys are strings and values are JSON already: nothing here can fail to serialize.
        let raw = serde_json::value::to_raw_value(&Spelled(members)).unwrap_or_default();
        Self(Arc::new(raw))
    }

    /// The object as JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The object's text and its memory, unless somebody else has the object too.
    #[cfg(feature = "node")]
    pub(crate) fn into_text(self) -> Option<String> {
        Arc::into_inner(self.0).map(|raw| Box::<str>::from(raw).into_string())
    }

    /// The member `key`, or `None` where it is absent, null or not a `T`.
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let mut found = None;
        let mut json = serde_json::Deserializer::from_str(self.as_str());
        // It ends early, with an error, where it has found the member.
        let _ = Member { key, found: &mut found }.deserialize(&mut json);
        serde_json::from_str::<Option<T>>(found?.get()).ok().flatten()
    }

    /// The whole object as a `T`.
    ///
    /// # Errors
    /// Where it is not a `T`.
    pub fn deserialize<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    /// The names of the members, in their order.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.members().into_iter().map(|(key, _)| key.into_owned()).collect()
    }

    /// The object with these members set: a known one keeps its place, a new one comes last.
    #[must_use]
    pub fn with<'k>(&self, changes: impl IntoIterator<Item = (&'k str, Value)>) -> Self {
        let changes: Vec<(&str, Box<RawValue>)> = changes
            .into_iter()
            .map(|(key, value)| (key, serde_json::value::to_raw_value(&value).unwrap_or_default()))
            .collect();
        let mut members = self.members();
        for (key, value) in &changes {
            match members.iter_mut().find(|(known, _)| known == key) {
                Some((_, member)) => *member = value,
                None => members.push((Cow::Borrowed(key), value)),
            }
        }
        Self::from_members(&members)
    }

    /// The object without the member `key`.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        let mut members = self.members();
        members.retain(|(known, _)| known != key);
        Self::from_members(&members)
    }

    fn members(&self) -> Members<'_> {
        let mut json = serde_json::Deserializer::from_str(self.as_str());
        // It was checked to be an object when it was made.
        AllMembers.deserialize(&mut json).unwrap_or_default()
    }
}

/// Lists the members, in their order.
struct AllMembers;

impl<'de> DeserializeSeed<'de> for AllMembers {
    type Value = Members<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AllMembers {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::with_capacity(USUAL_MEMBERS);
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(members)
    }
}

/// A member's name, borrowed where it is spelled without escapes (a bare `Cow` would be copied).
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Members as an object.
struct Spelled<'a>(&'a [(Cow<'a, str>, &'a RawValue)]);

impl Serialize for Spelled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Finds one member, and looks at none behind it.
struct Member<'k, 'de> {
    key: &'k str,
    found: &'k mut Option<&'de RawValue>,
}

impl<'de> DeserializeSeed<'de> for Member<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = members.next_key()? {
            if key == self.key {
                *self.found = Some(members.next_value()?);
                return Ok(());
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// What a JSON text is, as an error message calls it.
pub(crate) fn kind_of(json: &str) -> &'static str {
    match json.trim_start().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

impl Default for JsonObject {
    fn default() -> Self {
        Self::empty()
    }
}

/// Names the members only: their values may be somebody's name, address or secret.
impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonObject").field(&self.keys()).finish()
    }
}

impl PartialEq for JsonObject {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for JsonObject {}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_raw(raw).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_objects() {
        for (text, kind) in [
            ("null", "null"),
            ("[]", "an array"),
            ("1", "a number"),
            ("\"x\"", "a string"),
            ("true", "a boolean"),
        ] {
            let error = JsonObject::parse(text).unwrap_err();
            assert_eq!(error.to_string(), format!("expected an object, got {kind}"));
        }
        assert!(matches!(JsonObject::parse("{"), Err(JsonError::Syntax(_))));
    }

    #[test]
    fn order_numbers_and_depth_survive_a_change_beside_them() {
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        let text = format!(r#"{{"z":1.10,"a":12345678901234567890.5,"deep":{deep},"s":"old"}}"#);
        let changed =
            JsonObject::parse(&text).unwrap().with([("s", "new".into()), ("t", 1.into())]);
        let expected = text.replace(r#""old"}"#, r#""new","t":1}"#);
        assert_eq!(changed.as_str(), expected);
        assert_eq!(changed.without("t").as_str(), text.replace("old", "new"));
    }

    #[test]
    fn a_member_of_another_type_counts_as_absent() {
        let data = JsonObject::parse(r#"{"n":1,"s":"x","nothing":null}"#).unwrap();
        assert_eq!(data.get::<u64>("n"), Some(1));
        assert_eq!(data.get::<u64>("s"), None);
        assert_eq!(data.get::<u64>("nothing"), None);
        assert_eq!(data.get::<u64>("missing"), None);
    }

    #[test]
    fn debug_output_names_members_and_hides_their_values() {
        let data = JsonObject::parse(r#"{"client_secret":"s3cret"}"#).unwrap();
        assert_eq!(format!("{data:?}"), r#"JsonObject(["client_secret"])"#);
    }

    #[test]
    fn it_is_carried_inside_other_types() {
        #[derive(Serialize, Deserialize)]
        struct Holder {
            data: JsonObject,
        }
        let text = r#"{"data":{"b":1.0,"a":{}}}"#;
        let holder: Holder = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&holder).unwrap(), text);
        assert!(serde_json::from_str::<Holder>(r#"{"data":[]}"#).is_err());
    }
}
