/** Puts these methods into the prototype of a class as a class has its own: not enumerable, and a subclass may override them. */
module.exports = function replaceMethods(prototype, methods) {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
};
