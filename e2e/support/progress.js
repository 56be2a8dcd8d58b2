// Says what is going on while it is slow: one living line in a terminal, plain lines elsewhere.

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const SIGN_OF_LIFE_MS = 15_000;

/**
 * A function `step(title, work)` that runs `work(note)` and resolves with its result. `note` says what the work is at.
 */
function progress(stream = process.stdout) {
  return async function step(title, work) {
    const startedAt = performance.now();
    const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    const line = stream.isTTY ? livingLine(stream, title, elapsed) : plainLines(stream, title, elapsed);
    try {
      const result = await work(line.note);
      line.end(`  ✓ ${title.padEnd(30)} ${elapsed().padStart(8)}`);
      return result;
    } catch (error) {
      line.end(`  ✗ ${title.padEnd(30)} ${elapsed().padStart(8)}`);
      throw error;
    }
  };
}

function livingLine(stream, title, elapsed) {
  let frame = 0;
  let said = "";
  const draw = () => {
    const text = `  ${FRAMES[frame++ % FRAMES.length]} ${title.padEnd(30)} ${elapsed().padStart(8)}  ${said}`;
    stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  draw();
  const timer = setInterval(draw, 80);
  return {
    note: (text) => (said = text.trim()),
    end(text) {
      clearInterval(timer);
      stream.write(`\r\x1b[2K${text}\n`);
    },
  };
}

function plainLines(stream, title, elapsed) {
  let said = "";
  const timer = setInterval(() => stream.write(`    ${title}: ${elapsed()} ${said}\n`), SIGN_OF_LIFE_MS);
  return {
    note: (text) => (said = text.trim()),
    end(text) {
      clearInterval(timer);
      stream.write(`${text}\n`);
    },
  };
}

module.exports = { progress };
