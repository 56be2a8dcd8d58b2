//! The functions that `link.js` hands over for its realm. Each is described there.

use napi::bindgen_prelude::{
    Either, Either3, FnArgs, FromNapiValue, Function, JsObjectValue, JsValuesTupleIntoVec, Object,
    Unknown,
};
use napi::{Env, Result};

use super::message::{CallId, Delivery, Reply};
use crate::node::js::text::Text;
use crate::node::js::values::or_undefined;
use crate::node::js::weak::WeakFunction;

/// The cause of an error, or `undefined`.
type Cause = Either<Unknown<'static>, ()>;

/// The functions of one realm.
pub(crate) struct Functions {
    stringify: WeakFunction<FnArgs<(Unknown<'static>,)>, StringifiedJs>,
    member: WeakFunction<FnArgs<(Object<'static>, &'static str)>, StringifiedJs>,
    options: WeakFunction<FnArgs<(Unknown<'static>, String, Object<'static>)>, Unknown<'static>>,
    is_instance: WeakFunction<FnArgs<(Unknown<'static>,)>, bool>,
    pub(super) begin: WeakFunction<FnArgs<(CallId, Object<'static>)>, Unknown<'static>>,
    pub(super) answer: WeakFunction<Reply, Unknown<'static>>,
    pub(super) answer_at_once: WeakFunction<Reply, Unknown<'static>>,
    pub(super) deliver: WeakFunction<Delivery, ()>,
    pub(super) later: WeakFunction<FnArgs<(Unknown<'static>,)>, ()>,
    reject: WeakFunction<FnArgs<(String, Cause)>, Unknown<'static>>,
    throw: WeakFunction<FnArgs<(String, bool, Cause)>, Unknown<'static>>,
}

/// JSON text, what was thrown on the way, or nothing.
type StringifiedJs = Either3<Text<String>, Object<'static>, ()>;

/// A value as the realm's `JSON.stringify` writes it.
pub(crate) enum Stringified {
    Json(String),
    /// JSON leaves it out.
    Nothing,
    Threw {
        message: String,
        too_deep: bool,
        cause: Unknown<'static>,
    },
}

impl Stringified {
    fn of(answer: StringifiedJs) -> Result<Self> {
        Ok(match answer {
            Either3::A(Text(text)) => Self::Json(text),
            Either3::B(thrown) => Self::Threw {
                message: thrown.get_named_property_unchecked("message")?,
                too_deep: thrown.get_named_property_unchecked("tooDeep")?,
                cause: thrown.get_named_property_unchecked("cause")?,
            },
            Either3::C(()) => Self::Nothing,
        })
    }
}

impl Functions {
    pub(crate) fn new(env: &Env, functions: &Object<'_>) -> Result<Self> {
        Ok(Self {
            stringify: named(env, functions, "stringify")?,
            member: named(env, functions, "member")?,
            options: named(env, functions, "options")?,
            is_instance: named(env, functions, "isInstance")?,
            begin: named(env, functions, "begin")?,
            answer: named(env, functions, "answer")?,
            answer_at_once: named(env, functions, "answerAtOnce")?,
            deliver: named(env, functions, "deliver")?,
            later: named(env, functions, "later")?,
            reject: named(env, functions, "reject")?,
            throw: named(env, functions, "throw")?,
        })
    }

    /// Whether a value is an instance of the realm's class.
    pub(crate) fn is_instance(&self, env: &Env, value: Unknown<'static>) -> Result<bool> {
        self.is_instance.call(env, (value,).into())
    }

    /// Returns the options that an instance of the class has which was constructed with `given`: `options.js` finds them
    /// in a project's configuration.
    pub(crate) fn options(
        &self,
        env: &Env,
        given: Unknown<'static>,
        identifier: &str,
        class: Object<'static>,
    ) -> Result<Unknown<'static>> {
        self.options.call_or_throw(env, (given, identifier.to_owned(), class).into())
    }

    pub(crate) fn stringify(&self, env: &Env, value: Unknown<'static>) -> Result<Stringified> {
        Stringified::of(self.stringify.call(env, FnArgs::from((value,)))?)
    }

    /// As [`stringify`](Self::stringify), of a member of an instance.
    pub(crate) fn member(
        &self,
        env: &Env,
        instance: Object<'static>,
        name: &'static str,
    ) -> Result<Stringified> {
        Stringified::of(self.member.call(env, (instance, name).into())?)
    }

    /// Returns a promise that is rejected with a `TypeError`.
    pub(crate) fn reject(
        &self,
        env: &Env,
        message: String,
        cause: Option<Unknown<'static>>,
    ) -> Result<Unknown<'static>> {
        self.reject.call(env, (message, or_undefined(cause)).into())
    }

    /// Throws an `Error`, or a `TypeError`, once the error that it returns is returned to JavaScript.
    pub(crate) fn throw(
        &self,
        env: &Env,
        message: String,
        is_type_error: bool,
        cause: Option<Unknown<'static>>,
    ) -> napi::Error {
        let arguments = (message, is_type_error, or_undefined(cause)).into();
        match self.throw.call_or_throw(env, arguments) {
            Err(thrown) => thrown,
            Ok(_) => napi::Error::from_reason("`throw` of link.js did not throw"),
        }
    }
}

fn named<Args: JsValuesTupleIntoVec, Return: FromNapiValue>(
    env: &Env,
    functions: &Object<'_>,
    name: &str,
) -> Result<WeakFunction<Args, Return>> {
    let function: Function<'_, Args, Return> = functions.get_named_property(name)?;
    WeakFunction::new(env, &function)
}
