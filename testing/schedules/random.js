// Numbers that follow from a seed (splitmix32).

class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** Returns a whole number from 0 to below `end`. */
  below(end) {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % end;
  }

  /** Returns true in so many of a hundred cases. */
  happens(percent) {
    return this.below(100) < percent;
  }

  oneOf(choices) {
    return choices[this.below(choices.length)];
  }

  /** Returns one of the values in `[percent, value]`, whose percents are a hundred together. */
  weighted(choices) {
    let left = this.below(100);
    return choices.find(([percent]) => (left -= percent) < 0)[1];
  }
}

module.exports = { Random };
