// A number among a plugin's options.

/**
 * The whole number that an option has. The environment gives text, and an empty one if nothing is set; what cannot be meant
 * has stopped the boot in Rust.
 */
function numberOf(option, unset) {
  const number = Number.parseInt(option, 10);
  return Number.isNaN(number) ? unset : number;
}

module.exports = numberOf;
