/** A service of Medusa's; undefined if the container does not have it: it throws for such a name. */
module.exports = function serviceOf(container, name) {
  try {
    return container[name];
  } catch {
    return undefined;
  }
};
