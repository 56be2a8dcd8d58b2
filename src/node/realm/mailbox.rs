//! The way from other threads back to the realm.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use super::message::{Delivery, Message};

/// How many messages are handed to JavaScript in one call, whose arguments go onto its stack, and in one
/// round of the event loop, which has others to serve.
const AT_ONCE: usize = 64;

/// An answer that comes while the worker threads have more to do waits for those right behind it: a call
/// into JavaScript for each would interrupt them, most of all if they share a processor with the event
/// loop (measured on one: a switch of threads less for each call, and a third of its CPU time).
const TOGETHER: usize = 64;
const WAIT: Duration = Duration::from_millis(1);

pub(crate) type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// The mailboxes with answers that wait for others.
static WAITING: Mutex<Vec<Arc<Mailbox>>> = Mutex::new(Vec::new());

/// Announces the answers that wait for others. For a worker thread that has nothing left to do.
pub(crate) fn announce_waiting() {
    let waiting = mem::take(&mut *WAITING.lock().unwrap_or_else(PoisonError::into_inner));
    // Enough answers may have come in the meantime.
    for mailbox in waiting.iter().filter(|mailbox| mailbox.is_waiting()) {
        mailbox.announce();
    }
}

/// The way from worker threads to the realm. Messages arrive in the order in which they were sent.
pub(crate) struct Mailbox {
    queue: Mutex<Queue>,
    pub(crate) wake: Wake,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<Message>,
    announced: Announced,
}

/// Whether the event loop knows that there are messages.
#[derive(Default, Clone, Copy)]
enum Announced {
    #[default]
    No,
    /// It is woken once the worker threads have nothing else to do.
    Soon {
        since: Instant,
    },
    Yes,
}

impl Mailbox {
    pub(crate) fn new(wake: Wake) -> Self {
        Self { queue: Mutex::default(), wake }
    }

    /// Sends a message at once.
    pub(crate) fn send(&self, message: Message) {
        let is_urgent = message.is_urgent();
        self.queue().messages.push_back(message);
        if is_urgent {
            self.announce();
        }
    }

    /// Sends messages that belong together, at once.
    pub(crate) fn send_all(&self, messages: Vec<Message>) {
        self.queue().messages.extend(messages);
        self.announce();
    }

    /// Sends a message from a worker thread, together with those right behind it.
    pub(crate) fn send_with_others(self: &Arc<Self>, message: Message) {
        let mut queue = self.queue();
        queue.messages.push_back(message);
        match queue.announced {
            Announced::Yes => {}
            Announced::No => {
                queue.announced = Announced::Soon { since: Instant::now() };
                drop(queue);
                WAITING.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(self));
            }
            Announced::Soon { since } => {
                let enough = queue.messages.len() >= TOGETHER || since.elapsed() >= WAIT;
                drop(queue);
                if enough {
                    self.announce();
                }
            }
        }
    }

    /// Whether nothing is left that comes before the next message.
    pub(crate) fn is_empty(&self) -> bool {
        self.queue().messages.is_empty()
    }

    fn is_waiting(&self) -> bool {
        matches!(self.queue().announced, Announced::Soon { .. })
    }

    /// Wakes the event loop, once for all messages that arrive before it comes around.
    fn announce(&self) {
        if !matches!(mem::replace(&mut self.queue().announced, Announced::Yes), Announced::Yes) {
            // It fails only if the environment is closing, and then no call waits any more.
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the first of the messages, and returns whether more are left.
    pub(crate) fn take(&self) -> (Delivery, bool) {
        let mut queue = self.queue();
        let some = queue.messages.len().min(AT_ONCE);
        let delivery = Delivery::new(queue.messages.drain(..some).collect());
        let is_more = !queue.messages.is_empty();
        queue.announced = if is_more { Announced::Yes } else { Announced::No };
        (delivery, is_more)
    }
}
