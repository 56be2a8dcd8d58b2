// What the command line asks for.

const { parseArgs } = require("node:util");
const { Complaint } = require("./complaint");

const OPTIONS = {
  crate: { type: "string" },
  package: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
};

/** `{ command, name, options }` */
function parse(args) {
  const { values, positionals } = read(args);
  const [command, name, ...more] = positionals;
  if (values.version) return { command: "version" };
  if (values.help || command === undefined || command === "help") return { command: "help" };
  if (command !== "new") throw new Complaint(`there is no command "${command}"; see npx medusa-payment-rs help`);
  if (name === undefined) throw new Complaint("the name is missing, as in: npx medusa-payment-rs new acme-pay");
  if (more.length > 0) throw new Complaint(`one name is expected, and "${more[0]}" is another`);
  return { command, name, options: { crate: values.crate, package: values.package } };
}

function read(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Complaint(`${error.message.split(". ")[0]}; see npx medusa-payment-rs help`);
  }
}

module.exports = { parse };
