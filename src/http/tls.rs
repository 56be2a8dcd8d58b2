//! Whose certificates are trusted: Mozilla's list, or in its place what `SSL_CERT_FILE` names, as OpenSSL and curl do it;
//! and those that `NODE_EXTRA_CA_CERTS` names, as Node.js does
//! (<https://nodejs.org/api/cli.html#node_extra_ca_certsfile>).

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::environment::{Variables, first_set};

const INSTEAD: &str = "SSL_CERT_FILE";
const EXTRA: &str = "NODE_EXTRA_CA_CERTS";

/// Returns how connections are encrypted.
///
/// # Errors
/// If a file is named that cannot be read, or has no certificate that can be used.
pub(super) fn config(variables: Variables<'_>) -> Result<ClientConfig, String> {
    // Named here, because a process may hold several crypto providers, and none of them is its default.
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(trusted(variables)?)
        .with_no_client_auth())
}

fn trusted(variables: Variables<'_>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match first_set(variables, &[INSTEAD]) {
        Some((variable, file)) => add(&mut roots, variable, Path::new(&file))?,
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    if let Some((variable, file)) = first_set(variables, &[EXTRA]) {
        add(&mut roots, variable, Path::new(&file))?;
    }
    Ok(roots)
}

fn add(roots: &mut RootCertStore, variable: &str, file: &Path) -> Result<(), String> {
    let unusable = |reason: String| format!("the file in {variable} cannot be used: {reason}");
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(error.to_string()))?;
    // A system's list may have one that is too old to be understood.
    match roots.add_parsable_certificates(certificates) {
        (0, _) => Err(unusable("it has no certificate of an authority".to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::{Client, Lost};
    use super::super::environment::testing::with;
    use super::super::testing::{Silent, TemporaryFile, TlsServer};
    use super::super::{Endpoint, HttpRequest, Reply};
    use super::*;

    async fn reply(server: &TlsServer, variables: &[(&str, &str)]) -> Result<Reply, Lost> {
        let url = format!("https://localhost:{}", server.port());
        let endpoint = Endpoint::parse("api_base", &url).unwrap();
        let client = Client::builder(endpoint, Silent).build_in(&with(variables)).unwrap();
        client.send(&HttpRequest::get("/v1/payment_intents/pi_1"), None).await
    }

    #[tokio::test]
    async fn a_certificate_that_the_environment_names_is_trusted() {
        let server = TlsServer::start("localhost").await;
        let file = TemporaryFile::with(&server.certificate);
        for variable in [INSTEAD, EXTRA] {
            let reply = reply(&server, &[(variable, file.path())]).await;
            assert_eq!(reply.unwrap().body(), "{}", "{variable}");
        }
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent() {
        let server = TlsServer::start("localhost").await;
        let lost = reply(&server, &[(INSTEAD, ""), (EXTRA, "")]).await.unwrap_err();
        assert!(
            matches!(&lost, Lost::NotSent(reason) if reason.contains("certificate")),
            "{lost:?}"
        );
        assert_eq!(server.lines(), [""; 0]);
    }

    #[test]
    fn one_variable_adds_to_mozillas_list_and_the_other_takes_its_place() {
        let certificate = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        let file = TemporaryFile::with(&certificate.cert.pem());
        let mozillas = webpki_roots::TLS_SERVER_ROOTS.len();
        let count = |variables: &[(&str, &str)]| trusted(&with(variables)).unwrap().len();
        assert_eq!(count(&[]), mozillas);
        assert_eq!(count(&[(EXTRA, file.path())]), mozillas + 1);
        assert_eq!(count(&[(INSTEAD, file.path())]), 1);
        assert_eq!(count(&[(INSTEAD, file.path()), (EXTRA, file.path())]), 2);
    }

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let empty = TemporaryFile::with("no certificate");
        for variable in [INSTEAD, EXTRA] {
            for file in ["/nowhere", empty.path()] {
                let error = trusted(&with(&[(variable, file)])).unwrap_err();
                assert!(error.contains(variable), "{error}");
            }
        }
    }
}
