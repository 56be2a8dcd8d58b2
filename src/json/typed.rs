//! Reads an object as a type, from the places of its members: what the type does not have is not read again.

use std::borrow::Cow;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer, UnitDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::JsonObject;

impl<'de> Deserializer<'de> for &'de JsonObject {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Members::of(self, None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(Members::of(self, Some(fields)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    // serde_json has a way of its own for these.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        serde_json::Deserializer::from_str(self.as_str()).deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        serde_json::Deserializer::from_str(self.as_str()).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The members of an object, for a type with these fields, or for one that takes any.
struct Members<'de> {
    object: &'de JsonObject,
    fields: Option<&'static [&'static str]>,
    next: usize,
    /// That of the member whose name was read last. `None` if the type has no such field.
    value: Option<&'de str>,
}

impl<'de> Members<'de> {
    fn of(object: &'de JsonObject, fields: Option<&'static [&'static str]>) -> Self {
        Self { object, fields, next: 0, value: None }
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(member) = self.object.index().get(self.next) else { return Ok(None) };
        self.next += 1;
        let name = self.object.name(member);
        let is_read = self.fields.is_none_or(|fields| fields.contains(&name.as_ref()));
        self.value = is_read.then(|| self.object.part(member.value.clone()));
        match name {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
            Cow::Owned(name) => seed.deserialize(StringDeserializer::new(name)),
        }
        .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(&mut serde_json::Deserializer::from_str(value)),
            // It is ignored.
            None => seed.deserialize(UnitDeserializer::new()),
        }
    }
}
