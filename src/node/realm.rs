//! What belongs to the realm (the JavaScript global) that linked the addon, and the way back to it
//! from other threads.
// Keeping Node's event loop alive only while calls are in flight; values on their way to a call.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::{
    Either, Either3, FnArgs, Function, JsObjectValue, JsValuesTupleIntoVec, Object, ToNapiValue,
    Unknown,
};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status, check_status, sys};
use tracing::Level;

use super::log;
use super::text::Text;
use super::weak::WeakFunction;

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
struct Delivery(Rc<Vec<Message>>);

impl JsValuesTupleIntoVec for Delivery {
    fn into_vec(self, env: sys::napi_env) -> Result<Vec<sys::napi_value>> {
        let mut values = Vec::with_capacity(3 * self.0.len());
        for message in self.0.iter() {
            // The numbers are those of `deliver`.
            let (how, call, text): (u32, CallId, &str) = match message {
                Message::Settle { call, outcome } => match outcome {
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

type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// The way from worker threads to the realm. Messages arrive in the order in which they were sent.
pub(crate) struct Mailbox {
    letters: Mutex<Letters>,
    wake: Wake,
}

#[derive(Default)]
struct Letters {
    messages: Vec<Message>,
    /// Whether the event loop knows that there are any.
    announced: bool,
}

impl Mailbox {
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

    fn take(&self) -> Vec<Message> {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.announced = false;
        std::mem::take(&mut letters.messages)
    }
}

/// What an error was caused by, or `undefined`.
type Cause = Either<Unknown<'static>, ()>;

type Stringify =
    WeakFunction<FnArgs<(Unknown<'static>,)>, Either3<Text<String>, Object<'static>, ()>>;
type IsInstance = WeakFunction<FnArgs<(Unknown<'static>,)>, bool>;
type Begin = WeakFunction<FnArgs<(CallId, Object<'static>)>, Unknown<'static>>;
type Deliver = WeakFunction<Delivery, Option<Vec<u32>>>;
type Reject = WeakFunction<FnArgs<(String, Cause)>, Unknown<'static>>;
type Throw = WeakFunction<FnArgs<(String, bool, Cause)>, Unknown<'static>>;

/// One realm's functions. Each is described where `link.js` defines it.
pub(crate) struct Realm {
    pub(crate) stringify: Stringify,
    pub(crate) reject: Reject,
    pub(crate) throw: Throw,
    pub(crate) is_instance: IsInstance,
    begin: Begin,
    deliver: Deliver,
    mailbox: RefCell<Option<Arc<Mailbox>>>,
    last_call: Cell<CallId>,
    in_flight: Cell<usize>,
}

impl Realm {
    pub(crate) fn new(env: &Env, functions: &Object<'_>) -> Result<Rc<Self>> {
        Ok(Rc::new(Self {
            stringify: WeakFunction::new(env, &functions.get_named_property("stringify")?)?,
            reject: WeakFunction::new(env, &functions.get_named_property("reject")?)?,
            throw: WeakFunction::new(env, &functions.get_named_property("throw")?)?,
            is_instance: WeakFunction::new(env, &functions.get_named_property("isInstance")?)?,
            begin: WeakFunction::new(env, &functions.get_named_property("begin")?)?,
            deliver: WeakFunction::new(env, &functions.get_named_property("deliver")?)?,
            mailbox: RefCell::new(None),
            last_call: Cell::new(0),
            in_flight: Cell::new(0),
        }))
    }

    /// A new call on `this`: its number and the promise for its caller.
    pub(crate) fn begin(
        &self,
        env: &Env,
        this: Object<'static>,
    ) -> Result<(CallId, Unknown<'static>)> {
        let id = self.last_call.get().wrapping_add(1);
        self.last_call.set(id);
        let promise = self.begin.get(env)?.call((id, this).into())?;
        Ok((id, promise))
    }

    /// Keeps the event loop and the realm alive until [`landed`](Self::landed).
    pub(crate) fn took_off(&self, env: &Env, mailbox: &Mailbox) -> Result<()> {
        if self.in_flight.replace(self.in_flight.get() + 1) == 0 {
            self.deliver.hold()?;
            // SAFETY: the function is alive, and this is the thread of its env.
            check_status!(unsafe {
                sys::napi_ref_threadsafe_function(env.raw(), mailbox.wake.raw())
            })?;
        }
        Ok(())
    }

    fn landed(&self, env: &Env, mailbox: &Mailbox, calls: usize) -> Result<()> {
        let left = self.in_flight.get().saturating_sub(calls);
        if self.in_flight.replace(left) > 0 && left == 0 {
            self.deliver.release()?;
            // SAFETY: as above.
            check_status!(unsafe {
                sys::napi_unref_threadsafe_function(env.raw(), mailbox.wake.raw())
            })?;
        }
        Ok(())
    }

    /// The way back to this realm, opened at the first call.
    pub(crate) fn mailbox(self: &Rc<Self>, env: &Env) -> Result<Arc<Mailbox>> {
        if let Some(mailbox) = self.mailbox.borrow().as_ref() {
            return Ok(Arc::clone(mailbox));
        }
        // Weak, because the mailbox belongs to the realm that its letters are for.
        let realm: Weak<Self> = Rc::downgrade(self);
        let deliver: Function<'_, (), ()> =
            env.create_function_from_closure("deliver", move |context| {
                if let Some(realm) = realm.upgrade() {
                    realm.deliver(context.env);
                }
                Ok(())
            })?;
        let wake = deliver
            .build_threadsafe_function::<()>()
            .callee_handled::<false>()
            .weak::<true>()
            .build()?;
        let mailbox = Arc::new(Mailbox { letters: Mutex::default(), wake });
        *self.mailbox.borrow_mut() = Some(Arc::clone(&mailbox));
        Ok(mailbox)
    }

    fn deliver(&self, env: &Env) {
        let Some(mailbox) = self.mailbox.borrow().clone() else {
            return;
        };
        let mut messages = mailbox.take().into_iter().peekable();
        while messages.peek().is_some() {
            let delivery = Delivery(Rc::new(messages.by_ref().take(AT_ONCE).collect()));
            // What fails here is a realm that is gone: nobody waits for the messages.
            let _ = self.hand_over(env, &mailbox, delivery);
        }
    }

    fn hand_over(&self, env: &Env, mailbox: &Mailbox, delivery: Delivery) -> Result<()> {
        let messages = Rc::clone(&delivery.0);
        let untold = self.deliver.get(env)?.call(delivery)?;
        for position in untold.into_iter().flatten() {
            let message = usize::try_from(position).ok().and_then(|at| messages.get(at));
            if let Some(Message::Log { level, text, .. }) = message {
                log::to_stderr(*level, text);
            }
        }
        let settled = |message: &&Message| matches!(message, Message::Settle { .. });
        self.landed(env, mailbox, messages.iter().filter(settled).count())
    }
}
