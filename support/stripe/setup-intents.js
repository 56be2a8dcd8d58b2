// SetupIntents: a payment method is kept for later, and nothing is paid. https://stripe.com/docs/api/setup_intents

const { AUTHENTICATION_REQUIRED, cardNamed } = require("./cards");
const { customerNamed } = require("./customers");
const { StripeError, invalid, notFound, refused } = require("./errors");
const { newClientSecret, newId } = require("./ids");
const { METHODS } = require("./methods");
const { metadata, mergeMetadata } = require("./metadata");
const { flag, hash, oneOf, openHashOf, required, text, texts } = require("./params");
const { attached, methodData, methodNamed, methodOf, shown } = require("./payment-methods");

const CONFIRMATION = { mandate_data: (value) => value, return_url: text, use_stripe_sdk: flag };

const create = {
  params: {
    ...CONFIRMATION,
    attach_to_self: flag,
    automatic_payment_methods: openHashOf({ enabled: required(flag) }),
    confirm: flag,
    customer: text,
    description: text,
    metadata,
    payment_method: text,
    payment_method_configuration: text,
    payment_method_data: methodData,
    payment_method_options: hash,
    payment_method_types: texts,
    usage: oneOf("off_session", "on_session"),
  },
  run(account, params, request) {
    const { customer = null, description = null, usage = "off_session" } = params;
    if (customer) customerNamed(account, customer, { param: "customer", status: 400 });
    const automatic = params.payment_method_types ? null : (params.automatic_payment_methods ?? null);
    const types = params.payment_method_types ?? ["card"];
    const single = types.find((type) => !METHODS[type]?.saves);
    if (single) {
      const message = `The payment method type "${single}" cannot be used with SetupIntents.`;
      throw invalid({ message, param: "payment_method_types" });
    }
    const method = given(account, params);
    const id = newId("seti");
    const setup = account.setups.add({
      id,
      object: "setup_intent",
      application: null,
      automatic_payment_methods: automatic,
      cancellation_reason: null,
      client_secret: newClientSecret(id),
      created: account.clock.seconds(),
      customer,
      description,
      flow_directions: null,
      last_setup_error: null,
      latest_attempt: null,
      livemode: false,
      mandate: null,
      metadata: mergeMetadata({}, params.metadata),
      next_action: null,
      on_behalf_of: null,
      payment_method: method?.id ?? null,
      payment_method_options: params.payment_method_options ?? {},
      payment_method_types: types,
      single_use_mandate: null,
      status: method ? "requires_confirmation" : "requires_payment_method",
      usage,
    });
    account.emit("setup_intent.created", setup, request);
    return params.confirm ? confirmed(account, setup, method, request) : setup;
  },
};

const retrieve = { params: { client_secret: text }, run: (account, { setup }) => setupNamed(account, setup) };

const confirm = {
  params: { ...CONFIRMATION, payment_method: text, payment_method_data: methodData },
  run(account, { setup: id, ...params }, request) {
    const setup = setupNamed(account, id);
    expectOpen(setup, "confirm");
    const method = given(account, params) ?? account.methods.get(setup.payment_method);
    return confirmed(account, setup, method, request);
  },
};

const cancel = {
  params: { cancellation_reason: oneOf("abandoned", "duplicate", "requested_by_customer") },
  run(account, { setup: id, cancellation_reason: reason = null }, request) {
    expectOpen(setupNamed(account, id), "cancel");
    const setup = account.setups.change(id, { status: "canceled", cancellation_reason: reason });
    account.emit("setup_intent.canceled", setup, request);
    return setup;
  },
};

function given(account, { payment_method: id, payment_method_data: data }) {
  if (id) return methodNamed(account, id);
  return data && methodOf(account, data);
}

function confirmed(account, setup, method, request) {
  if (!method) {
    const message = "You cannot confirm this SetupIntent because it's missing a payment method.";
    throw refused({ code: "setup_intent_unexpected_state", message, setup_intent: setup });
  }
  const after = attempt(account, setup, method, request);
  if (!after.last_setup_error) return after;
  const { last_setup_error: error } = after;
  throw new StripeError(402, { ...error, setup_intent: after, type: "card_error" });
}

/** Keeps the method for the customer, unless its bank refuses. Without a customer it can be attached later. */
function attempt(account, { id, customer }, method, request) {
  const card = cardNamed(method.card);
  const reason = card.challenge ? AUTHENTICATION_REQUIRED : card.decline;
  if (reason) {
    const changes = { status: "requires_payment_method", payment_method: null };
    const error = { ...reason, payment_method: shown(method), type: "card_error" };
    const failed = account.setups.change(id, { ...changes, last_setup_error: error });
    account.emit("setup_intent.setup_failed", failed, request);
    return failed;
  }
  if (customer && !method.customer) attached(account, method, customer, request);
  const changes = { status: "succeeded", payment_method: method.id, last_setup_error: null };
  const setup = account.setups.change(id, changes);
  account.emit("setup_intent.succeeded", setup, request);
  return setup;
}

function setupNamed(account, id) {
  const setup = account.setups.get(id);
  if (!setup) throw notFound("setupintent", id, { param: "intent" });
  return setup;
}

function expectOpen(setup, verb) {
  if (setup.status !== "succeeded" && setup.status !== "canceled") return;
  const message = `You cannot ${verb} this SetupIntent because it has a status of ${setup.status}.`;
  throw refused({ code: "setup_intent_unexpected_state", message, setup_intent: setup });
}

module.exports = { create, retrieve, confirm, cancel, attempt, expectOpen, setupNamed };
