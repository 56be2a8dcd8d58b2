//! What a call says to the realm: lines of its log, and its outcome, as `link.js` gets them.
#![allow(unsafe_code)] // Conversions are unsafe functions in napi.

use std::rc::Rc;

use napi::bindgen_prelude::{JsValuesTupleIntoVec, Object, ToNapiValue};
use napi::{Result, sys};
use tracing::Level;

use crate::node::boundary::outcome::Outcome;
use crate::node::js::text::Text;

/// The number of a call in flight.
pub(crate) type CallId = u32;

/// A line of the log.
pub(crate) type Line = (Level, String);

/// The levels of the log, from the most severe: `link.js` gets 5 for the first, because the outcomes of a call have the
/// numbers before it.
const LEVELS: [Level; 4] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG];
const FIRST_LEVEL: u32 = 5;

/// Returns the level that `link.js` gets as this number.
pub(crate) fn level(number: u32) -> Option<Level> {
    LEVELS.get(usize::try_from(number.checked_sub(FIRST_LEVEL)?).ok()?).copied()
}

/// Returns the number of a level. A store's logger has no method for `trace`, which goes where `debug` does.
fn number(level: Level) -> u32 {
    (FIRST_LEVEL..).zip(LEVELS).find(|(_, known)| *known == level).map_or(8, |(number, _)| number)
}

/// A message from a worker thread to the realm.
pub(crate) enum Message {
    Log { call: CallId, level: Level, text: String },
    Settle { call: CallId, outcome: Outcome },
}

impl Message {
    /// Whether the event loop is woken for it. Lines of no urgency wait for the call's outcome, which
    /// wakes it anyway.
    pub(crate) fn is_urgent(&self) -> bool {
        match self {
            Self::Log { level, .. } => *level <= Level::WARN,
            Self::Settle { .. } => true,
        }
    }
}

/// Messages as the arguments of `deliver` in `link.js`: a call into JavaScript costs more than what
/// it has to do there for most of them.
#[derive(Clone)]
pub(crate) struct Delivery(Rc<Vec<Message>>);

impl Delivery {
    pub(crate) fn new(messages: Vec<Message>) -> Self {
        Self(Rc::new(messages))
    }

    /// Returns how many calls end with it.
    pub(crate) fn settled(&self) -> usize {
        self.0.iter().filter(|message| matches!(message, Message::Settle { .. })).count()
    }

    /// Leaves its memory to later calls.
    pub(crate) fn recycle(self) {
        for message in Rc::into_inner(self.0).unwrap_or_default() {
            if let Message::Settle { outcome, .. } = message {
                outcome.recycle();
            }
        }
    }
}

impl JsValuesTupleIntoVec for Delivery {
    fn into_vec(self, env: sys::napi_env) -> Result<Vec<sys::napi_value>> {
        let mut values = Vec::with_capacity(3 * self.0.len());
        for message in self.0.iter() {
            let (call, (number, text)) = match message {
                Message::Settle { call, outcome } => (*call, outcome.encoded()),
                Message::Log { call, level, text } => (*call, (number(*level), text.as_str())),
            };
            // SAFETY: napi calls this on the thread of the env, in an open handle scope.
            unsafe {
                values.push(u32::to_napi_value(env, number)?);
                values.push(CallId::to_napi_value(env, call)?);
                values.push(text_value(env, text)?);
            }
        }
        Ok(values)
    }
}

/// A call that is answered where it is made, as the arguments of `answer` in `link.js`.
#[derive(Clone)]
pub(crate) struct Reply {
    instance: Object<'static>,
    said: Rc<(Vec<Line>, Outcome)>,
}

impl Reply {
    pub(crate) fn new(instance: Object<'static>, said: (Vec<Line>, Outcome)) -> Self {
        Self { instance, said: Rc::new(said) }
    }

    /// Leaves its memory to later calls.
    pub(crate) fn recycle(self) {
        if let Some((_, outcome)) = Rc::into_inner(self.said) {
            outcome.recycle();
        }
    }

    /// Returns the same as messages about `call`, if no clone is left.
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
        let (how, text) = outcome.encoded();
        // SAFETY: as above.
        unsafe {
            values.push(Object::to_napi_value(env, self.instance)?);
            values.push(u32::to_napi_value(env, how)?);
            values.push(text_value(env, text)?);
            for (level, line) in lines {
                values.push(u32::to_napi_value(env, number(*level))?);
                values.push(text_value(env, line)?);
            }
        }
        Ok(values)
    }
}

/// Converts a text. One that is too long for V8 becomes `undefined`: the others must not be lost with it.
///
/// # Safety
/// On the thread of the env, in an open handle scope.
unsafe fn text_value(env: sys::napi_env, text: &str) -> Result<sys::napi_value> {
    // SAFETY: the caller's.
    unsafe { Text::to_napi_value(env, Text(text)).or_else(|_| <()>::to_napi_value(env, ())) }
}
