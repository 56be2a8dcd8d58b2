//! An instance of the class: it stands for the processor that its class names.

use napi::bindgen_prelude::{FunctionCallContext, JsObjectValue, Object, Unknown};
use napi::{Env, ValueType};

use super::failure::{Failure, MISSING_IDENTIFIER};
use crate::node::host::{Host, Service};
use crate::node::js::values::{argument, described, kind_of, or_undefined};
use crate::node::realm::functions::{Functions, Stringified};
use crate::registry::{self, RegistryError};
use crate::request::Operation;

/// What is kept with a JavaScript instance: the shared processor, unless its class has no identifier.
struct Instance {
    /// The host's class that has constructed it: another one's methods do not serve it.
    class: &'static str,
    service: Option<Service>,
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
    let class: Object<'static> = this.get_named_property_unchecked("constructor")?;
    let given = argument(context, 1)?;
    let (service, config) = match identifier_of(&class)? {
        Some(identifier) => {
            let options = options(functions, context.env, class, &identifier, given)?;
            (Some(service(functions, context.env, class, identifier, options)?), options)
        }
        None => (None, given),
    };
    this.wrap(Instance { class: name, service }, None).map_err(|_| {
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
    let options = options(functions, context.env, class, &identifier, argument(context, 0)?)?;
    service(functions, context.env, class, identifier, options).map(drop)
}

/// Whether `instance` is one whose processor has the optional method for `operation`.
pub(crate) fn has_optional(instance: &Object<'_>, operation: Operation) -> bool {
    service_of(instance).is_some_and(|service| service.stack.has(operation))
}

/// Returns the processor behind an instance, if it has one.
pub(crate) fn service_of(instance: &Object<'_>) -> Option<Service> {
    instance.unwrap::<Instance>().ok()?.service.clone()
}

/// Returns the `this` of a method call, and its processor.
pub(crate) fn this_of(
    host: &dyn Host,
    context: &FunctionCallContext<'_>,
) -> Result<(Object<'static>, Service), Failure> {
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
    match &instance.service {
        Some(service) => Ok((this, service.clone())),
        None => Err(Failure::type_error(MISSING_IDENTIFIER)),
    }
}

/// Returns the static `identifier` of a class, unless it has none.
pub(crate) fn identifier_of(class: &Object<'_>) -> Result<Option<String>, Failure> {
    static_text(class, "identifier")
}

/// Returns the name of the processor that serves a class with this identifier: its static `processor`, or else the nearest
/// identifier, its own or that of a class which it extends, that is the name of one.
pub(crate) fn processor_of(class: Object<'_>, identifier: &str) -> Result<String, Failure> {
    if let Some(name) = static_text(&class, "processor")? {
        return Ok(name);
    }
    let mut class = class;
    loop {
        if let Some(name) = identifier_of(&class)?
            && registry::is_registered(&name)
        {
            return Ok(name);
        }
        let above = class.get_prototype()?;
        if !matches!(above.get_type()?, ValueType::Function | ValueType::Object) {
            return Ok(identifier.to_owned());
        }
        class = class.get_prototype_unchecked()?;
    }
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
    class: Object<'static>,
    identifier: &str,
    given: Option<Unknown<'static>>,
) -> Result<Option<Unknown<'static>>, Failure> {
    match given {
        Some(object) if object.get_type()? == ValueType::Object => {
            Ok(Some(functions.options(env, object, identifier, class)?))
        }
        other => Ok(other),
    }
}

/// Returns the processor for these options, as the store knows it.
fn service(
    functions: &Functions,
    env: &Env,
    class: Object<'static>,
    identifier: String,
    options: Option<Unknown<'static>>,
) -> Result<Service, Failure> {
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
    let name = processor_of(class, &identifier)?;
    match registry::shared_processor(&name, &options) {
        Ok(stack) => Ok(Service { identifier: identifier.into(), stack }),
        Err(RegistryError::Config { reason, .. }) => {
            let error = RegistryError::Config { identifier, reason };
            Err(Failure::Error(format!("medusa-payment-rs: {error}")))
        }
        Err(unknown @ RegistryError::Unknown { .. }) => Err(Failure::Error(format!(
            "medusa-payment-rs: {unknown}. A class with an identifier of its own extends the class of one of these, or names \
             it: `static processor`"
        ))),
    }
}
