// PaymentIntents. https://stripe.com/docs/api/payment_intents

const { checkCharge, checkUnit, currency } = require("./currencies");
const { customerNamed } = require("./customers");
const {
  cardError,
  incompatibleMethod,
  invalid,
  missing,
  notFound,
  notInteger,
  refused,
  unexpectedState,
} = require("./errors");
const { newClientSecret, newId } = require("./ids");
const { page } = require("./lists");
const { metadata, mergeMetadata } = require("./metadata");
const { METHODS, automaticMethods, checkMethods, defaultOptions, methodData, methodOptions } = require("./methods");
const { canBeCapturedAgain } = require("./charges");
const {
  PAGE,
  flag,
  hash,
  hashOf,
  isWithin,
  oneOf,
  required,
  text,
  texts,
  times,
  unsettable,
  wholeNumber,
} = require("./params");
const { checkUse, methodNamed, methodOf } = require("./payment-methods");
const payments = require("./payments");

const amount = wholeNumber({ min: 1 });
/** Documented, and of no consequence here. */
const ignored = (value) => value;

/** What can be told at creation and changed later. */
const FIELDS = {
  application_fee_amount: wholeNumber({ min: 0 }),
  capture_method: oneOf("automatic", "automatic_async", "manual"),
  customer: text,
  description: text,
  metadata,
  payment_method: text,
  payment_method_configuration: text,
  payment_method_data: methodData,
  payment_method_options: methodOptions,
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

/** What says nothing unless the payment is confirmed at once. */
const ONLY_WITH_CONFIRM = ["error_on_requires_action", "mandate", "mandate_data", "off_session", "return_url"];

/** What may only change as long as the payment is not under way. */
const SETTLED_BY_PAYMENT = [
  "amount",
  "currency",
  "customer",
  "payment_method",
  "payment_method_configuration",
  "payment_method_data",
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
    automatic_payment_methods: hashOf({ allow_redirects: oneOf("always", "never"), enabled: required(flag) }),
    confirm: flag,
    confirmation_method: oneOf("automatic", "manual"),
    on_behalf_of: text,
  },
  run(account, params, request) {
    checkCharge(params.amount, params.currency);
    checkAlternatives(params);
    if (!params.confirm) checkUnconfirmed(params);
    else if (!params.payment_method && !params.payment_method_data) throw missing("payment_method");
    const fields = withMethods({ ...blank(account, request), ...fieldsOf({ metadata: {} }, params) }, params, request);
    if (params.customer) customerNamed(account, params.customer, { param: "customer", status: 400 });
    const method = methodGiven(account, params, fields);
    if (method) Object.assign(fields, { payment_method: method.id, status: "requires_confirmation" });
    if (params.confirm) checkReturn(fields, method, params);
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
  run(account, { intent: id, ...params }, request) {
    const old = intentNamed(account, id);
    const late = SETTLED_BY_PAYMENT.find((name) => params[name] !== undefined);
    if (late && !payments.PAYABLE.includes(old.status)) throw notUpdatable(old, late);
    checkAlternatives(params);
    const fields = withMethods({ ...old, ...fieldsOf(old, params) }, params, request);
    if (params.amount || params.currency) checkCharge(fields.amount, fields.currency);
    if (params.customer) customerNamed(account, params.customer, { param: "customer", status: 400 });
    const method = methodGiven(account, params, fields);
    if (method) {
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
    checkAlternatives(params);
    const { payment_method: _method, ...changes } = fieldsOf(old, params);
    const fields = withMethods({ ...old, ...changes }, params, request);
    const kept = old.payment_method ? { payment_method: old.payment_method } : {};
    const isGiven = params.payment_method || params.payment_method_data;
    const method = methodGiven(account, isGiven ? params : kept, fields);
    if (!method) {
      const hint =
        "You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.";
      const why = "You cannot confirm this PaymentIntent because it's missing a payment method.";
      throw unexpectedState(old, `${why} ${hint}`);
    }
    checkReturn(fields, method, params);
    const intent = account.intents.change(id, fields);
    return confirmed(account, intent, method, params, request);
  },
};

const capture = {
  params: {
    amount_to_capture: wholeNumber({ min: 0 }),
    application_fee_amount: ignored,
    final_capture: flag,
    metadata,
    statement_descriptor: ignored,
    statement_descriptor_suffix: ignored,
    transfer_data: ignored,
  },
  run(account, { intent: id, amount_to_capture: wanted, final_capture: isFinal = true, ...params }, request) {
    const intent = intentNamed(account, id);
    if (intent.status !== "requires_capture") throw notAllowed(intent, "captured", ["requires_capture"]);
    const taken = wanted ?? intent.amount_capturable;
    checkUnit(taken, intent.currency, "amount_to_capture");
    if (taken > intent.amount_capturable) {
      const message =
        "The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.";
      throw refused({ code: "amount_too_large", message, param: "amount_to_capture", payment_intent: intent });
    }
    checkPart(account, intent, taken, isFinal);
    if (params.metadata !== undefined) {
      account.intents.change(id, { metadata: mergeMetadata(intent.metadata, params.metadata) });
    }
    return payments.capture(account, intentNamed(account, id), taken, { isFinal, request });
  },
};

const CANCELABLE = ["requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"];
/** Stripe names one more, which it cancels "in rare cases". */
const NAMED_CANCELABLE = [...CANCELABLE, "processing"];

const cancel = {
  params: { cancellation_reason: oneOf("duplicate", "fraudulent", "requested_by_customer", "abandoned") },
  run(account, { intent: id, cancellation_reason: reason }, request) {
    const intent = intentNamed(account, id);
    if (!CANCELABLE.includes(intent.status)) {
      const allowed = `Only a PaymentIntent with one of the following statuses may be canceled: ${NAMED_CANCELABLE.join(", ")}.`;
      const message = `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. ${allowed}`;
      throw unexpectedState(intent, message);
    }
    return payments.cancel(account, intent, reason, request);
  },
};

const list = {
  params: { ...PAGE, customer: text, created: times },
  run: (account, { customer, created, ...cursors }) =>
    page(
      {
        what: "payment_intent",
        url: "/v1/payment_intents",
        objects: account.intents.all(),
        filter: (intent) =>
          (customer === undefined || intent.customer === customer) && isWithin(intent.created, created),
      },
      cursors,
    ),
};

function intentNamed(account, id) {
  const intent = account.intents.get(id);
  if (!intent) throw notFound("payment_intent", id, { param: "intent" });
  return intent;
}

const MOST_CAPTURES = 50;

/** What a capture of less than everything needs. https://stripe.com/docs/payments/multicapture */
function checkPart(account, intent, amount, isFinal) {
  const charge = account.charges.get(intent.latest_charge);
  // Nothing more is taken only to release the rest after a part.
  if (amount === 0 && !(isFinal && intent.amount_received > 0)) {
    throw notInteger("amount_to_capture", "This value must be greater than or equal to 1.");
  }
  if (!isFinal && !canBeCapturedAgain(charge)) {
    const message =
      "This PaymentIntent cannot be captured multiple times: `final_capture` can only be false when multicapture is available for its payment method.";
    throw refused({ message, param: "final_capture", payment_intent: intent });
  }
  const parts = account.moves.filter(({ type, charge: id }) => type === "capture" && id === charge.id).length;
  if (!isFinal && parts + 1 >= MOST_CAPTURES) {
    const message = `A PaymentIntent can be captured up to ${MOST_CAPTURES} times.`;
    throw refused({ message, param: "final_capture", payment_intent: intent });
  }
}

/** Of some parameters only one can be told. */
function checkAlternatives(params) {
  const alternatives = [
    ["automatic_payment_methods", "payment_method_types"],
    ["payment_method_configuration", "payment_method_types"],
    ["payment_method", "payment_method_data"],
  ];
  for (const both of alternatives) {
    if (!both.every((name) => params[name])) continue;
    const message = `You may only specify one of these parameters: ${both.join(", ")}.`;
    throw invalid({ message, param: both[0] });
  }
}

function checkUnconfirmed(params) {
  const name = ONLY_WITH_CONFIRM.find((one) => params[one] !== undefined);
  if (!name) return;
  const message = `The parameter \`${name}\` cannot be passed when creating a PaymentIntent unless \`confirm\` is set to true.`;
  throw invalid({ code: "payment_intent_invalid_parameter", message, param: name });
}

/** A method that leads the shopper away has to know where to send them back. */
function checkReturn({ automatic_payment_methods: automatic }, method, params) {
  if (params.return_url || params.use_stripe_sdk) return;
  if (automatic?.enabled && automatic.allow_redirects !== "never") {
    const why =
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.";
    const hint =
      "If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.";
    throw invalid({ message: `${why} ${hint}` });
  }
  if (METHODS[method.type].asks === "redirect_to_url") throw missing("return_url");
}

/** The method that the parameters name or describe, if they do. */
function methodGiven(account, { payment_method: id, payment_method_data: data }, intent) {
  if (!id && !data) return undefined;
  const method = id ? methodNamed(account, id) : methodOf(account, data);
  if (!intent.payment_method_types.includes(method.type)) {
    throw incompatibleMethod(method.type, intent.payment_method_types);
  }
  if (METHODS[method.type].needsCustomer && !intent.customer) throw missing("customer");
  checkUse(method, intent.customer);
  return method;
}

function confirmed(account, intent, method, { return_url: returnUrl, off_session: offSession }, request) {
  const isAway = offSession !== undefined && offSession !== "false";
  const after = payments.attempt(account, intent, method, { request, returnUrl, offSession: isAway });
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
  for (const name of ["payment_method_options", "payment_method_data", "payment_method_configuration"]) {
    delete given[name]; // they are no fields, or depend on others
  }
  if (given.shipping) given.shipping = { carrier: null, phone: null, tracking_number: null, ...given.shipping };
  return { ...given, metadata: mergeMetadata(old.metadata, params.metadata) };
}

/** How the intent can be paid, which follows from its other fields unless it was told. */
function withMethods(fields, params, request) {
  const automatic = automaticOf(fields, params, request);
  const about = {
    currency: fields.currency,
    captureMethod: fields.capture_method,
    setupFutureUsage: fields.setup_future_usage,
  };
  const fitting = () => automaticMethods(about).filter((type) => !about.setupFutureUsage || METHODS[type].saves);
  const types = automatic?.enabled ? fitting() : (fields.payment_method_types ?? ["card"]);
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
    ...configurationOf(params),
    payment_method_options: options,
    payment_method_types: types,
  };
}

/** Since this version a PaymentIntent takes what the Dashboard says unless it is told its types. */
const AUTOMATIC_SINCE = "2023-08-16";
/** Since this version a captured charge need not have its balance transaction yet. */
const ASYNC_SINCE = "2024-04-10";

const isSince = (request, version) => request !== undefined && request.version >= version;

function automaticOf(fields, params, request) {
  if (params.payment_method_types) return null;
  const isByDefault = fields.payment_method_types === null && isSince(request, AUTOMATIC_SINCE);
  const isConfigured = isByDefault || params.payment_method_configuration;
  const automatic = params.automatic_payment_methods ?? (isConfigured ? { enabled: true } : null);
  if (!automatic) return fields.automatic_payment_methods;
  // What came with redirects is newer than the version that has no field for it.
  return automatic.enabled && isSince(request, AUTOMATIC_SINCE)
    ? { allow_redirects: "always", ...automatic }
    : automatic;
}

function configurationOf({ payment_method_configuration: id }) {
  if (!id) return {};
  if (!id.startsWith("pmc_")) {
    throw notFound("payment_method_configuration", id, { param: "payment_method_configuration", status: 400 });
  }
  return { payment_method_configuration_details: { id, parent: null } };
}

function blank({ clock }, request) {
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
    capture_method: isSince(request, ASYNC_SINCE) ? "automatic_async" : "automatic",
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
    ...(isSince(request, AUTOMATIC_SINCE) && { payment_method_configuration_details: null }),
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

module.exports = { blank, create, retrieve, update, confirm, capture, cancel, list, intentNamed };
