// A folder with what has been read so far: neither side fits in memory, and a run that was stopped goes on from here.
// Ids, amounts, statuses and times are in it, nothing of a person and no secret.
//
// Both sides are written into parts by the intent's id, so that what belongs together is in the parts of one number, and
// one of them at a time is looked at. A line may be there twice, and the last one of a broken run may be torn: a page is
// written again unless the state says that it is there.

const crypto = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Complaint } = require("../cli/complaint");

const PARTS = 64;

/** How long what was read counts as what is there. */
const LIFE_MS = 24 * 60 * 60 * 1_000;

const hash = (text) => crypto.createHash("sha256").update(text).digest();

/**
 * Opens the folder of a run. `of` says what the run is about: another run has another folder.
 *
 * `state` is what was there before, or `undefined`; `save(state)` keeps it.
 */
function openSpool(of, { isFresh = false, root = os.tmpdir() } = {}) {
  const name = `medusa-payment-rs-audit-${hash(JSON.stringify(of)).toString("hex").slice(0, 20)}`;
  const folder = path.join(root, name);
  if (isFresh) fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  check(folder);
  const stateFile = path.join(folder, "state.json");
  let state = read(stateFile);
  if (state && Date.now() - state.startedAt > LIFE_MS) state = undefined;
  if (!state) for (const file of fs.readdirSync(folder)) fs.rmSync(path.join(folder, file), { force: true });

  const file = (kind, part) => path.join(folder, `${kind}-${part}.jsonl`);
  return {
    folder,
    state,
    parts: PARTS,

    save(state) {
      fs.writeFileSync(`${stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
      fs.renameSync(`${stateFile}.new`, stateFile);
    },

    /** Adds lines to the parts that they belong to. `idOf` is what decides that. */
    scatter(kind, lines, idOf) {
      const parts = new Map();
      for (const line of lines) {
        const part = hash(idOf(line)).readUInt16BE() % PARTS;
        parts.set(part, `${parts.get(part) ?? "\n"}${JSON.stringify(line)}\n`);
      }
      for (const [part, text] of parts) fs.appendFileSync(file(kind, part), text, { mode: 0o600 });
    },

    gather: (kind, part) => [...linesOf(file(kind, part))],

    /** Adds lines to the one file of a kind. */
    append(kind, lines) {
      if (lines.length === 0) return;
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      fs.appendFileSync(file(kind, "all"), `\n${text}`, { mode: 0o600 });
    },

    /** Goes through them without holding more than one. */
    lines: (kind) => linesOf(file(kind, "all")),

    /** How long the one file of a kind is; `cut` makes it that long again. */
    size: (kind) => fs.statSync(file(kind, "all"), { throwIfNoEntry: false })?.size ?? 0,
    cut(kind, size) {
      if (fs.existsSync(file(kind, "all"))) fs.truncateSync(file(kind, "all"), size);
    },

    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

/** A name in a folder for all may have been taken by another user. */
function check(folder) {
  const { uid, mode } = fs.lstatSync(folder);
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
  if (fs.lstatSync(folder).isDirectory() && isOurs) return;
  throw new Complaint(`${folder} is not a folder that only you can read: remove it, or set TMPDIR to another place`);
}

function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const CHUNK = 1 << 16;

function* linesOf(file) {
  let descriptor;
  try {
    descriptor = fs.openSync(file);
  } catch {
    return;
  }
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest = Buffer.alloc(0);
    for (let size; (size = fs.readSync(descriptor, chunk)) > 0; ) {
      const text = Buffer.concat([rest, chunk.subarray(0, size)]);
      const end = text.lastIndexOf(10);
      yield* parsed(text.subarray(0, end + 1).toString());
      rest = text.subarray(end + 1);
    }
    yield* parsed(rest.toString());
  } finally {
    fs.closeSync(descriptor);
  }
}

function* parsed(text) {
  for (const line of text.split("\n")) {
    if (line === "") continue;
    let value;
    try {
      value = JSON.parse(line);
    } catch {
      continue; // Torn: what it says follows once more.
    }
    yield value;
  }
}

module.exports = { openSpool };
