// Who may call. https://stripe.com/docs/api/authentication

const { forbidden, unauthorized } = require("./errors");

function authorize({ authorization, accountId }, { apiKey, account }) {
  const given = keyIn(authorization);
  if (!given) {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (given !== apiKey) throw unauthorized(`Invalid API Key provided: ${masked(given)}`);
  if (accountId !== undefined && accountId !== account.id) {
    const message = `The provided key '${masked(given)}' does not have access to account '${accountId}' (or that account does not exist).`;
    throw forbidden({ code: "account_invalid", message });
  }
}

/** A bearer token, or the name of basic authentication. */
function keyIn(authorization = "") {
  const [, scheme, value] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
  if (scheme?.toLowerCase() === "bearer") return value.trim();
  if (scheme?.toLowerCase() === "basic") return Buffer.from(value, "base64").toString().split(":")[0];
  return undefined;
}

/** The kind of key and its last four letters, as Stripe shows it. */
function masked(key) {
  const kind = /^(?:sk|rk|pk)_(?:test|live)_/.exec(key)?.[0] ?? "";
  const rest = key.slice(kind.length);
  return kind + "*".repeat(Math.max(0, rest.length - 4)) + rest.slice(-4);
}

module.exports = { authorize, masked };
