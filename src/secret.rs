//! Text that must not show.

use std::fmt;

use serde::Deserialize;

/// Text that never shows: neither in `Debug` output nor in an error. For the keys among a
/// provider's options.
///
/// ```
/// use medusa_payment_rs::prelude::*;
///
/// #[derive(Debug, serde::Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Options { api_key: Secret }
///
/// let options: Options = serde_json::from_str(r#"{"api_key":"sk_1"}"#)?;
/// assert_eq!(options.api_key.expose(), "sk_1");
/// assert_eq!(format!("{options:?}"), "Options { api_key: Secret(…) }");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the header that it is sent in. Mark that as sensitive where the HTTP
    /// library can.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
