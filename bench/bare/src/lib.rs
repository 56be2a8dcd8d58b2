//! What any napi-rs addon costs: the yardstick of the benchmark.

use napi_derive::napi;

/// A round trip through napi-rs's own async functions, that carries nothing and does nothing.
#[napi]
pub async fn bare() -> u32 {
    1
}

/// The CPU time of the calling thread, in milliseconds.
#[napi]
pub fn thread_cpu_time() -> f64 {
    cpu_time::ThreadTime::now().as_duration().as_secs_f64() * 1000.0
}
