//! What belongs to the realm (the JavaScript global) that linked the addon, and the way back to it
//! from other threads.
#![allow(unsafe_code)] // Keeping Node's event loop alive only while calls are in flight.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::{Either, Either3, FnArgs, Function, JsObjectValue, Object, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status, check_status, sys};

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
    Log { call: CallId, level: tracing::Level, text: String },
    Settle { call: CallId, outcome: Outcome },
}

impl Message {
    /// Whether the event loop is woken for it. What is only told waits for the call's answer, which
    /// wakes it anyway.
    fn is_urgent(&self) -> bool {
        match self {
            Self::Log { level, .. } => *level <= tracing::Level::WARN,
            Self::Settle { .. } => true,
        }
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

type Stringify = WeakFunction<FnArgs<(Unknown<'static>,)>, Either3<Text, Object<'static>, ()>>;
type IsInstance = WeakFunction<FnArgs<(Unknown<'static>,)>, bool>;
type Begin = WeakFunction<FnArgs<(CallId, Object<'static>)>, Unknown<'static>>;
type Settle = WeakFunction<FnArgs<(CallId, u32, Text)>, ()>;
type Log = WeakFunction<FnArgs<(CallId, &'static str, String)>, bool>;
type Reject = WeakFunction<FnArgs<(String, Cause)>, Unknown<'static>>;
type Throw = WeakFunction<FnArgs<(String, bool, Cause)>, Unknown<'static>>;

/// One realm's functions. Each is described where `link.js` defines it.
pub(crate) struct Realm {
    pub(crate) stringify: Stringify,
    pub(crate) reject: Reject,
    pub(crate) throw: Throw,
    pub(crate) is_instance: IsInstance,
    begin: Begin,
    settle: Settle,
    log: Log,
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
            settle: WeakFunction::new(env, &functions.get_named_property("settle")?)?,
            log: WeakFunction::new(env, &functions.get_named_property("log")?)?,
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
        self.settle.hold()?;
        if self.in_flight.replace(self.in_flight.get() + 1) == 0 {
            // SAFETY: the function is alive, and this is the thread of its env.
            check_status!(unsafe {
                sys::napi_ref_threadsafe_function(env.raw(), mailbox.wake.raw())
            })?;
        }
        Ok(())
    }

    fn landed(&self, env: &Env, mailbox: &Mailbox) -> Result<()> {
        self.settle.release()?;
        let left = self.in_flight.get().saturating_sub(1);
        self.in_flight.set(left);
        if left == 0 {
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
        for message in mailbox.take() {
            // What fails here is a realm that is gone: nobody waits for the message.
            let _ = match message {
                Message::Log { call, level, text } => self.log(env, call, level, text),
                Message::Settle { call, outcome } => {
                    self.settle(env, call, outcome).and_then(|()| self.landed(env, &mailbox))
                }
            };
        }
    }

    fn settle(&self, env: &Env, call: CallId, outcome: Outcome) -> Result<()> {
        // The numbers are those of `settle` in `link.js`.
        let (how, text) = match outcome {
            Outcome::Json(text) => (0, text),
            Outcome::Nothing => (1, String::new()),
            Outcome::Error(text) => (2, text),
            Outcome::TypeError(text) => (3, text),
        };
        self.settle.get(env)?.call((call, how, Text(text)).into())
    }

    fn log(&self, env: &Env, call: CallId, level: tracing::Level, text: String) -> Result<()> {
        let method = log::method_of(level);
        let delivered = self.log.get(env)?.call((call, method, text.clone()).into())?;
        if !delivered {
            log::to_stderr(level, &text);
        }
        Ok(())
    }
}
