//! What happens to a payment, as a list that a seed makes, that can be shortened, and that a person can
//! read.

use std::time::Duration;

use fastrand::Rng;

use crate::testing::Fault;

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Call(Call),
    /// A server is started anew: nothing in its memory is left.
    Restart(Server),
    Wait(Duration),
    /// A person refunds in the provider's dashboard.
    RefundElsewhere(Part),
    /// A refund that counts as paid fails at the customer's bank.
    RefundFails(Part),
    /// One that was made in the provider's dashboard fails there.
    ElsewhereFails(Part),
}

/// Something that Medusa asks the processor for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub what: What,
    pub server: Server,
    pub start: Start,
    pub mishaps: Vec<Mishap>,
    pub end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Medusa 1 captures all of it.
    Capture(Part),
    Cancel,
    Refund(Part),
    /// The operator retries one of the actions that are not settled: the one with this number, counted
    /// around.
    Retry(usize),
    Authorize,
    Retrieve,
    Status,
    State,
}

/// An amount in tenths of the payment: equal ones are frequent, and there are currencies that are paid in
/// tens only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part(pub u64);

impl Part {
    pub(super) const WHOLE: Self = Self(10);
}

/// One of two servers on the same database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    A,
    B,
}

/// When a call starts, and so from which data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// After everything before it was stored.
    Afresh,
    /// At the same time as the call before it.
    AtOnce,
    /// After the answer to the call before it, and before Medusa has stored that.
    BeforeStored,
}

/// What goes wrong between the processor and its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mishap {
    pub fault: Fault,
    pub hits: Hits,
}

/// Which of a call's requests go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hits {
    All,
    /// The one with this number, from 0.
    Only(usize),
}

/// What becomes of a call's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Medusa stores a success.
    Stored,
    /// Medusa's transaction is rolled back.
    RolledBack,
    /// The server dies if the call is not answered after this time.
    Dies(Duration),
}

impl Call {
    /// A call without anything that goes wrong.
    pub(super) fn plain(what: What) -> Self {
        Self {
            what,
            server: Server::A,
            start: Start::Afresh,
            mishaps: Vec::new(),
            end: End::Stored,
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// How long nothing happens: around what a call may take and a provider's memory may last.
const WAITS: [Duration; 10] = [
    SECOND,
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(12),
    Duration::from_secs(16),
    Duration::from_secs(30),
    HOUR,
    Duration::from_secs(19 * 60 * 60),
    Duration::from_secs(21 * 60 * 60),
    Duration::from_secs(25 * 60 * 60),
];

/// After what time a server dies.
const DEATHS: [Duration; 4] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(150),
    Duration::from_millis(700),
];

/// Refunds of two tenths are the most frequent, so that equal amounts meet.
const PARTS: [u64; 10] = [2, 2, 2, 2, 1, 1, 3, 3, 5, 10];

/// In the dashboard people mostly give back half of it or more.
const ELSEWHERE: [u64; 8] = [10, 10, 7, 5, 5, 3, 2, 2];

/// Which request goes wrong: most calls make one to four.
const REQUESTS: [usize; 8] = [0, 0, 1, 1, 1, 2, 3, 4];

const FAULTS: [Fault; 10] = [
    Fault::LoseReply,
    Fault::LoseReply,
    Fault::LoseReply,
    Fault::CutOff,
    Fault::Hang,
    Fault::Garble,
    Fault::Garble,
    Fault::Unavailable,
    Fault::Decline,
    Fault::DeclineQuietly,
];

/// How much is captured at once, if that may be a part.
const CAPTURED: [u64; 8] = [10, 10, 10, 4, 4, 3, 3, 6];

/// Makes the schedule of a seed: 4 to 17 steps, of which the first is mostly a capture.
pub(super) fn generate(seed: u64, in_parts: bool) -> Vec<Step> {
    let mut rng = Rng::with_seed(seed);
    let mut steps = Vec::new();
    if happens(&mut rng, 85) {
        let capture = capture(&mut rng, in_parts);
        steps.push(Step::Call(Call::plain(capture)));
    }
    for _ in 0..rng.usize(4..=16) {
        let mut step = step(&mut rng, in_parts);
        if let (Some(Step::Call(before)), Step::Call(call)) = (steps.last(), &mut step)
            && call.start != Start::Afresh
            && happens(&mut rng, 75)
        {
            // Two clicks, or two operators with the same idea.
            call.what = before.what;
        }
        let by_hand = match &step {
            Step::RefundElsewhere(part) if happens(&mut rng, 60) => Some(What::Refund(*part)),
            _ => None,
        };
        steps.push(step);
        if let Some(what) = by_hand {
            // A person records in Medusa what was done in the dashboard, sooner or later.
            steps.push(Step::Call(Call { what, ..call(&mut rng, in_parts) }));
        }
    }
    steps
}

/// In so many of a hundred cases.
fn happens(rng: &mut Rng, percent: u32) -> bool {
    rng.u32(0..100) < percent
}

fn capture(rng: &mut Rng, in_parts: bool) -> What {
    What::Capture(if in_parts { Part(one_of(rng, &CAPTURED)) } else { Part::WHOLE })
}

fn step(rng: &mut Rng, in_parts: bool) -> Step {
    match rng.u32(0..100) {
        0..76 => Step::Call(call(rng, in_parts)),
        76..78 => Step::Restart(server(rng)),
        78..89 => Step::Wait(one_of(rng, &WAITS)),
        89..94 => Step::RefundElsewhere(Part(one_of(rng, &ELSEWHERE))),
        94..96 => Step::ElsewhereFails(Part(one_of(rng, &ELSEWHERE))),
        _ => Step::RefundFails(part(rng)),
    }
}

fn call(rng: &mut Rng, in_parts: bool) -> Call {
    Call {
        what: match rng.u32(0..100) {
            // As many captures as refunds, if there can be several.
            0..25 if in_parts => capture(rng, in_parts),
            0..50 => What::Refund(part(rng)),
            50..84 => What::Retry(rng.usize(0..3)),
            84..90 => capture(rng, in_parts),
            90..94 => What::Cancel,
            94..96 => What::Authorize,
            96 => What::Retrieve,
            97 => What::Status,
            _ => What::State,
        },
        server: server(rng),
        start: match rng.u32(0..100) {
            0..70 => Start::Afresh,
            70..86 => Start::AtOnce,
            _ => Start::BeforeStored,
        },
        mishaps: mishaps(rng),
        end: match rng.u32(0..100) {
            0..78 => End::Stored,
            78..92 => End::RolledBack,
            _ => End::Dies(one_of(rng, &DEATHS)),
        },
    }
}

fn mishaps(rng: &mut Rng) -> Vec<Mishap> {
    let number = match rng.u32(0..100) {
        0..55 => 0,
        55..88 => 1,
        _ => 2,
    };
    (0..number).map(|_| mishap(rng)).collect()
}

fn mishap(rng: &mut Rng) -> Mishap {
    let hits = if happens(rng, 45) { Hits::All } else { Hits::Only(one_of(rng, &REQUESTS)) };
    Mishap { fault: one_of(rng, &FAULTS), hits }
}

fn server(rng: &mut Rng) -> Server {
    if happens(rng, 50) { Server::A } else { Server::B }
}

fn part(rng: &mut Rng) -> Part {
    Part(one_of(rng, &PARTS))
}

fn one_of<T: Copy, const N: usize>(rng: &mut Rng, choices: &[T; N]) -> T {
    // The index is below the length of an array that is not empty.
    #[allow(clippy::indexing_slicing)]
    choices[rng.usize(0..N)]
}

impl Call {
    /// Whether its answer says what the provider did: nothing goes wrong with it, unless the provider refuses, and Medusa
    /// stores a success.
    pub(super) fn is_plain(&self) -> bool {
        self.mishaps.iter().all(|mishap| mishap.fault == Fault::Decline) && self.end == End::Stored
    }

    /// Describes the call, of which `what` is known.
    pub(super) fn about(&self, what: &str) -> String {
        let start = match self.start {
            Start::Afresh => "",
            Start::AtOnce => "at the same time: ",
            Start::BeforeStored => "before that is stored: ",
        };
        let mishaps = self.mishaps.iter().map(|Mishap { fault, hits }| match hits {
            Hits::All => format!("; {fault:?} hits each request"),
            Hits::Only(number) => format!("; {fault:?} hits request {}", number + 1),
        });
        let end = match self.end {
            End::Stored => String::new(),
            End::RolledBack => "; Medusa rolls back".to_owned(),
            End::Dies(after) => format!("; the server dies after {} ms", after.as_millis()),
        };
        let mishaps: String = mishaps.collect();
        format!("{start}{what} on server {:?}{mishaps}{end}", self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_schedule_each_time() {
        assert_eq!(generate(7, true), generate(7, true));
        assert_ne!(generate(7, true), generate(8, true));
    }

    #[test]
    fn a_call_reads_as_a_sentence() {
        let mishaps = vec![Mishap { fault: Fault::LoseReply, hits: Hits::Only(1) }];
        let refund = What::Refund(Part(3));
        let call =
            Call { mishaps, start: Start::AtOnce, end: End::RolledBack, ..Call::plain(refund) };
        assert_eq!(
            call.about("refund of 300"),
            "at the same time: refund of 300 on server A; LoseReply hits request 2; Medusa rolls back"
        );
    }
}
