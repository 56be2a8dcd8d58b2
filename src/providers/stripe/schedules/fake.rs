//! Stripe in memory: its idempotency keys (<https://docs.stripe.com/api/idempotent_requests>), a clock that
//! is the test's, and what goes wrong between here and there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use http_body_util::{BodyExt, Full};
use hyper::HeaderMap;
use hyper::body::Bytes;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::account::{Account, Answered, Fields, error};
use crate::http::testing::Api;
use crate::http::{HeaderValue, Lost, Method, Reply, StatusCode, header};
use crate::testing::Fault;

/// How long a request is on its way, and its reply.
const LATENCY: Duration = Duration::from_millis(40);

/// How long a change takes, during which its key is in use.
const PROCESSING: Duration = Duration::from_millis(40);

/// How long a change takes that seems to hang.
const AGES: Duration = Duration::from_secs(20);

/// How long keys are remembered.
const KEYS_LIVE: Duration = Duration::from_secs(24 * 60 * 60);

/// The first request with a key.
struct Keyed {
    request: String,
    at: Instant,
    /// `None` as long as it is being served.
    answer: Option<Answered>,
}

#[derive(Default)]
struct State {
    account: Account,
    keys: HashMap<String, Keyed>,
    /// Faults, each for one request or for all.
    faults: Vec<(Fault, Option<usize>)>,
    requests: usize,
}

pub(in crate::providers::stripe) struct Fake {
    state: Mutex<State>,
    started: Instant,
    epoch: u64,
    /// Whether a change that seems to hang is made in the end.
    serves_late: bool,
}

/// What goes wrong with a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// No connection.
    NotSent,
    /// Stripe has no time.
    Busy,
    /// Stripe does not accept the key, and looks no further.
    Forbidden,
    /// A proxy's page, and nothing is done.
    Page,
    /// The bank refuses.
    Declined,
    /// It looks like a success and is not.
    NotDone,
    /// Stripe breaks down before it is done, and stores that answer.
    BrokenBefore,
    /// Stripe breaks down after it is done, and stores that answer.
    BrokenAfter,
    Hang,
    Reset,
    CutOff,
}

impl Trouble {
    /// One of the ways in which a fault shows.
    fn of(fault: Fault, is_change: bool) -> Self {
        let first_way = fastrand::bool();
        match fault {
            Fault::Unavailable if first_way => Self::NotSent,
            Fault::Unavailable if fastrand::bool() => Self::Busy,
            Fault::Unavailable => Self::Forbidden,
            Fault::Garble if first_way || !is_change => Self::Page,
            Fault::Garble => Self::BrokenBefore,
            Fault::LoseReply if first_way || !is_change => Self::Reset,
            Fault::LoseReply => Self::BrokenAfter,
            Fault::Decline => Self::Declined,
            Fault::DeclineQuietly => Self::NotDone,
            Fault::Hang => Self::Hang,
            Fault::CutOff => Self::CutOff,
        }
    }
}

/// A request as Stripe reads it.
struct Received {
    is_change: bool,
    path: String,
    fields: Fields,
    key: Option<String>,
}

impl Received {
    async fn from(request: hyper::Request<Full<Bytes>>) -> Self {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let query = head.uri.query().unwrap_or_default().as_bytes();
        let is_change = head.method == Method::POST;
        let form = if is_change { body.as_ref() } else { query };
        let key = head.headers.get("idempotency-key");
        Self {
            is_change,
            path: head.uri.path().trim_start_matches("/v1/").to_owned(),
            fields: form_urlencoded::parse(form).into_owned().collect(),
            key: key.and_then(|key| key.to_str().ok()).map(str::to_owned),
        }
    }
}

impl Fake {
    pub(super) fn new(serves_late: bool) -> Arc<Self> {
        // Never behind this machine's clock, which counts as well.
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 60;
        Arc::new(Self { state: Mutex::default(), started: Instant::now(), epoch, serves_late })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Account) -> T) -> T {
        work(&mut self.state().account)
    }

    pub(super) fn now(&self) -> u64 {
        self.epoch + self.started.elapsed().as_secs()
    }

    pub(super) fn inject(&self, fault: Fault, request: Option<usize>) {
        let mut state = self.state();
        let request = request.map(|number| state.requests + number);
        state.faults.push((fault, request));
    }

    pub(super) fn clear(&self) {
        self.state().faults.clear();
    }

    /// Counts a request, and says what goes wrong with it.
    fn next_fault(&self) -> Option<Fault> {
        let mut state = self.state();
        let number = state.requests;
        state.requests += 1;
        let hits = |request: &Option<usize>| request.is_none_or(|request| request == number);
        state.faults.iter().find(|(_, request)| hits(request)).map(|(fault, _)| *fault)
    }

    async fn served(&self, request: Received, trouble: Option<Trouble>) -> Answer {
        if request.is_change {
            return self.served_once(request, trouble).await;
        }
        let path: Vec<&str> = request.path.split('/').collect();
        Answer::new(self.with(|account| account.read(&path, &request.fields)))
    }

    /// Serves a change once for each key.
    async fn served_once(&self, request: Received, trouble: Option<Trouble>) -> Answer {
        let key = request.key.clone().expect("a change has a key");
        let sent = format!("{} {:?}", request.path, request.fields);
        if let Some(answer) = self.earlier(&key, &sent) {
            return answer;
        }
        let first = Keyed { request: sent, at: Instant::now(), answer: None };
        self.state().keys.insert(key.clone(), first);
        sleep(PROCESSING).await;
        let path: Vec<&str> = request.path.split('/').collect();
        let answer = self.changed(&path, &request.fields, trouble);
        if let Some(keyed) = self.state().keys.get_mut(&key) {
            keyed.answer = Some(answer.clone());
        }
        Answer::new(answer)
    }

    /// What is answered because of an earlier request with this key.
    fn earlier(&self, key: &str, sent: &str) -> Option<Answer> {
        let state = self.state();
        let keyed = state.keys.get(key).filter(|keyed| keyed.at.elapsed() < KEYS_LIVE)?;
        let kind = "idempotency_error";
        Some(match &keyed.answer {
            None => Answer::new((409, error(kind, "idempotency_key_in_use"))),
            Some(_) if keyed.request != sent => {
                Answer::new((400, json!({"error": {"type": kind, "message": "Other parameters."}})))
            }
            Some(answer) => Answer { answer: answer.clone(), is_replay: true },
        })
    }

    fn changed(&self, path: &[&str], fields: &Fields, trouble: Option<Trouble>) -> Answered {
        let now = self.now();
        let broken = (500, json!({"error": {"type": "api_error", "message": "An error."}}));
        let mut state = self.state();
        let account = &mut state.account;
        match (trouble, path) {
            (Some(Trouble::Declined), _) if account.would_make(path, fields) => {
                (402, error("card_error", "card_declined"))
            }
            (Some(Trouble::NotDone), ["refunds"]) => {
                let amount = fields["amount"].parse().unwrap();
                let mark = fields.get("metadata[medusa_payment_rs]").cloned();
                account.refund(&fields["payment_intent"], (amount, mark, "failed"), now)
            }
            // How much was taken says nothing of who has taken a part, and Stripe's captures do not fail like that.
            (Some(Trouble::NotDone), ["payment_intents", id, _])
                if !fields.contains_key("amount_to_capture") =>
            {
                account.read(&["payment_intents", id], &Fields::new())
            }
            (Some(Trouble::BrokenBefore), _) => broken,
            (Some(Trouble::BrokenAfter), _) => {
                account.change(path, fields, now);
                broken
            }
            _ => account.change(path, fields, now),
        }
    }

    fn reply(&self, Answer { answer: (status, body), is_replay }: Answer, cut_off: bool) -> Reply {
        let mut text = body.to_string();
        if cut_off {
            text.truncate(text.len() / 2);
        }
        self.reply_of(status, text, is_replay)
    }

    fn reply_of(&self, status: u16, text: String, is_replay: bool) -> Reply {
        let now = UNIX_EPOCH + Duration::from_secs(self.now());
        let mut headers = HeaderMap::new();
        headers.insert(header::DATE, httpdate::fmt_http_date(now).parse().unwrap());
        if is_replay {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        Reply::new(StatusCode::from_u16(status).unwrap(), headers, text.into()).unwrap()
    }
}

struct Answer {
    answer: Answered,
    is_replay: bool,
}

impl Answer {
    fn new(answer: Answered) -> Self {
        Self { answer, is_replay: false }
    }
}

#[async_trait]
impl Api for Arc<Fake> {
    async fn answer(&self, request: hyper::Request<Full<Bytes>>) -> Result<Reply, Lost> {
        let request = Received::from(request).await;
        let is_change = request.is_change;
        let trouble = self.next_fault().map(|fault| Trouble::of(fault, is_change));
        let on_its_way = match trouble {
            Some(Trouble::NotSent) => return Err(Lost::NotSent("connection refused".to_owned())),
            Some(Trouble::Hang) if !self.serves_late || !is_change => {
                return std::future::pending().await;
            }
            Some(Trouble::Hang) => AGES,
            _ => LATENCY,
        };
        match trouble {
            Some(Trouble::Busy) => {
                let text = error("invalid_request_error", "rate_limit").to_string();
                return Ok(self.reply_of(429, text, false));
            }
            Some(Trouble::Forbidden) => {
                let text = error("invalid_request_error", "").to_string();
                return Ok(self.reply_of(401, text, false));
            }
            Some(Trouble::Page) => {
                return Ok(self.reply_of(502, "<html>Bad gateway</html>".to_owned(), false));
            }
            _ => {}
        }
        // It is served even if the client does not wait for the reply any more.
        let fake = Arc::clone(self);
        let served = tokio::spawn(async move {
            sleep(on_its_way).await;
            fake.served(request, trouble).await
        });
        let answer = served.await.unwrap();
        sleep(LATENCY).await;
        match trouble {
            Some(Trouble::Reset | Trouble::Hang) => {
                Err(Lost::MaybeServed("connection reset".to_owned()))
            }
            _ => Ok(self.reply(answer, trouble == Some(Trouble::CutOff))),
        }
    }
}
