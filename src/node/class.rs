//! The class `AbstractPaymentProcessor`.

use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{
    Buffer, Either, Either3, FnArgs, Function, FunctionCallContext, JsObjectValue, JsValue, Object,
    ToNapiValue, Unknown,
};
use napi::{Env, Property, PropertyAttributes, Result, ValueType};

use super::boundary::{Argument, Parameter, message, method_name, parameters};
use super::calls::Call;
use super::mailbox::{CallId, Mailbox};
use super::realm::Realm;
use super::text::Text;
use crate::layers::Stack;
use crate::registry;
use crate::request::Operation;

const NAME: &str = "AbstractPaymentProcessor";
const READ_WEBHOOK_SYNC: &str = "readWebhookSync";

/// A JavaScript function that is a class.
pub(crate) type Class<'env> = Function<'env, Unknown<'static>, ()>;

/// What a JavaScript instance stands for: the shared processor, or none where its class names no
/// identifier.
struct Instance(Option<Arc<Stack>>);

/// Makes the class for one realm.
pub(crate) fn define<'env>(env: &'env Env, functions: &Object<'_>) -> Result<Class<'env>> {
    let realm = Realm::new(env, functions)?;
    let class = constructor(env, &realm)?;
    let mut statics = class.into_unknown(env)?.coerce_to_object()?;
    statics.define_properties(&[property(env, "_isPaymentProcessor", true)?])?;

    let mut methods = vec![property(env, "getIdentifier", get_identifier(env, &realm)?)?];
    for operation in Operation::ALL {
        let function = payment_method(env, &realm, operation)?;
        methods.push(property(env, method_name(operation), function)?);
    }
    methods.push(property(env, READ_WEBHOOK_SYNC, read_webhook_sync(env, &realm)?)?);
    let mut prototype: Object<'_> = statics.get_named_property_unchecked("prototype")?;
    prototype.define_properties(&methods)?;
    Ok(class)
}

/// A property as a class defines its methods: not enumerable, and open to `jest.spyOn`.
fn property(env: &Env, name: &str, value: impl ToNapiValue) -> Result<Property> {
    Ok(Property::new()
        .with_utf8_name(name)?
        .with_napi_value(env, value)?
        .with_property_attributes(PropertyAttributes::Writable | PropertyAttributes::Configurable))
}

fn constructor<'env>(env: &'env Env, realm: &Rc<Realm>) -> Result<Class<'env>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure(NAME, move |context| {
        construct(&realm, &context).map_err(|failure| failure.throw(&realm, context.env))
    })
}

/// Why an instance cannot be constructed or a method not be served.
enum Failure {
    /// napi failed, or a getter threw.
    Napi(napi::Error),
    /// Becomes an `Error` of the realm.
    Error(String),
    /// Becomes a `TypeError` of the realm, with the cause where there is one.
    TypeError(String, Option<Unknown<'static>>),
}

impl From<napi::Error> for Failure {
    fn from(error: napi::Error) -> Self {
        Self::Napi(error)
    }
}

impl Failure {
    /// The failure as something that is thrown synchronously, by the constructor only.
    fn throw(self, realm: &Realm, env: &Env) -> napi::Error {
        let thrown = match self {
            Self::Napi(error) => return error,
            Self::Error(text) => throw(realm, env, text, false, None),
            Self::TypeError(text, cause) => throw(realm, env, text, true, cause),
        };
        // `throw` always throws.
        thrown.err().unwrap_or_else(|| napi::Error::from_reason("not thrown"))
    }
}

fn throw(
    realm: &Realm,
    env: &Env,
    text: String,
    is_type_error: bool,
    cause: Option<Unknown<'static>>,
) -> Result<Unknown<'static>> {
    realm.throw.call_or_throw(env, (text, is_type_error, or_undefined(cause)).into())
}

fn construct(realm: &Realm, context: &FunctionCallContext<'_>) -> std::result::Result<(), Failure> {
    let this: Unknown<'static> = context.this()?;
    if !realm.is_instance.call(context.env, FnArgs::from((this,)))? {
        return Err(Failure::TypeError(
            format!("Class constructor {NAME} cannot be invoked without 'new'"),
            None,
        ));
    }
    let mut this: Object<'static> = context.this()?;
    let class: Object<'_> = this.get_named_property_unchecked("constructor")?;
    let given = argument(context, 1)?;
    let (stack, config) = match identifier_of(&class)? {
        Some(identifier) => {
            let options = options(realm, context.env, &identifier, given)?;
            (Some(processor(realm, context.env, &identifier, options)?), options)
        }
        None => (None, given),
    };
    this.wrap(Instance(stack), None).map_err(|_| {
        Failure::TypeError(format!("{NAME} was constructed on this object already"), None)
    })?;
    // As Medusa's own base does.
    this.set_named_property("container", or_undefined(argument(context, 0)?))?;
    this.set_named_property("config", or_undefined(config))?;
    Ok(())
}

/// The static `identifier` of a class, unless it has none.
fn identifier_of(class: &Object<'_>) -> std::result::Result<Option<String>, Failure> {
    let identifier: Unknown<'_> = class.get_named_property_unchecked("identifier")?;
    match identifier.get_type()? {
        ValueType::String => {
            let identifier: String = class.get_named_property_unchecked("identifier")?;
            Ok(Some(identifier).filter(|identifier| !identifier.is_empty()))
        }
        ValueType::Undefined | ValueType::Null => Ok(None),
        other => Err(Failure::TypeError(
            format!(
                "medusa-payment-rs: static identifier must be a string, got {}",
                kind_of_value(other)
            ),
            None,
        )),
    }
}

/// The options of a processor that was constructed with `given`, which may be a project's whole configuration:
/// `options.js` looks for them.
fn options(
    realm: &Realm,
    env: &Env,
    identifier: &str,
    given: Option<Unknown<'static>>,
) -> Result<Option<Unknown<'static>>> {
    match given {
        Some(object) if object.get_type()? == ValueType::Object => {
            realm.options.call_or_throw(env, (object, identifier.to_owned()).into()).map(Some)
        }
        other => Ok(other),
    }
}

fn processor(
    realm: &Realm,
    env: &Env,
    identifier: &str,
    options: Option<Unknown<'static>>,
) -> std::result::Result<Arc<Stack>, Failure> {
    let about = |text: &str| format!("medusa-payment-rs: the options of \"{identifier}\" {text}");
    let kind = kind_of(options)?;
    let options = match (kind, options) {
        (ValueType::Undefined | ValueType::Null, _) => "{}".to_owned(),
        (ValueType::Object, Some(options)) => match to_json(realm, env, options)? {
            Spelled::Json(text) if text.starts_with('{') => text,
            Spelled::Json(_) | Spelled::Nothing => {
                return Err(Failure::TypeError(about("must be an object"), None));
            }
            Spelled::Threw { message, cause, .. } => {
                let text = about(&format!("cannot be sent as JSON: {message}"));
                return Err(Failure::TypeError(text, Some(cause)));
            }
        },
        _ => {
            let text = about(&format!("must be an object, got {}", kind_of_value(kind)));
            return Err(Failure::TypeError(text, None));
        }
    };
    registry::shared_processor(identifier, &options)
        .map_err(|error| Failure::Error(format!("medusa-payment-rs: {error}")))
}

/// `getIdentifier()`, with Medusa's own message where the class has none
/// (`dist/interfaces/payment-processor.js`).
fn get_identifier<'env>(
    env: &'env Env,
    realm: &Rc<Realm>,
) -> Result<Function<'env, Unknown<'static>, String>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure("getIdentifier", move |context| {
        let this: Object<'_> = context.this()?;
        let class: Object<'_> = this.get_named_property_unchecked("constructor")?;
        identifier_of(&class)
            .and_then(|identifier| {
                identifier.ok_or_else(|| {
                    Failure::Error("Missing static property \"identifier\".".to_owned())
                })
            })
            .map_err(|failure| failure.throw(&realm, context.env))
    })
}

fn payment_method<'env>(
    env: &'env Env,
    realm: &Rc<Realm>,
    operation: Operation,
) -> Result<Function<'env, Unknown<'static>, Unknown<'static>>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure(method_name(operation), move |context| {
        let env = &*context.env;
        call(&realm, operation, &context).or_else(|failure| {
            let (text, cause) = match failure {
                Failure::Napi(error) => (error.reason.to_string(), None),
                Failure::Error(text) => (text, None),
                Failure::TypeError(text, cause) => (text, cause),
            };
            realm.reject.call(env, (message(operation, &text), or_undefined(cause)).into())
        })
    })
}

/// `readWebhookSync(rawBody, headers)`: what `readWebhook` resolves with, for callers who cannot wait for
/// a promise. It throws if the processor has to ask its provider for it.
fn read_webhook_sync<'env>(
    env: &'env Env,
    realm: &Rc<Realm>,
) -> Result<Function<'env, Unknown<'static>, Unknown<'static>>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure(READ_WEBHOOK_SYNC, move |context| {
        let env = &*context.env;
        let read = || {
            let Made { this, mut call, .. } = made(&realm, Operation::ReadWebhook, &context)?;
            let answer = call.answered_at_once().ok_or_else(|| {
                let text = "this processor may have to ask its provider: call readWebhook";
                Failure::TypeError(text.to_owned(), None)
            })?;
            Ok(realm.answer_at_once(env, this, answer)?)
        };
        read().map_err(|failure: Failure| {
            let named = |text| format!("medusa-payment-rs: {READ_WEBHOOK_SYNC}: {text}");
            let failure = match failure {
                Failure::TypeError(text, cause) => Failure::TypeError(named(text), cause),
                Failure::Error(text) => Failure::Error(named(text)),
                Failure::Napi(error) => Failure::Napi(error),
            };
            failure.throw(&realm, env)
        })
    })
}

fn call(
    realm: &Rc<Realm>,
    operation: Operation,
    context: &FunctionCallContext<'_>,
) -> std::result::Result<Unknown<'static>, Failure> {
    let env = &*context.env;
    let Made { this, mailbox, number, mut call } = made(realm, operation, context)?;
    if realm.may_answer()
        && let Some(answer) = call.answered_here()
    {
        return Ok(realm.answer(env, &mailbox, number, this, answer)?);
    }
    let promise = realm.begin(env, &mailbox, number, this)?;
    call.start();
    Ok(promise)
}

/// A call with what its answer needs.
struct Made {
    this: Object<'static>,
    mailbox: Arc<Mailbox>,
    number: CallId,
    call: Call,
}

fn made(
    realm: &Rc<Realm>,
    operation: Operation,
    context: &FunctionCallContext<'_>,
) -> std::result::Result<Made, Failure> {
    let env = &*context.env;
    let this: Unknown<'static> = context.this()?;
    let foreign = || {
        Failure::TypeError(
            format!("`this` is not an instance of {NAME}; call it as a method of the processor"),
            None,
        )
    };
    if this.get_type()? != ValueType::Object {
        return Err(foreign());
    }
    let this: Object<'static> = context.this()?;
    let Instance(stack) = this.unwrap::<Instance>().map_err(|_| foreign())?;
    let stack = stack.as_ref().map(Arc::clone).ok_or_else(|| {
        Failure::TypeError("Missing static property \"identifier\".".to_owned(), None)
    })?;
    let mut arguments = Vec::with_capacity(2);
    for (index, parameter) in parameters(operation).iter().enumerate() {
        arguments.push(take(realm, context, index, *parameter)?);
    }
    let mailbox = realm.mailbox(env)?;
    let number = realm.next_call();
    let call = Call::new(Arc::clone(&mailbox), number, stack, operation, arguments);
    Ok(Made { this, mailbox, number, call })
}

/// Takes one argument over, as far as it has to be done on JavaScript's own thread.
fn take(
    realm: &Realm,
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
            match to_json(realm, context.env, context.get(index)?)? {
                Spelled::Json(text) => Argument::Json(text),
                Spelled::Nothing => Argument::Other("something that JSON leaves out"),
                Spelled::Threw { too_deep: true, .. } => Argument::TooDeep,
                Spelled::Threw { message, cause, .. } => {
                    return Err(Failure::TypeError(
                        format!("{name} cannot be sent as JSON: {message}"),
                        Some(cause),
                    ));
                }
            }
        }
        (_, ValueType::Null | ValueType::Boolean | ValueType::Number | ValueType::String) => {
            Argument::Scalar(kind_of_value(kind))
        }
        (_, other) => Argument::Other(kind_of_value(other)),
    })
}

fn kind_of(value: Option<Unknown<'static>>) -> Result<ValueType> {
    value.map_or(Ok(ValueType::Undefined), |value| value.get_type())
}

enum Spelled {
    Json(String),
    Nothing,
    Threw { message: String, too_deep: bool, cause: Unknown<'static> },
}

/// `JSON.stringify` of the realm.
fn to_json(realm: &Realm, env: &Env, value: Unknown<'static>) -> Result<Spelled> {
    Ok(match realm.stringify.call(env, FnArgs::from((value,)))? {
        Either3::A(Text(text)) => Spelled::Json(text),
        Either3::B(thrown) => Spelled::Threw {
            message: thrown.get_named_property_unchecked("message")?,
            too_deep: thrown.get_named_property_unchecked("tooDeep")?,
            cause: thrown.get_named_property_unchecked("cause")?,
        },
        Either3::C(()) => Spelled::Nothing,
    })
}

/// A JavaScript value by what it is, as an error message calls it.
fn kind_of_value(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Undefined => "undefined",
        ValueType::Null => "null",
        ValueType::Boolean => "a boolean",
        ValueType::Number => "a number",
        ValueType::String => "a string",
        ValueType::Symbol => "a symbol",
        ValueType::Function => "a function",
        ValueType::BigInt => "a bigint",
        _ => "an object",
    }
}

/// An argument, unless fewer were given.
fn argument(context: &FunctionCallContext<'_>, index: usize) -> Result<Option<Unknown<'static>>> {
    if index < context.length() { context.get(index).map(Some) } else { Ok(None) }
}

fn or_undefined(value: Option<Unknown<'static>>) -> Either<Unknown<'static>, ()> {
    value.map_or(Either::B(()), Either::A)
}
