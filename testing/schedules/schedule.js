// What happens to a payment, as a list that a seed makes, that can be shortened, and that a person can read.
//
// A step is one of
//   { step: "call", what, tenths?, number?, server, start, mishaps, end }   see `plain`
//   { step: "restart", server }          nothing in the memory of server "A" or "B" is left
//   { step: "wait", seconds }
//   { step: "refundElsewhere", tenths }  a person refunds in the provider's dashboard
//   { step: "refundFails", tenths }      a refund that counts as paid fails at the customer's bank
//
// Amounts are in tenths of the payment: equal ones are frequent, and there are currencies that are paid in tens only.

const { Random } = require("./random");

const HOUR = 60 * 60;

/** How many seconds nothing happens: around what a call may take and a provider's memory may last. */
const WAITS = [1, 4, 8, 12, 16, 30, HOUR, 19 * HOUR, 21 * HOUR, 25 * HOUR];

/** Refunds of two tenths are the most frequent, so that equal amounts meet. */
const TENTHS = [2, 2, 2, 2, 1, 1, 3, 3, 5, 10];

/** Which request goes wrong: most calls make one to four. */
const REQUESTS = [0, 0, 1, 1, 1, 2, 3, 4];

const FAULTS = [
  "loseReply",
  "loseReply",
  "loseReply",
  "cutOff",
  "hang",
  "garble",
  "garble",
  "unavailable",
  "decline",
  "declineQuietly",
];

/**
 * Returns a call without anything that goes wrong.
 *
 * - `what`: "capture", "cancel", "refund" (of `tenths`), "retry" (of the action with this `number` among those that are
 *   not settled, counted around), or a method that only reads;
 * - `start`, and so from which data: "afresh", "atOnce" with the call before it, or "beforeStored", after the answer to
 *   the call before it and before Medusa has stored that;
 * - `mishaps`: `{ fault, request }`, the number of the request that goes wrong, or undefined for all;
 * - `end`: "stored", "rolledBack" with Medusa's transaction, or "dies", the server before it has stored the answer.
 */
const plain = (what, more) => ({
  step: "call",
  what,
  server: "A",
  start: "afresh",
  mishaps: [],
  end: "stored",
  ...more,
});

/** Makes the schedule of a seed: 4 to 17 steps, of which the first is mostly a capture. */
function generate(seed) {
  const random = new Random(seed);
  const steps = random.happens(85) ? [plain("capture")] : [];
  for (let left = 4 + random.below(13); left > 0; left--) {
    const step = anyStep(random);
    const before = steps.at(-1);
    const isJoined = step.step === "call" && step.start !== "afresh" && before?.step === "call";
    // Two clicks, or two operators with the same idea.
    if (isJoined && random.happens(75)) Object.assign(step, wish(before));
    steps.push(step);
  }
  return steps;
}

const wish = ({ what, tenths, number }) => ({ what, tenths, number });

function anyStep(random) {
  switch (random.weighted(STEPS)) {
    case "call":
      return anyCall(random);
    case "restart":
      return { step: "restart", server: anyServer(random) };
    case "wait":
      return { step: "wait", seconds: random.oneOf(WAITS) };
    case "refundElsewhere":
      return { step: "refundElsewhere", tenths: random.oneOf(TENTHS) };
    default:
      return { step: "refundFails", tenths: random.oneOf(TENTHS) };
  }
}

const STEPS = [
  [76, "call"],
  [2, "restart"],
  [15, "wait"],
  [2, "refundElsewhere"],
  [5, "refundFails"],
];

const CALLS = [
  [50, "refund"],
  [34, "retry"],
  [6, "capture"],
  [4, "cancel"],
  [2, "authorizePayment"],
  [2, "retrievePayment"],
  [2, "getPaymentStatus"],
];

const STARTS = [
  [70, "afresh"],
  [16, "atOnce"],
  [14, "beforeStored"],
];

const ENDS = [
  [78, "stored"],
  [14, "rolledBack"],
  [8, "dies"],
];

const MISHAPS = [
  [55, 0],
  [33, 1],
  [12, 2],
];

function anyCall(random) {
  const what = random.weighted(CALLS);
  return plain(what, {
    tenths: what === "refund" ? random.oneOf(TENTHS) : undefined,
    number: what === "retry" ? random.below(3) : undefined,
    server: anyServer(random),
    start: random.weighted(STARTS),
    mishaps: Array.from({ length: random.weighted(MISHAPS) }, () => ({
      fault: random.oneOf(FAULTS),
      request: random.happens(45) ? undefined : random.oneOf(REQUESTS),
    })),
    end: random.weighted(ENDS),
  });
}

const anyServer = (random) => random.oneOf(["A", "B"]);

const STARTED = { afresh: "", atOnce: "at the same time: ", beforeStored: "before that is stored: " };
const ENDED = { stored: "", rolledBack: "; Medusa rolls back", dies: "; the server dies before it has stored that" };

/** Describes a call, of which `what` is known. */
function described({ start, server, mishaps, end }, what) {
  const wrong = mishaps.map(
    ({ fault, request }) => `; ${fault} hits ${request === undefined ? "each request" : `request ${request + 1}`}`,
  );
  return `${STARTED[start]}${what} on server ${server}${wrong.join("")}${ENDED[end]}`;
}

module.exports = { described, generate, plain };
