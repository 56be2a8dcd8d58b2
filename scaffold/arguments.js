// What the command line asks for.

const { parseArgs } = require("node:util");
const { Complaint } = require("../cli/complaint");

const OPTIONS = {
  crate: { type: "string" },
  package: { type: "string" },
};

/** `{ name, options }` */
function parse(args) {
  const { values, positionals } = read(args);
  const [name, ...more] = positionals;
  if (name === undefined) throw new Complaint("the name is missing, as in: npx medusa-payment-rs new acme-pay");
  if (more.length > 0) throw new Complaint(`one name is expected, and "${more[0]}" is another`);
  return { name, options: { crate: values.crate, package: values.package } };
}

function read(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Complaint(`${error.message.split(". ")[0]}; see npx medusa-payment-rs help`);
  }
}

module.exports = { parse };
