//! What answers requests in tests: a server that plays a script, and an API in memory.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Dialect, Lost, Problem, Reply};

/// An API without a network, for tests in which time is not real.
#[async_trait]
pub(crate) trait Api: Send + Sync + 'static {
    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Reply, Lost>;
}

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Status, extra headers, body, in which `{{sent amount}}` is the field `amount` that was sent last.
    Reply(u16, Vec<(&'static str, String)>, String),
    /// Closes the connection without a word.
    Close,
    /// Promises more than it sends.
    Truncated(String),
    /// Never answers.
    Hang,
}

pub(crate) fn ok(body: impl Into<String>) -> Answer {
    Answer::Reply(200, Vec::new(), body.into())
}

pub(crate) fn error(status: u16, code: &str) -> Answer {
    Answer::Reply(status, Vec::new(), error_body(code))
}

pub(crate) fn replayed(status: u16, body: impl Into<String>) -> Answer {
    Answer::Reply(status, vec![("idempotent-replayed", "true".to_owned())], body.into())
}

pub(crate) fn error_body(code: &str) -> String {
    format!(
        r#"{{"error":{{"type":"invalid_request_error","code":"{code}","message":"About {code}."}}}}"#
    )
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// `"POST /v1/refunds"`, with the query where there is one.
    pub line: String,
    /// Header lines in lower case.
    pub headers: Vec<String>,
    pub body: String,
}

impl Received {
    /// A field of a form.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.body.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// `text` with each `{{sent name}}` replaced by the field of that name that was sent last.
fn with_what_was_sent(text: &str, received: &[Received]) -> String {
    let mut parts = text.split("{{sent ");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap();
        filled += received.iter().rev().find_map(|request| request.field(name)).unwrap_or("");
        filled += rest;
    }
    filled
}

/// A server that gives these answers in their order, and after them none.
pub(crate) struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let answers: Vec<Answer> = answers.into_iter().collect();
        tokio::spawn(serve(listener, answers, Arc::clone(&received)));
        Self { url, received }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.received().into_iter().map(|request| request.line).collect()
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        let key = |request: &Received| request.header("idempotency-key").map(str::to_owned);
        self.received().iter().filter_map(key).collect()
    }
}

async fn serve(listener: TcpListener, answers: Vec<Answer>, received: Arc<Mutex<Vec<Received>>>) {
    for answer in answers {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read(&mut stream).await;
        received.lock().unwrap().push(request);
        match answer {
            Answer::Reply(status, headers, body) => {
                let body = with_what_was_sent(&body, &received.lock().unwrap());
                let headers: String =
                    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let length = body.len();
                write(&mut stream, &format!("HTTP/1.1 {status} X\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}")).await;
            }
            Answer::Truncated(body) => {
                let length = body.len() + 10;
                write(
                    &mut stream,
                    &format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"),
                )
                .await;
            }
            Answer::Close => {}
            Answer::Hang => {
                tokio::spawn(async move {
                    std::future::pending::<()>().await;
                    drop(stream);
                });
            }
        }
    }
}

/// A server with a certificate that only its own file vouches for. It answers every request with `{}`.
pub(crate) struct TlsServer {
    pub address: String,
    pub certificate: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl TlsServer {
    /// Starts one that is called `name`.
    pub(crate) async fn start(name: &str) -> Self {
        Self::with(name, None).await
    }

    /// Starts one that passes on to another server what it gets.
    pub(crate) async fn before(address: &str, name: &str) -> Self {
        Self::with(name, Some(address.to_owned())).await
    }

    async fn with(name: &str, behind: Option<String>) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that does not trust it ends the connection.
                let Ok(stream) = acceptor.accept(stream).await else { continue };
                match &behind {
                    None => answer(stream, &log).await,
                    Some(address) => pass_on(stream, address).await,
                }
            }
        });
        Self { address, certificate: cert.pem(), received }
    }

    pub(crate) fn port(&self) -> &str {
        self.address.rsplit_once(':').unwrap().1
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.received().into_iter().map(|request| request.line).collect()
    }
}

async fn answer(mut stream: TlsStream<TcpStream>, received: &Mutex<Vec<Received>>) {
    let request = read(&mut stream).await;
    received.lock().unwrap().push(request);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    stream.flush().await.unwrap();
}

async fn pass_on(mut stream: TlsStream<TcpStream>, address: &str) {
    let mut behind = TcpStream::connect(address).await.unwrap();
    copy_bidirectional(&mut stream, &mut behind).await.ok();
}

/// A file that is gone with its value.
pub(crate) struct TemporaryFile(PathBuf);

impl TemporaryFile {
    pub(crate) fn with(text: &str) -> Self {
        let name = format!("medusa-payment-rs-{}.pem", uuid::Uuid::new_v4());
        let file = Self(std::env::temp_dir().join(name));
        std::fs::write(&file.0, text).unwrap();
        file
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

/// An API that says nothing about its errors.
pub(crate) struct Silent;

impl Dialect for Silent {
    fn provider(&self) -> &'static str {
        "Silent"
    }

    fn problem(&self, _reply: &Reply) -> Option<Problem> {
        None
    }
}

async fn write(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

pub(crate) async fn read(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Received {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let line = lines.remove(0).replace(" HTTP/1.1", "");
    let headers: Vec<String> = lines
        .iter()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => format!("{}: {}", name.to_lowercase(), value.trim()),
            None => line.clone(),
        })
        .collect();
    let mut received = Received { line, headers, body: String::new() };
    let length = received.header("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.unwrap();
    received.body = percent_encoding::percent_decode(&body).decode_utf8().unwrap().into_owned();
    received
}
