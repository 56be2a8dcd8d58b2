//! The way from other threads back to the realm.
#![allow(unsafe_code)] // Conversions are unsafe functions in napi.

use std::collections::VecDeque;
use std::mem;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::{JsValuesTupleIntoVec, Object, ToNapiValue};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Result, Status, sys};
use tracing::Level;

use super::text::{self, Text};

/// The number of a call in flight.
pub(crate) type CallId = u32;

/// How a call ends.
pub(crate) enum Outcome {
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
    /// As `link.js` gets it: what it is, and a text.
    fn told(&self) -> (u32, &str) {
        match self {
            Self::Json(text) => (0, text),
            Self::Nothing => (1, ""),
            Self::Error(text) => (2, text),
            Self::TypeError(text) => (3, text),
        }
    }

    /// Hands its memory on to what comes next.
    fn recycle(self) {
        match self {
            Self::Json(text) | Self::Error(text) | Self::TypeError(text) => text::recycle(text),
            Self::Nothing => {}
        }
    }
}

/// The levels of the log, from the most severe: `link.js` gets 4 for the first.
const LEVELS: [Level; 4] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG];
const FIRST_LEVEL: u32 = 4;

/// The level that `link.js` gets as this number.
pub(crate) fn level(what: u32) -> Option<Level> {
    LEVELS.get(usize::try_from(what.checked_sub(FIRST_LEVEL)?).ok()?).copied()
}

/// `trace` has no method in a store's logger; it goes where `debug` does.
fn told_level(level: Level) -> u32 {
    (FIRST_LEVEL..).zip(LEVELS).find(|(_, known)| *known == level).map_or(7, |(what, _)| what)
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

/// How many messages are handed to JavaScript in one call, whose arguments go onto its stack, and in one
/// round of the event loop, which has others to serve.
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

    /// Hands its memory on to what comes next.
    pub(crate) fn recycle(self) {
        for message in Rc::into_inner(self.0).unwrap_or_default() {
            if let Message::Settle { outcome, .. } = message {
                outcome.recycle();
            }
        }
    }
}

/// A text that V8 has no room for is no reason to lose what else there is.
///
/// # Safety
/// On the thread of the env, in an open handle scope.
unsafe fn text_value(env: sys::napi_env, text: &str) -> Result<sys::napi_value> {
    // SAFETY: the caller's.
    unsafe { Text::to_napi_value(env, Text(text)).or_else(|_| <()>::to_napi_value(env, ())) }
}

impl JsValuesTupleIntoVec for Delivery {
    fn into_vec(self, env: sys::napi_env) -> Result<Vec<sys::napi_value>> {
        let mut values = Vec::with_capacity(3 * self.0.len());
        for message in self.0.iter() {
            let (call, (what, text)) = match message {
                Message::Settle { call, outcome } => (*call, outcome.told()),
                Message::Log { call, level, text } => (*call, (told_level(*level), text.as_str())),
            };
            // SAFETY: napi calls this on the thread of the env, in an open handle scope.
            unsafe {
                values.push(u32::to_napi_value(env, what)?);
                values.push(CallId::to_napi_value(env, call)?);
                values.push(text_value(env, text)?);
            }
        }
        Ok(values)
    }
}

/// A line of the log.
pub(crate) type Line = (Level, String);

/// A call that is answered where it is made, as the arguments of `answer` in `link.js`.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) instance: Object<'static>,
    pub(crate) said: Rc<(Vec<Line>, Outcome)>,
}

impl Reply {
    /// Hands its memory on to what comes next.
    pub(crate) fn recycle(self) {
        if let Some((_, outcome)) = Rc::into_inner(self.said) {
            outcome.recycle();
        }
    }

    /// The same as messages about `call`, for whom it was not shared with.
    pub(crate) fn into_messages(self, call: CallId) -> Vec<Message> {
        let Some((lines, outcome)) = Rc::into_inner(self.said) else {
            return Vec::new();
        };
        let lines = lines.into_iter().map(|(level, text)| Message::Log { call, level, text });
        lines.chain([Message::Settle { call, outcome }]).collect()
    }
}

impl JsValuesTupleIntoVec for Reply {
    fn into_vec(self, env: sys::napi_env) -> Result<Vec<sys::napi_value>> {
        let (lines, outcome) = &*self.said;
        let mut values = Vec::with_capacity(3 + 2 * lines.len());
        let (what, text) = outcome.told();
        // SAFETY: as above.
        unsafe {
            values.push(Object::to_napi_value(env, self.instance)?);
            values.push(u32::to_napi_value(env, what)?);
            values.push(text_value(env, text)?);
            for (level, line) in lines {
                values.push(u32::to_napi_value(env, told_level(*level))?);
                values.push(text_value(env, line)?);
            }
        }
        Ok(values)
    }
}

pub(crate) type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// An answer that comes while the worker threads have more to do waits for those right behind it: a call
/// into JavaScript for each would interrupt them, most of all where they share a processor with the event
/// loop (measured on one: a switch of threads less for each call, and a third of its CPU time).
const TOGETHER: usize = 64;
const WAIT: Duration = Duration::from_millis(1);

/// The mailboxes with answers that wait for others.
static WAITING: Mutex<Vec<Arc<Mailbox>>> = Mutex::new(Vec::new());

/// Announces what waits for others. For a worker thread that has nothing to do any more.
pub(crate) fn announce_waiting() {
    let waiting = mem::take(&mut *WAITING.lock().unwrap_or_else(PoisonError::into_inner));
    // Enough answers may have come in the meantime.
    for mailbox in waiting.iter().filter(|mailbox| mailbox.is_waiting()) {
        mailbox.announce();
    }
}

/// The way from worker threads to the realm. Messages arrive in the order in which they were sent.
pub(crate) struct Mailbox {
    letters: Mutex<Letters>,
    pub(crate) wake: Wake,
}

#[derive(Default)]
struct Letters {
    messages: VecDeque<Message>,
    announced: Announced,
}

/// Whether the event loop knows that there are messages.
#[derive(Default, Clone, Copy)]
enum Announced {
    #[default]
    No,
    /// It will be told when the worker threads have nothing else to do.
    Soon {
        since: Instant,
    },
    Yes,
}

impl Mailbox {
    pub(crate) fn new(wake: Wake) -> Self {
        Self { letters: Mutex::default(), wake }
    }

    /// Sends a message at once.
    pub(crate) fn send(&self, message: Message) {
        let is_urgent = message.is_urgent();
        self.letters().messages.push_back(message);
        if is_urgent {
            self.announce();
        }
    }

    /// Sends messages at once that belong together.
    pub(crate) fn send_all(&self, messages: Vec<Message>) {
        self.letters().messages.extend(messages);
        self.announce();
    }

    /// Sends a message from a worker thread, together with what is right behind it.
    pub(crate) fn send_with_others(self: &Arc<Self>, message: Message) {
        let mut letters = self.letters();
        letters.messages.push_back(message);
        match letters.announced {
            Announced::Yes => {}
            Announced::No => {
                letters.announced = Announced::Soon { since: Instant::now() };
                drop(letters);
                WAITING.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(self));
            }
            Announced::Soon { since } => {
                let enough = letters.messages.len() >= TOGETHER || since.elapsed() >= WAIT;
                drop(letters);
                if enough {
                    self.announce();
                }
            }
        }
    }

    /// Whether there is nothing that comes before what is said next.
    pub(crate) fn is_empty(&self) -> bool {
        self.letters().messages.is_empty()
    }

    fn is_waiting(&self) -> bool {
        matches!(self.letters().announced, Announced::Soon { .. })
    }

    /// Wakes the event loop, once for all that arrives before it comes around.
    fn announce(&self) {
        if !matches!(mem::replace(&mut self.letters().announced, Announced::Yes), Announced::Yes) {
            // It fails only where the environment is closing, and nobody waits any more.
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first of what has arrived, and whether more is left.
    pub(crate) fn take(&self) -> (Delivery, bool) {
        let mut letters = self.letters();
        let some = letters.messages.len().min(AT_ONCE);
        let delivery = Delivery(Rc::new(letters.messages.drain(..some).collect()));
        let is_more = !letters.messages.is_empty();
        letters.announced = if is_more { Announced::Yes } else { Announced::No };
        (delivery, is_more)
    }
}
