//! The customers of a till and their payment methods, kept in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use medusa_payment_rs::prelude::*;
use medusa_payment_rs::{AccountHolders, Customer, Kept, PaymentMethods};

/// Account holders by their idempotency keys: one that is asked for twice is made once.
#[derive(Default)]
pub struct Customers(Mutex<BTreeMap<String, Account>>);

#[derive(Clone)]
struct Account {
    holder: Kept,
    methods: Vec<Kept>,
}

impl Customers {
    fn accounts(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, id: &str, work: impl FnOnce(&mut Account) -> T) -> Result<T> {
        let mut accounts = self.accounts();
        let account = accounts.values_mut().find(|account| account.holder.id == id);
        account.map(work).ok_or_else(|| {
            PaymentProcessorError::refused(
                "The customer is unknown",
                "no_customer",
                format!("There is no {id:?}."),
            )
        })
    }
}

fn id_of(holder: &JsonObject) -> String {
    holder.get("id").unwrap_or_default()
}

fn data_of(id: &str, customer: &Customer) -> JsonObject {
    JsonObject::empty().with([("id", id.into()), ("email", customer.email.clone().into())])
}

#[async_trait]
impl AccountHolders for Customers {
    async fn retrieve_account_holder(&self, _: &CallContext, id: String) -> Result<Kept> {
        self.with(&id, |account| account.holder.clone())
    }

    async fn create_account_holder(&self, call: &CallContext, customer: Customer) -> Result<Kept> {
        let mut accounts = self.accounts();
        let id = format!("holder_{}", accounts.len() + 1);
        let account = accounts.entry(call.idempotency_key().to_owned()).or_insert_with(|| {
            let data = data_of(&id, &customer);
            Account { holder: Kept { id, data }, methods: Vec::new() }
        });
        Ok(account.holder.clone())
    }

    async fn update_account_holder(
        &self,
        _: &CallContext,
        holder: JsonObject,
        customer: Customer,
    ) -> Result<JsonObject> {
        let id = id_of(&holder);
        self.with(&id, |account| {
            account.holder.data = data_of(&id, &customer);
            account.holder.data.clone()
        })
    }

    async fn delete_account_holder(&self, _: &CallContext, holder: JsonObject) -> Result<()> {
        let id = id_of(&holder);
        self.accounts().retain(|_, account| account.holder.id != id);
        Ok(())
    }
}

#[async_trait]
impl PaymentMethods for Customers {
    async fn list_payment_methods(&self, _: &CallContext, holder: JsonObject) -> Result<Vec<Kept>> {
        self.with(&id_of(&holder), |account| account.methods.clone())
    }

    async fn save_payment_method(
        &self,
        _: &CallContext,
        holder: JsonObject,
        data: JsonObject,
    ) -> Result<Kept> {
        self.with(&id_of(&holder), |account| {
            let id = format!("method_{}", account.methods.len() + 1);
            let kept = Kept { data: data.with([("id", id.clone().into())]), id };
            account.methods.push(kept.clone());
            kept
        })
    }

    async fn delete_payment_method(
        &self,
        _: &CallContext,
        holder: JsonObject,
        id: String,
    ) -> Result<()> {
        self.with(&id_of(&holder), |account| account.methods.retain(|method| method.id != id))
    }
}
