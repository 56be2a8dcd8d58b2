// Customers. https://stripe.com/docs/api/customers

const { invalid, notFound } = require("./errors");
const { newId } = require("./ids");
const { page } = require("./lists");
const { metadata, mergeMetadata } = require("./metadata");
const { PAGE, hash, hashOf, shortText, text, texts } = require("./params");

const ADDRESS = ["city", "country", "line1", "line2", "postal_code", "state"];

const FIELDS = {
  address,
  description: text,
  email,
  metadata,
  name: shortText(256),
  phone: shortText(20),
  preferred_locales: texts,
  shipping: hash,
};

/** Of an address every field is shown. */
function address(value, name) {
  if (value === "") return null;
  const given = hashOf(Object.fromEntries(ADDRESS.map((field) => [field, text])))(value, name);
  return { ...Object.fromEntries(ADDRESS.map((field) => [field, null])), ...given };
}

function email(value, name) {
  const given = shortText(512)(value, name);
  if (given === null || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given)) return given;
  throw invalid({ code: "email_invalid", message: `Invalid email address: ${given}`, param: name });
}

const create = {
  params: FIELDS,
  run(account, params, request) {
    const customer = account.customers.add({ ...blank(account), ...fieldsOf({}, params) });
    account.emit("customer.created", customer, request);
    return customer;
  },
};

const update = {
  params: FIELDS,
  run(account, { customer: id, ...params }, request) {
    const old = customerNamed(account, id);
    const customer = account.customers.change(id, fieldsOf(old, params));
    account.emit("customer.updated", customer, request);
    return customer;
  },
};

const retrieve = {
  params: {},
  run: (account, { customer: id }) => account.deletedCustomers.get(id) ?? customerNamed(account, id),
};

const remove = {
  params: {},
  run(account, { customer: id }, request) {
    const customer = customerNamed(account, id);
    account.customers.remove(id);
    for (const { id: method, customer: owner } of account.methods.all()) {
      if (owner === id) account.methods.change(method, { customer: null, used: true });
    }
    account.emit("customer.deleted", customer, request);
    return account.deletedCustomers.add({ id, object: "customer", deleted: true });
  },
};

const list = {
  params: { ...PAGE, email: text },
  run: (account, { email, ...cursors }) =>
    page(
      {
        what: "customer",
        url: "/v1/customers",
        objects: account.customers.all(),
        filter: (customer) => email === undefined || customer.email === email,
      },
      cursors,
    ),
};

const fieldsOf = (old, params) => ({ ...params, metadata: mergeMetadata(old.metadata ?? {}, params.metadata) });

function customerNamed(account, id, where = { param: "id" }) {
  const customer = account.customers.get(id);
  if (!customer) throw notFound("customer", id, where);
  return customer;
}

function blank({ clock }) {
  const id = newId("cus");
  return {
    id,
    object: "customer",
    address: null,
    balance: 0,
    created: clock.seconds(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
}

module.exports = { address, create, update, retrieve, remove, list, customerNamed };
