//! The processors that come with the crate. Nothing in here knows of Node.js.

mod manual;

pub use manual::Manual;
