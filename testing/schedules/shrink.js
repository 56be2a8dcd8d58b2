// A schedule that fails, made as short and plain as it can be and still fail.

const { run } = require("./run");

/** How often a schedule is tried in a plainer form at most. */
const MOST_TRIES = 1000;

/** Drops steps and makes the others plainer, as long as it still fails: `{ steps, lines, message }`. */
async function shrunk(Host, hooks, failed) {
  let shortest = failed;
  for (let tries = 0, forms = plainer(shortest.steps); tries < MOST_TRIES && forms.length > 0; tries++) {
    const steps = forms.shift();
    const { lines, message } = await run(Host, hooks, steps);
    if (message === undefined) continue;
    shortest = { steps, lines, message };
    forms = plainer(steps);
  }
  return shortest;
}

/** The schedules that are a little plainer than this one, those with the fewest steps first. */
function plainer(steps) {
  const halves = [2, 4].map((part) => Math.floor(steps.length / part)).filter((length) => length > 1);
  const fewer = [...halves, 1].flatMap((length) =>
    steps.slice(length - 1).map((_, from) => [...steps.slice(0, from), ...steps.slice(from + length)]),
  );
  return [...fewer, ...steps.flatMap((step, index) => simpler(step).map((other) => steps.with(index, other)))];
}

/** The same step in plainer forms. Each change leads one way, so that there is an end to them. */
function simpler(step) {
  switch (step.step) {
    case "call":
      return simplerCalls(step);
    case "wait":
      return [1, 16, 60].filter((seconds) => seconds < step.seconds).map((seconds) => ({ ...step, seconds }));
    case "refundElsewhere":
      return smaller(step);
    default:
      return [];
  }
}

function simplerCalls(call) {
  const calls = call.mishaps.flatMap((mishap, index) => {
    const fewer = { ...call, mishaps: call.mishaps.filter((other) => other !== mishap) };
    if (mishap.request === undefined) return [fewer];
    return [fewer, { ...call, mishaps: call.mishaps.with(index, { ...mishap, request: undefined }) }];
  });
  for (const [name, plainest] of Object.entries({ end: "stored", start: "afresh", server: "A" })) {
    if (call[name] !== plainest) calls.push({ ...call, [name]: plainest });
  }
  if (call.what === "refund") calls.push(...smaller(call));
  if (call.what === "retry" && call.number > 0) calls.push({ ...call, number: call.number - 1 });
  return calls;
}

/** Towards two tenths, the most frequent amount. */
const smaller = (step) => (step.tenths > 2 ? [{ ...step, tenths: 2 }] : []);

module.exports = { shrunk };
