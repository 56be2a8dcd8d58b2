// A provider that refuses, is down, hangs, or whose replies are lost.

const { CheckFailed } = require("../answers");

/** The operation is done: `answer` was a success. */
async function isDone(trial, operation, args, answer) {
  await operation.moved?.(trial, args);
  await operation.done?.(trial, args, answer);
}

async function hasMoved(trial, operation, args) {
  try {
    await operation.moved(trial, args);
    return true;
  } catch (error) {
    if (error instanceof CheckFailed) return false;
    throw error;
  }
}

/** Repeats the operation until it is done. Money that moved twice on the way is worse than that it never succeeds. */
async function again(trial, operation, name, args) {
  let answer;
  try {
    answer = await trial.repeated(name, ...args);
  } catch (error) {
    trial.complain(error.message);
  }
  if (answer) await isDone(trial, operation, args, answer);
  else await operation.moved?.(trial, args);
}

/** Calls the operation while the provider has the fault. What a person is told has to be of the fault's kind. */
async function call(trial, name, args, fault) {
  const answer = trial.heard(await trial.call(name, ...args));
  const missed = answer.isError && answer.misses(fault === "decline" || fault === "declineQuietly");
  if (missed) trial.complain(missed);
  return answer;
}

/** Calls the operation while the provider has the fault, and takes no success for granted. */
async function underFault(trial, operation, name, fault) {
  const args = await operation.prepare(trial);
  await trial.inject(fault, operation.method);
  const answer = await call(trial, name, args, fault);
  // Before it ends: a processor may go on in the background.
  if (!answer.isSuccess) await operation.undone?.(trial, args);
  await trial.clear();
  if (!answer.isSuccess) return { answer, args };
  if (operation.needsProvider) answer.refused();
  else if (trial.Host.goesOn?.includes(name)) await eventually(trial, () => isDone(trial, operation, args, answer));
  else await isDone(trial, operation, args, answer);
  return { answer, args };
}

/** What is reported as done may be done in the background, as long as a call may take. */
async function eventually(trial, check) {
  for (const end = Date.now() + trial.limit; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof CheckFailed) || Date.now() > end) throw error;
      await trial.hooks.later?.();
    }
  }
}

/** Calls the operation while its reply is lost, and repeats it unless it has found out itself. */
async function converges(trial, operation, name, fault) {
  const args = await operation.prepare(trial);
  await trial.inject(fault, operation.method);
  const answer = await call(trial, name, args, fault);
  await trial.clear();
  if (answer.isSuccess) await isDone(trial, operation, args, answer);
  else await again(trial, operation, name, args);
}

module.exports = {
  declined: (trial, operation, name) => underFault(trial, operation, name, "decline"),
  garbled: (trial, operation, name) => underFault(trial, operation, name, "garble"),
  hang: (trial, operation, name) => underFault(trial, operation, name, "hang"),
  "declined-quietly": (trial, operation, name) => underFault(trial, operation, name, "declineQuietly"),

  async down(trial, operation, name) {
    const { answer, args } = await underFault(trial, operation, name, "unavailable");
    if (answer.isSuccess && !(name === "authorize" && !trial.isPaid(answer.status))) return;
    await again(trial, operation, name, args);
  },

  "cut-off": (trial, operation, name) => converges(trial, operation, name, "cutOff"),
  lost: (trial, operation, name) => converges(trial, operation, name, "loseReply"),

  /** The first answer may have been a success: a process can end before Medusa has stored it. */
  async restarted(trial, operation, name) {
    const args = await operation.prepare(trial);
    await trial.inject("loseReply", operation.method);
    trial.heard(await trial.call(name, ...args));
    await trial.clear();
    await trial.restart();
    await again(trial, operation, name, args);
  },

  /** A provider that stores its answers replays the refusal to the new process, which knows of no later attempt. */
  async "stale-refusal"(trial, operation, name) {
    const args = await operation.prepare(trial);
    await trial.inject("decline", operation.method);
    const refusal = (await trial.call(name, ...args)).refused();
    await trial.clear();
    await operation.undone?.(trial, args);
    await trial.inject("loseReply", operation.method);
    trial.heard(await trial.call(name, ...args));
    await trial.clear();
    await trial.restart();
    const answer = trial.heard(await trial.call(name, ...args));
    if (answer.isSuccess) return isDone(trial, operation, args, answer);
    // It may ask to wait, and has a code of its own for that.
    if (answer.code === refusal.code && (await hasMoved(trial, operation, args))) {
      trial.complain(`money was moved, and the answer says that it was not: ${answer}`);
    }
    await again(trial, operation, name, args);
  },

  async "lost-initiate"(trial) {
    await trial.inject("loseReply", "initiatePayment");
    const answer = trial.heard(await trial.call("initiate"));
    await trial.clear();
    const payments = await trial.hooks.payments(trial.resource);
    if (payments > 1) trial.fail(`one call started ${payments} payments at the provider`);
    if (!answer.isSuccess) await trial.repeated("initiate");
  },
};
