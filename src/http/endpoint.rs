//! Where an API is, and whether a secret may be sent there.

use std::net::IpAddr;

use hyper::Uri;

/// The address of an API: `https://…`, or `http://…` on this machine. It has no slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    text: String,
    uri: Uri,
}

impl Endpoint {
    /// Returns the address in `text`. A path is allowed (`https://proxy.example/stripe`); a query, a
    /// user or a password is not.
    ///
    /// ```
    /// use medusa_payment_rs::http::Endpoint;
    ///
    /// let endpoint = Endpoint::parse("api_base", "https://api.example.com/")?;
    /// assert_eq!(endpoint.as_str(), "https://api.example.com");
    /// let error = Endpoint::parse("api_base", "http://api.example.com").unwrap_err();
    /// assert!(error.starts_with("option `api_base`: "));
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// Says what is wrong with the option called `option`; never repeats `text`, which may hold a
    /// password. Plain `http` is accepted on loopback addresses only: anywhere else it would send the
    /// key unencrypted.
    pub fn parse(option: &str, text: &str) -> Result<Self, String> {
        let refused = |why: &str| {
            Err(format!("option `{option}`: expected a URL such as https://api.example.com: {why}"))
        };
        let Ok(uri) = text.parse::<Uri>() else {
            return refused("this is not a URL");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refused("the scheme or the host is missing");
        };
        if authority.as_str().contains('@') {
            return refused("it must not contain a user or password");
        }
        if authority.host().is_empty() {
            return refused("the host is missing");
        }
        if uri.query().is_some() {
            return refused("it must not have a query");
        }
        match scheme {
            "https" => {}
            "http" if is_loopback(authority.host()) => {}
            "http" => {
                return refused(
                    "http would send the secret key unencrypted, and is for this machine only",
                );
            }
            _ => return refused("the scheme is neither https nor http"),
        }
        Ok(Self { text: text.trim_end_matches('/').to_owned(), uri })
    }

    /// Returns the address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.uri.host().is_some_and(is_loopback)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sent_unencrypted_to_this_machine_only() {
        for text in ["http://127.0.0.1:1", "http://localhost:1/", "http://[::1]:1", "https://x/y/"]
        {
            let endpoint = Endpoint::parse("api_base", text).unwrap();
            assert_eq!(endpoint.as_str(), text.trim_end_matches('/'));
        }
        for text in ["http://10.0.0.1", "http://proxy", "http://127.0.0.1.example.com"] {
            let error = Endpoint::parse("api_base", text).unwrap_err();
            assert!(error.contains("unencrypted"), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused_and_not_repeated() {
        for text in [
            "",
            "nonsense",
            "https:///path",
            "ftp://localhost",
            "https://me:word@proxy",
            "https://proxy/?a=1",
        ] {
            let error = Endpoint::parse("api_base", text).unwrap_err();
            assert!(error.contains("`api_base`") && !error.contains("word@"), "{text}: {error}");
        }
    }
}
