// Points `@medusajs/payment-stripe`, which has no option for that, to a fake.

/** Returns the plugin's service, whose requests go to `url` from now on. */
function pointTo(service, url) {
  const { hostname: host, port } = new URL(url);
  for (const [name, value] of Object.entries({ host, port, protocol: "http" }))
    service.stripe_._setApiField(name, value);
  return service;
}

module.exports = { pointTo };
