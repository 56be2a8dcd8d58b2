//! What napi lacks for JavaScript's values.

pub(crate) mod text;
pub(crate) mod values;
pub(crate) mod weak;
