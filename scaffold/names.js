// One name, and what npm, cargo, Rust and Medusa know the project by.

const { builtinModules } = require("node:module");
const { Complaint } = require("../cli/complaint");

/** crates.io takes no longer ones. */
const LONGEST = 64;

/** What Medusa's own plugins are called: `medusa-payment-stripe` has the identifier `stripe`. */
const PREFIX = "medusa-payment-";

/** Rust's keywords, and what cargo takes no crate by. */
const OF_RUST = words(`
  abstract alloc as async await become box break const continue core crate deps do dyn else enum extern examples false
  final fn for gen if impl in incremental let loop macro match mod move mut override priv proc-macro proc_macro pub ref
  return self static std struct super test trait true try type typeof unsafe unsized use virtual where while yield`);

const OF_NPM = new Set(["node_modules", "favicon.ico", ...builtinModules]);

/** Names of devices, which Windows allows no folder. */
const OF_WINDOWS = /^(con|prn|aux|nul|(com|lpt)[0-9])$/;

/** Crates that the project depends on: it cannot have the name of one. */
const OF_DEPENDENCIES = words("medusa-payment-rs napi-build serde serde_json");

/** Providers that stores have from this package itself. */
const OF_THIS_PACKAGE = words(`
  manual stripe stripe-bancontact stripe-blik stripe-giropay stripe-ideal stripe-oxxo stripe-promptpay stripe-przelewy24`);

/** Types that the provider's file has already. */
const OF_TYPES = words(`
  Amount Api Authorization Box CallContext Capture Client Config Default Dialect Duration Endpoint Err ErrorKind
  Exchange From HttpRequest JsonError JsonObject Keyed Layers NoOptions None Ok Operation Option Payment
  PaymentProcessor PaymentProcessorContext PaymentProcessorError PaymentProcessorSessionResponse PaymentSessionStatus
  PaymentState Problem Provider Refund RefundApi Reply Result Secret Self Some String Value Vec Verdict WebhookAction
  WebhookEvent WebhookRequest`);

const CRATE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

function words(text) {
  return new Set(text.split(/\s+/).filter(Boolean));
}

/**
 * `{ npm, crate, identifier, type }`: `@acme/medusa-payment-acme` is the crate `medusa-payment-acme`, its provider is
 * the type `Acme`, and stores know it as `acme`.
 */
function namesFor(npm) {
  const crate = npm.replace(/^@[a-z0-9][a-z0-9._-]*\//, "");
  if (!CRATE.test(crate)) {
    if (/[\\/]/.test(crate)) throw bad(npm, "it is a name and no path; the folder is made where you are");
    const like = npm
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join("-");
    throw bad(
      npm,
      "expected lower-case letters, digits and single hyphens, with a letter first, " +
        `as in ${like && CRATE.test(like) ? like : "acme-pay"}`,
    );
  }
  if (npm.length > LONGEST) throw bad(npm, `expected no more than ${LONGEST} characters`);
  if (OF_RUST.has(crate)) throw bad(npm, "it is a word of Rust's own");
  if (OF_NPM.has(crate)) throw bad(npm, "it is a module of Node.js's own");
  if (OF_WINDOWS.test(crate)) throw bad(npm, "Windows allows no folder of that name");
  if (OF_DEPENDENCIES.has(crate) || OF_DEPENDENCIES.has(crate.replaceAll("-", "_")))
    throw bad(npm, "the project depends on the crate of that name");

  const identifier = crate.startsWith(PREFIX) ? crate.slice(PREFIX.length) : crate;
  if (OF_THIS_PACKAGE.has(identifier)) {
    throw bad(npm, `stores know a provider of medusa-payment-rs itself as ${identifier}`);
  }
  const type = identifier.replace(/(?:^|-)([a-z0-9])/g, (_, first) => first.toUpperCase());
  if (!/^[A-Z]/.test(type)) throw bad(npm, `expected a letter after ${PREFIX}`);
  if (OF_TYPES.has(type)) throw bad(npm, `the provider's type would be ${type}, which there is already`);
  return { npm, crate, identifier, type };
}

function bad(name, why) {
  return new Complaint(`"${name}" cannot be the project's name: ${why}`);
}

module.exports = { namesFor, OF_DEPENDENCIES, OF_THIS_PACKAGE, OF_TYPES };
