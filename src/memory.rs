//! What a process remembers for a while.
//!
//! Memory may make a decision faster and is never its only basis: what is forgotten here, or was never known
//! because another server did it, has to be found at the provider or in the payment's data.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Values that were set recently: no more than a number of them, and none older than an age. The oldest is
/// forgotten first.
///
/// The clock is tokio's, which tests pause and move. That of the cache crates (moka, quick_cache and the
/// like) they cannot, and those crates bring a dozen others along for what fits on this page.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    most: usize,
    longest: Duration,
    /// Whether a value must not be forgotten yet, whatever its age or the number of others.
    is_in_use: fn(&V) -> bool,
    entries: Mutex<Entries<K, V>>,
}

#[derive(Debug)]
struct Entries<K, V> {
    by_key: HashMap<K, Entry<V>>,
    /// The keys in the order in which their values were set.
    by_age: BTreeMap<u64, K>,
    /// How many values have ever been set.
    set: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    set_at: Instant,
    /// Its place in the order.
    place: u64,
}

impl<K: Clone + Eq + Hash, V: Clone> Recent<K, V> {
    /// Remembers `most` values, each for `longest` after it was set.
    pub(crate) fn new(most: usize, longest: Duration) -> Self {
        let entries = Entries { by_key: HashMap::new(), by_age: BTreeMap::new(), set: 0 };
        Self { most, longest, is_in_use: |_| false, entries: Mutex::new(entries) }
    }

    /// The same memory, except that it keeps a value as long as `is_in_use` says so.
    pub(crate) fn keeping(self, is_in_use: fn(&V) -> bool) -> Self {
        Self { is_in_use, ..self }
    }

    /// Returns the value of `key`, unless it was forgotten.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.current(&self.entries(), key).cloned()
    }

    /// Sets the value of `key`, which is the newest from now on.
    pub(crate) fn insert(&self, key: K, value: V) {
        self.set(&mut self.entries(), key, value);
    }

    /// Sets the value of `key` to what `change` makes of the one before, with no other change in between.
    pub(crate) fn update(&self, key: K, change: impl FnOnce(Option<&V>) -> V) {
        let mut entries = self.entries();
        let value = change(self.current(&entries, &key));
        self.set(&mut entries, key, value);
    }

    /// Returns the value of `key`, which `make` makes if there is none. Others wait meanwhile, so that a value
    /// is made once.
    ///
    /// # Errors
    /// Those of `make`; nothing is remembered then.
    pub(crate) fn get_or_make<E>(
        &self,
        key: K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let mut entries = self.entries();
        if let Some(known) = self.current(&entries, &key) {
            return Ok(known.clone());
        }
        let made = make()?;
        self.set(&mut entries, key, made.clone());
        Ok(made)
    }

    /// Forgets the value of `key`.
    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.entries().remove(key);
    }

    fn entries(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current<'e, Q: Eq + Hash + ?Sized>(
        &self,
        entries: &'e Entries<K, V>,
        key: &Q,
    ) -> Option<&'e V>
    where
        K: Borrow<Q>,
    {
        entries.by_key.get(key).filter(|entry| !self.is_over(entry)).map(|entry| &entry.value)
    }

    fn is_over(&self, entry: &Entry<V>) -> bool {
        entry.set_at.elapsed() >= self.longest
    }

    fn set(&self, entries: &mut Entries<K, V>, key: K, value: V) {
        entries.remove(&key);
        let place = entries.set;
        entries.set += 1;
        entries.by_age.insert(place, key.clone());
        entries.by_key.insert(key, Entry { value, set_at: Instant::now(), place });
        while let Some(key) = self.outdated(entries) {
            entries.remove(&key);
        }
    }

    /// The key of the oldest value that may be forgotten, if it is to be.
    fn outdated(&self, entries: &Entries<K, V>) -> Option<K> {
        let oldest_first =
            entries.by_age.values().filter_map(|key| entries.by_key.get_key_value(key));
        let (key, entry) =
            oldest_first.into_iter().find(|(_, entry)| !(self.is_in_use)(&entry.value))?;
        let is_one_too_many = entries.by_key.len() > self.most;
        (is_one_too_many || self.is_over(entry)).then(|| key.clone())
    }
}

impl<K: Eq + Hash, V> Entries<K, V> {
    fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_age.remove(&entry.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn len<K, V>(recent: &Recent<K, V>) -> usize {
        let entries = recent.entries.lock().unwrap();
        assert_eq!(entries.by_key.len(), entries.by_age.len());
        entries.by_key.len()
    }

    #[tokio::test(start_paused = true)]
    async fn past_its_number_the_oldest_value_is_forgotten() {
        let recent = Recent::new(2, DAY);
        for key in ["a", "b", "c"] {
            recent.insert(key, key.len());
        }
        assert_eq!(len(&recent), 2);
        assert_eq!((recent.get("a"), recent.get("b"), recent.get("c")), (None, Some(1), Some(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn past_its_age_a_value_is_forgotten_and_takes_no_place() {
        let recent = Recent::new(10, DAY);
        recent.insert("a", 1);
        recent.insert("b", 2);
        tokio::time::advance(DAY / 2).await;
        assert_eq!(recent.get("a"), Some(1));
        tokio::time::advance(DAY / 2).await;
        assert_eq!(recent.get("a"), None);
        recent.insert("c", 3);
        assert_eq!(len(&recent), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_value_that_is_set_again_is_the_newest_and_remembered_from_then_on() {
        let recent = Recent::new(2, DAY);
        recent.insert("a", 1);
        recent.insert("b", 2);
        tokio::time::advance(DAY / 2).await;
        recent.insert("a", 3);
        tokio::time::advance(DAY / 2).await;
        assert_eq!((recent.get("a"), recent.get("b")), (Some(3), None));
        recent.insert("c", 4);
        assert_eq!((recent.get("a"), recent.get("c")), (Some(3), Some(4)));
        recent.insert("d", 5);
        assert_eq!(recent.get("a"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_value_that_is_removed_leaves_its_place_to_another() {
        let recent = Recent::new(2, DAY);
        recent.insert("a", 1);
        for _ in 0..10 {
            recent.insert("b", 2);
            recent.remove("b");
        }
        recent.insert("c", 3);
        assert_eq!(len(&recent), 2);
        assert_eq!((recent.get("a"), recent.get("b")), (Some(1), None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_given_the_value_before_it_unless_that_is_forgotten() {
        let recent = Recent::new(10, DAY);
        let count = |before: Option<&u32>| before.map_or(1, |count| count + 1);
        recent.update("a", count);
        recent.update("a", count);
        assert_eq!(recent.get("a"), Some(2));
        tokio::time::advance(DAY).await;
        recent.update("a", count);
        assert_eq!(recent.get("a"), Some(1));
    }

    #[test]
    fn a_value_is_made_once_and_a_failure_is_not_remembered() {
        let recent = Recent::new(10, Duration::MAX);
        assert_eq!(recent.get_or_make("a", || Err("not yet")), Err("not yet"));
        assert_eq!(recent.get_or_make("a", || Ok::<_, &str>(1)), Ok(1));
        assert_eq!(recent.get_or_make("a", || Err("not again")), Ok(1));
    }

    #[test]
    fn a_value_in_use_is_kept_and_counts_only_once_it_is_not() {
        let recent = Recent::new(2, Duration::MAX).keeping(|value| Arc::strong_count(value) > 1);
        let make = |key| recent.get_or_make(key, || Ok::<_, ()>(Arc::new(key))).unwrap();
        let used: Vec<_> = ["a", "b", "c"].map(make).into();
        assert_eq!(len(&recent), 3);
        make("d");
        make("e");
        assert_eq!(len(&recent), 4);
        assert!(recent.get("d").is_none() && recent.get("a").is_some());
        drop(used);
        make("f");
        assert_eq!(len(&recent), 2);
        assert!(recent.get("e").is_some() && recent.get("f").is_some());
    }
}
