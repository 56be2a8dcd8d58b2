//! Whose certificates are trusted: Mozilla's list, and those that `NODE_EXTRA_CA_CERTS` names, as
//! Node.js itself does (<https://nodejs.org/api/cli.html#node_extra_ca_certsfile>).

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

const EXTRA: &str = "NODE_EXTRA_CA_CERTS";

/// Returns how connections are encrypted.
pub(super) fn config() -> Result<ClientConfig, String> {
    let extra = std::env::var_os(EXTRA).filter(|path| !path.is_empty());
    config_with(extra.as_deref().map(Path::new))
}

/// # Errors
/// If a file is named that cannot be read or holds something else.
fn config_with(extra: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = extra {
        let unusable = |reason: &dyn ToString| {
            format!("the file in {EXTRA} cannot be used: {}", reason.to_string())
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error))? {
            let certificate = certificate.map_err(|error| unusable(&error))?;
            roots.add(certificate).map_err(|error| unusable(&error))?;
        }
    }
    // Named here, because a process may hold several crypto providers, and none of them is its default.
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::super::client::{Client, Lost};
    use super::super::dialect::{Dialect, Problem};
    use super::super::testing::read;
    use super::super::{Endpoint, HttpRequest, Reply};
    use super::*;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    /// A server with a certificate that only its own file vouches for: its URL, and the certificate.
    async fn tls_server() -> (String, String) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![cert.der().clone()],
                rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                read(&mut stream).await;
                let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(reply).await.unwrap();
                stream.flush().await.unwrap();
            }
        });
        (url, cert.pem())
    }

    fn client(url: &str, tls: ClientConfig) -> Client {
        let endpoint = Endpoint::parse("api_base", url).unwrap();
        Client::builder(endpoint, Silent).build_with(tls)
    }

    struct Silent;

    impl Dialect for Silent {
        fn provider(&self) -> &'static str {
            "Silent"
        }

        fn problem(&self, _reply: &Reply) -> Option<Problem> {
            None
        }
    }

    #[tokio::test]
    async fn a_certificate_that_the_environment_names_is_trusted() {
        let (url, certificate) = tls_server().await;
        let folder =
            std::env::temp_dir().join(format!("medusa-payment-rs-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("extra.pem");
        std::fs::write(&file, certificate).unwrap();
        let config = config_with(Some(&file));
        std::fs::remove_dir_all(folder).unwrap();
        let reply = client(&url, config.unwrap())
            .send(&HttpRequest::get("/v1/payment_intents/pi_1"), None)
            .await;
        assert_eq!(reply.unwrap().body(), "{}");
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent() {
        let (url, _) = tls_server().await;
        let client = client(&url, config_with(None).unwrap());
        let lost =
            client.send(&HttpRequest::get("/v1/payment_intents/pi_1"), None).await.unwrap_err();
        assert!(
            matches!(&lost, Lost::NotSent(reason) if reason.contains("certificate")),
            "{lost:?}"
        );
    }

    #[test]
    fn a_file_that_is_no_certificate_is_named() {
        let error = config_with(Some(Path::new("/nowhere"))).unwrap_err();
        assert!(error.contains("NODE_EXTRA_CA_CERTS"), "{error}");
    }
}
