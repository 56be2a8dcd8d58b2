//! Stripe's account, read only: for the audit. One request, one answer; how often Stripe may be asked, and what is asked
//! again, is the caller's matter.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dialect::StripeDialect;
use super::options::{api_base, client, secret_key};
use crate::http::{Client, Dialect, HttpRequest, Lost, Reply};
use crate::secret::{Secret, redact};

/// The version of the API whose objects are compared.
const API_VERSION: &str = "2024-04-10";

/// A page of a hundred intents with all that hangs on them.
const LARGEST_REPLY: usize = 64 << 20;

/// Stripe takes up to 80 s for a long list.
const TIMEOUT: Duration = Duration::from_secs(80);

/// Where to read, and with which key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    api_key: Secret,
    #[serde(default)]
    api_base: Option<String>,
}

/// A connection to an account.
pub(crate) struct Reader {
    client: Client,
    key: Secret,
}

/// What Stripe has answered.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    status: u16,
    /// After how many seconds it wants to be asked again.
    retry_after: Option<f64>,
    /// The object as JSON text; empty if it is an error.
    body: String,
    code: String,
    /// Why not, without any secret.
    message: String,
}

impl Reader {
    /// Makes a connection. `settings` is `{ api_key, api_base }` as JSON.
    pub(crate) fn new(settings: &str) -> Result<Self, String> {
        let settings: Settings =
            serde_json::from_str(settings).map_err(|error| error.to_string())?;
        let key = secret_key("api_key", settings.api_key)?;
        let client = client(api_base(settings.api_base)?, ("api_key", &key), API_VERSION, TIMEOUT)?
            .largest_reply(LARGEST_REPLY)
            .build()?;
        Ok(Self { client, key })
    }

    /// Gets what stands under a path, which begins with a slash and may have a query.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer, String> {
        let request = HttpRequest::get(path);
        let reply = self.client.send(&request, None);
        let reply = tokio::time::timeout(TIMEOUT, reply).await;
        match reply {
            Ok(Ok(reply)) => Ok(self.answer(&reply)),
            Ok(Err(Lost::NotSent(why))) => {
                Err(format!("it cannot be reached: {}", self.safe(&why)))
            }
            Ok(Err(Lost::MaybeServed(why))) => {
                Err(format!("it sent no complete reply: {}", self.safe(&why)))
            }
            Err(_) => Err(format!("there was no answer within {} s", TIMEOUT.as_secs())),
        }
    }

    fn answer(&self, reply: &Reply) -> Answer {
        let status = reply.status().as_u16();
        let retry_after = reply.header("retry-after").and_then(|seconds| seconds.parse().ok());
        if reply.status().is_success() {
            let body = reply.body().to_owned();
            return Answer {
                status,
                retry_after,
                body,
                code: String::new(),
                message: String::new(),
            };
        }
        let problem = StripeDialect.problem(reply).unwrap_or_default();
        let message =
            if problem.message.is_empty() { "it does not say why" } else { &problem.message };
        Answer {
            status,
            retry_after,
            body: String::new(),
            code: self.safe(&problem.code),
            message: self.safe(message),
        }
    }

    fn safe(&self, text: &str) -> String {
        redact(text, [&self.key])
    }
}
