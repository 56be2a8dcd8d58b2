/** Returns the text of anything that can be thrown. */
module.exports = function textOf(thrown) {
  try {
    return String(thrown?.message ?? thrown);
  } catch {
    return "something that has no text";
  }
};
