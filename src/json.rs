//! JSON objects that are carried as text, so that what is not changed arrives exactly as it came.
//!
//! `scan` finds the parts of a text that was checked before, and `typed` reads an object as a type from its members.

pub(crate) mod scan;
mod typed;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use foldhash::{HashSet, HashSetExt};
use scan::{Member, is_name, unquoted};
use serde::de::DeserializeOwned;
use serde::ser::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wrong_shape::without_values;

/// A JSON object: a payment's `data`, a cart's `context`, a customer's `metadata`.
///
/// It is kept as text. Reading or changing one member leaves the others as they are spelled. Key
/// order and the spelling of every number survive, and nesting has no limit. Every value of this type is
/// an object. If a text has a member twice, the last one counts, as in JavaScript and in PostgreSQL.
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
pub struct JsonObject(Arc<Indexed>);

/// The text of an object, with the places of its members, which are found once.
struct Indexed {
    text: String,
    members: OnceLock<Vec<Member>>,
    /// The object without the members that a later one of the same name replaces, if it has any.
    deduplicated: OnceLock<Option<JsonObject>>,
}

/// A member that is to be set.
struct Change<'k> {
    key: &'k str,
    value: String,
    is_made: Cell<bool>,
}

impl<'k> Change<'k> {
    /// Returns the changes, of which the last one of each member counts.
    fn each_once(changes: impl IntoIterator<Item = (&'k str, String)>) -> Vec<Self> {
        let mut once: Vec<Self> = Vec::new();
        for (key, value) in changes {
            match once.iter_mut().find(|change| change.key == key) {
                Some(change) => change.value = value,
                None => once.push(Self { key, value, is_made: Cell::new(false) }),
            }
        }
        once
    }

    /// Returns how many bytes an object can grow by it.
    fn most_bytes(&self) -> usize {
        self.key.len() + self.value.len() + "\"\":,".len()
    }
}

/// Why a text could not be read as JSON of the type that was expected. No message repeats a value of the text.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The text is not JSON.
    #[error("it is not JSON: {0}")]
    Syntax(serde_json::Error),
    /// The text is JSON of another type than the one that was expected.
    #[error("it is JSON of the wrong shape: {}", without_values(&.0.to_string()))]
    WrongShape(serde_json::Error),
    /// The text is JSON, but not an object: what it is instead.
    #[error("expected an object, got {0}")]
    NotAnObject(&'static str),
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::WrongShape(error) } else { Self::Syntax(error) }
    }
}

impl JsonObject {
    /// Returns `{}`.
    #[must_use]
    pub fn empty() -> Self {
        Self::checked("{}".to_owned(), OnceLock::new())
    }

    /// Reads the object that `text` spells.
    ///
    /// # Errors
    /// If `text` is not JSON, or not an object.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Self::from_raw(RawValue::from_string(text.to_owned())?)
    }

    /// Returns the object that `text` spells, which is known to be JSON: V8 has written it, or it is a part of what was
    /// read before.
    ///
    /// # Errors
    /// If it is not an object.
    pub(crate) fn of_checked(text: impl Into<String>) -> Result<Self, JsonError> {
        let text = text.into();
        match kind_of(&text) {
            "an object" => Ok(Self::checked(text, OnceLock::new())),
            other => Err(JsonError::NotAnObject(other)),
        }
    }

    /// Does the same, and returns the object that is the member `inner`, too, if it is one.
    ///
    /// # Errors
    /// As there.
    #[cfg(feature = "node")]
    pub(crate) fn of_checked_with(
        text: String,
        inner: &str,
    ) -> Result<(Self, Option<Self>), JsonError> {
        if kind_of(&text) != "an object" {
            return Ok((Self::of_checked(text)?, None));
        }
        let (members, inner) = scan::members_with(&text, inner);
        let inner = inner.map(|scan::Inner { place, members }| {
            let text = text.get(place).unwrap_or_default().to_owned();
            Self::checked(text, members.into())
        });
        Ok((Self::checked(text, members.into()), inner))
    }

    /// Returns the object that `value` serializes to.
    ///
    /// # Errors
    /// If `value` cannot be serialized, or not as an object.
    pub fn from_serialize(value: &impl Serialize) -> Result<Self, JsonError> {
        Self::from_raw(serde_json::value::to_raw_value(value)?)
    }

    fn from_raw(raw: Box<RawValue>) -> Result<Self, JsonError> {
        Self::of_checked(Box::<str>::from(raw))
    }

    /// Returns the object with these members, in the order and the spelling given, of `length` bytes at most.
    fn from_members<'a>(members: impl Iterator<Item = (&'a str, &'a str)>, length: usize) -> Self {
        let mut text = String::with_capacity(length);
        for (key, value) in members {
            text.push(if text.is_empty() { '{' } else { ',' });
            text.extend([key, ":", value]);
        }
        text.push_str(if text.is_empty() { "{}" } else { "}" });
        Self::checked(text, OnceLock::new())
    }

    fn checked(text: String, members: OnceLock<Vec<Member>>) -> Self {
        Self(Arc::new(Indexed { text, members, deduplicated: OnceLock::new() }))
    }

    /// Returns the object as JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Returns the object's text, without a copy if no other clone of the object is left.
    #[cfg(feature = "node")]
    pub(crate) fn into_text(self) -> String {
        Arc::try_unwrap(self.0).map_or_else(|shared| shared.text.clone(), |owned| owned.text)
    }

    /// Returns the member `key`, or `None` if it is absent, null or not a `T`.
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_str::<Option<T>>(self.spelled(key)?).ok().flatten()
    }

    /// Returns the value of the member `key` as it is spelled.
    pub(crate) fn spelled(&self, key: &str) -> Option<&str> {
        let named = self.index().iter().rfind(|member| self.is_named(member, key));
        named.map(|member| self.part(member.value.clone()))
    }

    /// Returns the members' names, and their values as they are spelled. Of a duplicate the last one counts.
    #[cfg(feature = "node")]
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
        self.index().iter().map(|member| (self.name(member), self.part(member.value.clone())))
    }

    /// Reads the whole object as a `T`.
    ///
    /// # Errors
    /// If it is not a `T`.
    pub fn deserialize<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        T::deserialize(self).or_else(|error| match self.deduplicated() {
            // serde's own types refuse a member that comes twice.
            Some(object) => T::deserialize(object),
            None => Err(error),
        })
    }

    /// Returns the names of the members, each once, in the order in which they first come.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let names = self.index().iter().map(|member| self.name(member));
        names.filter(|name| seen.insert(name.clone())).map(Cow::into_owned).collect()
    }

    /// Returns whether there is a member `key`, even if it is null.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.spelled(key).is_some()
    }

    /// Returns the object with these members set: a known one keeps its place, a new one comes last.
    #[must_use]
    pub fn with<'k>(&self, changes: impl IntoIterator<Item = (&'k str, Value)>) -> Self {
        self.with_json(changes.into_iter().map(|(key, value)| (key, value.to_string())))
    }

    /// Does the same with JSON text, which stays as it is spelled.
    pub(crate) fn with_json<'k>(
        &self,
        changes: impl IntoIterator<Item = (&'k str, String)>,
    ) -> Self {
        let changes = Change::each_once(changes);
        let added: usize = changes.iter().map(Change::most_bytes).sum();
        let mut text = String::with_capacity(self.as_str().len() + added);
        let mut members = Vec::with_capacity(self.index().len() + changes.len());
        // What stays as it is is copied in long pieces.
        let (mut copied, mut end) = (0, "{".len());
        for member in self.index() {
            let Member { key, value, is_escaped } = member;
            let change = changes.iter().find(|change| self.is_named(member, change.key));
            // Where the piece that begins at `copied` is going to be.
            let offset = text.len();
            let moved = |place: &Range<usize>| {
                (offset + place.start - copied)..(offset + place.end - copied)
            };
            match change {
                None => members.push(Member {
                    key: moved(key),
                    value: moved(value),
                    is_escaped: *is_escaped,
                }),
                Some(change) if !change.is_made.replace(true) => {
                    let key = moved(key);
                    text.push_str(self.part(copied..value.start));
                    let start = text.len();
                    text.push_str(&change.value);
                    copied = value.end;
                    let value = start..text.len();
                    members.push(Member { key, value, is_escaped: *is_escaped });
                }
                // A duplicate, which would count instead.
                Some(_) => {
                    text.push_str(self.part(copied..end));
                    copied = value.end;
                }
            }
            end = member.value.end;
        }
        text.push_str(self.part(copied..end));
        for change in changes.iter().filter(|change| !change.is_made.get()) {
            text.push_str(if text == "{" { "" } else { "," });
            let start = text.len();
            text.push_str(&Value::from(change.key).to_string());
            let key = start..text.len();
            let is_escaped = text.get(start..).is_some_and(has_escapes);
            text.push(':');
            let value = text.len();
            text.push_str(&change.value);
            members.push(Member { key, value: value..text.len(), is_escaped });
        }
        text.push('}');
        Self::checked(text, members.into())
    }

    /// Returns the object with the members of `defaults` that it does not have, behind its own and as they
    /// are spelled there: a provider's newest answer with what a store has added to the payment's data.
    #[must_use]
    pub fn with_defaults(&self, defaults: &Self) -> Self {
        let own: HashSet<Cow<'_, str>> = self.index().iter().map(|it| self.name(it)).collect();
        let missing = defaults.index().iter().filter(|it| !own.contains(&defaults.name(it)));
        let missing = missing.map(|it| defaults.spelled_member(it));
        let length = self.as_str().len() + defaults.as_str().len();
        Self::from_members(self.members().chain(missing), length)
    }

    /// Returns the object with what a provider stores beside its own data in the member `key`: unchanged if
    /// that is there already, however it is spelled, and without the member if `state` is the default one.
    #[must_use]
    pub fn with_state<T>(&self, key: &str, state: &T) -> Self
    where
        T: Serialize + DeserializeOwned + Default + PartialEq,
    {
        if *state == self.get(key).unwrap_or_default() {
            return self.clone();
        }
        if *state == T::default() {
            return self.without(key);
        }
        self.with([(key, serde_json::to_value(state).unwrap_or_default())])
    }

    /// Returns the object without the member `key`.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        let left = self.index().iter().filter(|member| !self.is_named(member, key));
        Self::from_members(left.map(|it| self.spelled_member(it)), self.as_str().len())
    }

    fn deduplicated(&self) -> Option<&Self> {
        let deduplicate = || {
            let mut later = HashSet::new();
            let last = self.index().iter().rev().filter(|it| later.insert(self.name(it)));
            let last: Vec<_> = last.map(|it| self.spelled_member(it)).collect();
            let has_duplicates = last.len() < self.index().len();
            has_duplicates.then(|| Self::from_members(last.into_iter().rev(), self.as_str().len()))
        };
        self.0.deduplicated.get_or_init(deduplicate).as_ref()
    }

    /// Returns the members as they are spelled, in their order.
    fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.index().iter().map(|member| self.spelled_member(member))
    }

    fn spelled_member(&self, member: &Member) -> (&str, &str) {
        (self.part(member.key.clone()), self.part(member.value.clone()))
    }

    /// Returns a member's name.
    fn name(&self, member: &Member) -> Cow<'_, str> {
        let spelled = self.part(member.key.clone());
        match member.is_escaped {
            true => Cow::Owned(serde_json::from_str(spelled).unwrap_or_default()),
            false => Cow::Borrowed(unquoted(spelled)),
        }
    }

    fn is_named(&self, member: &Member, key: &str) -> bool {
        // Nearly all names have another length.
        let may_be = member.is_escaped || member.key.len() == key.len() + "\"\"".len();
        may_be && is_name(key, self.part(member.key.clone()), member.is_escaped)
    }

    fn index(&self) -> &[Member] {
        // It was checked to be an object when it was made.
        self.0.members.get_or_init(|| scan::members(self.as_str()))
    }

    /// Returns a piece of the text, whose place the index knows.
    fn part(&self, place: Range<usize>) -> &str {
        self.as_str().get(place).unwrap_or_default()
    }
}

fn has_escapes(spelled: &str) -> bool {
    spelled.bytes().any(|byte| byte == b'\\')
}

/// Returns what a JSON text is, as an error message calls it.
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

/// Names only the members: their values may be a person's name or address, or a secret.
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
        // serde_json reads a text before it makes a raw value of it, and that is all that is read here.
        let raw: &RawValue = serde_json::from_str(self.as_str()).map_err(S::Error::custom)?;
        raw.serialize(serializer)
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
    use crate::fuzz;

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
    fn json_of_the_wrong_shape_is_not_called_invalid_json() {
        let read = |text| serde_json::from_str::<(u8, u8)>(text).map_err(JsonError::from);
        for text in ["", "[1", "[1,", "<html>", "[1,2"] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with("it is not JSON: "), "{error}");
        }
        let error = read(r#"["hush",2]"#).unwrap_err().to_string();
        let wrong = "it is JSON of the wrong shape: expected a whole number from 0, got a string";
        assert_eq!(error, wrong);
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
    fn of_several_changes_of_one_member_the_last_counts() {
        let changes = [("a", 1.into()), ("b", 2.into()), ("a", Value::Null), ("b", 3.into())];
        let data = JsonObject::parse(r#"{"a":0}"#).unwrap();
        assert_eq!(data.with(changes.clone()).as_str(), r#"{"a":null,"b":3}"#);
        assert_eq!(JsonObject::empty().with(changes).as_str(), r#"{"a":null,"b":3}"#);
        assert_eq!(JsonObject::parse("{ }").unwrap().with([]), JsonObject::empty());
    }

    #[test]
    fn a_name_is_the_same_however_it_is_spelled() {
        let data = JsonObject::parse(r#"{"\u0069d":"a","":1,"q\"":2,"n":{"id":"b"}}"#).unwrap();
        assert_eq!(data.keys(), ["id", "", "q\"", "n"]);
        assert_eq!(data.get::<String>("id").as_deref(), Some("a"));
        assert_eq!(data.get::<u8>(""), Some(1));
        assert_eq!(data.get::<u8>("q\""), Some(2));
        let changed = data.with([("q\"", 3.into()), ("id", 4.into()), ("r\"", 5.into())]);
        let expected = r#"{"\u0069d":4,"":1,"q\"":3,"n":{"id":"b"},"r\"":5}"#;
        assert_eq!(changed.as_str(), expected);
        assert_eq!(changed.get::<u8>("r\""), Some(5));
        assert!(!changed.without("id").contains_key("id"));
    }

    #[test]
    fn a_name_is_not_confused_with_one_that_begins_like_it() {
        let data =
            JsonObject::parse(r#"{"amount_received":2,"amount":1,"größe":3,"a\\":4}"#).unwrap();
        assert_eq!(data.get::<u8>("amount"), Some(1));
        assert_eq!(data.get::<u8>("amount_received"), Some(2));
        assert_eq!(data.get::<u8>("größe"), Some(3));
        assert_eq!(data.get::<u8>("a\\"), Some(4));
        for absent in ["amoun", "amounts", "amount_receive", "a", "gr"] {
            assert!(!data.contains_key(absent), "{absent}");
        }
        // A name that is not a valid string has no equal.
        let data = JsonObject::parse(r#"{"\ud800":1,"":2}"#).unwrap();
        assert_eq!(data.get::<u8>(""), Some(2));
    }

    #[test]
    fn a_missing_member_is_taken_from_the_defaults_as_it_is_spelled_there() {
        let new = JsonObject::parse(r#"{"id":"a","amount":2}"#).unwrap();
        let old =
            JsonObject::parse(r#"{"am\u006funt":1,"exact":1.10,"id":"b","own":{"x":[]}}"#).unwrap();
        let both = r#"{"id":"a","amount":2,"exact":1.10,"own":{"x":[]}}"#;
        assert_eq!(new.with_defaults(&old).as_str(), both);
        assert_eq!(JsonObject::empty().with_defaults(&new), new);
        assert_eq!(new.with_defaults(&JsonObject::empty()), new);
    }

    #[test]
    fn of_a_duplicate_member_the_last_counts() {
        let data = JsonObject::parse(r#"{"a":1,"b":null,"\u0061":2}"#).unwrap();
        assert_eq!(data.get::<u8>("a"), Some(2));
        assert_eq!(data.keys(), ["a", "b"]);
        assert!(data.contains_key("a") && data.contains_key("b") && !data.contains_key("c"));
        assert_eq!(data.without("a").as_str(), r#"{"b":null}"#);
        let absent = JsonObject::parse(r#"{"a":1,"a":null}"#).unwrap();
        assert_eq!(absent.get::<u8>("a"), None);
    }

    #[test]
    fn a_duplicate_member_is_set_once() {
        let data = JsonObject::parse(r#"{"a":1,"b":null,"a":2}"#).unwrap();
        assert_eq!(data.with([("a", 3.into())]).as_str(), r#"{"a":3,"b":null}"#);
        let changed = data.with([("b", 4.into()), ("a", 3.into())]);
        assert_eq!(changed.as_str(), r#"{"a":3,"b":4}"#);
        let data = JsonObject::parse(r#"{"a":1,"a":2,"a":3,"b":4,"a":5,"c":6}"#).unwrap();
        assert_eq!(data.with([("a", 0.into())]).as_str(), r#"{"a":0,"b":4,"c":6}"#);
    }

    #[test]
    fn of_a_duplicate_default_the_last_counts() {
        let own = JsonObject::parse(r#"{"a":1,"a":2}"#).unwrap();
        let defaults = JsonObject::parse(r#"{"a":3,"b":4,"b":5}"#).unwrap();
        let both = own.with_defaults(&defaults);
        assert_eq!(both.keys(), ["a", "b"]);
        assert_eq!((both.get::<u8>("a"), both.get::<u8>("b")), (Some(2), Some(5)));
    }

    #[test]
    fn of_a_duplicate_member_a_type_reads_the_last() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Named<'a> {
            id: &'a str,
            amount: Option<u8>,
        }
        let text = r#"{"id":"a","amount":1,"id":"b","\u0061mount":2}"#;
        let data = JsonObject::parse(text).unwrap();
        let named: Named<'_> = data.deserialize().unwrap();
        assert_eq!(named, Named { id: "b", amount: Some(2) });
        assert_eq!(data.as_str(), text);
        let wrong = JsonObject::parse(r#"{"id":1,"id":2}"#).unwrap();
        let error = wrong.deserialize::<Named<'_>>().unwrap_err().to_string();
        assert!(error.starts_with("invalid type: integer `2`"), "{error}");
        let wrong = JsonObject::parse(r#"{"id":1}"#).unwrap();
        assert!(wrong.deserialize::<Named<'_>>().is_err());
    }

    #[test]
    fn space_around_an_object_does_not_belong_to_it() {
        let data = JsonObject::parse("\n {\"a\" :\t1 ,\n\"b\": 2} \r\n").unwrap();
        assert_eq!(data.as_str(), "{\"a\" :\t1 ,\n\"b\": 2}");
        assert_eq!(data.with([("b", 3.into())]).as_str(), "{\"a\" :\t1 ,\n\"b\": 3}");
        assert_eq!(data.with([("c", 3.into())]).as_str(), "{\"a\" :\t1 ,\n\"b\": 2,\"c\":3}");
        assert_eq!(data.without("a").without("b"), JsonObject::empty());
        for text in ["{} {}", "{},", "\u{a0}{}", "{\"a\"}", "{a:1}", "{1:1}", "{\"a\":1,}"] {
            assert!(matches!(JsonObject::parse(text), Err(JsonError::Syntax(_))), "{text}");
        }
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

    #[test]
    #[cfg(feature = "node")]
    fn an_object_inside_is_read_together_with_the_one_around_it() {
        for (text, inner) in [
            (r#"{"data":{"a":1,"b":{"c":2}},"amount":1}"#, Some(r#"{"a":1,"b":{"c":2}}"#)),
            (" {\"x\":[{}], \"data\" :\n{ \"a\" : 1 } }", Some(r#"{ "a" : 1 }"#)),
            (r#"{"x":{"data":{}},"\u0064ata":{}}"#, Some("{}")),
            (r#"{"data":{"a":1},"data":{"data":{"b":2}}}"#, Some(r#"{"data":{"b":2}}"#)),
            (r#"{"data":{"a":1},"data":null}"#, None),
            (r#"{"data":[{}]}"#, None),
            (r#"{"dat":{}}"#, None),
        ] {
            let (object, found) =
                JsonObject::of_checked_with(text.trim().to_owned(), "data").unwrap();
            assert_eq!(found.as_ref().map(JsonObject::as_str), inner);
            assert_eq!(object.as_str(), text.trim());
            assert!(object.members().eq(JsonObject::parse(text).unwrap().members()), "{text}");
            if let Some(found) = found {
                assert!(
                    found.members().eq(JsonObject::parse(found.as_str()).unwrap().members()),
                    "{text}"
                );
                assert_eq!(object.spelled("data"), inner);
            }
        }
    }

    proptest::proptest! {
        #[test]
        #[cfg(feature = "node")]
        fn fuzz_an_object_inside_is_the_one_that_is_read_by_itself(
            text in fuzz::json_text(fuzz::json_value()),
            more in fuzz::json_text(fuzz::json_value()),
        ) {
            let text = format!(r#"{{"x":{more},"data":{text},"data2":{more}}}"#);
            let Ok(object) = JsonObject::parse(&text) else {
                // It is not known to be JSON. Nothing crashes.
                let _ = JsonObject::of_checked_with(text, "data");
                return Ok(());
            };
            let (around, inner) = JsonObject::of_checked_with(text, "data").unwrap();
            proptest::prop_assert!(around.members().eq(object.members()));
            let alone = object.spelled("data").and_then(|data| JsonObject::parse(data).ok());
            proptest::prop_assert_eq!(&inner, &alone);
            if let (Some(inner), Some(alone)) = (inner, alone) {
                proptest::prop_assert!(inner.members().eq(alone.members()));
            }
        }

        #[test]
        fn fuzz_an_object_reads_as_serde_reads_it_and_a_change_changes_one_member(
            text in fuzz::json_text(fuzz::json_value()),
            key in fuzz::text(),
            value in fuzz::json_value(),
        ) {
            let Ok(object) = JsonObject::parse(&text) else { return Ok(()) };
            // A lone surrogate is more than serde reads; Medusa gets U+FFFD for it.
            let Ok(mut expected) = serde_json::from_str::<Value>(object.as_str()) else { return Ok(()) };
            proptest::prop_assert_eq!(object.contains_key(&key), expected.get(&key).is_some());
            let without = object.without(&key);
            proptest::prop_assert!(!without.contains_key(&key));
            let changed = object.with([(key.as_str(), value.clone())]);
            expected.as_object_mut().unwrap().insert(key, value);
            // It knows where its members are, as if it had been read.
            let read = JsonObject::parse(changed.as_str()).unwrap();
            proptest::prop_assert!(changed.members().eq(read.members()));
            let changed: Value = serde_json::from_str(changed.as_str()).unwrap();
            proptest::prop_assert_eq!(changed, expected);
        }
    }
}
