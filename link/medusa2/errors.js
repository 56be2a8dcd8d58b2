// The class of Medusa 2's errors.

const { createRequire } = require("module");
const path = require("path");

const { hostFile } = require("../host.js");

/** Stands in for the error of Medusa 2 if it is not installed, as in unit tests (`@medusajs/utils/dist/common/errors.js`). */
class BuiltInError extends Error {
  __isMedusaError = true;
  date = new Date();

  constructor(type, message, code) {
    super(message);
    this.type = type;
    this.code = code;
  }
}

const ERRORS = "common/errors.js";

/** Finds the file of Medusa's errors as the framework of the project in a folder does. */
function findErrors(folder) {
  const fromProject = createRequire(path.join(folder, "package.json"));
  const fromFramework = createRequire(fromProject.resolve("@medusajs/framework/utils"));
  return fromFramework.resolve(path.join(path.dirname(fromFramework.resolve("@medusajs/utils")), ERRORS));
}

/** Returns the host's `MedusaError`. Its file alone is loaded, or rather found loaded: the whole framework takes seconds. */
function hostError() {
  const file = hostFile(`@medusajs/utils/dist/${ERRORS}`, findErrors);
  return file ? require(file).MedusaError : BuiltInError;
}

let MedusaError;

function failure({ type, message, code }) {
  MedusaError ??= hostError();
  return new MedusaError(type, message, code);
}

module.exports = { failure };
