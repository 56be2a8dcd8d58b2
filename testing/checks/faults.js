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
async function again(trial, operation, args) {
  let answer;
  try {
    answer = await trial.repeated(operation.method, ...args);
  } catch (error) {
    trial.complain(error.message);
  }
  if (answer) await isDone(trial, operation, args, answer);
  else await operation.moved?.(trial, args);
}

/** Calls the operation while the provider has the fault, and takes no success for granted. */
async function underFault(trial, operation, fault) {
  const args = await operation.prepare(trial);
  await trial.inject(fault, operation.method);
  const answer = trial.heard(await trial.call(operation.method, ...args));
  await trial.clear();
  if (!answer.isSuccess) await operation.undone?.(trial, args);
  else if (operation.needsProvider) answer.refused();
  else await isDone(trial, operation, args, answer);
  return { answer, args };
}

/** Calls the operation while its reply is lost, and repeats it unless it has found out itself. */
async function converges(trial, operation, fault) {
  const args = await operation.prepare(trial);
  await trial.inject(fault, operation.method);
  const answer = trial.heard(await trial.call(operation.method, ...args));
  await trial.clear();
  if (answer.isSuccess) await isDone(trial, operation, args, answer);
  else await again(trial, operation, args);
}

module.exports = {
  declined: (trial, operation) => underFault(trial, operation, "decline"),
  garbled: (trial, operation) => underFault(trial, operation, "garble"),
  hang: (trial, operation) => underFault(trial, operation, "hang"),
  "declined-quietly": (trial, operation) => underFault(trial, operation, "declineQuietly"),

  async down(trial, operation) {
    const { answer, args } = await underFault(trial, operation, "unavailable");
    if (answer.isSuccess && !(operation.method === "authorizePayment" && answer.value.status !== "authorized")) return;
    await again(trial, operation, args);
  },

  async "down-status"(trial) {
    const data = await trial.authorized();
    await trial.inject("unavailable", "getPaymentStatus");
    const answer = await trial.call("getPaymentStatus", data);
    await trial.clear();
    trial.expect("the status", answer.succeeded().value, "authorized");
  },

  "cut-off": (trial, operation) => converges(trial, operation, "cutOff"),
  lost: (trial, operation) => converges(trial, operation, "loseReply"),

  /** The first answer may have been a success: a process can end before Medusa has stored it. */
  async restarted(trial, operation) {
    const args = await operation.prepare(trial);
    await trial.inject("loseReply", operation.method);
    trial.heard(await trial.call(operation.method, ...args));
    await trial.clear();
    await trial.restart();
    await again(trial, operation, args);
  },

  /** A provider that stores its answers replays the refusal to the new process, which knows of no later attempt. */
  async "stale-refusal"(trial, operation) {
    const args = await operation.prepare(trial);
    await trial.inject("decline", operation.method);
    const refusal = (await trial.call(operation.method, ...args)).refused();
    await trial.clear();
    await operation.undone?.(trial, args);
    await trial.inject("loseReply", operation.method);
    trial.heard(await trial.call(operation.method, ...args));
    await trial.clear();
    await trial.restart();
    const answer = trial.heard(await trial.call(operation.method, ...args));
    if (answer.isSuccess) return isDone(trial, operation, args, answer);
    // It may ask to wait, and has a code of its own for that.
    if (answer.value?.code === refusal.value.code && (await hasMoved(trial, operation, args))) {
      trial.complain(`money was moved, and the answer says that it was not: ${answer}`);
    }
    await again(trial, operation, args);
  },

  async "lost-initiate"(trial) {
    await trial.inject("loseReply", "initiatePayment");
    const answer = trial.heard(await trial.call("initiatePayment", trial.context()));
    await trial.clear();
    const payments = await trial.hooks.payments(trial.resource);
    if (payments > 1) trial.fail(`one call started ${payments} payments at the provider`);
    if (!answer.isSuccess) await trial.repeated("initiatePayment", trial.context());
  },
};
