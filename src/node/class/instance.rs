//! An instance of the class: it stands for the processor that its class names.

use std::sync::Arc;

use napi::bindgen_prelude::{FunctionCallContext, JsObjectValue, Object, Unknown};
use napi::{Env, ValueType};

use super::failure::{Failure, MISSING_IDENTIFIER};
use crate::layers::Stack;
use crate::node::host::Host;
use crate::node::js::values::{argument, described, kind_of, or_undefined};
use crate::node::realm::functions::{Functions, Stringified};
use crate::registry::{self, RegistryError};
use crate::request::Operation;

/// What is kept with a JavaScript instance: the shared processor, unless its class has no identifier.
struct Instance {
    /// The host's class that has constructed it: another one's methods do not serve it.
    class: &'static str,
    stack: Option<Arc<Stack>>,
}

/// Constructs the object that JavaScript has made for `new`.
pub(crate) fn construct(
    host: &dyn Host,
    functions: &Functions,
    context: &FunctionCallContext<'_>,
) -> Result<(), Failure> {
    let name = host.class_name();
    let this: Unknown<'static> = context.this()?;
    if !functions.is_instance(context.env, this)? {
        return Err(Failure::type_error(format!(
            "Class constructor {name} cannot be invoked without 'new'"
        )));
    }
    let mut this: Object<'static> = context.this()?;
    let class: Object<'_> = this.get_named_property_unchecked("constructor")?;
    let given = argument(context, 1)?;
    let (stack, config) = match identifier_of(&class)? {
        Some(identifier) => {
            let options = options(functions, context.env, &identifier, given)?;
            (Some(processor(functions, context.env, &class, &identifier, options)?), options)
        }
        None => (None, given),
    };
    this.wrap(Instance { class: name, stack }, None).map_err(|_| {
        Failure::type_error(format!("{name} was constructed on this object already"))
    })?;
    // As Medusa's own base does.
    this.set_named_property("container", or_undefined(argument(context, 0)?))?;
    this.set_named_property("config", or_undefined(config))?;
    Ok(())
}

/// Checks the options that an instance of the class `this` is going to be constructed with.
pub(crate) fn check_options(
    host: &dyn Host,
    functions: &Functions,
    context: &FunctionCallContext<'_>,
) -> Result<(), Failure> {
    let class: Object<'static> = context.this().map_err(|_| {
        let name = host.class_name();
        Failure::type_error(format!(
            "validateOptions has to be called on a class that extends {name}"
        ))
    })?;
    let Some(identifier) = identifier_of(&class)? else {
        return Err(Failure::Error(MISSING_IDENTIFIER.to_owned()));
    };
    let options = options(functions, context.env, &identifier, argument(context, 0)?)?;
    processor(functions, context.env, &class, &identifier, options).map(drop)
}

/// Whether `instance` is one whose processor has the optional method for `operation`.
pub(crate) fn has_optional(instance: &Object<'_>, operation: Operation) -> bool {
    stack_of(instance).is_some_and(|stack| stack.has(operation))
}

/// Returns the processor behind an instance, if it has one.
pub(crate) fn stack_of(instance: &Object<'_>) -> Option<Arc<Stack>> {
    instance.unwrap::<Instance>().ok()?.stack.clone()
}

/// Returns the `this` of a method call, and its processor.
pub(crate) fn this_of(
    host: &dyn Host,
    context: &FunctionCallContext<'_>,
) -> Result<(Object<'static>, Arc<Stack>), Failure> {
    let foreign = || {
        let name = host.class_name();
        Failure::type_error(format!(
            "`this` is not an instance of {name}; call it as a method of the processor"
        ))
    };
    let this: Unknown<'static> = context.this()?;
    if this.get_type()? != ValueType::Object {
        return Err(foreign());
    }
    let this: Object<'static> = context.this()?;
    let instance = this.unwrap::<Instance>().map_err(|_| foreign())?;
    if instance.class != host.class_name() {
        return Err(foreign());
    }
    match &instance.stack {
        Some(stack) => Ok((this, Arc::clone(stack))),
        None => Err(Failure::type_error(MISSING_IDENTIFIER)),
    }
}

/// Returns the static `identifier` of a class, unless it has none.
pub(crate) fn identifier_of(class: &Object<'_>) -> Result<Option<String>, Failure> {
    static_text(class, "identifier")
}

/// Returns the static `processor` of a class, which names the processor of the registry that serves it if that is not the
/// one of its identifier.
fn processor_of(class: &Object<'_>) -> Result<Option<String>, Failure> {
    static_text(class, "processor")
}

fn static_text(class: &Object<'_>, name: &str) -> Result<Option<String>, Failure> {
    let value: Unknown<'_> = class.get_named_property_unchecked(name)?;
    match value.get_type()? {
        ValueType::String => {
            let text: String = class.get_named_property_unchecked(name)?;
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
        ValueType::Undefined | ValueType::Null => Ok(None),
        other => Err(Failure::type_error(format!(
            "medusa-payment-rs: static {name} must be a string, got {}",
            described(other)
        ))),
    }
}

/// Returns the options of an instance that was constructed with `given`.
fn options(
    functions: &Functions,
    env: &Env,
    identifier: &str,
    given: Option<Unknown<'static>>,
) -> Result<Option<Unknown<'static>>, Failure> {
    match given {
        Some(object) if object.get_type()? == ValueType::Object => {
            Ok(Some(functions.options(env, object, identifier)?))
        }
        other => Ok(other),
    }
}

/// Returns the processor for these options. Messages name the identifier, by which the store knows it.
fn processor(
    functions: &Functions,
    env: &Env,
    class: &Object<'_>,
    identifier: &str,
    options: Option<Unknown<'static>>,
) -> Result<Arc<Stack>, Failure> {
    let about = |text: &str| format!("medusa-payment-rs: the options of \"{identifier}\" {text}");
    let kind = kind_of(options)?;
    let options = match (kind, options) {
        (ValueType::Undefined | ValueType::Null, _) => "{}".to_owned(),
        (ValueType::Object, Some(options)) => match functions.stringify(env, options)? {
            Stringified::Json(text) if text.starts_with('{') => text,
            Stringified::Json(_) | Stringified::Nothing => {
                return Err(Failure::type_error(about("must be an object")));
            }
            Stringified::Threw { message, cause, .. } => {
                let text = about(&format!("cannot be sent as JSON: {message}"));
                return Err(Failure::TypeError(text, Some(cause)));
            }
        },
        _ => {
            let text = about(&format!("must be an object, got {}", described(kind)));
            return Err(Failure::type_error(text));
        }
    };
    let name = processor_of(class)?;
    registry::shared_processor(name.as_deref().unwrap_or(identifier), &options).map_err(|error| {
        let error = match error {
            RegistryError::Config { reason, .. } => {
                RegistryError::Config { identifier: identifier.to_owned(), reason }
            }
            unknown @ RegistryError::Unknown { .. } => unknown,
        };
        Failure::Error(format!("medusa-payment-rs: {error}"))
    })
}
