// What the route of a plugin answers to whatever is posted to it. It is mounted here on Medusa's own express, with a
// processor that reads webhooks as the test says.

const http = require("node:http");
const { hostRequire, routes } = require("medusa-payment-rs/webhook");

const express = hostRequire(process.cwd())("express");
const EVENT = { id: "evt_1", type: "payment.seen", action: "not_supported" };

let asked;
let lines;
let answer;
let server;
/** What another plugin does before the route. */
let readBefore;

beforeEach(async () => {
  readBefore = (_req, _res, next) => next();
  asked = [];
  lines = [];
  answer = async () => EVENT;
  const logger = {};
  for (const level of ["error", "warn", "info", "debug"]) logger[level] = (line) => lines.push([level, line]);
  const processor = {
    readWebhook(body, headers) {
      asked.push({ body: body.toString(), signature: headers["acme-signature"] });
      return answer();
    },
  };
  const app = express();
  app.use((req, _res, next) => {
    req.scope = { resolve: (name) => ({ logger, pp_acme: processor })[name] };
    readBefore(req, _res, next);
  });
  const settings = { identifier: "acme", path: "/acme/hooks", provider: "Acme" };
  app.use(routes({}, settings)(process.cwd(), {}));
  app.use(routes({}, { ...settings, path: "/acme/forms", type: "application/x-www-form-urlencoded" })(process.cwd()));
  await new Promise((resolve) => {
    server = app.listen(0, "127.0.0.1", resolve);
  });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** Resolves with `{ status, text }`. Not `fetch`, which keeps connections open. */
function post(body, { path = "/acme/hooks", headers = { "content-type": "application/json" } } = {}) {
  const { port } = server.address();
  return new Promise((resolve, reject) => {
    const request = http.request({ port, path, method: "POST", agent: false, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.on("error", reject).end(body);
  });
}

test("a genuine event is answered with 200", async () => {
  const headers = { "content-type": "application/json", "Acme-Signature": "s" };
  expect(await post(' {"a":1}', { headers })).toStrictEqual({ status: 200, text: '{"received":true}' });
  expect(asked).toStrictEqual([{ body: ' {"a":1}', signature: "s" }]);
});

test.each(["refused", "invalid_request"])(
  "a delivery that is not the provider's is answered with 400: %s",
  async (kind) => {
    answer = async () => ({
      error: "The webhook request was refused",
      code: "x",
      detail: "the signature is wrong",
      kind,
    });
    const { status, text } = await post("{}");
    expect(status).toBe(400);
    expect(text).toBe("medusa-payment-rs: the webhook request was refused: the signature is wrong\n");
    expect(lines).toStrictEqual([["warn", text.trim()]]);
  },
);

test.each(["temporarily_unavailable", "outcome_unknown"])(
  "one that cannot be verified at the moment is answered with 503, and the reason is in the log alone: %s",
  async (kind) => {
    answer = async () => ({ error: "Acme cannot be asked", code: "x", detail: "10.0.0.1 does not answer.", kind });
    const { status, text } = await post("{}");
    expect(status).toBe(503);
    expect(text).toBe("medusa-payment-rs: the webhook request cannot be verified at the moment\n");
    expect(lines).toStrictEqual([["warn", `${text.trim()}: Acme cannot be asked: 10.0.0.1 does not answer.`]]);
  },
);

test("an event that cannot be handled is answered with 500, without the store's own reasons", async () => {
  answer = async () => ({ ...EVENT, action: "captured", payment: "pay_1", resource: "cart_1" });
  const { status, text } = await post("{}");
  expect(status).toBe(500);
  expect(text).toBe("evt_1 was not handled: The reason is in the store's log.\n");
});

test("a processor that throws is not taken for the provider's answer", async () => {
  answer = async () => {
    throw new TypeError("headers: a bug");
  };
  const { status, text } = await post("{}");
  expect(status).toBe(500);
  expect(text).not.toContain("a bug");
});

test("a body is taken as it came, and only of the type that the provider sends", async () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  expect(await post("id=tr_1", { headers: form })).toMatchObject({
    status: 400,
    text: expect.stringContaining("it has no body of the type application/json"),
  });
  expect(await post("id=tr_1", { path: "/acme/forms", headers: form })).toMatchObject({ status: 200 });
  expect(asked).toStrictEqual([{ body: "id=tr_1", signature: undefined }]);
});

describe("if another plugin has read the request before", () => {
  /** `express.json`, or its like, with a `verify` that keeps the raw body as `keep` says. */
  const parsing = (keep) => express.json({ verify: (req, _res, body) => keep?.(req, body) });

  test.each([
    ["a Buffer", (body) => body],
    ["a string", (body) => body.toString()],
  ])("the raw body that it has kept is used: %s", async (_, kept) => {
    readBefore = parsing((req, body) => {
      req.rawBody = kept(body);
    });
    expect(await post(' {"a" : "é"}')).toStrictEqual({ status: 200, text: '{"received":true}' });
    expect(asked).toStrictEqual([{ body: ' {"a" : "é"}', signature: undefined }]);
  });

  test("a request that it has read to the end and not parsed does not wait for more", async () => {
    readBefore = async (req, _res, next) => {
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      req.rawBody = Buffer.concat(chunks);
      next();
    };
    expect(await post('{"a":1}')).toMatchObject({ status: 200 });
    expect(asked).toStrictEqual([{ body: '{"a":1}', signature: undefined }]);
  });

  test.each([
    ["nothing", undefined],
    ["true", true],
    ["what it has parsed", { a: 1 }],
  ])("the request is refused if it has kept no raw body: %s", async (_, kept) => {
    readBefore = parsing((req) => {
      req.rawBody = kept;
    });
    const { status, text } = await post('{"a":1}');
    expect(status).toBe(400);
    expect(text).toContain("its body is not the raw one: something has parsed it");
    expect(asked).toStrictEqual([]);
  });

  test("a raw body that is too large is refused as it is without the other plugin", async () => {
    readBefore = (req, _res, next) => {
      req.rawBody = "é".repeat((1 << 19) + 1);
      req.resume();
      next();
    };
    expect(await post("{}")).toMatchObject({ status: 400, text: expect.stringContaining("larger than 1048576 bytes") });
    expect(asked).toStrictEqual([]);
  });
});
