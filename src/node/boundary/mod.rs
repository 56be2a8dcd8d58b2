//! The JSON boundary, the same for every host: arguments and outcomes cross as JSON text.

pub(crate) mod argument;
mod depth;
pub(crate) mod outcome;
pub(crate) mod storable;

#[cfg(test)]
pub(crate) use depth::MAX_DEPTH;
