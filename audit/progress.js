// How far a run is, on standard error: one line that changes in a terminal, a line now and then elsewhere.

const QUIET_MS = 2_000;
const LINE_MS = 10_000;

function startProgress({ stream = process.stderr, now = Date.now } = {}) {
  const startedAt = now();
  let step = {};
  let lastAt = 0;

  return {
    /** `share` of the step is done, from 0 to 1. */
    tell(name, share) {
      if (step.name !== name) step = { name, startedAt: now(), from: share };
      const isDue = now() - startedAt > QUIET_MS && (stream.isTTY || now() - lastAt > LINE_MS);
      if (!isDue) return;
      lastAt = now();
      const text = `${name}: ${Math.floor(share * 100)} %${leftOf(step, share, now())}`;
      stream.write(stream.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
    },
    end() {
      if (stream.isTTY && lastAt > 0) stream.write("\r\x1b[K");
    },
  };
}

/** At the pace so far. An earlier run's part of the step says nothing about the pace. */
function leftOf({ startedAt, from }, share, now) {
  const done = share - from;
  if (done <= 0 || share >= 1) return "";
  return `, ${inWords(((now - startedAt) * (1 - share)) / done)} left`;
}

function inWords(ms) {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 120) return `about ${minutes} min`;
  return `about ${Math.round(minutes / 60)} h`;
}

module.exports = { startProgress };
