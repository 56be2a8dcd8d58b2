//! The processors that come with the crate. Nothing in here knows of Node.js.

mod manual;
#[cfg(feature = "stripe")]
pub mod stripe;

pub use manual::Manual;
