//! Linker settings that a Node.js addon needs on each platform.

fn main() {
    #[cfg(feature = "node")]
    napi_build::setup();
}
