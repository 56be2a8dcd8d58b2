//! Finds the parts of a text that is known to be JSON, without checking it once more.

use std::ops::Range;

/// The place of a member in the text of its object.
pub(crate) struct Member {
    /// Its name, with the quotation marks.
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
    /// Whether its name is spelled with escapes.
    pub(crate) is_escaped: bool,
}

/// How many bytes a member of a payment's data has on average, roughly.
const USUAL_MEMBER: usize = 64;

/// An object inside an object, and its members' places in its own text.
#[cfg(feature = "node")]
pub(super) struct Inner {
    pub(super) place: Range<usize>,
    pub(super) members: Vec<Member>,
}

/// Lists the places of the members of the object that `text` spells, without space around it, in their order. What it
/// lists of a text that is not JSON has no meaning.
pub(super) fn members(text: &str) -> Vec<Member> {
    Scan::of(text).members(|_, _| None)
}

/// Does the same, and returns the object that is the member `inner`, too, if it is one: it is passed only once.
#[cfg(feature = "node")]
pub(super) fn members_with(text: &str, inner: &str) -> (Vec<Member>, Option<Inner>) {
    let mut found = None;
    let members = Scan::of(text).members(|scan, name| {
        if !is_name(inner, name.spelled, name.is_escaped) {
            return None;
        }
        // Of a duplicate the last one counts.
        found = None;
        let is_object = scan.next() == Some(b'{');
        is_object.then(|| {
            let start = scan.at;
            let members = scan.members(|_, _| None);
            let place = start..scan.at;
            found = Some(Inner { place: place.clone(), members });
            place
        })
    });
    (members, found)
}

/// Returns whether `spelled`, with its quotation marks, is the name `key`.
pub(super) fn is_name(key: &str, spelled: &str, is_escaped: bool) -> bool {
    match is_escaped {
        true => serde_json::from_str::<String>(spelled).is_ok_and(|name| name == key),
        false => unquoted(spelled) == key,
    }
}

/// Returns what is between the quotation marks of a string.
pub(crate) fn unquoted(spelled: &str) -> &str {
    spelled.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(spelled)
}

/// A place in a text that is known to be JSON.
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// A string as it is spelled, with its quotation marks.
pub(crate) struct Spelled<'a> {
    pub(crate) spelled: &'a str,
    pub(crate) is_escaped: bool,
}

impl<'a> Scan<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_while(&mut self, is_skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&is_skipped) {
            self.at += 1;
        }
    }

    /// Returns the first byte of the next value, or the bracket behind the last one of an object or array.
    pub(crate) fn next(&mut self) -> Option<u8> {
        self.skip_while(|byte| byte == b',' || is_space(byte));
        self.peek()
    }

    /// Passes the bracket that begins an object or array, or what is between a name and its value.
    pub(crate) fn enter(&mut self) {
        self.skip_while(is_space);
        self.at += 1;
    }

    /// Passes the bracket that ends an object or array.
    pub(crate) fn leave(&mut self) {
        self.at += 1;
    }

    /// Passes the string that begins here.
    pub(crate) fn string(&mut self) -> Spelled<'a> {
        let start = self.at;
        let is_escaped = self.skip_string();
        Spelled { spelled: self.since(start), is_escaped }
    }

    /// Passes the number that begins here, or the name of a value.
    pub(crate) fn scalar(&mut self) -> &'a str {
        let start = self.at;
        self.skip_scalar();
        self.since(start)
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes the object that begins here, and lists the places of its members, counted from its beginning. `value` may
    /// pass the value of a name in its own way, and then returns its place.
    fn members(
        &mut self,
        mut value: impl FnMut(&mut Self, &Spelled<'a>) -> Option<Range<usize>>,
    ) -> Vec<Member> {
        let begin = self.at;
        let within = |place: Range<usize>| place.start - begin..place.end - begin;
        let mut members = Vec::with_capacity(self.text.len().saturating_sub(begin) / USUAL_MEMBER);
        self.enter();
        while self.next() == Some(b'"') {
            let start = self.at;
            let name = self.string();
            let key = within(start..self.at);
            self.enter();
            let passed = value(self, &name);
            let value = within(passed.unwrap_or_else(|| self.skip_value()));
            members.push(Member { key, value, is_escaped: name.is_escaped });
        }
        self.leave();
        members
    }

    /// Passes a value, and returns its place.
    fn skip_value(&mut self) -> Range<usize> {
        let first = self.next();
        let start = self.at;
        match first {
            Some(b'"') => {
                self.skip_string();
            }
            Some(b'{' | b'[') => self.skip_nested(),
            _ => self.skip_scalar(),
        }
        start..self.at
    }

    /// Passes a string, and returns whether it has escapes.
    fn skip_string(&mut self) -> bool {
        self.at += 1;
        let mut is_escaped = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let plain = plain_bytes(rest);
            self.at += plain + 1;
            if rest.get(plain) != Some(&b'\\') {
                return is_escaped;
            }
            is_escaped = true;
            self.at += 1;
        }
    }

    /// Passes an object or array with all that is in it.
    fn skip_nested(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_scalar(&mut self) {
        // At least one byte, so that a text that is not JSON comes to its end.
        self.at += 1;
        self.skip_while(|byte| !matches!(byte, b',' | b'}' | b']') && !is_space(byte));
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Returns how many bytes there are before a quotation mark or a backslash. Most strings are short: a search that is set
/// up for long ones takes longer.
fn plain_bytes(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    // The lowest byte that is zero has its highest bit set; those below have it clear.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found =
            zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\');
    let last = rest.iter().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
    words.len() * 8 + last
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use serde::de::{Deserializer, MapAccess, Visitor};
    use serde_json::value::RawValue;

    use super::*;
    use crate::fuzz;

    /// The members as serde finds them: names and values as they are spelled.
    fn by_serde(text: &str) -> Vec<(String, String)> {
        struct Spelled;

        impl<'de> Visitor<'de> for Spelled {
            type Value = Vec<(String, String)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    members.push((name.get().to_owned(), value.get().to_owned()));
                }
                Ok(members)
            }
        }

        serde_json::Deserializer::from_str(text).deserialize_map(Spelled).unwrap()
    }

    fn part(text: &str, place: &Range<usize>) -> String {
        text.get(place.clone()).unwrap_or_default().to_owned()
    }

    fn found(text: &str) -> Vec<(String, String)> {
        members(text).iter().map(|it| (part(text, &it.key), part(text, &it.value))).collect()
    }

    #[test]
    fn the_members_are_where_serde_finds_them() {
        for text in [
            "{}",
            "{ }",
            r#"{"a":1}"#,
            "{\"a\" :\t1 ,\n\"b\": [1, {\"c\":\"]\"}] }",
            r#"{"\u0061":"\"","b\\":"}","":null,"c":{"d":{"e":[[],{}]}},"f":-1.5e3,"g":true}"#,
            r#"{"größe":"é😀","a":"\\","b":"\\\"","c":"{[,:"}"#,
        ] {
            assert_eq!(found(text), by_serde(text), "{text}");
        }
        let escaped: Vec<_> =
            members(r#"{"\u0061":1,"a":"\u0061"}"#).iter().map(|it| it.is_escaped).collect();
        assert_eq!(escaped, [true, false]);
    }

    proptest::proptest! {
        #[test]
        fn fuzz_the_members_of_any_object_are_where_serde_finds_them(
            text in fuzz::json_text(fuzz::json_value()),
        ) {
            let text = text.trim();
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            let members = found(text);
            if is_json && text.starts_with('{') {
                proptest::prop_assert_eq!(members, by_serde(text));
            }
        }
    }
}
