//! Strings on their way between JavaScript and Rust: napi's own conversion looks at every character twice.
#![allow(unsafe_code)] // Conversions are unsafe functions in napi.

use std::cell::RefCell;
use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, ToNapiValue, TypeName, ValidateNapiValue};
use napi::{Error, Result, Status, ValueType, check_status, sys};

/// How large a buffer is kept from one string to the next.
const SCRATCH_KEPT: usize = 256 * 1024;

/// How many strings are kept to be filled again, and how large each of them may be.
const SPARES_KEPT: usize = 128;
const SPARE_KEPT: usize = 16 * 1024;

thread_local! {
    /// Holds a string until its length in UTF-8 is known and it gets the memory that it needs.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };

    /// Strings that are done with. Filled again, they spare this thread the allocator: else memory goes
    /// from this thread to the workers and back with every call.
    static SPARES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the memory of a string that is done with, for a later one.
pub(crate) fn recycle(mut text: String) {
    SPARES.with_borrow_mut(|spares| {
        if spares.len() < SPARES_KEPT && text.capacity() <= SPARE_KEPT {
            text.clear();
            spares.push(text);
        }
    });
}

fn copied(text: &str) -> String {
    let mut copy = SPARES.with_borrow_mut(Vec::pop).unwrap_or_default();
    copy.push_str(text);
    copy
}

/// A string that is as long as a payment's data.
pub(crate) struct Text<T>(pub(crate) T);

impl TypeName for Text<String> {
    fn type_name() -> &'static str {
        "String"
    }

    fn value_type() -> ValueType {
        ValueType::String
    }
}

impl ValidateNapiValue for Text<String> {}

impl FromNapiValue for Text<String> {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let mut units = 0;
        // SAFETY: without a buffer it only asks for the length, which UTF-16 has at hand and UTF-8
        // would have to be counted for.
        check_status!(unsafe {
            sys::napi_get_value_string_utf16(env, value, ptr::null_mut(), 0, &mut units)
        })?;
        // A UTF-16 unit is three bytes of UTF-8 at most; one more for the final NUL.
        let most = units * 3 + 1;
        let text = SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            scratch.reserve(most);
            let mut written = 0;
            // SAFETY: the buffer has the capacity that it is said to have, and `written` bytes of
            // it are initialized afterwards.
            unsafe {
                check_status!(sys::napi_get_value_string_utf8(
                    env,
                    value,
                    scratch.as_mut_ptr().cast(),
                    scratch.capacity(),
                    &mut written,
                ))?;
                scratch.set_len(written);
            }
            let text = str::from_utf8(scratch).map(copied);
            if scratch.capacity() > SCRATCH_KEPT {
                *scratch = Vec::new();
            }
            text.map_err(|error| Error::new(Status::InvalidArg, error.to_string()))
        })?;
        Ok(Self(text))
    }
}

impl ToNapiValue for Text<&str> {
    unsafe fn to_napi_value(env: sys::napi_env, Self(text): Self) -> Result<sys::napi_value> {
        // ASCII is Latin-1, which V8 copies without decoding it.
        let create = if text.is_ascii() {
            sys::napi_create_string_latin1
        } else {
            sys::napi_create_string_utf8
        };
        let mut value = ptr::null_mut();
        // SAFETY: pointer and length are those of one string.
        check_status!(unsafe {
            create(env, text.as_ptr().cast(), text.len().cast_signed(), &mut value)
        })?;
        Ok(value)
    }
}
