// A promise with a time limit.

/** What `inTime` throws. */
class Late extends Error {}

/** @throws Late if the promise is not settled within this many milliseconds */
function inTime(promise, ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Late(`there was no answer within ${ms} ms`)), ms);
    const ending = (end) => (value) => {
      clearTimeout(timer);
      end(value);
    };
    Promise.resolve(promise).then(ending(resolve), ending(reject));
  });
}

module.exports = { inTime, Late };
