//! JavaScript values by their kind.

use napi::bindgen_prelude::{Either, FunctionCallContext, Unknown};
use napi::{Result, ValueType};

/// Returns an argument, unless fewer were given.
pub(crate) fn argument(
    context: &FunctionCallContext<'_>,
    index: usize,
) -> Result<Option<Unknown<'static>>> {
    if index < context.length() { context.get(index).map(Some) } else { Ok(None) }
}

/// Returns `undefined` if there is no value.
pub(crate) fn or_undefined(value: Option<Unknown<'static>>) -> Either<Unknown<'static>, ()> {
    value.map_or(Either::B(()), Either::A)
}

/// Returns the kind of a value: no value is `undefined`.
pub(crate) fn kind_of(value: Option<Unknown<'static>>) -> Result<ValueType> {
    value.map_or(Ok(ValueType::Undefined), |value| value.get_type())
}

/// Returns a kind as an error message calls it.
pub(crate) fn described(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Undefined => "undefined",
        ValueType::Null => "null",
        ValueType::Boolean => "a boolean",
        ValueType::Number => "a number",
        ValueType::String => "a string",
        ValueType::Symbol => "a symbol",
        ValueType::Function => "a function",
        ValueType::BigInt => "a bigint",
        _ => "an object",
    }
}
