//! What belongs to the realm (the JavaScript global) that linked the addon.
#![allow(unsafe_code)] // Keeping Node's event loop alive only while calls are in flight.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use napi::bindgen_prelude::{
    Either, Either3, FnArgs, FromNapiValue, Function, JsObjectValue, Object, Unknown,
};
use napi::{Env, JsValue, Result, check_status, sys};

use super::mailbox::{CallId, Delivery, Line, Mailbox, Outcome, Reply};
use super::text::Text;
use super::weak::WeakFunction;

/// What an error was caused by, or `undefined`.
type Cause = Either<Unknown<'static>, ()>;

type Stringify =
    WeakFunction<FnArgs<(Unknown<'static>,)>, Either3<Text<String>, Object<'static>, ()>>;
type Options = WeakFunction<FnArgs<(Unknown<'static>, String)>, Unknown<'static>>;
type IsInstance = WeakFunction<FnArgs<(Unknown<'static>,)>, bool>;
type Begin = WeakFunction<FnArgs<(CallId, Object<'static>)>, Unknown<'static>>;
type Deliver = WeakFunction<Delivery, ()>;
type Answer = WeakFunction<Reply, Unknown<'static>>;
type Later = WeakFunction<FnArgs<(Unknown<'static>,)>, ()>;
type Reject = WeakFunction<FnArgs<(String, Cause)>, Unknown<'static>>;
type Throw = WeakFunction<FnArgs<(String, bool, Cause)>, Unknown<'static>>;

/// After so many answers at once the event loop gets a round of its own.
const MANY: usize = 8;

/// After so many calls in a row that were answered where they were made, so does it: JavaScript may make
/// the next one for each of them, and never come back to the event loop else.
const IN_A_ROW: u32 = 256;

/// One realm's functions. Each is described where `link.js` defines it.
pub(crate) struct Realm {
    pub(crate) stringify: Stringify,
    pub(crate) reject: Reject,
    pub(crate) throw: Throw,
    pub(crate) is_instance: IsInstance,
    pub(crate) options: Options,
    begin: Begin,
    answer: Answer,
    answer_at_once: Answer,
    deliver: Deliver,
    later: Later,
    /// Whether what arrives waits for the event loop's next round.
    resting: Cell<bool>,
    /// How many calls were answered where they were made since the event loop was last seen.
    in_a_row: Cell<u32>,
    /// Whether JavaScript is being told an answer, and with it the lines of its log.
    answering: Cell<bool>,
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
            options: WeakFunction::new(env, &functions.get_named_property("options")?)?,
            begin: WeakFunction::new(env, &functions.get_named_property("begin")?)?,
            answer: WeakFunction::new(env, &functions.get_named_property("answer")?)?,
            answer_at_once: WeakFunction::new(env, &functions.get_named_property("answerAtOnce")?)?,
            deliver: WeakFunction::new(env, &functions.get_named_property("deliver")?)?,
            later: WeakFunction::new(env, &functions.get_named_property("later")?)?,
            resting: Cell::new(false),
            in_a_row: Cell::new(0),
            answering: Cell::new(false),
            mailbox: RefCell::new(None),
            last_call: Cell::new(0),
            in_flight: Cell::new(0),
        }))
    }

    /// The number of a new call.
    pub(crate) fn next_call(&self) -> CallId {
        let call = self.last_call.get().wrapping_add(1);
        self.last_call.set(call);
        call
    }

    /// The promise for the caller of a call on `instance` that is going to be answered.
    pub(crate) fn begin(
        &self,
        env: &Env,
        mailbox: &Mailbox,
        call: CallId,
        instance: Object<'static>,
    ) -> Result<Unknown<'static>> {
        let promise = self.begin.call(env, (call, instance).into())?;
        self.took_off(env, mailbox)?;
        Ok(promise)
    }

    /// Whether a call may be answered where it is made. Not one of a logger, which would never come back if
    /// it made one for each line, nor where the event loop has waited long enough.
    pub(crate) fn may_answer(&self) -> bool {
        !self.answering.get() && self.in_a_row.get() < IN_A_ROW
    }

    /// The promise for the caller of a call on `instance` that is answered already.
    pub(crate) fn answer(
        &self,
        env: &Env,
        mailbox: &Mailbox,
        call: CallId,
        instance: Object<'static>,
        said: (Vec<Line>, Outcome),
    ) -> Result<Unknown<'static>> {
        let reply = Reply { instance, said: Rc::new(said) };
        self.in_a_row.set(self.in_a_row.get() + 1);
        self.answering.set(true);
        let answered = self.answer.call(env, reply.clone());
        self.answering.set(false);
        match answered {
            Ok(promise) => {
                reply.recycle();
                Ok(promise)
            }
            // There is hardly anything left of JavaScript's stack: it comes when the event loop goes on.
            Err(_) => {
                let promise = self.begin(env, mailbox, call, instance)?;
                mailbox.send_all(reply.into_messages(call));
                Ok(promise)
            }
        }
    }

    /// What a call on `instance` has come to, for a caller who does not wait for a promise.
    ///
    /// # Errors
    /// If it is an error, which is thrown.
    pub(crate) fn answer_at_once(
        &self,
        env: &Env,
        instance: Object<'static>,
        said: (Vec<Line>, Outcome),
    ) -> Result<Unknown<'static>> {
        let was_answering = self.answering.replace(true);
        let reply = Reply { instance, said: Rc::new(said) };
        let answered = self.answer_at_once.call_or_throw(env, reply);
        self.answering.set(was_answering);
        answered
    }

    /// Keeps the event loop and the realm alive until [`landed`](Self::landed).
    fn took_off(&self, env: &Env, mailbox: &Mailbox) -> Result<()> {
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
        let mailbox = Arc::new(Mailbox::new(wake));
        *self.mailbox.borrow_mut() = Some(Arc::clone(&mailbox));
        Ok(mailbox)
    }

    /// Hands over what has arrived. For the event loop.
    fn deliver(self: &Rc<Self>, env: &Env) {
        self.in_a_row.set(0);
        // Nobody wakes the loop again for what is announced already.
        if self.resting.get() {
            return;
        }
        let Some(mailbox) = self.mailbox.borrow().clone() else {
            return;
        };
        let (delivery, is_more) = mailbox.take();
        let settled = delivery.settled();
        // What fails here or below is a realm that is gone: nobody waits for the messages.
        let _ = self.hand_over(env, &mailbox, delivery, settled);
        if is_more || settled >= MANY {
            self.resting.set(self.rest(env).is_ok());
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
                    realm.resting.set(false);
                    realm.deliver(context.env);
                }
                Ok(())
            })?;
        // SAFETY: the function is alive in the current handle scope, and JavaScript keeps it from there.
        let resume = unsafe { Unknown::from_napi_value(env.raw(), resume.raw()) }?;
        self.later.call(env, FnArgs::from((resume,)))
    }

    fn hand_over(
        &self,
        env: &Env,
        mailbox: &Mailbox,
        delivery: Delivery,
        settled: usize,
    ) -> Result<()> {
        let told = self.deliver.call(env, delivery.clone());
        // The calls are over also where JavaScript failed to take them: nothing waits for them longer.
        delivery.recycle();
        self.landed(env, mailbox, settled)?;
        told
    }
}
