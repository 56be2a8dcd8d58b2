//! The class of a host, made for one realm.

mod failure;
mod instance;
mod method;

use std::rc::Rc;

use napi::bindgen_prelude::{Function, JsObjectValue, JsValue, Object, ToNapiValue, Unknown};
use napi::{Env, Property, PropertyAttributes, Result};

use failure::{Failure, MISSING_IDENTIFIER};
use instance::{check_options, construct, identifier_of, processor_of};
pub(crate) use instance::{has_optional, service_of};
use method::{method_at_once, payment_method};

use crate::node::host::Host;
use crate::node::realm::Realm;

/// Returns the name of the processor that serves a class, unless the class has no identifier.
pub(crate) fn processor_name(class: Object<'_>) -> Result<Option<String>> {
    let name = identifier_of(&class).and_then(|identifier| match identifier {
        Some(identifier) => processor_of(class, &identifier).map(Some),
        None => Ok(None),
    });
    name.map_err(|failure| napi::Error::from_reason(failure.into_parts().0))
}

/// A JavaScript function that is a class.
pub(crate) type Class<'env> = Function<'env, Unknown<'static>, ()>;

/// Makes the class for the realm whose functions `link.js` hands over.
pub(crate) fn define<'env>(
    env: &'env Env,
    host: &'static dyn Host,
    functions: &Object<'_>,
) -> Result<Class<'env>> {
    let realm = Realm::new(env, functions)?;
    let class = constructor(env, host, &realm)?;
    let mut statics = class.into_unknown(env)?.coerce_to_object()?;
    statics.define_properties(&[property(env, host.mark(), true)?])?;
    if host.validates_options() {
        let validate = validate_options(env, host, &realm)?;
        statics.define_properties(&[property(env, "validateOptions", validate)?])?;
    }

    let mut methods = vec![property(env, "getIdentifier", get_identifier(env, &realm)?)?];
    for method in host.methods() {
        let function = payment_method(env, host, &realm, method)?;
        methods.push(property(env, method.name, function)?);
    }
    if let Some((name, operation)) = host.at_once() {
        methods.push(property(env, name, method_at_once(env, host, &realm, name, operation)?)?);
    }
    let mut prototype: Object<'_> = statics.get_named_property_unchecked("prototype")?;
    prototype.define_properties(&methods)?;
    Ok(class)
}

/// Makes a property as a class defines its methods: not enumerable, and open to `jest.spyOn`.
fn property(env: &Env, name: &str, value: impl ToNapiValue) -> Result<Property> {
    Ok(Property::new()
        .with_utf8_name(name)?
        .with_napi_value(env, value)?
        .with_property_attributes(PropertyAttributes::Writable | PropertyAttributes::Configurable))
}

fn constructor<'env>(
    env: &'env Env,
    host: &'static dyn Host,
    realm: &Rc<Realm>,
) -> Result<Class<'env>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure(host.class_name(), move |context| {
        construct(host, &realm.functions, &context)
            .map_err(|failure| failure.thrown(&realm.functions, context.env))
    })
}

/// Makes the static method that a host calls before it constructs anything. It throws for options that an instance would
/// throw for.
fn validate_options<'env>(
    env: &'env Env,
    host: &'static dyn Host,
    realm: &Rc<Realm>,
) -> Result<Function<'env, Unknown<'static>, ()>> {
    let realm = Rc::clone(realm);
    env.create_function_from_closure("validateOptions", move |context| {
        check_options(host, &realm.functions, &context)
            .map_err(|failure| failure.thrown(&realm.functions, context.env))
    })
}

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
                identifier.ok_or_else(|| Failure::Error(MISSING_IDENTIFIER.to_owned()))
            })
            .map_err(|failure| failure.thrown(&realm.functions, context.env))
    })
}
