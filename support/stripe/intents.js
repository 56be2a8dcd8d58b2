// PaymentIntents. https://stripe.com/docs/api/payment_intents

const { TEST_METHODS } = require("./cards");
const { checkCharge, checkUnit, currency } = require("./currencies");
const { customerNamed } = require("./customers");
const { cardError, invalid, missing, notFound, refused, unexpectedState } = require("./errors");
const { newClientSecret, newId } = require("./ids");
const { page } = require("./lists");
const { metadata, mergeMetadata } = require("./metadata");
const { automaticMethods, checkMethods, defaultOptions } = require("./methods");
const { PAGE, flag, hash, hashOf, oneOf, required, text, texts, unsettable, wholeNumber } = require("./params");
const payments = require("./payments");

const amount = wholeNumber({ min: 1 });
/** Documented, and of no consequence here. */
const ignored = (value) => value;

/** What can be told at creation and changed later. */
const FIELDS = {
  application_fee_amount: wholeNumber({ min: 0 }),
  capture_method: oneOf("automatic", "manual"),
  customer: text,
  description: text,
  metadata,
  payment_method: text,
  payment_method_options: hash,
  payment_method_types: texts,
  receipt_email: text,
  setup_future_usage: unsettable(oneOf("off_session", "on_session")),
  shipping: hash,
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  transfer_data: hash,
  transfer_group: text,
};

const CONFIRMATION = {
  error_on_requires_action: flag,
  mandate: ignored,
  mandate_data: ignored,
  off_session: ignored,
  radar_options: ignored,
  return_url: text,
  use_stripe_sdk: flag,
};

/** What may only change as long as the payment is not under way. */
const SETTLED_BY_PAYMENT = [
  "amount",
  "currency",
  "customer",
  "payment_method",
  "payment_method_types",
  "payment_method_options",
  "capture_method",
  "setup_future_usage",
  "application_fee_amount",
];

const create = {
  params: {
    ...FIELDS,
    ...CONFIRMATION,
    amount: required(amount),
    currency: required(currency),
    automatic_payment_methods: hashOf({ enabled: required(flag) }),
    confirm: flag,
    confirmation_method: oneOf("automatic", "manual"),
    on_behalf_of: text,
  },
  run(account, params, request) {
    checkCharge(params.amount, params.currency);
    if (params.automatic_payment_methods && params.payment_method_types) {
      const message = "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.";
      throw invalid({ message, param: "automatic_payment_methods" });
    }
    if (params.confirm && !params.payment_method) throw missing("payment_method");
    const fields = withMethods({ ...blank(account), ...fieldsOf({ metadata: {} }, params) }, params);
    if (params.customer) customerNamed(account, params.customer, { param: "customer", status: 400 });
    const method = params.payment_method && methodNamed(account, params.payment_method);
    if (method) Object.assign(fields, { payment_method: method.id, status: "requires_confirmation" });
    const intent = account.intents.add(fields);
    account.emit("payment_intent.created", intent, request);
    return params.confirm ? confirmed(account, intent, method, params, request) : intent;
  },
};

const retrieve = {
  // A browser sends the secret along with the publishable key.
  params: { client_secret: text },
  run: (account, { intent }) => intentNamed(account, intent),
};

const update = {
  params: { ...FIELDS, amount, currency },
  run(account, { intent: id, ...params }) {
    const old = intentNamed(account, id);
    const late = SETTLED_BY_PAYMENT.find((name) => params[name] !== undefined);
    if (late && !payments.PAYABLE.includes(old.status)) throw notUpdatable(old, late);
    const fields = withMethods({ ...old, ...fieldsOf(old, params) }, params);
    if (params.amount || params.currency) checkCharge(fields.amount, fields.currency);
    if (params.customer) customerNamed(account, params.customer, { param: "customer", status: 400 });
    if (params.payment_method) {
      const method = methodNamed(account, params.payment_method);
      Object.assign(fields, { payment_method: method.id, status: "requires_confirmation", next_action: null });
    } else if (params.payment_method === null) {
      Object.assign(fields, { status: "requires_payment_method", next_action: null });
    } else if (old.status === "requires_action" && (params.amount || params.currency)) {
      // The shopper was asked about another amount: the question has to be asked again.
      Object.assign(fields, { status: "requires_confirmation", next_action: null });
    }
    return account.intents.change(id, fields);
  },
};

const confirm = {
  params: { ...FIELDS, ...CONFIRMATION },
  run(account, { intent: id, ...params }, request) {
    const old = intentNamed(account, id);
    if (old.status === "succeeded") {
      throw unexpectedState(
        old,
        "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
      );
    }
    if (!payments.PAYABLE.includes(old.status)) throw notAllowed(old, "confirmed", payments.PAYABLE);
    const methodId = params.payment_method ?? old.payment_method;
    if (!methodId) {
      throw unexpectedState(old, "You cannot confirm this PaymentIntent because it's missing a payment method.");
    }
    const method = methodNamed(account, methodId);
    const { payment_method: _method, ...fields } = fieldsOf(old, params);
    const intent = account.intents.change(id, withMethods({ ...old, ...fields }, params));
    return confirmed(account, intent, method, params, request);
  },
};

const capture = {
  params: {
    amount_to_capture: amount,
    application_fee_amount: ignored,
    statement_descriptor: ignored,
    statement_descriptor_suffix: ignored,
    transfer_data: ignored,
  },
  run(account, { intent: id, amount_to_capture: wanted }, request) {
    const intent = intentNamed(account, id);
    if (intent.status !== "requires_capture") throw notAllowed(intent, "captured", ["requires_capture"]);
    const taken = wanted ?? intent.amount_capturable;
    checkUnit(taken, intent.currency, "amount_to_capture");
    if (taken > intent.amount_capturable) {
      const message =
        "The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.";
      throw refused({ code: "amount_too_large", message, param: "amount_to_capture", payment_intent: intent });
    }
    return payments.capture(account, intent, taken, request);
  },
};

const CANCELABLE = ["requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"];

const cancel = {
  params: { cancellation_reason: oneOf("duplicate", "fraudulent", "requested_by_customer", "abandoned") },
  run(account, { intent: id, cancellation_reason: reason }, request) {
    const intent = intentNamed(account, id);
    if (!CANCELABLE.includes(intent.status)) {
      const allowed = `Only a PaymentIntent with one of the following statuses may be canceled: ${CANCELABLE.join(", ")}.`;
      const message = `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. ${allowed}`;
      throw unexpectedState(intent, message);
    }
    return payments.cancel(account, intent, reason, request);
  },
};

const list = {
  params: { ...PAGE, customer: text },
  run: (account, { customer, ...cursors }) =>
    page(
      {
        what: "payment_intent",
        url: "/v1/payment_intents",
        objects: account.intents.all(),
        filter: (intent) => customer === undefined || intent.customer === customer,
      },
      cursors,
    ),
};

function intentNamed(account, id) {
  const intent = account.intents.get(id);
  if (!intent) throw notFound("payment_intent", id, { param: "intent" });
  return intent;
}

/** One of Stripe's names for testing stands for a new payment method each time. */
function methodNamed(account, id) {
  if (Object.hasOwn(TEST_METHODS, id)) {
    return account.methods.add({ id: newId("pm"), type: "card", card: TEST_METHODS[id] });
  }
  const method = account.methods.get(id);
  if (!method) throw notFound("PaymentMethod", id, { param: "payment_method", status: 400 });
  return method;
}

function confirmed(account, intent, method, { return_url: returnUrl }, request) {
  const after = payments.attempt(account, intent, method, { request, returnUrl });
  if (after.last_payment_error) throw cardError(after);
  return after;
}

function notUpdatable(intent, param) {
  const why = `This PaymentIntent's ${param} could not be updated because it has a status of ${intent.status}.`;
  const allowed = `You may only update the ${param} of a PaymentIntent with one of the following statuses: ${payments.PAYABLE.join(", ")}.`;
  return unexpectedState(intent, `${why} ${allowed}`, param);
}

function notAllowed(intent, done, statuses) {
  const why = `This PaymentIntent could not be ${done} because it has a status of ${intent.status}.`;
  const allowed = `Only a PaymentIntent with one of the following statuses may be ${done}: ${statuses.join(", ")}.`;
  return unexpectedState(intent, `${why} ${allowed}`);
}

/** The parameters that are fields of the intent, as the intent shows them. */
function fieldsOf(old, params) {
  const names = ["amount", "currency", "confirmation_method", "on_behalf_of", ...Object.keys(FIELDS)];
  const given = Object.fromEntries(names.filter((name) => name in params).map((name) => [name, params[name]]));
  delete given.payment_method_options; // it depends on the types
  if (given.shipping) given.shipping = { carrier: null, phone: null, tracking_number: null, ...given.shipping };
  return { ...given, metadata: mergeMetadata(old.metadata, params.metadata) };
}

/** How the intent can be paid, which follows from its other fields unless it was told. */
function withMethods(fields, params) {
  const chosen = params.payment_method_types ? null : fields.automatic_payment_methods;
  const automatic = params.automatic_payment_methods ?? chosen;
  const about = { currency: fields.currency, captureMethod: fields.capture_method };
  const types = automatic?.enabled ? automaticMethods(about) : (fields.payment_method_types ?? ["card"]);
  checkMethods(types, about);
  const options = defaultOptions(types);
  for (const type of types) {
    options[type] = {
      ...options[type],
      ...fields.payment_method_options?.[type],
      ...params.payment_method_options?.[type],
    };
  }
  return {
    ...fields,
    automatic_payment_methods: automatic,
    payment_method_options: options,
    payment_method_types: types,
  };
}

function blank({ clock }) {
  const id = newId("pi");
  return {
    id,
    object: "payment_intent",
    amount: null,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic",
    client_secret: newClientSecret(id),
    confirmation_method: "automatic",
    created: clock.seconds(),
    currency: null,
    customer: null,
    description: null,
    invoice: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_options: null,
    payment_method_types: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: "requires_payment_method",
    transfer_data: null,
    transfer_group: null,
  };
}

module.exports = { create, retrieve, update, confirm, capture, cancel, list, intentNamed };
