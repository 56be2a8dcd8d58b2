//! What an author says of a processor and its provider.

use std::time::Duration;

use async_trait::async_trait;

use crate::amount::Amount;
use crate::json::JsonObject;
use crate::layers::Stack;
use crate::request::Operation;
use crate::types::PaymentProcessorContext;

/// How the contract gets at a processor and at its provider, which is best a fake.
///
/// Only [`stack`](Self::stack) has to be there. What is left out leaves out the checks that need it,
/// and the [`Report`](super::Report) says so.
#[async_trait]
pub trait Harness: Send + Sync {
    /// The processor with its layers, as a new process would make it: it shares the provider with
    /// the ones made before, and nothing in memory. See [`stack_of`](super::stack_of).
    async fn stack(&self) -> Stack;

    /// The usual cart; its `resource_id` is replaced by one of each check's own.
    fn context(&self) -> PaymentProcessorContext {
        let amount = Amount::new(1000).unwrap_or_default();
        PaymentProcessorContext {
            email: "shopper@example.com".to_owned(),
            ..PaymentProcessorContext::new(amount, "eur", "")
        }
    }

    /// Does what the shopper does so that the payment can be authorized.
    async fn pay(&self, _session_data: &JsonObject) {}

    /// The provider's books for a payment, from its newest data.
    async fn ledger(&self, _data: &JsonObject) -> Option<Ledger> {
        None
    }

    /// What a shopper who still has this session data could pay with it.
    async fn payable(&self, _session_data: &JsonObject) -> Option<Payable> {
        None
    }

    /// How many payments of a cart the provider has that are not canceled.
    async fn payments(&self, _resource_id: &str) -> Option<usize> {
        None
    }

    /// Makes every request that the processor makes to its provider on behalf of `operation` go
    /// wrong, until [`clear`](Self::clear). False where that fault cannot be had.
    async fn inject(&self, _fault: Fault, _operation: Operation) -> bool {
        false
    }

    /// Makes one request go wrong: the one with this number among those that the processor makes on
    /// behalf of `operation` from now on, counted from 0. False if the harness cannot count them.
    async fn inject_at(&self, _fault: Fault, _operation: Operation, _request: usize) -> bool {
        false
    }

    /// Ends all faults.
    async fn clear(&self) {}

    /// Lets as much time pass as an answer may ask an operator to wait before the same call is made
    /// again.
    async fn later(&self) {
        self.time_passes(Duration::from_secs(60)).await;
    }

    /// Lets this much time pass, for the provider and, if the test can, for this process too: a second
    /// or a day. False if time cannot be moved.
    async fn time_passes(&self, _time: Duration) -> bool {
        false
    }

    /// Refunds `amount` in the provider's dashboard, without the processor. False if the provider
    /// refuses, or the harness cannot.
    async fn refund_elsewhere(&self, _data: &JsonObject, _amount: Amount) -> bool {
        false
    }

    /// Makes a refund of `amount` that the processor made, and that counts as paid until now, fail at the
    /// customer's bank: the money returns to the store. False if there is none, or the harness cannot.
    async fn refund_fails(&self, _data: &JsonObject, _amount: Amount) -> bool {
        false
    }

    /// Makes a refund of `amount` that was made in the provider's dashboard fail at the customer's bank. False if there is
    /// none, or the harness cannot.
    async fn refund_elsewhere_fails(&self, _data: &JsonObject, _amount: Amount) -> bool {
        false
    }

    /// What the processor is told as the session's id when a shopper's browser posts data.
    fn session_id(&self, _session_data: &JsonObject) -> String {
        "ps_01KITTESTSESSION".to_owned()
    }

    /// What a shopper may set with `update_payment_data`.
    fn harmless(&self) -> JsonObject {
        JsonObject::empty()
    }

    /// What a shopper must not set: each member is tried. `amount`, `currency`, `id`, `status` and
    /// the like are tried wherever the session's data has them.
    fn protected(&self) -> JsonObject {
        JsonObject::empty()
    }

    /// Whether an authorization takes the money, so that nothing is ever held.
    fn captures_at_once(&self) -> bool {
        false
    }

    /// Whether the payment's data are all the books that there are: the provider has none, as for cash.
    /// Then nothing can be lost between a processor and its provider, and two servers that start from the
    /// same data cannot know of each other.
    fn keeps_books_in_data(&self) -> bool {
        false
    }

    /// Why a check is left out on purpose.
    fn skip(&self, _check: &str) -> Option<String> {
        None
    }

    /// After what time a call counts as not answered.
    fn limit(&self) -> Duration {
        Duration::from_secs(15)
    }
}

/// What the provider has in its books for one payment, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Held for the store and not taken yet.
    pub held: u64,
    /// Taken.
    pub captured: u64,
    /// Paid back, refunds that failed not counted.
    pub refunded: u64,
    /// Whether the payment was given up.
    pub canceled: bool,
}

/// What a shopper can still pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payable {
    /// Nothing.
    Nothing,
    /// This much.
    Sum {
        /// In minor units.
        amount: u64,
        /// In lower case.
        currency: String,
    },
}

/// What can be made to go wrong between a processor and its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The provider refuses, as it refuses a card. Nothing is done.
    Decline,
    /// The provider replies as if it had done it, and inside the reply stands that it failed.
    /// Nothing is done.
    DeclineQuietly,
    /// The provider cannot be reached, or says that it is not available. Nothing is done.
    Unavailable,
    /// The provider does nothing and never answers.
    Hang,
    /// The provider does it, and its reply is lost: the connection ends.
    LoseReply,
    /// Something in front of the provider answers, such as a proxy: an error status, and a body that is not the
    /// provider's. Nothing is done.
    Garble,
    /// The provider does it, and its reply ends in the middle.
    CutOff,
}
