//! References to JavaScript functions that do not keep them, and the realm behind them, alive.
//!
//! napi's own `FunctionRef` is always strong: a class that holds one holds its whole realm, and a
//! test runner that opens a realm for every test file would never get one back.
#![allow(unsafe_code)] // napi-rs has no safe weak reference to a function.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, Function, JsValuesTupleIntoVec};
use napi::{Env, Error, JsValue, Result, Status, check_status, sys};

/// A weak reference to a function, which can be held on to for as long as calls are in flight.
pub(crate) struct WeakFunction<Args, Return> {
    env: sys::napi_env,
    reference: sys::napi_ref,
    holds: Cell<usize>,
    signature: PhantomData<fn(Args) -> Return>,
}

impl<Args: JsValuesTupleIntoVec, Return: FromNapiValue> WeakFunction<Args, Return> {
    pub(crate) fn new(env: &Env, function: &Function<'_, Args, Return>) -> Result<Self> {
        let mut reference = ptr::null_mut();
        // SAFETY: the function is alive in the current handle scope of its own env.
        check_status!(unsafe {
            sys::napi_create_reference(env.raw(), function.raw(), 0, &mut reference)
        })?;
        Ok(Self { env: env.raw(), reference, holds: Cell::new(0), signature: PhantomData })
    }

    /// Returns the function, unless its realm is gone.
    fn get<'scope>(&self, env: &'scope Env) -> Result<Function<'scope, Args, Return>> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference lives as long as `self`, and belongs to this env.
        check_status!(unsafe {
            sys::napi_get_reference_value(env.raw(), self.reference, &mut value)
        })?;
        if value.is_null() {
            return Err(Error::new(Status::Closing, "the realm of this class is gone"));
        }
        // SAFETY: the value is alive in the current handle scope, and was a function when the
        // reference was made.
        unsafe { Function::from_napi_value(env.raw(), value) }
    }

    /// Calls the function, which throws nothing of its own.
    ///
    /// # Errors
    /// If its realm is gone, or JavaScript's stack has no room for the call. napi's own call has JavaScript
    /// describe what was thrown, which ends the process if so little of its stack is left.
    pub(crate) fn call(&self, env: &Env, args: Args) -> Result<Return> {
        self.call_or_throw(env, args).map_err(|error| {
            let mut thrown = ptr::null_mut();
            // SAFETY: this is the thread of the env.
            unsafe { sys::napi_get_and_clear_last_exception(env.raw(), &mut thrown) };
            match error.status {
                Status::PendingException => {
                    let reason = "JavaScript's stack has no room for this call";
                    Error::new(Status::GenericFailure, reason)
                }
                _ => error,
            }
        })
    }

    /// Calls the function. What it throws is thrown to our caller, if this error is returned.
    ///
    /// # Errors
    /// If its realm is gone, or it throws.
    pub(crate) fn call_or_throw(&self, env: &Env, args: Args) -> Result<Return> {
        let function = self.get(env)?;
        let args = args.into_vec(env.raw())?;
        let (mut this, mut returned) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: all values are alive in the current handle scope of this env.
        unsafe {
            check_status!(sys::napi_get_undefined(env.raw(), &mut this))?;
            check_status!(sys::napi_call_function(
                env.raw(),
                this,
                function.raw(),
                args.len(),
                args.as_ptr(),
                &mut returned,
            ))?;
            Return::from_napi_value(env.raw(), returned)
        }
    }

    /// Keeps the function alive until [`release`](Self::release) was called as many times.
    pub(crate) fn hold(&self) -> Result<()> {
        // SAFETY: as in `get`.
        check_status!(unsafe {
            sys::napi_reference_ref(self.env, self.reference, ptr::null_mut())
        })?;
        self.holds.set(self.holds.get() + 1);
        Ok(())
    }

    pub(crate) fn release(&self) -> Result<()> {
        let Some(left) = self.holds.get().checked_sub(1) else {
            return Ok(());
        };
        self.holds.set(left);
        // SAFETY: as in `get`; every release follows a hold.
        check_status!(unsafe {
            sys::napi_reference_unref(self.env, self.reference, ptr::null_mut())
        })
    }
}

impl<Args, Return> Drop for WeakFunction<Args, Return> {
    fn drop(&mut self) {
        // SAFETY: it is dropped on the thread of its env, by the finalizer of a function that holds
        // it, and nothing uses the reference afterwards.
        unsafe { sys::napi_delete_reference(self.env, self.reference) };
    }
}
