// A promise with a time limit.

/** What `inTime` throws. */
class Late extends Error {}

/** @throws Late if the promise is not settled within this many milliseconds */
async function inTime(promise, ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Late(`there was no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { inTime, Late };
