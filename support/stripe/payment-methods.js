// PaymentMethods: what the shopper pays with. https://stripe.com/docs/api/payment_methods
//
// The account keeps `{ id, type, card, customer, billing, metadata, created, used }`: `card` is the name of what comes of
// it, and `used` tells that it may not be used again because no customer has it.

const { TEST_METHODS, TOKENS, cardNamed } = require("./cards");
const { customerNamed } = require("./customers");
const { invalid, missing, notFound, refused } = require("./errors");
const { newId } = require("./ids");
const { page } = require("./lists");
const { metadata, mergeMetadata } = require("./metadata");
const { METHODS, methodData } = require("./methods");
const { PAGE, hash, openHashOf, oneOf, required, text } = require("./params");

const create = {
  params: {
    billing_details: hash,
    card: openHashOf({ token: text }),
    metadata,
    type: required(oneOf(...Object.keys(METHODS))),
  },
  run: (account, params) => shown(methodOf(account, params)),
};

const retrieve = { params: {}, run: (account, { method }) => shown(found(account, method)) };

const attach = {
  params: { customer: required(text) },
  run(account, { method: id, customer }, request) {
    customerNamed(account, customer, { param: "customer", status: 400 });
    const method = methodNamed(account, id);
    if (method.customer) {
      throw refused({ message: "The payment method you provided has already been attached to a customer." });
    }
    if (!METHODS[method.type].saves) {
      throw refused({ message: `PaymentMethods of type '${method.type}' cannot be saved to customers.` });
    }
    if (method.used) throw reused();
    return shown(attached(account, method, customer, request));
  },
};

const detach = {
  params: {},
  run(account, { method: id }, request) {
    const { customer } = found(account, id);
    if (!customer) {
      const message = "The payment method you provided is not attached to a customer so detachment is impossible.";
      throw refused({ message });
    }
    return shown(detached(account, id, request));
  },
};

const list = {
  params: { ...PAGE, customer: text, type: text },
  run(account, { customer, type, ...cursors }) {
    if (customer === undefined) throw missing("customer");
    return listOf(account, { customer, type, url: "/v1/payment_methods", param: "customer" }, cursors);
  },
};

const ofCustomer = {
  params: { ...PAGE, type: text },
  run: (account, { customer, type, ...cursors }) =>
    listOf(account, { customer, type, url: `/v1/customers/${customer}/payment_methods`, param: "customer" }, cursors),
};

function listOf(account, { customer, type, url, param }, cursors) {
  customerNamed(account, customer, { param });
  const objects = account.methods.all().map(shown);
  const filter = (method) => method.customer === customer && (type === undefined || method.type === type);
  return page({ what: "payment_method", url, objects, filter }, cursors);
}

/** Makes one of the parameters that describe it. */
function methodOf(account, { type, card, billing_details: billing, metadata: given }) {
  if (!Object.hasOwn(METHODS, type)) {
    throw invalid({ message: `The payment method type "${type}" is invalid.`, param: "payment_method_data[type]" });
  }
  return newMethod(account, { type, card: cardOf(type, card), billing, metadata: mergeMetadata({}, given) });
}

function cardOf(type, card) {
  if (type !== "card") return "ok";
  if (!card) throw missing("card");
  if (!card.token) {
    const message =
      "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing.";
    throw refused({ message }, 402);
  }
  if (!Object.hasOwn(TOKENS, card.token)) throw notFound("token", card.token, { param: "card[token]", status: 400 });
  return TOKENS[card.token];
}

/** One of Stripe's names for testing stands for a new payment method each time. */
function methodNamed(account, id) {
  if (Object.hasOwn(TEST_METHODS, id)) return newMethod(account, { type: "card", card: TEST_METHODS[id] });
  const method = account.methods.get(id);
  if (!method) throw notFound("PaymentMethod", id, { param: "payment_method", status: 400 });
  return method;
}

function found(account, id) {
  const method = account.methods.get(id);
  if (!method) throw notFound("PaymentMethod", id, { param: "id" });
  return method;
}

function newMethod(account, { type, card = "ok", billing = {}, metadata = {} }) {
  cardNamed(card);
  return account.methods.add({
    id: newId("pm"),
    type,
    card,
    customer: null,
    billing: { ...BILLING, ...billing, address: { ...BILLING.address, ...billing?.address } },
    metadata,
    created: account.clock.seconds(),
    used: false,
  });
}

/** Kept for the customer from now on. */
function attached(account, { id }, customer, request) {
  const method = account.methods.change(id, { customer, used: false });
  account.emit("payment_method.attached", shown(method), request);
  return method;
}

function detached(account, id, request) {
  const method = account.methods.change(id, { customer: null, used: true });
  account.emit("payment_method.detached", shown(method), request);
  return method;
}

/** Whether the method may pay for the customer. */
function checkUse({ id, customer: owner, used }, customer) {
  if (owner && owner !== customer) {
    const message = customer
      ? `The PaymentMethod ${id} does not belong to the Customer you supplied ${customer}. Please use this PaymentMethod with the Customer that it belongs to instead.`
      : `The payment method supplied (${id}) belongs to the Customer ${owner}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`;
    throw refused({ message, param: "payment_method" });
  }
  if (used && !owner) throw reused();
}

const reused = () =>
  refused({
    message:
      "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
    param: "payment_method",
  });

const BILLING = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
};

function cardDetails(name) {
  const { last4, brand = "visa" } = cardNamed(name);
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
    country: "US",
    exp_month: 12,
    exp_year: 2034,
    fingerprint: `Fp${last4}`.padEnd(16, "0"),
    funding: "credit",
    last4,
    three_d_secure: null,
    wallet: null,
  };
}

/** The object as Stripe shows it. */
const shown = ({ id, type, card, customer, billing, metadata: stored, created }) => ({
  id,
  object: "payment_method",
  billing_details: billing,
  [type]: type === "card" ? cardDetails(card) : {},
  created,
  customer,
  livemode: false,
  metadata: stored,
  type,
});

module.exports = {
  create,
  retrieve,
  attach,
  detach,
  list,
  ofCustomer,
  attached,
  cardDetails,
  checkUse,
  detached,
  methodData,
  methodNamed,
  methodOf,
  newMethod,
  shown,
};
