//! Makes connections: to the API itself, or through a tunnel that a proxy opens.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use rustls::ClientConfig;
use tower_service::Service;

use super::proxy::Proxy;

type Cause = Box<dyn Error + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, Cause>> + Send>>;
type Tcp = <HttpConnector as Service<Uri>>::Response;

/// Makes encrypted connections, each within a limit: its name looked up, TCP, the proxy's tunnel, and TLS.
///
/// Until there is a connection nothing was sent. So the limit is kept here, and not only by what waits for the reply.
#[derive(Clone)]
pub(super) struct Connector {
    way: HttpsConnector<Way>,
    limit: Duration,
    proxy: Option<Arc<str>>,
}

impl Connector {
    pub(super) fn new(tls: ClientConfig, proxy: Option<&Proxy>, limit: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limit));
        let way = match proxy {
            None => Way::Direct(tcp),
            Some(proxy) => Way::through(proxy, encrypted(tcp, tls.clone())),
        };
        let proxy = proxy.map(|proxy| proxy.name().into());
        Self { way: encrypted(way, tls), limit, proxy }
    }
}

fn encrypted<C>(connector: C, tls: ClientConfig) -> HttpsConnector<C> {
    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector)
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<MaybeHttpsStream<Tcp>>;
    type Error = Cause;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        self.way.poll_ready(context)
    }

    fn call(&mut self, api: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.limit, self.way.call(api));
        let (limit, proxy) = (self.limit, self.proxy.clone());
        Box::pin(async move {
            let connected = connecting.await.unwrap_or_else(|_| Err(Box::new(Late(limit))));
            connected.map_err(|cause| match proxy {
                Some(proxy) => Box::new(ProxyFailed { proxy, cause }) as Cause,
                None => cause,
            })
        })
    }
}

/// There was no connection in time.
#[derive(Debug, thiserror::Error)]
#[error("there was no connection within {} ms", .0.as_millis())]
struct Late(Duration);

/// There was no connection through the proxy, of whichever reason: the proxy answers for the way beyond it.
#[derive(Debug, thiserror::Error)]
#[error("no connection through the proxy {proxy}")]
struct ProxyFailed {
    proxy: Arc<str>,
    #[source]
    cause: Cause,
}

/// How the other end is reached, not yet encrypted.
#[derive(Clone)]
enum Way {
    Direct(HttpConnector),
    /// The connection to the proxy may be encrypted itself.
    Tunnel(Box<Tunnel<HttpsConnector<HttpConnector>>>),
}

impl Way {
    fn through(proxy: &Proxy, connector: HttpsConnector<HttpConnector>) -> Self {
        let tunnel = Tunnel::new(proxy.uri().clone(), connector);
        Self::Tunnel(Box::new(match proxy.authorization() {
            Some(authorization) => tunnel.with_auth(authorization.clone()),
            None => tunnel,
        }))
    }
}

impl Service<Uri> for Way {
    type Response = MaybeHttpsStream<Tcp>;
    type Error = Cause;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(context).map_err(Into::into),
            Self::Tunnel(tunnel) => tunnel.poll_ready(context).map_err(Into::into),
        }
    }

    fn call(&mut self, api: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let connecting = tcp.call(api);
                Box::pin(async move { Ok(MaybeHttpsStream::Http(connecting.await?)) })
            }
            Self::Tunnel(tunnel) => {
                let connecting = tunnel.call(api);
                Box::pin(async move { Ok(connecting.await?) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::io::{AsyncWriteExt, copy_bidirectional};
    use tokio::net::{TcpListener, TcpStream};

    use super::super::environment::testing::with;
    use super::super::testing::{Silent, TemporaryFile, TlsServer, read};
    use super::super::{Client, Endpoint, Exchange, HttpRequest};
    use super::*;
    use crate::error::{ErrorKind, PaymentProcessorError};
    use crate::json::JsonObject;
    use crate::providers::Manual;
    use crate::request::Request;
    use crate::testing::call_of;

    /// What the proxy does if it is asked for a tunnel.
    #[derive(Clone)]
    enum Does {
        /// Opens it, to this server whatever was asked for.
        Lead(String),
        Answer(&'static str),
        Close,
        Hang,
    }

    /// A proxy, and the requests that it got.
    struct TestProxy {
        address: String,
        received: Arc<Mutex<Vec<String>>>,
    }

    impl TestProxy {
        async fn that(does: Does) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let received = Arc::new(Mutex::new(Vec::new()));
            let log = Arc::clone(&received);
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, does.clone(), Arc::clone(&log)));
                }
            });
            Self { address, received }
        }

        fn received(&self) -> Vec<String> {
            self.received.lock().unwrap().clone()
        }
    }

    async fn serve(mut stream: TcpStream, does: Does, log: Arc<Mutex<Vec<String>>>) {
        let request = read(&mut stream).await;
        let authorization = request.header("proxy-authorization").unwrap_or("nobody");
        log.lock().unwrap().push(format!("{} for {authorization}", request.line));
        match does {
            Does::Lead(address) => {
                let mut server = TcpStream::connect(address).await.unwrap();
                stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
                copy_bidirectional(&mut stream, &mut server).await.ok();
            }
            Does::Answer(status) => {
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            Does::Close => {}
            Does::Hang => std::future::pending().await,
        }
    }

    /// The host does not exist: only the proxy leads there.
    const API: &str = "https://api.example.com";

    /// Asks for something that moves money.
    async fn moved(api: &str, variables: &[(&str, &str)]) -> Result<String, PaymentProcessorError> {
        let client = Client::builder(Endpoint::parse("api_base", api).unwrap(), Silent)
            .attempt_timeout(Duration::from_secs(1))
            .build_in(&with(variables))
            .unwrap();
        let call = call_of(&Manual, &Request::capture(JsonObject::empty()));
        let exchange = Exchange::new(&client, &call);
        let reply = exchange.send(&HttpRequest::post("/v1/capture"), Some("key_1")).await?;
        Ok(reply.body().to_owned())
    }

    #[tokio::test]
    async fn a_request_goes_through_the_proxy_and_only_the_server_reads_it() {
        let server = TlsServer::start("api.example.com").await;
        let certificate = TemporaryFile::with(&server.certificate);
        let proxy = TestProxy::that(Does::Lead(server.address.clone())).await;
        let address = format!("http://{}", proxy.address);
        let variables = [("HTTPS_PROXY", address.as_str()), ("SSL_CERT_FILE", certificate.path())];
        assert_eq!(moved(API, &variables).await.unwrap(), "{}");
        assert_eq!(server.lines(), ["POST /v1/capture"]);
        assert_eq!(proxy.received(), ["CONNECT api.example.com:443 for nobody"]);
    }

    #[tokio::test]
    async fn the_proxys_credentials_are_sent_to_the_proxy_alone() {
        let server = TlsServer::start("api.example.com").await;
        let certificate = TemporaryFile::with(&server.certificate);
        let proxy = TestProxy::that(Does::Lead(server.address.clone())).await;
        let address = format!("http://me:word@{}", proxy.address);
        let variables = [("https_proxy", address.as_str()), ("SSL_CERT_FILE", certificate.path())];
        moved(&format!("{API}:8443"), &variables).await.unwrap();
        assert_eq!(proxy.received(), ["CONNECT api.example.com:8443 for Basic bWU6d29yZA=="]);
        let headers = server.received().remove(0).headers;
        assert!(!headers.iter().any(|header| header.starts_with("proxy-")), "{headers:?}");
    }

    #[tokio::test]
    async fn the_connection_to_the_proxy_may_be_encrypted_too() {
        let server = TlsServer::start("api.example.com").await;
        let proxy = TestProxy::that(Does::Lead(server.address.clone())).await;
        let encrypted = TlsServer::before(&proxy.address, "localhost").await;
        let certificates =
            TemporaryFile::with(&format!("{}{}", server.certificate, encrypted.certificate));
        let address = format!("https://localhost:{}", encrypted.port());
        let variables = [("HTTPS_PROXY", address.as_str()), ("SSL_CERT_FILE", certificates.path())];
        assert_eq!(moved(API, &variables).await.unwrap(), "{}");
        assert_eq!(proxy.received(), ["CONNECT api.example.com:443 for nobody"]);
    }

    #[tokio::test]
    async fn a_host_that_is_exempt_is_reached_without_the_proxy() {
        let server = TlsServer::start("localhost").await;
        let certificate = TemporaryFile::with(&server.certificate);
        let proxy = TestProxy::that(Does::Close).await;
        let address = format!("http://{}", proxy.address);
        let variables = [("HTTPS_PROXY", address.as_str()), ("SSL_CERT_FILE", certificate.path())];
        let api = format!("https://localhost:{}", server.port());
        assert_eq!(moved(&api, &variables).await.unwrap(), "{}");
        assert_eq!(proxy.received(), [""; 0]);
    }

    #[tokio::test]
    async fn nothing_was_moved_if_the_proxy_fails_and_the_error_names_it() {
        for (does, why) in [
            (Does::Answer("407 Proxy Authentication Required"), "authorization required"),
            (Does::Answer("502 Bad Gateway"), "unsuccessful"),
            (Does::Close, "unexpected end of file"),
            (Does::Hang, "within 500 ms"),
        ] {
            let proxy = TestProxy::that(does).await;
            let address = format!("http://me:word@{}", proxy.address);
            let error = moved(API, &[("HTTPS_PROXY", &address)]).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
            let named = format!("through the proxy {} (HTTPS_PROXY)", proxy.address);
            assert!(error.detail().contains(&named) && error.detail().contains(why), "{error:?}");
            assert!(!format!("{error:?}").contains("word"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn nothing_was_moved_if_there_is_no_proxy_at_its_address() {
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let proxy = format!("http://{address}");
        let error = moved(API, &[("ALL_PROXY", &proxy)]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.detail().contains(&format!("{address} (ALL_PROXY)")), "{error:?}");
    }

    #[tokio::test]
    async fn nothing_was_moved_if_the_certificate_beyond_the_proxy_is_not_trusted() {
        let server = TlsServer::start("api.example.com").await;
        let proxy = TestProxy::that(Does::Lead(server.address.clone())).await;
        let address = format!("http://{}", proxy.address);
        let error = moved(API, &[("HTTPS_PROXY", &address)]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.detail().contains("certificate"), "{error:?}");
        assert!(error.detail().contains(&proxy.address), "{error:?}");
        assert_eq!(server.lines(), [""; 0]);
    }

    #[tokio::test]
    async fn nothing_was_moved_if_a_server_never_begins_to_encrypt() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("https://{}", listener.local_addr().unwrap());
        let error = moved(&api, &[]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.detail().contains("within 500 ms"), "{error:?}");
        drop(listener);
    }
}
