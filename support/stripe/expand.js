// Expansion: an object in place of its id. https://stripe.com/docs/api/expanding_objects

/** Only `latest_charge`, in an intent and in a list of intents; Stripe's other paths are accepted and left alone. */
function expand(account, object, paths) {
  if (paths.includes("data.latest_charge")) {
    return { ...object, data: object.data.map((one) => expand(account, one, ["latest_charge"])) };
  }
  if (!paths.includes("latest_charge") || !object.latest_charge) return object;
  return { ...object, latest_charge: account.charges.get(object.latest_charge) };
}

module.exports = { expand };
