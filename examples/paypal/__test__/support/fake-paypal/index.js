// A PayPal for tests, on loopback: stateful, with access tokens that expire, repeated request ids, PayPal's error bodies,
// and a switch that breaks requests before or after they were served. It is written from PayPal's public documentation
// and shares nothing with the provider that is tested against it.

const crypto = require("node:crypto");
const http = require("node:http");
const { Account } = require("./account");
const { errorBody, INVALID_CLIENT, INVALID_TOKEN, PayPalError } = require("./errors");
const { route } = require("./routes");
const { Webhooks } = require("./webhooks");

class FakePayPal {
  clientId = "AeA1QIZXiflr1_-r0U2UbWTziOWX1GRQer5jkUq4ZfWT5qwb6qQRPq7jDtv57TL4POEEezGLdutcxnkJ";
  clientSecret = "ECYYrrSHdKfk_Q0EdvzdGkzj58a66kKaUQ5dZAEv4HvvtDId2_DpSuYDB088BZxGuMji7G4OFUnPog6p";
  webhookId = "0EH40505U7160970P";

  /** Every request: `{ method, path, headers, body }`. */
  requests = [];
  /** How many access tokens were asked for. */
  tokensAsked = 0;
  /** How long a token is good, in seconds. */
  tokenLifetime = 32_400;
  /**
   * What becomes of a request id that was used for another body: "repeat" answers with what the first request made, as
   * PayPal's guide to idempotency says it; "refuse" answers with an error, as some of PayPal's APIs document it.
   */
  reusedIds = "repeat";

  #tokens = new Map();
  #served = new Map();
  #faults = [];
  #ahead = 0;
  #server = http.createServer((req, res) => this.#receive(req, res));

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    this.account = new Account(this.url, () => this.now());
    this.webhooks = new Webhooks(this.webhookId);
    return this;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The plugin's options for this PayPal. */
  options(more = {}) {
    return {
      api_base: this.url,
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      authWebhookId: this.webhookId,
      ...more,
    };
  }

  now() {
    return Date.now() + this.#ahead;
  }

  /** Lets time pass, for this PayPal alone. */
  pass(seconds) {
    this.#ahead += seconds * 1000;
  }

  // What others do

  /** The shopper approves an order in PayPal's window. */
  approve(id, { declines = false } = {}) {
    const order = this.account.find("orders", id);
    order.status = "APPROVED";
    order.declines = declines;
    order.payer = { payer_id: "QYR5Z8XDVJNXQ", email_address: "buyer@example.com" };
  }

  /** An order that was not paid in time is forgotten. */
  expire(id) {
    this.account.orders.delete(id);
  }

  /** Captures stay pending from now on, for PayPal's `reason`. */
  pendCaptures(reason) {
    this.account.pendingReason = reason;
  }

  /** PayPal decides on a pending capture. */
  decide(capture, status = "COMPLETED") {
    Object.assign(capture, { status, reason: undefined });
    if (status === "COMPLETED") this.account.move("capture", capture.order, capture.id, capture.amount);
  }

  /** All tokens become worthless. */
  revokeTokens() {
    this.#tokens.clear();
  }

  /** The request ids are forgotten, as after 45 days. */
  forgetRequestIds() {
    this.#served.clear();
  }

  /**
   * Breaks the next requests whose "METHOD /path" matches `on`.
   *
   * @param how a status, or `{ status, headers, body }`, or "reset", "truncate", "hang", "html"; `{ delay }` serves it and answers late
   * @param when "before": it is not served; "after": it is served, and the answer is lost
   */
  break(how, { on = /./, when = "before", times = 1 } = {}) {
    this.#faults.push({ how: typeof how === "number" ? { status: how } : how, on, when, times });
  }

  /** No more faults. */
  mend() {
    this.#faults = [];
  }

  /** What was moved for an order: `["hold 10.00", "capture 10.00", …]`. */
  moved(id) {
    return this.account.ledger.filter(({ order }) => order === id).map(({ kind, value }) => `${kind} ${value}`);
  }

  /** The requests of one kind since the start: `sent("POST", /refund$/)`. */
  sent(method, path) {
    return this.requests.filter((request) => request.method === method && path.test(request.path));
  }

  // HTTP

  async #receive(req, res) {
    const chunks = [];
    try {
      for await (const chunk of req) chunks.push(chunk);
    } catch {
      return;
    }
    const text = Buffer.concat(chunks).toString();
    const { pathname: path } = new URL(req.url, this.url);
    this.requests.push({ method: req.method, path, headers: req.headers, body: text });
    const fault = this.#faultFor(`${req.method} ${path}`);
    if (fault?.when === "before" && !fault.how.delay) return misbehave(fault.how, res);
    const answer = this.#serve(req, path, text);
    if (fault?.how.delay) await new Promise((resolve) => setTimeout(resolve, fault.how.delay));
    else if (fault) return misbehave(fault.how, res, answer);
    this.#send(res, answer);
  }

  #faultFor(request) {
    const fault = this.#faults.find(({ on, times }) => times > 0 && on.test(request));
    if (fault) fault.times -= 1;
    return fault;
  }

  #serve(req, path, text) {
    try {
      if (path === "/v1/oauth2/token") return this.#issueToken(req, text);
      const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? "")?.[1];
      if (!((this.#tokens.get(token) ?? 0) > this.now())) return { status: 401, body: INVALID_TOKEN };
      return this.#once(req, path, text);
    } catch (error) {
      if (!(error instanceof PayPalError)) throw error;
      return { status: error.status, body: error.body };
    }
  }

  #issueToken(req, text) {
    this.tokensAsked += 1;
    const expected = `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString("base64")}`;
    if (req.headers.authorization !== expected) return { status: 401, body: INVALID_CLIENT };
    if (new URLSearchParams(text).get("grant_type") !== "client_credentials") {
      return { status: 400, body: { error: "unsupported_grant_type", error_description: "unsupported grant_type" } };
    }
    const token = `A21AA${crypto.randomBytes(24).toString("base64url")}`;
    this.#tokens.set(token, this.now() + this.tokenLifetime * 1000);
    const body = { scope: "https://uri.paypal.com/services/payments", access_token: token, token_type: "Bearer" };
    return { status: 200, body: { ...body, app_id: "APP-80W284485P519543T", expires_in: this.tokenLifetime } };
  }

  /**
   * A request id that was served before is answered with what it made, as it is now, and moves nothing: with 200 by Orders
   * v2, with the first answer's status by Payments v2 (https://developer.paypal.com/api/rest/reference/idempotency/).
   * Errors are not kept.
   */
  #once(req, path, text) {
    const id = req.headers["paypal-request-id"];
    if (id?.length > 108) throw new PayPalError("INVALID_PARAMETER_SYNTAX", "PayPal-Request-Id");
    const key = id && `${req.method} ${path} ${id}`;
    const served = this.#served.get(key);
    if (served && served.text !== text && this.reusedIds === "refuse") {
      throw new PayPalError("PAYPAL_REQUEST_ID_PREVIOUSLY_USED");
    }
    const answer = { ...(served ?? route(this, req.method, path, text)) };
    if (key && req.method === "POST") this.#served.set(key, { text, ...answer });
    if (served && answer.status === 201 && path.startsWith("/v2/checkout/")) answer.status = 200;
    const isWhole = req.method === "GET" || /return=representation/.test(req.headers.prefer) || /^\/v1\//.test(path);
    const body = answer.resource();
    if (answer.status === 204) return isWhole && body ? { status: 200, body } : { status: 204 };
    return { status: answer.status, body: isWhole ? body : { id: body.id, status: body.status, links: body.links } };
  }

  #send(res, { status, body }) {
    const headers = { "content-type": "application/json", "paypal-debug-id": "f98bd1a2b3c4d" };
    res.writeHead(status, { ...headers, date: new Date(this.now()).toUTCString() });
    res.end(body === undefined ? undefined : JSON.stringify(body));
  }
}

function misbehave(how, res, answer) {
  if (how === "hang") return;
  if (how === "reset") return res.socket.resetAndDestroy();
  if (how === "html") {
    res.writeHead(502, { "content-type": "text/html" });
    return res.end("<html><body>Bad Gateway</body></html>");
  }
  if (how === "truncate") {
    const body = JSON.stringify(answer?.body ?? { id: "5O190127TN364715T", status: "CREATED" });
    res.writeHead(answer?.status ?? 200, { "content-type": "application/json", "content-length": body.length + 1 });
    res.write(body.slice(0, body.length / 2));
    return setTimeout(() => res.destroy(), 20);
  }
  res.writeHead(how.status, { "content-type": "application/json", ...how.headers });
  return res.end(JSON.stringify(how.body ?? errorBody(how.status)));
}

/** Starts a PayPal on a free port. */
const startFakePayPal = () => new FakePayPal().listen();

module.exports = { startFakePayPal };
