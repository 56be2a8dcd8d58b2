//! A refund is paid once, whatever is lost on the way: find it or create it, for any provider that can
//! list the refunds of a payment.
//!
//! Medusa records a refund only after the provider's method has succeeded. If the reply was lost, the
//! process died or Medusa rolled back, the provider has a refund that Medusa does not know of, and the
//! operator is told to retry: a provider that simply creates a refund then pays twice. The rules here:
//!
//! - **The provider's ids decide.** The payment's data names the refunds that Medusa has recorded
//!   ([`RefundRecord`]). A refund that Medusa asked for, that the provider has, and that is not among
//!   them, is unrecorded: the next refund of that amount is that one, instead of a new one.
//! - **Medusa 2 has a row for each refund** before it asks for it, and deletes it if that fails. A refund whose row is
//!   there is recorded, even if the process died before the payment's data was stored; one that was made a moment ago
//!   may yet be deleted, so its refund stays unrecorded in the data. The key of a refund that is made beside others
//!   follows from them, too: a call that starts from the data that they leave has the same key, and finds it.
//! - **What was seen stays known.** An unrecorded refund is remembered in the data of whatever refund
//!   succeeds next, until it is recorded or found void.
//! - **The key follows from what is recorded, and not from the amount.** Of refunds that start from the
//!   same data, on whichever server, the provider makes one. Two would both be recorded by Medusa, and
//!   the later data would overwrite the earlier (`refundPayment`,
//!   `@medusajs/medusa/dist/services/payment-provider.js`).
//! - **A young refund may still be on its way to Medusa's database.** Unless its mark says that it is
//!   this call's own, it is left alone until another server would have stored it.
//! - **What an earlier call has made is claimed before it is recorded**, with the key that a new refund
//!   would have. Of two servers that find it at the same moment, one records it.
//! - **What was given back in the provider's dashboard is recorded if it cannot be paid any more.** As long as enough is
//!   left, a wanted refund is paid, whatever a person has refunded by hand. If the provider refuses it because less
//!   is left ([`RefundApi::left`]), and its list, read after that, has a refund of a person's over just that amount that
//!   Medusa has not recorded, then that is the refund: it is claimed and recorded, and nothing is paid. The same holds for
//!   several of a person's that are the amount together, if they are all that is not recorded.
//!   A refund that another plugin has made, and that has a row in Medusa 2, is recorded. In Medusa 1, where a plugin may
//!   say what is recorded in all, no more is recorded than was given back.
//! - **A refusal names what the store does not know**: refunds made in the provider's dashboard.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize};

use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::idempotency::key_of;
pub use crate::keyed::Keyed;

/// How often a stored answer is stepped over. Each one is an earlier attempt of an operator's.
const MOST_REPLAYS: usize = 12;

/// How long a key may be before the number of a step is added: every provider takes 64 characters.
const LONGEST_KEY: usize = 60;

/// How the mark ends of a refund that a person has made in the provider's dashboard and a call has claimed.
const ELSEWHERE: &str = ".elsewhere";

/// How long Medusa takes, at most, from a provider's answer to having stored it, beyond the deadline of
/// the call itself.
const STORING: Duration = Duration::from_secs(3);

/// A refund as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The provider's id.
    pub id: String,
    /// In minor units; `None` if it is not an amount that Medusa could have asked for.
    pub amount: Option<Amount>,
    /// When it was made, by the provider's clock, in seconds since 1970; 0 if that is long ago.
    pub created: u64,
    /// Why the money stays with the store although there is a refund: it failed or was canceled. The
    /// provider's word for the reason. `None` for a refund that is paid or about to be.
    pub void: Option<String>,
    /// The mark with which it was created ([`RefundApi::create`]) or claimed ([`RefundApi::claim`]). `None` if a person
    /// made it in the provider's dashboard and no call has claimed it.
    pub mark: Option<String>,
}

impl Refund {
    /// Returns whether Medusa asked for it, rather than a person in the provider's dashboard.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.mark.as_ref().is_some_and(|mark| !mark.ends_with(ELSEWHERE))
    }

    /// The mark of the call that has made it or claimed it last, and when it was claimed.
    fn mark_and_time(&self) -> Option<(&str, u64)> {
        let mark = self.mark.as_deref()?;
        let mark = mark.strip_suffix(ELSEWHERE).unwrap_or(mark);
        let Some((mark, time)) = mark.split_once('.') else { return Some((mark, 0)) };
        Some((mark, time.parse().unwrap_or_default()))
    }
}

/// Whether the host has recorded the refund in a row of its own, although the process died before the payment's data
/// was stored: in Medusa 2 the mark of a refund is the id of its row.
fn has_row(call: &CallContext, refund: &Refund) -> bool {
    refund.mark_and_time().is_some_and(|(mark, _)| call.is_recorded(mark))
}

/// Whether that row certainly stays.
fn has_settled_row(call: &CallContext, refund: &Refund) -> bool {
    let rows = &call.rows().refunds;
    refund.mark_and_time().is_some_and(|(mark, _)| rows.contains_key(mark))
}

fn is_among(refunds: &[Refund], id: &str) -> bool {
    refunds.iter().any(|refund| refund.id == id)
}

/// A provider's refunds of one payment.
#[async_trait]
pub trait RefundApi: Sync {
    /// Returns the provider's name, for messages.
    fn provider(&self) -> &'static str;

    /// Lists all refunds of the payment as the provider has them now, including those that were made in its dashboard.
    ///
    /// # Errors
    /// If they cannot be read; nothing was moved.
    async fn list(&self) -> Result<Vec<Refund>>;

    /// Asks the provider for a refund of `amount`, and sends `key` as the idempotency key (1 to 64
    /// printable ASCII characters). The provider keeps `mark` with the refund, in its metadata, say, and
    /// returns it wherever the refund is shown: at most 64 letters, digits, underscores and dots, which tell the refunds
    /// of a call from those of other calls and other servers.
    ///
    /// # Errors
    /// If it is not known what the provider did ([`ErrorKind::OutcomeUnknown`]), or certain that it did
    /// nothing and may do it later ([`ErrorKind::Unavailable`]).
    async fn create(&self, amount: Amount, key: &str, mark: &str) -> Result<Keyed<Refund>>;

    /// Gives a refund that an earlier call or a person has made this mark instead of the one that it has, and sends `key`
    /// as the idempotency key. Two servers may find the same refund at the same moment: one of them is answered with the
    /// new mark, and records it. By default it seems so to both, for providers whose refunds cannot be changed: then both
    /// record it.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    async fn claim(&self, refund: &Refund, _key: &str, mark: &str) -> Result<Keyed<Refund>> {
        Ok(Keyed::Done(Refund { mark: Some(mark.to_owned()), ..refund.clone() }))
    }

    /// Returns how much of the payment the provider can still give back, as it stands now that it has refused a refund
    /// with `refusal`: what was taken, less what was given back, in the dashboard too. Nothing, if the refusal says that
    /// the rest is not the store's to give back any more, as after a dispute. `None` if the provider does not say it: then
    /// no refund of a person's is ever recorded as one that Medusa wants.
    ///
    /// # Errors
    /// If it cannot be read.
    async fn left(&self, _refusal: &PaymentProcessorError) -> Result<Option<Amount>> {
        Ok(None)
    }

    /// Returns the provider's time, in seconds since 1970.
    fn now(&self) -> u64;

    /// Whether the provider certainly still knows every idempotency key that was ever used for this
    /// payment, and tells a replayed answer from a new one. Then a first refund needs no list: its key
    /// says whether there is anything to look up. If unsure, false, which is one request slower.
    fn remembers_every_key(&self) -> bool {
        false
    }
}

/// What a payment's data says about its refunds. Flatten it into what your provider stores beside the
/// provider's own object:
///
/// ```
/// use medusa_payment_rs::refunds::RefundRecord;
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct StoredState {
///     #[serde(flatten)]
///     refunds: RefundRecord,
/// }
/// ```
///
/// Both members are keyed by the provider's ids, never lists: Medusa 2 merges data deep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefundRecord {
    /// The refunds that Medusa has recorded, with their amounts in minor units if those are known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "ids_with_amounts")]
    refunds: BTreeMap<String, Option<Amount>>,
    /// The refunds that the provider has and Medusa has not recorded, with their amounts; `null` for
    /// one that was found void.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "ids_with_amounts")]
    unrecorded_refunds: BTreeMap<String, Option<Amount>>,
}

/// Reads the provider's ids with amounts in minor units, `null` for an amount that is not known. Rows from before version
/// 0.2 have the ids as a list; `null`, which Medusa 2 makes of a dropped member, counts as empty. For
/// `#[serde(deserialize_with = "…")]` in what a provider stores, as the orders that another one replaced:
///
/// ```
/// use std::collections::BTreeMap;
/// use medusa_payment_rs::Amount;
/// use medusa_payment_rs::refunds::ids_with_amounts;
///
/// #[derive(serde::Deserialize)]
/// struct StoredState {
///     #[serde(default, deserialize_with = "ids_with_amounts")]
///     orphaned_orders: BTreeMap<String, Option<Amount>>,
/// }
///
/// let state: StoredState = serde_json::from_str(r#"{"orphaned_orders":{"O1":500}}"#)?;
/// assert_eq!(state.orphaned_orders["O1"], Amount::new(500).ok());
/// let older: StoredState = serde_json::from_str(r#"{"orphaned_orders":["O1"]}"#)?;
/// assert_eq!(older.orphaned_orders["O1"], None);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// If it is neither.
pub fn ids_with_amounts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Option<Amount>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Map(BTreeMap<String, Option<Amount>>),
        List(BTreeSet<String>),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Stored::Map(map)) => map,
        Some(Stored::List(ids)) => ids.into_iter().map(|id| (id, None)).collect(),
        None => BTreeMap::new(),
    })
}

impl RefundRecord {
    /// Returns the ids of the refunds that Medusa has recorded, in their order as text.
    pub fn recorded(&self) -> impl Iterator<Item = &str> {
        self.refunds.keys().map(String::as_str)
    }

    /// Returns the refunds that the provider is known to have and Medusa has not recorded.
    pub fn unrecorded(&self) -> impl Iterator<Item = (&str, Amount)> {
        self.unrecorded_refunds
            .iter()
            .filter(|(id, _)| !self.refunds.contains_key(*id))
            .filter_map(|(id, amount)| Some((id.as_str(), (*amount)?)))
    }

    /// Returns the sum of the recorded refunds in minor units, if all of their amounts are known.
    #[must_use]
    pub fn recorded_amount(&self) -> Option<Amount> {
        self.refunds.values().try_fold(Amount::ZERO, |sum, amount| sum.checked_add((*amount)?))
    }

    fn has_recorded(&self, refund: &Refund) -> bool {
        self.refunds.contains_key(&refund.id)
    }

    /// The key that follows from what is recorded.
    fn key(&self, payment: &str) -> String {
        let recorded: Vec<&str> = self.recorded().collect();
        let last = if recorded.is_empty() { "none".to_owned() } else { recorded.join("-") };
        let key = format!("refund-{payment}-{last}");
        // Readable in the provider's dashboard, if it fits.
        if key.len() <= LONGEST_KEY && key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return key;
        }
        let texts: Vec<&str> = ["refund", payment].into_iter().chain(recorded).collect();
        key_of(&texts, &[])
    }

    /// Returns the key that follows from what is recorded here, and in rows of the host's: the key of a refund that starts
    /// once all of these are stored.
    fn key_beside(&self, listed: &[Refund], call: &CallContext, payment: &str) -> String {
        let with_rows = listed.iter().filter(|refund| has_row(call, refund));
        let ids = with_rows.map(|refund| (refund.id.clone(), refund.amount));
        let refunds = self.refunds.clone().into_iter().chain(ids).collect();
        Self { refunds, ..Self::default() }.key(payment)
    }

    /// Remembers what the provider's list shows. A row that may yet be deleted leaves its refund unrecorded for the next
    /// call, which looks again.
    fn see(&mut self, listed: &[Refund], call: &CallContext) {
        for refund in listed {
            if self.has_recorded(refund) {
                continue;
            }
            if has_settled_row(call, refund) {
                self.unrecorded_refunds.remove(&refund.id);
                self.refunds.insert(refund.id.clone(), refund.amount);
            } else if refund.is_ours() && refund.void.is_none() {
                self.unrecorded_refunds.insert(refund.id.clone(), refund.amount);
            } else if let Some(amount) = self.unrecorded_refunds.get_mut(&refund.id) {
                *amount = None;
            }
        }
    }

    fn record(mut self, refund: &Refund, amount: Option<Amount>) -> Self {
        self.unrecorded_refunds.remove(&refund.id);
        self.refunds.insert(refund.id.clone(), amount);
        self
    }
}

/// Refunds `amount` of `payment`, or finds the refund of that amount that the provider has and Medusa
/// has not recorded. Returns what the payment's data has to say from now on.
///
/// `record` is what the data says now. `deadline` is how long a whole call may take
/// ([`Layers::deadline`](crate::layers::Layers::deadline)): so long another server may be on its way
/// to storing a refund.
///
/// # Errors
/// [`ErrorKind::Refused`] if the provider refuses; [`ErrorKind::Unavailable`] if the refund has to wait
/// for another one, or the provider is not available; [`ErrorKind::OutcomeUnknown`] if its reply was
/// lost. Retry in each of the last two: the provider is checked first.
pub async fn refund(
    api: &dyn RefundApi,
    call: &CallContext,
    payment: &str,
    amount: Amount,
    record: RefundRecord,
    deadline: Duration,
) -> Result<RefundRecord> {
    let settling = deadline.saturating_add(STORING);
    Refunding { api, call, amount, settling }.run(payment, record).await
}

/// One wanted refund.
struct Refunding<'a> {
    api: &'a dyn RefundApi,
    call: &'a CallContext,
    amount: Amount,
    settling: Duration,
}

impl Refunding<'_> {
    async fn run(&self, payment: &str, mut record: RefundRecord) -> Result<RefundRecord> {
        let mut keys: Vec<String> = Vec::new();
        let mut replayed: Option<Refund> = None;
        let mut shortage: Option<Shortage> = None;
        let needs_no_list = self.call.attempt() == 1
            && record.unrecorded().next().is_none()
            && self.api.remembers_every_key();
        if needs_no_list {
            let key = record.key(payment);
            match self.create(&key).await? {
                Keyed::Done(refund) if self.is_own(&refund) => return self.finish(&refund, record),
                Keyed::Refused(refusal) => {
                    shortage = Some(self.shortage(refusal, &record).await?);
                    keys.push(key);
                }
                Keyed::InUse(error) => return Err(self.in_use(error)),
                // It is not the first.
                Keyed::Done(_)
                | Keyed::Replayed(_)
                | Keyed::FailureReplayed
                | Keyed::OfAnotherRequest => {}
            }
        }
        for _ in 1..=MOST_REPLAYS {
            let mut listed = self.list().await?;
            // The list may be behind what was answered.
            listed.extend(replayed.take().filter(|refund| !is_among(&listed, &refund.id)));
            let key = record.key_beside(&listed, self.call, payment);
            let times = keys.iter().filter(|earlier| **earlier == key).count();
            keys.push(key.clone());
            let key = if times == 0 { key } else { format!("{key}.{times}") };
            record.see(&listed, self.call);
            let elsewhere = self.made_elsewhere(&listed, &record);
            let keyed = match (self.unrecorded_among(&listed, &record)?, &shortage) {
                (Some(refund), _) if self.is_own(refund) => return self.finish(refund, record),
                (Some(refund), _) if self.is_young(refund) => return Err(self.just_made(refund)),
                (Some(refund), _) => self.claim(refund, &key, "").await?,
                (None, _) if self.has_claimed(&elsewhere) => {
                    return Ok(self.taken_over(&elsewhere, record));
                }
                (None, None) => self.create(&key).await?,
                (None, Some(shortage)) if !self.can_be_recorded(&elsewhere, &listed) => {
                    return Err(shortage.refusal(&listed, &record));
                }
                (None, Some(_)) => {
                    if self.take_over(&elsewhere, &key).await? {
                        return Ok(self.taken_over(&elsewhere, record));
                    }
                    continue;
                }
            };
            match keyed {
                Keyed::Done(refund) if self.is_own(&refund) => {
                    return self.finish(&refund, record);
                }
                Keyed::Refused(refusal) => shortage = Some(self.shortage(refusal, &record).await?),
                Keyed::InUse(error) => return Err(self.in_use(error)),
                // The key was used before: the list decides anew, and the next key is another request's.
                Keyed::Done(refund) | Keyed::Replayed(refund) => replayed = Some(refund),
                Keyed::FailureReplayed | Keyed::OfAnotherRequest => {}
            }
        }
        let provider = self.api.provider();
        let detail = format!(
            "{provider} only repeats its answers to earlier attempts. Nothing was moved. Try again in a \
             day, or refund in {provider}'s dashboard."
        );
        Err(self.has_to_wait(detail))
    }

    /// Finds out whether the provider has refused the refund because less is left of the payment. If not, the
    /// refusal is the answer.
    async fn shortage(
        &self,
        refusal: PaymentProcessorError,
        record: &RefundRecord,
    ) -> Result<Shortage> {
        match self.api.left(&refusal).await {
            Ok(Some(left)) if left < self.amount => Ok(Shortage { refusal, left }),
            Err(error) if error.kind() == ErrorKind::Unavailable => Err(error),
            Ok(_) | Err(_) => Err(match self.api.list().await {
                Ok(listed) => naming_strangers(&refusal, &listed, record, ""),
                Err(_) => refusal,
            }),
        }
    }

    /// The refund of the wanted amount that a person has made in the provider's dashboard and Medusa has not recorded, or
    /// all of these if they are that amount together.
    fn made_elsewhere<'r>(&self, listed: &'r [Refund], record: &RefundRecord) -> Vec<&'r Refund> {
        let unrecorded = self.unrecorded(listed, record);
        let mut all: Vec<&Refund> = unrecorded.filter(|refund| !refund.is_ours()).collect();
        all.sort_by_key(|refund| refund.created);
        // What another plugin has refunded has a row, and no mark that names it.
        let mut rows = self.rows_without_a_refund(listed, record);
        all.retain(|refund| match rows.iter().position(|amount| refund.amount == Some(*amount)) {
            Some(row) => {
                rows.swap_remove(row);
                false
            }
            None => true,
        });
        let wanted = all.iter().filter(|refund| refund.amount == Some(self.amount));
        if let Some(oldest) = wanted.min_by_key(|refund| (!self.is_own(refund), refund.created)) {
            return vec![*oldest];
        }
        let sum = all.iter().try_fold(Amount::ZERO, |sum, refund| sum.checked_add(refund.amount?));
        if sum == Some(self.amount) { all } else { Vec::new() }
    }

    /// Returns whether the host can record these as a refund: all that it has then recorded as refunded was given back. It
    /// may have recorded refunds that another plugin made, which look as if a person had made them.
    fn can_be_recorded(&self, refunds: &[&Refund], listed: &[Refund]) -> bool {
        let given_back = || {
            let paid = listed.iter().filter(|refund| refund.void.is_none());
            paid.filter_map(|refund| refund.amount).try_fold(Amount::ZERO, Amount::checked_add)
        };
        let is_covered = |recorded: Amount| {
            let all = recorded.checked_add(self.amount);
            all.zip(given_back()).is_some_and(|(all, given_back)| all <= given_back)
        };
        !refunds.is_empty() && self.call.rows().refunded.is_none_or(is_covered)
    }

    /// The amounts of the host's rows that no refund accounts for whose mark or whose record is known.
    fn rows_without_a_refund(&self, listed: &[Refund], record: &RefundRecord) -> Vec<Amount> {
        let rows = &self.call.rows().refunds;
        let named: BTreeSet<&str> =
            listed.iter().filter_map(Refund::mark_and_time).map(|(mark, _)| mark).collect();
        let unnamed = rows.iter().filter(|(id, _)| !named.contains(id.as_str()));
        let mut amounts: Vec<Amount> = unnamed.map(|(_, amount)| *amount).collect();
        let recorded = listed
            .iter()
            .filter(|refund| record.has_recorded(refund) && !has_settled_row(self.call, refund));
        for refund in recorded {
            if let Some(row) = amounts.iter().position(|amount| refund.amount == Some(*amount)) {
                amounts.swap_remove(row);
            }
        }
        amounts
    }

    /// Claims what a person has refunded, so that no other server records it, too. Returns false if another call was
    /// faster, or it has failed meanwhile.
    async fn take_over(&self, refunds: &[&Refund], key: &str) -> Result<bool> {
        for (number, refund) in refunds.iter().enumerate() {
            // Of all calls that start from the same record, one claims the first; that one claims the others.
            let key = if number == 0 { key } else { &key_of(&[key, &refund.id], &[]) };
            match self.claim(refund, key, ELSEWHERE).await? {
                Keyed::Done(claimed) if self.is_own(&claimed) && claimed.void.is_none() => {}
                Keyed::InUse(error) => return Err(self.in_use(error)),
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether this call has claimed these, at an earlier attempt.
    fn has_claimed(&self, refunds: &[&Refund]) -> bool {
        !refunds.is_empty() && refunds.iter().all(|refund| self.is_own(refund))
    }

    fn taken_over(&self, refunds: &[&Refund], record: RefundRecord) -> RefundRecord {
        let ids: Vec<&str> = refunds.iter().map(|refund| refund.id.as_str()).collect();
        tracing::warn!(
            "{} ({} minor units) was not paid: less than that is left. {} has {}, made in its dashboard, which is recorded \
             as this refund",
            self.call.subject(),
            self.amount,
            self.api.provider(),
            ids.join(", ")
        );
        refunds.iter().fold(record, |record, refund| record.record(refund, refund.amount))
    }

    /// Lists the refunds. That a list is refused says nothing about a request that was lost before it.
    async fn list(&self) -> Result<Vec<Refund>> {
        self.api.list().await.map_err(|error| {
            if error.kind() != ErrorKind::Refused || !self.call.in_doubt() {
                return error;
            }
            let kind = ErrorKind::OutcomeUnknown;
            let sentence =
                format!("{} was not confirmed by {}", self.call.subject(), self.api.provider());
            let detail = format!("{} {}", error.detail(), kind.advice());
            PaymentProcessorError::new(kind, sentence, "", detail).never_retry()
        })
    }

    /// Asks the provider for the refund.
    async fn create(&self, key: &str) -> Result<Keyed<Refund>> {
        self.watched(self.api.create(self.amount, key, self.call.mark())).await
    }

    /// Marks a refund that an earlier call has made as found by this one, so that no other server records
    /// it, too. It has the key that a new refund would have: of all that start from the same record, one
    /// is done.
    async fn claim(&self, refund: &Refund, key: &str, end: &str) -> Result<Keyed<Refund>> {
        let mark = format!("{}.{}{end}", self.call.mark(), self.api.now());
        match self.watched(self.api.claim(refund, key, &mark)).await? {
            // That says nothing about the refund, which the provider has.
            Keyed::Refused(error) => Err(self.has_to_wait(error.detail())),
            answer => Ok(answer),
        }
    }

    /// Waits for the reply to a request with a key. Until it is certain what became of the request, the
    /// provider may be serving it; the call may end at any `.await`.
    async fn watched(
        &self,
        reply: impl Future<Output = Result<Keyed<Refund>>>,
    ) -> Result<Keyed<Refund>> {
        let was_in_doubt = self.call.in_doubt();
        self.call.set_in_doubt(true);
        let reply = reply.await;
        let is_known = match &reply {
            Ok(_) => true,
            Err(error) => error.kind() != ErrorKind::OutcomeUnknown,
        };
        self.call.set_in_doubt(was_in_doubt || !is_known);
        reply
    }

    /// The refunds that the provider has and Medusa has not recorded.
    fn unrecorded<'r>(
        &self,
        listed: &'r [Refund],
        record: &RefundRecord,
    ) -> impl Iterator<Item = &'r Refund> {
        listed.iter().filter(|refund| {
            refund.void.is_none() && !record.has_recorded(refund) && !has_row(self.call, refund)
        })
    }

    /// The refund of the wanted amount that Medusa has asked for and not recorded.
    fn unrecorded_among<'r>(
        &self,
        listed: &'r [Refund],
        record: &RefundRecord,
    ) -> Result<Option<&'r Refund>> {
        let is_wanted = |refund: &&Refund| refund.is_ours() && refund.amount == Some(self.amount);
        let may_be_stored = |refund: &&Refund| {
            refund.mark.is_some() && !self.is_own(refund) && self.is_young(refund)
        };
        let mut others = self.unrecorded(listed, record).filter(|refund| !is_wanted(refund));
        if let Some(other) = others.find(may_be_stored) {
            return Err(self.just_made(other));
        }
        let ours = self.unrecorded(listed, record).filter(is_wanted);
        let oldest = ours.min_by_key(|refund| refund.created);
        let unlisted = |id: &str| !is_among(listed, id);
        match record.unrecorded().find(|(id, amount)| *amount == self.amount && unlisted(id)) {
            Some((id, _)) if oldest.is_none() => Err(self.has_to_wait(format!(
                "{} has made the refund {id} over {} and does not list it at the moment. Nothing was \
                 moved. Try again.",
                self.api.provider(),
                self.amount
            ))),
            _ => Ok(oldest),
        }
    }

    fn finish(&self, refund: &Refund, record: RefundRecord) -> Result<RefundRecord> {
        if let Some(reason) = &refund.void {
            return Err(PaymentProcessorError::refused(
                format!("{} was refused by {}", self.call.subject(), self.api.provider()),
                reason,
                format!("The refund {} failed; the money stays with the store.", refund.id),
            ));
        }
        Ok(record.record(refund, Some(self.amount)))
    }

    /// Whether this call has made or claimed it.
    fn is_own(&self, refund: &Refund) -> bool {
        refund.mark_and_time().is_some_and(|(mark, _)| mark == self.call.mark())
    }

    /// Whether another server may still have been storing it, since it made or claimed it, when this call
    /// began and Medusa had read what is recorded.
    fn is_young(&self, refund: &Refund) -> bool {
        let claimed = refund.mark_and_time().map_or(0, |(_, time)| time);
        let age = self.api.now().saturating_sub(refund.created.max(claimed));
        let age_at_start = Duration::from_secs(age).saturating_sub(self.call.started().elapsed());
        age_at_start < self.settling
    }

    /// The error of a key that is in use. If no request of this call can be the one that is being
    /// served, it is another server's: a retry finds what became of it.
    fn in_use(&self, error: PaymentProcessorError) -> PaymentProcessorError {
        if self.call.in_doubt() {
            return error;
        }
        let error = format!("{} has to wait", self.call.subject());
        PaymentProcessorError::unavailable(
            error,
            "Another refund of this payment is being made at this moment. Nothing more was moved. Look \
             at the payment, and retry the refund if it is still wanted.",
        )
    }

    fn just_made(&self, other: &Refund) -> PaymentProcessorError {
        let over = other.amount.map_or_else(String::new, |amount| format!(" over {amount}"));
        self.has_to_wait(format!(
            "Another refund of this payment, {}{over}, was made just now. Nothing more was moved. Look at \
             the payment, and retry the refund in {} seconds if it is still wanted.",
            other.id,
            self.settling.as_secs()
        ))
    }

    fn has_to_wait(&self, detail: impl Into<String>) -> PaymentProcessorError {
        let error = format!("{} has to wait", self.call.subject());
        PaymentProcessorError::unavailable(error, detail).never_retry()
    }
}

/// Why the provider does not pay a refund: less is left of the payment.
struct Shortage {
    refusal: PaymentProcessorError,
    left: Amount,
}

impl Shortage {
    fn refusal(&self, listed: &[Refund], record: &RefundRecord) -> PaymentProcessorError {
        let advice = format!(
            " {} can still be refunded. To record refunds that were made in the dashboard, refund exactly the amount of one \
             of them, or the sum of all of them, if that is more than what is left: nothing is paid then.",
            self.left
        );
        naming_strangers(&self.refusal, listed, record, &advice)
    }
}

/// A refusal may come from refunds that Medusa does not know of: names them, and says what to do about it.
fn naming_strangers(
    error: &PaymentProcessorError,
    listed: &[Refund],
    record: &RefundRecord,
    advice: &str,
) -> PaymentProcessorError {
    let strangers: Vec<String> = listed
        .iter()
        .filter(|refund| refund.void.is_none() && !record.has_recorded(refund))
        .map(|refund| match refund.amount {
            Some(amount) => format!("{} over {amount}", refund.id),
            None => refund.id.clone(),
        })
        .collect();
    if strangers.is_empty() {
        return error.clone();
    }
    let detail = format!(
        "{} The provider has refunds of this payment that Medusa has not recorded: {}.{advice}",
        error.detail(),
        strangers.join(", ")
    );
    PaymentProcessorError::new(error.kind(), error.error(), error.code(), detail)
}

#[cfg(test)]
mod tests;
