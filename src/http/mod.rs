//! HTTP for providers: what every payment processor that talks to an API needs.
//!
//! A provider says where its API is ([`Endpoint`]), how the API reports an error ([`Dialect`]), and
//! what it wants ([`HttpRequest`]). A [`Client`] keeps the connections, and an [`Exchange`] makes the
//! requests of one call. What a reply means for the money is decided here, in one place:
//!
//! | what happened | kind, if the request only reads | kind, if it changes something |
//! | --- | --- | --- |
//! | no connection: the request was never sent | `Unavailable` | `Unavailable` |
//! | sent, and the reply was lost, cut off or unreadable | `Unavailable` | `OutcomeUnknown` |
//! | an error status whose body is not the provider's own (a proxy's page) | `Unavailable` | `OutcomeUnknown` |
//! | the provider's own error: 408, 409, 5xx | `Unavailable` | `OutcomeUnknown` |
//! | the provider's own error: 425, 429 | `Unavailable` | `Unavailable` |
//! | the provider's own error: 400, 401, 403 | `Invalid` | `Invalid` |
//! | the provider's own error: any other 4xx | `Refused` | `Refused` |
//!
//! 401 and 403 are `Invalid` because the request was never looked at: that says nothing about an
//! earlier attempt, whose outcome stays unknown. A [`Dialect`] may know better what a particular error
//! of its API means, and says so with a [`Verdict`].
//!
//! Time limits and retries belong to the [layers](crate::layers).

mod client;
mod clock;
mod connector;
mod dialect;
mod endpoint;
mod environment;
mod exchange;
mod kind;
mod proxy;
mod reply;
mod request;
mod tls;

#[cfg(test)]
pub(crate) mod testing;

pub use client::{Client, ClientBuilder, Lost};
pub use dialect::{Dialect, Problem, Verdict};
pub use endpoint::Endpoint;
pub use exchange::Exchange;
/// The types of header names and values, status codes and methods, for use with this module.
pub use hyper::http::{HeaderName, HeaderValue, Method, StatusCode, header};
pub use reply::Reply;
pub use request::{HttpRequest, path_segment};
