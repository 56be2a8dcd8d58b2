//! An addon as a third party would write it: a payment provider with books of its own, which fails
//! the way that the payment's data asks for.
//!
//! `data.script` maps an operation to what happens there, for example
//! `{"script": {"refund_payment": "lose_reply"}}`; a list is played one step a call. What moves
//! money is written to the file that the option `ledger` names, one line each: operation, payment,
//! idempotency key, and the amount of a refund. It is all that survives a restart.

use std::collections::{HashMap, HashSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use medusa_payment_rs::layers::Layers;
use medusa_payment_rs::registry::Provider;
use medusa_payment_rs::{
    Amount, Authorization, CallContext, Capture, JsonObject, Operation, PaymentProcessor,
    PaymentProcessorContext, PaymentProcessorError, PaymentProcessorSessionResponse,
    PaymentSessionStatus, Result, async_trait,
};
use serde::Deserialize;
use serde_json::Value;

mod customers;
mod till;

medusa_payment_rs::export!(Scripted, till::Till);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    ledger: Option<String>,
    deadline_ms: Option<u64>,
    attempt_timeout_ms: Option<u64>,
    max_retries: Option<u32>,
    #[serde(default)]
    carries_key: bool,
    /// Whether it says that it never waits, whatever its script asks for.
    #[serde(default)]
    immediate: bool,
    /// A required secret would be spelled like this; here it only proves that it never shows.
    #[serde(rename = "api_key")]
    _api_key: Option<String>,
}

pub struct Scripted {
    config: Config,
    books: Mutex<Books>,
}

/// What the provider knows, whatever its replies say.
#[derive(Default)]
struct Books {
    /// Idempotency keys that were served, also before a restart: the ledger has them.
    served: HashSet<String>,
    /// How often each operation on each payment was asked for.
    asked: HashMap<(String, Operation), usize>,
    moved: usize,
}

impl Provider for Scripted {
    const IDENTIFIER: &'static str = "scripted";
    type Config = Config;

    fn from_config(config: Config) -> Result<Self, String> {
        if config.deadline_ms == Some(0) {
            return Err("deadline_ms must be at least 1".into());
        }
        let ledger = config.ledger.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        let served: HashSet<String> = ledger
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.split(' ').nth(2))
            .map(str::to_owned)
            .collect();
        let books = Books { moved: served.len(), served, ..Books::default() };
        Ok(Self { config, books: Mutex::new(books) })
    }

    fn layers(&self) -> Layers {
        let mut layers = Layers::default();
        if let Some(ms) = self.config.deadline_ms {
            layers = layers.deadline(Duration::from_millis(ms));
        }
        if let Some(ms) = self.config.attempt_timeout_ms {
            layers = layers.attempt_timeout(Duration::from_millis(ms));
        }
        if let Some(retries) = self.config.max_retries {
            layers = layers.max_retries(retries);
        }
        layers
    }
}

impl Scripted {
    /// What the script has for this call.
    fn step(&self, call: &CallContext, data: &JsonObject) -> String {
        let script: HashMap<String, Value> = data.get("script").unwrap_or_default();
        let at = {
            let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
            let asked =
                books.asked.entry((call.payment().to_owned(), call.operation())).or_insert(0);
            *asked += 1;
            *asked - 1
        };
        match script.get(call.operation().name()) {
            Some(Value::String(step)) => step.clone(),
            Some(Value::Array(steps)) => {
                steps.get(at).and_then(Value::as_str).unwrap_or("ok").to_owned()
            }
            _ => "ok".to_owned(),
        }
    }

    /// Moves money once for each key, and writes it to the ledger.
    fn book(&self, call: &CallContext, amount: Option<Amount>) -> usize {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        if books.served.insert(call.idempotency_key().to_owned()) {
            books.moved += 1;
            let amount = amount.map(|amount| format!(" {amount}")).unwrap_or_default();
            let (operation, key) = (call.operation().name(), call.idempotency_key());
            self.write(&format!("{operation} {} {key}{amount}", call.payment()));
        }
        books.moved
    }

    fn write(&self, line: &str) {
        let Some(path) = &self.config.ledger else {
            return;
        };
        let written = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .and_then(|mut file| writeln!(file, "{line}"));
        if let Err(error) = written {
            tracing::error!("the ledger cannot be written: {error}");
        }
    }

    async fn play(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Option<Amount>,
    ) -> Result<JsonObject> {
        match self.step(call, &data).as_str() {
            "ok" => {}
            "slow" => tokio::time::sleep(Duration::from_millis(200)).await,
            "refuse" => {
                return Err(PaymentProcessorError::refused(
                    "The provider refused it",
                    "card_declined",
                    "The card was declined.",
                ));
            }
            "refuse_blank" => return Err(PaymentProcessorError::refused("", "", "")),
            "unavailable" => return Err(PaymentProcessorError::unavailable("It is down", "503")),
            "lose_reply" => {
                self.book(call, amount);
                return Err(PaymentProcessorError::outcome_unknown(
                    "The reply was lost",
                    "The connection was reset.",
                ));
            }
            "panic" => panic!("out of cheese"),
            "hang" => std::future::pending().await,
            "block" => std::thread::sleep(Duration::from_secs(3)),
            "null" => return Ok(JsonObject::parse("null")?),
            "error_key" => return Ok(data.with([("error", "not really".into())])),
            "unstorable" => return Ok(JsonObject::parse(r#"{"a":"\u0000","b":"x\ud800y"}"#)?),
            "chatty" => {
                for line in ["one", "two", "three"] {
                    tracing::info!(line, "said");
                }
            }
            other => {
                return Err(PaymentProcessorError::invalid(
                    "The script is wrong",
                    "unknown_step",
                    format!("There is no step \"{other}\"."),
                ));
            }
        }
        if call.operation().is_read() {
            return Ok(data);
        }
        let moved = self.book(call, amount);
        Ok(data.with([("last", call.operation().name().into()), ("moved", moved.into())]))
    }
}

#[async_trait]
impl PaymentProcessor for Scripted {
    fn is_repeatable(&self, operation: Operation) -> bool {
        self.config.carries_key || operation.is_read()
    }

    fn is_immediate(&self, _operation: Operation) -> bool {
        self.config.immediate
    }

    async fn initiate_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<PaymentProcessorSessionResponse> {
        let mut data = context.context.clone();
        if data.get::<String>("id").is_none() {
            data = data.with([("id", format!("pay_{}", context.resource_id).into())]);
        }
        let data = data.with([("amount", context.amount.minor_units().into())]);
        Ok(self.play(call, data, None).await?.into())
    }

    async fn update_payment(
        &self,
        call: &CallContext,
        context: PaymentProcessorContext,
    ) -> Result<Option<PaymentProcessorSessionResponse>> {
        let data = context.payment_session_data;
        if data.get("amount") == Some(context.amount) {
            return Ok(None);
        }
        let data = data.with([("amount", context.amount.minor_units().into())]);
        Ok(Some(self.play(call, data, None).await?.into()))
    }

    async fn authorize_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _context: JsonObject,
    ) -> Result<Authorization> {
        let data = self.play(call, data, None).await?;
        let status = data.get("authorize_as").unwrap_or(PaymentSessionStatus::Authorized);
        Ok(Authorization { status, data })
    }

    async fn capture_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        _capture: Capture,
    ) -> Result<JsonObject> {
        self.play(call, data, None).await
    }

    async fn refund_payment(
        &self,
        call: &CallContext,
        data: JsonObject,
        amount: Amount,
    ) -> Result<JsonObject> {
        self.play(call, data, Some(amount)).await
    }

    async fn cancel_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.play(call, data, None).await
    }

    async fn delete_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.play(call, data, None).await
    }

    async fn retrieve_payment(&self, call: &CallContext, data: JsonObject) -> Result<JsonObject> {
        self.play(call, data, None).await
    }

    async fn get_payment_status(
        &self,
        call: &CallContext,
        data: JsonObject,
    ) -> Result<PaymentSessionStatus> {
        let data = self.play(call, data, None).await?;
        Ok(data.get("authorize_as").unwrap_or(PaymentSessionStatus::Captured))
    }

    async fn update_payment_data(
        &self,
        call: &CallContext,
        _session_id: String,
        data: JsonObject,
    ) -> Result<JsonObject> {
        self.play(call, data, None).await
    }
}
