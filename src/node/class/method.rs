//! A method of the class: it starts a call, and returns the promise of its outcome.

use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{Function, FunctionCallContext, Unknown};
use napi::{Env, Result, ValueType};

use super::failure::Failure;
use super::instance::this_of;
use crate::node::boundary::argument::{Argument, Parameter};
use crate::node::calls::Call;
use crate::node::calls::answer::Answer;
use crate::node::host::Host;
use crate::node::js::values::{argument, described, kind_of};
use crate::node::realm::Realm;
use crate::node::realm::functions::{Functions, Stringified};
use crate::request::Operation;

/// Makes the method for one realm. It never throws: a failure is a rejected promise.
pub(crate) fn payment_method<'env>(
    env: &'env Env,
    host: &'static dyn Host,
    realm: &Rc<Realm>,
    operation: Operation,
) -> Result<Function<'env, Unknown<'static>, Unknown<'static>>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure(host.method_name(operation), move |context| {
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
    let (this, stack) = this_of(host, context)?;
    let mut arguments = Vec::with_capacity(2);
    for (index, parameter) in host.parameters(operation).iter().enumerate() {
        arguments.push(take(&realm.functions, context, index, *parameter)?);
    }
    let mailbox = realm.mailbox(env)?;
    let number = realm.next_call();
    let answer = Answer::new(host, Arc::clone(&mailbox), number, operation);
    let mut call = Call::new(answer, stack, arguments);
    if realm.may_answer()
        && let Some(said) = call.answered_here()
    {
        return Ok(realm.answer(env, &mailbox, number, this, said)?);
    }
    let promise = realm.begin(env, &mailbox, number, this)?;
    call.start();
    Ok(promise)
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
        (Parameter::Text, ValueType::String) => Argument::Text(context.get(index)?),
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
