//! Through which proxy an API is reached. The variables and what they may hold are those of curl.

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::endpoint::Endpoint;
use super::environment::{Variables, first_set};

/// The variables that name a proxy; the first that is set counts.
///
/// `http_proxy` is not among them: only this machine is spoken to in plain `http`, and never through a proxy, which
/// would get the secret key unencrypted.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// The variables that list the hosts which are reached without it.
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A proxy that opens tunnels (`CONNECT`). It never sees what goes through them.
pub(super) struct Proxy {
    address: Intercept,
    variable: &'static str,
}

impl Proxy {
    /// Returns the proxy for an API, unless it is reached without one.
    ///
    /// # Errors
    /// If the variable holds something else than the address of a proxy. The error does not repeat it: it may hold a
    /// password.
    pub(super) fn of(
        endpoint: &Endpoint,
        variables: Variables<'_>,
    ) -> Result<Option<Self>, String> {
        let Some((variable, text)) = first_set(variables, &PROXY) else { return Ok(None) };
        if endpoint.is_loopback() || is_exempt(endpoint.uri(), variables) {
            return Ok(None);
        }
        let matcher = Matcher::builder().https(text.to_string_lossy().into_owned()).build();
        let address = matcher.intercept(endpoint.uri());
        match address.filter(|address| opens_tunnels(address.uri())) {
            Some(address) => Ok(Some(Self { address, variable })),
            None => Err(format!(
                "the environment variable {variable}: expected the address of an HTTP proxy, such as \
                 http://proxy.example.com:3128; to do without it, add {} to NO_PROXY",
                endpoint.uri().host().unwrap_or_default()
            )),
        }
    }

    /// Returns the address of the proxy, without the credentials.
    pub(super) fn uri(&self) -> &Uri {
        self.address.uri()
    }

    /// Returns the credentials for the proxy, if it has some.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.address.basic_auth()
    }

    /// Returns how messages call it: by host and port, and the variable that names it.
    pub(super) fn name(&self) -> String {
        let authority = self.uri().authority().map_or("", |authority| authority.as_str());
        format!("{authority} ({})", self.variable)
    }
}

fn opens_tunnels(proxy: &Uri) -> bool {
    matches!(proxy.scheme_str(), Some("http" | "https"))
}

fn is_exempt(api: &Uri, variables: Variables<'_>) -> bool {
    let Some((_, list)) = first_set(variables, &NO_PROXY) else { return false };
    let hosts = hosts(&list.to_string_lossy(), api.port_u16().unwrap_or(443));
    // Of any proxy.
    Matcher::builder().https("http://proxy").no(hosts).build().intercept(api).is_none()
}

/// Returns the entries of a list that count for a port, as the matcher knows them: without ports, and without the `*` of
/// `*.example.com`.
fn hosts(list: &str, port: u16) -> String {
    let entries = list.split([',', ' ', '\t', '\n', '\r']).filter_map(|entry| {
        let (host, of_port) = match entry.rsplit_once(':') {
            Some((host, of_port)) if !host.contains(':') || host.ends_with(']') => (host, of_port),
            _ => (entry, ""),
        };
        let counts = of_port.is_empty() || of_port.parse() == Ok(port);
        counts.then(|| host.strip_prefix("*.").unwrap_or(host).trim_matches(['[', ']']))
    });
    entries.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::super::environment::testing::with;
    use super::*;

    fn proxy(api: &str, variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let endpoint = Endpoint::parse("api_base", api).unwrap();
        Ok(Proxy::of(&endpoint, &with(variables))?.map(|proxy| proxy.name()))
    }

    const API: &str = "https://api.stripe.com";

    #[test]
    fn the_first_variable_that_is_set_counts() {
        for (variables, name) in [
            (&[][..], None),
            (&[("HTTPS_PROXY", "")][..], None),
            (&[("HTTPS_PROXY", "http://a:1")][..], Some("a:1 (HTTPS_PROXY)")),
            (
                &[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://b:1")][..],
                Some("b:1 (https_proxy)"),
            ),
            (&[("https_proxy", ""), ("ALL_PROXY", "c:1")][..], Some("c:1 (ALL_PROXY)")),
            (&[("all_proxy", "https://d")][..], Some("d (all_proxy)")),
            (&[("HTTP_PROXY", "http://e:1")][..], None),
        ] {
            assert_eq!(proxy(API, variables).unwrap().as_deref(), name, "{variables:?}");
        }
    }

    #[test]
    fn hosts_are_reached_without_it_as_the_list_says() {
        for (no, api, is_exempt) in [
            ("*", API, true),
            ("example.com", API, false),
            ("stripe.com", API, true),
            ("a.example, .stripe.com", API, true),
            ("a.example api.stripe.com", API, true),
            ("*.stripe.com", API, true),
            ("tripe.com", API, false),
            ("API.STRIPE.COM", API, true),
            ("api.stripe.com:443", API, true),
            ("api.stripe.com:8443", API, false),
            ("api.stripe.com:8443", "https://api.stripe.com:8443/v1", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("2001:db8::1", "https://[2001:db8::1]", true),
            ("[2001:db8::1]:443", "https://[2001:db8::1]", true),
            ("[2001:db8::1]:444", "https://[2001:db8::1]", false),
        ] {
            for variable in NO_PROXY {
                let variables = [("HTTPS_PROXY", "http://a:1"), (variable, no)];
                assert_eq!(proxy(api, &variables).unwrap().is_none(), is_exempt, "{no} {api}");
            }
        }
    }

    #[test]
    fn this_machine_is_reached_without_a_proxy() {
        for api in ["http://127.0.0.1:1", "http://localhost:1", "https://[::1]:1"] {
            assert_eq!(proxy(api, &[("ALL_PROXY", "http://a:1")]), Ok(None), "{api}");
        }
    }

    #[test]
    fn what_is_not_a_proxy_is_refused_and_not_repeated() {
        for text in ["socks5://me:hunter2@a:1", "ftp://hunter2", "http://", "hunter2 a:1"] {
            let error = proxy(API, &[("HTTPS_PROXY", text)]).unwrap_err();
            assert!(error.contains("HTTPS_PROXY") && !error.contains("hunter2"), "{error}");
            assert_eq!(proxy(API, &[("HTTPS_PROXY", text), ("NO_PROXY", "stripe.com")]), Ok(None));
        }
    }

    #[test]
    fn the_credentials_are_not_in_the_name() {
        let variables = [("HTTPS_PROXY", "http://me:hunt%40er2@a:1")];
        let endpoint = Endpoint::parse("api_base", API).unwrap();
        let proxy = Proxy::of(&endpoint, &with(&variables)).unwrap().unwrap();
        assert_eq!(proxy.name(), "a:1 (HTTPS_PROXY)");
        assert_eq!(proxy.uri().to_string(), "http://a:1/");
        let authorization = proxy.authorization().unwrap();
        assert_eq!(authorization, "Basic bWU6aHVudEBlcjI=");
        assert!(authorization.is_sensitive());
    }
}
