// `npm run demo`: a shopper buys in a real Medusa store, and the payments run through Rust. `-- --medusa 2` opens a store
// on Medusa 2, `-- --stripe` pays with Stripe (`demo/stripe.js`), `-- --plugin ../acme-pay` through a package of your own
// (`demo/plugin.js`), and `-- --serve` leaves the store open afterwards.

require("../support/prerequisites").check(); // before anything that an old Node could not read

const path = require("node:path");
const { parseArgs, stripVTControlCharacters } = require("node:util");
const { isInstalled, npm } = require("../support/npm");
const { ROOT } = require("../support/paths");
const { stopAll, stopOnSignals } = require("../support/processes");
const { progress } = require("./support/progress");
const report = require("./support/report");

const OPTIONS = {
  medusa: { type: "string", default: "1" },
  stripe: { type: "boolean" },
  plugin: { type: "string" },
  options: { type: "string" },
  serve: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

const HELP = `Usage: npm run demo [-- <options>]        (the first -- is for npm)

  --medusa <1 or 2>     which Medusa the store runs on; 1 if not given
  --stripe              pay with Stripe: a fake of it, or with a test key in STRIPE_API_KEY Stripe itself
  --plugin <folder>     pay through a payment plugin of your own, as npx medusa-payment-rs new makes one
  --options <json>      the plugin's options; without them its own fake is started
  --serve               leave the store open afterwards
  -h, --help            say this`;

const step = progress();
let interrupted = false;

main().catch(async (error) => {
  if (interrupted) return;
  await stopAll();
  console.error(failure(error));
  process.exitCode = 1;
});

/** Where a server has said much before it ended: first that, and last what happened and why. */
function failure({ message }) {
  const [headline, ...output] = stripVTControlCharacters(message).split("\n");
  const reason = output.find((line) => /^\w*Error(?: \[\w+\])?: /.test(line));
  if (!reason) return `\nThe demo failed: ${message}`;
  return [...output, "", `The demo failed: ${headline.trim()}`, reason].join("\n");
}

stopOnSignals({
  before() {
    interrupted = true;
    console.log("\nStopping the servers and deleting their data.");
  },
});

function flagsOf(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Error(`${error.message.split(". ")[0]}\n\n${HELP}`);
  }
}

async function main() {
  const flags = flagsOf(process.argv.slice(2));
  if (flags.help) return console.log(HELP);
  const { title, open } = require(providerFor(flags));
  report.title(title);
  const payments = await open(flags);
  try {
    if (payments.where) report.act(`Payments go to ${payments.where}`);
    await tell(payments, flags);
  } finally {
    await payments.close();
  }
}

/** The file of the provider that the flags ask for, in the folder of the Medusa that they ask for. */
function providerFor({ medusa, stripe, plugin }) {
  if (!["1", "2"].includes(medusa)) throw new Error(`--medusa: expected 1 or 2, not ${medusa}`);
  if (stripe && plugin !== undefined) throw new Error("--stripe and --plugin: expected one of them, not both");
  const name = plugin !== undefined ? "plugin" : stripe ? "stripe" : "manual";
  return path.join(__dirname, `demo/medusa${medusa}/${name}.js`);
}

async function tell(payments, { medusa, serve }) {
  if (!isInstalled(ROOT)) await step("npm ci", (note) => npm(ROOT, ["ci"], { onLine: note }));
  await step("npm run build", (note) => npm(ROOT, ["run", "build"], { onLine: note }));
  await payments.prepare?.(step);
  const { openStory } = require(`./demo/medusa${medusa}/story`);
  const story = await openStory(payments, { step, serve });
  await story.tell();
  if (serve) {
    story.showDoors();
    const how = await story.shop.medusa.exited;
    throw new Error(`Medusa ended by itself with ${how}`);
  }
  await story.shop.close();
  report.title("Done. All orders are recorded as they should be; nothing is left running.");
}
