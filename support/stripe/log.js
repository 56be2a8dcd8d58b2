// A list that a test reads, and empties between two steps.

class Log extends Array {
  /** What `filter` and its kin return is a plain array. */
  static get [Symbol.species]() {
    return Array;
  }

  clear() {
    this.length = 0;
  }
}

module.exports = { Log };
