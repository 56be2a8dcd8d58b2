// Where a cart is sent to: Medusa does not tell a payment provider (`create-payment-session.js`, `@medusajs/core-flows`), and
// India's rules ask for it when goods are exported.

const { createRequire } = require("module");
const path = require("path");

const { hostFile } = require("../../link/host.js");
const { inTime } = require("../../link/in-time.js");
const serviceOf = require("../../link/service-of.js");

/** It takes some milliseconds: a database that is slower than this is not waited for. */
const LOOK_UP_MS = 500;

/** Resolves with the input and the address in its context, if there is one. Paying never fails because it cannot be looked up. */
async function withShippingAddress(provider, input) {
  const session = input?.context?.idempotency_key;
  if (typeof session !== "string" || input.data?.shipping || input.context.shipping_address) return input;
  const query = storesQuery();
  if (!query) return input;
  try {
    const shipping_address = await inTime(addressOf(session, provider, query), LOOK_UP_MS);
    return shipping_address ? { ...input, context: { ...input.context, shipping_address } } : input;
  } catch (error) {
    const what = `medusa-payment-rs: Stripe is not told where the cart of ${session} is sent to`;
    serviceOf(provider.container, "logger")?.warn(`${what}: ${error?.message ?? error}`);
    return input;
  }
}

async function addressOf(session, { container }, query) {
  const select = ["id", "payment_collection_id"];
  const { payment_collection_id } = await container.paymentSessionService.retrieve(session, { select });
  const { data: links } = await query.graph({
    entity: "cart_payment_collection",
    fields: ["cart.shipping_address.*"],
    filters: { payment_collection_id },
  });
  return links[0]?.cart?.shipping_address;
}

const FRAMEWORK = "@medusajs/framework";

const findFramework = (folder) => createRequire(path.join(folder, "package.json")).resolve(FRAMEWORK);

let framework;

/**
 * Medusa's query of this process, if it is a store: a module does not have it in its own container. Nothing is loaded for it.
 */
function storesQuery() {
  framework ??= hostFile(`${FRAMEWORK}/dist/index.js`, findFramework) ?? ""; // it is not installed
  try {
    return require.cache[framework]?.exports.container.resolve("query", { allowUnregistered: true });
  } catch {
    return undefined;
  }
}

module.exports = { withShippingAddress };
