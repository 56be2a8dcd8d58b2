// How long to wait before something is looked at again that a look did not settle: twice as long each time.

class Patience {
  #first;
  #most;
  /** What was looked at and is not settled → when it is due, and how long it waits then. */
  #waits = new Map();

  /** Milliseconds to wait after the first look, and at most. */
  constructor(first, most) {
    this.#first = first;
    this.#most = most;
  }

  isDue(id, now = Date.now()) {
    return (this.#waits.get(id)?.until ?? 0) <= now;
  }

  /** Puts the next look off, after one that settles nothing, and returns by how many milliseconds. */
  postpone(id, now = Date.now()) {
    const before = this.#waits.get(id)?.wait;
    const wait = before ? Math.min(2 * before, this.#most) : this.#first;
    this.#waits.set(id, { wait, until: now + wait });
    return wait;
  }

  /** The next look is due at once. */
  forget(id) {
    this.#waits.delete(id);
  }

  /** Forgets all but these: the others are settled. */
  keep(ids) {
    for (const id of this.#waits.keys()) if (!ids.has(id)) this.#waits.delete(id);
  }
}

module.exports = { Patience };
