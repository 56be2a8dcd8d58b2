// Lists of commands that run at the same time.

const { EOL } = require("node:os");
const { run } = require("./processes");

/**
 * Runs each list in its order, and all of them at the same time; a list ends with its first command that fails. What the
 * first list writes is shown as it comes, what the others write when each has ended. Resolves with whether all went well.
 *
 * @param lists of `[command, ...arguments]`
 */
async function sideBySide(lists, { cwd } = {}) {
  const results = await Promise.all(lists.map((commands, index) => inOrder(commands, { cwd, isShown: index === 0 })));
  return results.every(Boolean);
}

async function inOrder(commands, { cwd, isShown }) {
  const kept = [];
  const write = isShown ? (line) => console.log(line) : (line) => kept.push(line);
  let isWell = true;
  for (const [command, ...args] of commands) {
    const title = [command, ...args].join(" ");
    write(`\n> ${title}\n`);
    const started = performance.now();
    const failure = await failureOf(run(command, args, { cwd, onLine: write }));
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    write(`\n${failure ? `✗ ${failure}` : `✓ ${title}`} (${seconds} s)`);
    isWell = !failure;
    if (!isWell) break;
  }
  if (kept.length > 0) console.log(kept.join("\n"));
  return isWell;
}

/** Why a command has failed, without what it wrote. */
const failureOf = (running) =>
  running.then(
    () => undefined,
    ({ message }) => message.split(EOL)[0],
  );

module.exports = { sideBySide };
