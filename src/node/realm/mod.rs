//! A realm (a JavaScript global) that linked the addon: its calls, and the delivery of their outcomes.
#![allow(unsafe_code)] // Keeping Node's event loop alive only while calls are in flight.

pub(crate) mod functions;
pub(crate) mod mailbox;
pub(crate) mod message;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use napi::bindgen_prelude::{FnArgs, FromNapiValue, Function, Object, Unknown};
use napi::{Env, JsValue, Result, check_status, sys};

use functions::Functions;
use mailbox::Mailbox;
use message::{CallId, Delivery, Line, Reply};

use crate::node::boundary::outcome::Outcome;

/// After this many answers at once the event loop gets a round of its own.
const MANY: usize = 8;

/// After this many calls in a row that were answered where they were made, it gets one as well: JavaScript
/// may make the next call for each of them, and never come back to the event loop otherwise.
const IN_A_ROW: u32 = 256;

/// One realm.
pub(crate) struct Realm {
    pub(crate) functions: Functions,
    /// Whether what arrives waits for the event loop's next round.
    is_resting: Cell<bool>,
    /// How many calls were answered where they were made since the event loop was last seen.
    in_a_row: Cell<u32>,
    /// Whether JavaScript is being given an answer, and with it the lines of its log.
    is_answering: Cell<bool>,
    mailbox: RefCell<Option<Arc<Mailbox>>>,
    last_call: Cell<CallId>,
    in_flight: Cell<usize>,
}

impl Realm {
    pub(crate) fn new(env: &Env, functions: &Object<'_>) -> Result<Rc<Self>> {
        Ok(Rc::new(Self {
            functions: Functions::new(env, functions)?,
            is_resting: Cell::new(false),
            in_a_row: Cell::new(0),
            is_answering: Cell::new(false),
            mailbox: RefCell::new(None),
            last_call: Cell::new(0),
            in_flight: Cell::new(0),
        }))
    }

    /// Returns the number of a new call.
    pub(crate) fn next_call(&self) -> CallId {
        let call = self.last_call.get().wrapping_add(1);
        self.last_call.set(call);
        call
    }

    /// Returns the promise of a call on `instance` that is going to be answered.
    pub(crate) fn begin(
        &self,
        env: &Env,
        mailbox: &Mailbox,
        call: CallId,
        instance: Object<'static>,
    ) -> Result<Unknown<'static>> {
        let promise = self.functions.begin.call(env, (call, instance).into())?;
        self.call_began(env, mailbox)?;
        Ok(promise)
    }

    /// Whether a call may be answered where it is made. Not the call of a logger, which would never come back
    /// if it made one for each line, and not if the event loop has waited long enough.
    pub(crate) fn may_answer(&self) -> bool {
        !self.is_answering.get() && self.in_a_row.get() < IN_A_ROW
    }

    /// Returns the promise of a call on `instance` that is answered already.
    pub(crate) fn answer(
        &self,
        env: &Env,
        mailbox: &Mailbox,
        call: CallId,
        instance: Object<'static>,
        said: (Vec<Line>, Outcome),
    ) -> Result<Unknown<'static>> {
        let reply = Reply::new(instance, said);
        self.in_a_row.set(self.in_a_row.get() + 1);
        self.is_answering.set(true);
        let answered = self.functions.answer.call(env, reply.clone());
        self.is_answering.set(false);
        match answered {
            Ok(promise) => {
                reply.recycle();
                Ok(promise)
            }
            // Hardly anything is left of JavaScript's stack: it comes when the event loop goes on.
            Err(_) => {
                let promise = self.begin(env, mailbox, call, instance)?;
                mailbox.send_all(reply.into_messages(call));
                Ok(promise)
            }
        }
    }

    /// Returns the outcome of a call on `instance`, for a caller that does not wait for a promise.
    ///
    /// # Errors
    /// If it is an error, which is thrown.
    pub(crate) fn answer_at_once(
        &self,
        env: &Env,
        instance: Object<'static>,
        said: (Vec<Line>, Outcome),
    ) -> Result<Unknown<'static>> {
        let was_answering = self.is_answering.replace(true);
        let reply = Reply::new(instance, said);
        let answered = self.functions.answer_at_once.call_or_throw(env, reply);
        self.is_answering.set(was_answering);
        answered
    }

    /// Keeps the event loop and the realm alive until [`calls_ended`](Self::calls_ended).
    fn call_began(&self, env: &Env, mailbox: &Mailbox) -> Result<()> {
        if self.in_flight.replace(self.in_flight.get() + 1) == 0 {
            self.functions.deliver.hold()?;
            // SAFETY: the function is alive, and this is the thread of its env.
            check_status!(unsafe {
                sys::napi_ref_threadsafe_function(env.raw(), mailbox.wake.raw())
            })?;
        }
        Ok(())
    }

    fn calls_ended(&self, env: &Env, mailbox: &Mailbox, calls: usize) -> Result<()> {
        let left = self.in_flight.get().saturating_sub(calls);
        if self.in_flight.replace(left) > 0 && left == 0 {
            self.functions.deliver.release()?;
            // SAFETY: as above.
            check_status!(unsafe {
                sys::napi_unref_threadsafe_function(env.raw(), mailbox.wake.raw())
            })?;
        }
        Ok(())
    }

    /// Returns the way back to this realm, which is opened at the first call.
    pub(crate) fn mailbox(self: &Rc<Self>, env: &Env) -> Result<Arc<Mailbox>> {
        if let Some(mailbox) = self.mailbox.borrow().as_ref() {
            return Ok(Arc::clone(mailbox));
        }
        // Weak, because the mailbox belongs to the realm.
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
        let mailbox = Arc::new(Mailbox::new(wake));
        *self.mailbox.borrow_mut() = Some(Arc::clone(&mailbox));
        Ok(mailbox)
    }

    /// Hands over what has arrived. For the event loop.
    fn deliver(self: &Rc<Self>, env: &Env) {
        self.in_a_row.set(0);
        // The loop is not woken again for what is announced already.
        if self.is_resting.get() {
            return;
        }
        let Some(mailbox) = self.mailbox.borrow().clone() else {
            return;
        };
        let (delivery, is_more) = mailbox.take();
        let settled = delivery.settled();
        // If this or what follows fails, the realm is gone, and no call waits for the messages.
        let _ = self.hand_over(env, &mailbox, delivery, settled);
        if is_more || settled >= MANY {
            self.is_resting.set(self.rest(env).is_ok());
        }
    }

    /// Lets the event loop go round before more is delivered. Node.js goes on for as long as anything
    /// is announced, and the calls that were just answered start new ones: with many in flight the
    /// store's timers and sockets would have to wait for all of them.
    fn rest(self: &Rc<Self>, env: &Env) -> Result<()> {
        let realm = Rc::downgrade(self);
        let resume: Function<'_, (), ()> =
            env.create_function_from_closure("resume", move |context| {
                if let Some(realm) = realm.upgrade() {
                    realm.is_resting.set(false);
                    realm.deliver(context.env);
                }
                Ok(())
            })?;
        // SAFETY: the function is alive in the current handle scope, and JavaScript keeps it from there.
        let resume = unsafe { Unknown::from_napi_value(env.raw(), resume.raw()) }?;
        self.functions.later.call(env, FnArgs::from((resume,)))
    }

    fn hand_over(
        &self,
        env: &Env,
        mailbox: &Mailbox,
        delivery: Delivery,
        settled: usize,
    ) -> Result<()> {
        let delivered = self.functions.deliver.call(env, delivery.clone());
        // The calls are over even if JavaScript failed to take their outcomes: nothing waits for them longer.
        delivery.recycle();
        self.calls_ended(env, mailbox, settled)?;
        delivered
    }
}
