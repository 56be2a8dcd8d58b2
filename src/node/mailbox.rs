//! The way from other threads back to the realm.
#![allow(unsafe_code)] // Conversions are unsafe functions in napi.

use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use napi::bindgen_prelude::{JsValuesTupleIntoVec, ToNapiValue};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Result, Status, sys};
use tracing::Level;

use super::text::{self, Text};
use crate::json::JsonObject;

/// The number of a call in flight.
pub(crate) type CallId = u32;

/// How a call ends.
pub(crate) enum Outcome {
    /// Resolves with this object.
    Data(JsonObject),
    /// Resolves with the value that this JSON text spells.
    Json(String),
    /// Resolves with `undefined`.
    Nothing,
    /// Rejects with an `Error`.
    Error(String),
    /// Rejects with a `TypeError`.
    TypeError(String),
}

impl Outcome {
    /// The memory of its text.
    fn into_text(self) -> Option<String> {
        match self {
            Self::Data(data) => data.into_text(),
            Self::Json(text) | Self::Error(text) | Self::TypeError(text) => Some(text),
            Self::Nothing => None,
        }
    }
}

/// What a worker thread has to say to the realm.
pub(crate) enum Message {
    Log { call: CallId, level: Level, text: String },
    Settle { call: CallId, outcome: Outcome },
}

impl Message {
    /// Whether the event loop is woken for it. What is only told waits for the call's answer, which
    /// wakes it anyway.
    fn is_urgent(&self) -> bool {
        match self {
            Self::Log { level, .. } => *level <= Level::WARN,
            Self::Settle { .. } => true,
        }
    }
}

/// How many messages are handed to JavaScript in one call, whose arguments go onto its stack.
const AT_ONCE: usize = 64;

/// Messages as the arguments of `deliver` in `link.js`: a call into JavaScript costs more than what
/// it has to do there for most of them.
#[derive(Clone)]
pub(crate) struct Delivery(Rc<Vec<Message>>);

impl Delivery {
    /// How many calls end with it.
    pub(crate) fn settled(&self) -> usize {
        self.0.iter().filter(|message| matches!(message, Message::Settle { .. })).count()
    }

    /// The log line at a position.
    pub(crate) fn line(&self, position: u32) -> Option<(Level, &str)> {
        match self.0.get(usize::try_from(position).ok()?)? {
            Message::Log { level, text, .. } => Some((*level, text)),
            Message::Settle { .. } => None,
        }
    }

    /// Hands its memory on to what comes next.
    pub(crate) fn recycle(self) {
        for message in Rc::into_inner(self.0).unwrap_or_default() {
            if let Message::Settle { outcome, .. } = message
                && let Some(text) = outcome.into_text()
            {
                text::recycle(text);
            }
        }
    }
}

impl JsValuesTupleIntoVec for Delivery {
    fn into_vec(self, env: sys::napi_env) -> Result<Vec<sys::napi_value>> {
        let mut values = Vec::with_capacity(3 * self.0.len());
        for message in self.0.iter() {
            // The numbers are those of `deliver`.
            let (how, call, text): (u32, CallId, &str) = match message {
                Message::Settle { call, outcome } => match outcome {
                    Outcome::Data(data) => (0, *call, data.as_str()),
                    Outcome::Json(text) => (0, *call, text),
                    Outcome::Nothing => (1, *call, ""),
                    Outcome::Error(text) => (2, *call, text),
                    Outcome::TypeError(text) => (3, *call, text),
                },
                Message::Log { call, level, text } => match *level {
                    Level::ERROR => (4, *call, text),
                    Level::WARN => (5, *call, text),
                    Level::INFO => (6, *call, text),
                    _ => (7, *call, text),
                },
            };
            // SAFETY: napi calls this on the thread of the env, in an open handle scope.
            unsafe {
                values.push(u32::to_napi_value(env, how)?);
                values.push(CallId::to_napi_value(env, call)?);
                // One that V8 has no room for is no reason to lose the others.
                let text = Text::to_napi_value(env, Text(text))
                    .or_else(|_| <()>::to_napi_value(env, ()))?;
                values.push(text);
            }
        }
        Ok(values)
    }
}

pub(crate) type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// The way from worker threads to the realm. Messages arrive in the order in which they were sent.
pub(crate) struct Mailbox {
    letters: Mutex<Letters>,
    pub(crate) wake: Wake,
}

#[derive(Default)]
struct Letters {
    messages: Vec<Message>,
    /// Whether the event loop knows that there are any.
    announced: bool,
}

impl Mailbox {
    pub(crate) fn new(wake: Wake) -> Self {
        Self { letters: Mutex::default(), wake }
    }

    pub(crate) fn send(&self, message: Message) {
        let is_urgent = message.is_urgent();
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.messages.push(message);
        // One wake-up for all that arrives before the event loop comes around.
        if is_urgent && !letters.announced {
            letters.announced = true;
            drop(letters);
            // It fails only where the environment is closing, and nobody waits any more.
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// What has arrived, to be delivered one after another.
    pub(crate) fn take(&self) -> impl Iterator<Item = Delivery> + use<> {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.announced = false;
        let mut messages = std::mem::take(&mut letters.messages).into_iter();
        drop(letters);
        std::iter::from_fn(move || {
            let messages: Vec<Message> = messages.by_ref().take(AT_ONCE).collect();
            (!messages.is_empty()).then(|| Delivery(Rc::new(messages)))
        })
    }
}
