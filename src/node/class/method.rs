//! A method of the class: it starts a call, and returns the promise of its outcome.

use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{Buffer, Function, FunctionCallContext, Object, Unknown};
use napi::{Env, Result, ValueType};

use super::failure::Failure;
use super::instance::this_of;
use crate::node::boundary::argument::{Argument, Parameter};
use crate::node::calls::Call;
use crate::node::calls::answer::Answer;
use crate::node::host::{Host, Method};
use crate::node::js::values::{argument, described, kind_of};
use crate::node::realm::Realm;
use crate::node::realm::functions::{Functions, Stringified};
use crate::node::realm::mailbox::Mailbox;
use crate::node::realm::message::CallId;
use crate::request::Operation;

/// Makes the method for one realm. It never throws: a failure is a rejected promise.
pub(crate) fn payment_method<'env>(
    env: &'env Env,
    host: &'static dyn Host,
    realm: &Rc<Realm>,
    method: &'static Method,
) -> Result<Function<'env, Unknown<'static>, Unknown<'static>>> {
    let realm = Rc::clone(realm);
    let operation = method.operation;
    env.create_function_from_closure(method.name, move |context| {
        call(host, &realm, operation, &context).or_else(|failure| {
            let (text, cause) = failure.into_parts();
            realm.functions.reject(context.env, host.message(operation, &text), cause)
        })
    })
}

fn call(
    host: &'static dyn Host,
    realm: &Rc<Realm>,
    operation: Operation,
    context: &FunctionCallContext<'_>,
) -> std::result::Result<Unknown<'static>, Failure> {
    let env = &*context.env;
    let Made { this, mailbox, number, mut call } = made(host, realm, operation, context)?;
    if realm.may_answer()
        && let Some(said) = call.answered_here()
    {
        return Ok(realm.answer(env, &mailbox, number, this, said)?);
    }
    let promise = realm.begin(env, &mailbox, number, this)?;
    call.start();
    Ok(promise)
}

/// Makes the method that is called `name` and returns, or throws, what `operation` comes to instead of a
/// promise. It throws a `TypeError` if the processor may have to wait for its answer.
pub(crate) fn method_at_once<'env>(
    env: &'env Env,
    host: &'static dyn Host,
    realm: &Rc<Realm>,
    name: &'static str,
    operation: Operation,
) -> Result<Function<'env, Unknown<'static>, Unknown<'static>>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure(name, move |context| {
        let env = &*context.env;
        let call = || {
            let Made { this, mut call, .. } = made(host, &realm, operation, &context)?;
            let said = call.answered_at_once().ok_or_else(|| {
                let promising = host.method_name(operation);
                Failure::type_error(format!(
                    "this processor may have to ask its provider: call {promising}"
                ))
            })?;
            Ok(realm.answer_at_once(env, this, said)?)
        };
        call().map_err(|failure: Failure| {
            failure.about(&format!("medusa-payment-rs: {name}")).thrown(&realm.functions, env)
        })
    })
}

/// A call, and what its answer needs.
struct Made {
    this: Object<'static>,
    mailbox: Arc<Mailbox>,
    number: CallId,
    call: Call,
}

fn made(
    host: &'static dyn Host,
    realm: &Rc<Realm>,
    operation: Operation,
    context: &FunctionCallContext<'_>,
) -> std::result::Result<Made, Failure> {
    let (this, service) = this_of(host, context)?;
    let mut arguments = Vec::with_capacity(2);
    for (index, parameter) in host.parameters(operation).iter().enumerate() {
        arguments.push(match *parameter {
            Parameter::Member(name) => member(&realm.functions, context.env, this, name)?,
            parameter => take(&realm.functions, context, index, parameter)?,
        });
    }
    let mailbox = realm.mailbox(&*context.env)?;
    let number = realm.next_call();
    let answer = Answer::new(host, Arc::clone(&mailbox), number, operation);
    let call = Call::new(answer, service, arguments);
    Ok(Made { this, mailbox, number, call })
}

/// Takes a member of the instance over.
fn member(
    functions: &Functions,
    env: &Env,
    this: Object<'static>,
    name: &'static str,
) -> std::result::Result<Argument, Failure> {
    match functions.member(env, this, name)? {
        Stringified::Json(text) => Ok(Argument::Json(text)),
        Stringified::Nothing => Ok(Argument::Other("undefined")),
        Stringified::Threw { too_deep: true, .. } => Ok(Argument::TooDeep),
        Stringified::Threw { message, cause, .. } => {
            Err(Failure::TypeError(format!("{name} cannot be read: {message}"), Some(cause)))
        }
    }
}

/// Takes one argument over, as far as that has to be done on JavaScript's own thread.
fn take(
    functions: &Functions,
    context: &FunctionCallContext<'_>,
    index: usize,
    parameter: Parameter,
) -> std::result::Result<Argument, Failure> {
    let kind = kind_of(argument(context, index)?)?;
    Ok(match (parameter, kind) {
        (Parameter::Number, ValueType::Number) => Argument::Number(context.get(index)?),
        (Parameter::Text | Parameter::Bytes, ValueType::String) => {
            Argument::Text(context.get(index)?)
        }
        (Parameter::Bytes, ValueType::Object) => match context.get::<Buffer>(index) {
            Ok(bytes) => Argument::Bytes(bytes.to_vec()),
            Err(_) => Argument::Scalar("an object that is not a Buffer"),
        },
        (Parameter::Json(name), ValueType::Object) => {
            match functions.stringify(context.env, context.get(index)?)? {
                Stringified::Json(text) => Argument::Json(text),
                Stringified::Nothing => Argument::Other("something that JSON leaves out"),
                Stringified::Threw { too_deep: true, .. } => Argument::TooDeep,
                Stringified::Threw { message, cause, .. } => {
                    return Err(Failure::TypeError(
                        format!("{name} cannot be sent as JSON: {message}"),
                        Some(cause),
                    ));
                }
            }
        }
        (_, ValueType::Null | ValueType::Boolean | ValueType::Number | ValueType::String) => {
            Argument::Scalar(described(kind))
        }
        (_, other) => Argument::Other(described(other)),
    })
}
