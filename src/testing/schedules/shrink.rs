//! A schedule that fails, made as short and plain as it can be and still fail.

use std::time::Duration;

use super::medusa::Host;
use super::report::FailedSchedule;
use super::run::{Played, run};
use super::schedule::{Call, End, Hits, Mishap, Part, Server, Start, Step, What};
use crate::testing::harness::Harness;
use crate::testing::trial::Stop;

/// How often a schedule is tried in a plainer form at most.
const MOST_TRIES: usize = 1000;

/// Drops steps and makes the others plainer, as long as it still fails.
pub(super) async fn shrunk(
    mut failed: FailedSchedule,
    harness: &dyn Harness,
    host: Host,
) -> FailedSchedule {
    let mut tries = 0;
    'plainer: loop {
        for steps in plainer(&failed.steps) {
            tries += 1;
            if tries > MOST_TRIES {
                return failed;
            }
            let Played { lines, verdict } = run(harness, host, failed.seed, &steps).await;
            if let Err(Stop::Failed(message)) = verdict {
                failed = FailedSchedule { steps, lines, message, ..failed };
                continue 'plainer;
            }
        }
        return failed;
    }
}

/// The schedules that are a little plainer than this one, those with the fewest steps first.
fn plainer(steps: &[Step]) -> Vec<Vec<Step>> {
    let halves = [steps.len() / 2, steps.len() / 4].into_iter().filter(|length| *length > 1);
    let without = halves.chain([1]).flat_map(|length| {
        (0..=steps.len().saturating_sub(length)).map(move |from| without(steps, from, length))
    });
    let simpler = steps.iter().enumerate().flat_map(|(number, step)| {
        simpler(step).into_iter().map(move |step| with(steps, number, step))
    });
    without.filter(|fewer| fewer.len() < steps.len()).chain(simpler).collect()
}

fn without(steps: &[Step], from: usize, length: usize) -> Vec<Step> {
    let kept = |number: &usize| !(from..from + length).contains(number);
    let steps = steps.iter().enumerate().filter(|(number, _)| kept(number));
    steps.map(|(_, step)| step.clone()).collect()
}

fn with(steps: &[Step], number: usize, step: Step) -> Vec<Step> {
    let mut steps = steps.to_vec();
    if let Some(changed) = steps.get_mut(number) {
        *changed = step;
    }
    steps
}

/// The same step in plainer forms. Each change leads one way, so that there is an end to them.
fn simpler(step: &Step) -> Vec<Step> {
    match step {
        Step::Call(call) => simpler_calls(call).into_iter().map(Step::Call).collect(),
        Step::Wait(time) => [1, 16, 60]
            .map(Duration::from_secs)
            .into_iter()
            .filter(|shorter| shorter < time)
            .map(Step::Wait)
            .collect(),
        Step::RefundElsewhere(part) => {
            smaller(*part).map(Step::RefundElsewhere).into_iter().collect()
        }
        Step::Restart(_) | Step::RefundFails(_) | Step::ElsewhereFails(_) => Vec::new(),
    }
}

fn simpler_calls(call: &Call) -> Vec<Call> {
    let mut calls = Vec::new();
    for number in 0..call.mishaps.len() {
        let mut fewer = call.clone();
        fewer.mishaps.remove(number);
        calls.push(fewer);
        let mut broader = call.clone();
        if let Some(mishap @ Mishap { hits: Hits::Only(_), .. }) = broader.mishaps.get_mut(number) {
            mishap.hits = Hits::All;
            calls.push(broader);
        }
    }
    if call.end != End::Stored {
        calls.push(Call { end: End::Stored, ..call.clone() });
    }
    if call.start != Start::Afresh {
        calls.push(Call { start: Start::Afresh, ..call.clone() });
    }
    if call.server != Server::A {
        calls.push(Call { server: Server::A, ..call.clone() });
    }
    match call.what {
        What::Refund(part) => {
            calls.extend(
                smaller(part).map(|part| Call { what: What::Refund(part), ..call.clone() }),
            );
        }
        What::Capture(part) if part != Part::WHOLE => {
            calls.push(Call { what: What::Capture(Part::WHOLE), ..call.clone() });
        }
        What::Retry(number @ 1..) => {
            calls.push(Call { what: What::Retry(number - 1), ..call.clone() });
        }
        _ => {}
    }
    calls
}

/// Towards two tenths, the most frequent amount.
fn smaller(Part(tenths): Part) -> Option<Part> {
    (tenths > 2).then_some(Part(2))
}
