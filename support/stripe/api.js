// What happens to one request: faults, authentication, idempotency, validation, execution.

const answers = require("./answers");
const { authorize } = require("./auth");
const { StripeError, invalid } = require("./errors");
const { checkPaths, expand } = require("./expand");
const { canonical, parseForm } = require("./form");
const { startKeys } = require("./idempotency");
const { newId } = require("./ids");
const { readParams, texts } = require("./params");
const { route } = require("./router");
const { wait } = require("./wait");
const { send, showsStatus } = require("./wire");

const VERSION = "2022-11-15";
const FORM = "application/x-www-form-urlencoded";

/** `requests` is the log. `closing` is aborted when the fake closes. */
function startApi({ apiKey, account, faults, requests, closing }) {
  const { clock } = account;
  const keys = startKeys(clock);

  return async function serve(req, text, res) {
    const request = readRequest(req, text);
    const fault = faults.take(request);
    const entry = logged(request, fault, clock);
    requests.push(entry);
    try {
      const answer = await answerTo(request, fault);
      entry.replayed = answer.replayed ?? false;
      if (showsStatus(fault)) entry.status = answer.status;
      send(res, { ...answer, headers: headersOf(answer, request) }, fault);
    } catch (error) {
      if (closing.aborted) return;
      // A mistake in the fake must not look like anything that Stripe would say.
      res.writeHead(599, { "Content-Type": "text/plain" }).end(`The fake Stripe has a bug: ${error.stack}`);
    }
  };

  async function answerTo(request, fault) {
    const slow = fault?.kind === "slow" ? fault : undefined;
    if (fault?.when === "before" && !slow) return replaced(request, fault, answers.filler(request));
    let waiting;
    const pauseWhen = (when) => {
      if (slow?.when === when) waiting ??= wait(slow, closing);
      return waiting;
    };
    const answer = await process(request, pauseWhen);
    if (slow) await pauseWhen(slow.when); // a request that was not executed is slow as well
    return fault ? replaced(request, fault, answer) : answer;
  }

  /** What the client gets, and the key remembers, in place of the answer where the fault has one of its own. */
  function replaced(request, fault, answer) {
    if (!["status", "html", "empty"].includes(fault.kind)) return answer;
    const faulty = answers.faulty(fault, request, clock.seconds());
    if (fault.stored) keys.store(request, faulty);
    return faulty;
  }

  async function process(request, pauseWhen) {
    try {
      const { operation, ids } = route(request);
      authorize(request, { apiKey, account });
      checkHeaders(request);
      return await keys.once(request, async () => {
        await pauseWhen("before");
        const answer = execute(operation, ids, request);
        await pauseWhen("after");
        return answer;
      });
    } catch (error) {
      return answers.failure(error, request, clock.seconds());
    }
  }

  /** Throws only what no idempotency key remembers. */
  function execute({ params: schema, run }, ids, request) {
    try {
      const { expand: paths = [], ...params } = readParams({ ...schema, expand: texts }, request.params);
      checkPaths(paths);
      return answers.success(expand(account, run(account, { ...params, ...ids }, request), paths));
    } catch (error) {
      if (error instanceof StripeError && error.saved) return answers.failure(error, request, clock.seconds());
      throw error;
    }
  }

  function headersOf({ bare, headers, replayed, originalRequest }, request) {
    const common = { Server: "nginx", Date: new Date(clock.now()).toUTCString() };
    if (bare) return { ...common, ...headers };
    const key = request.idempotencyKey !== null && {
      "Idempotency-Key": request.idempotencyKey,
      "Original-Request": originalRequest ?? request.id,
      ...(replayed && { "Idempotent-Replayed": "true" }),
    };
    return {
      ...common,
      "Access-Control-Allow-Origin": "*",
      "Cache-Control": "no-cache, no-store",
      "Request-Id": request.id,
      "Stripe-Version": request.version,
      "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
      ...(request.accountId && { "Stripe-Account": request.accountId }),
      ...key,
      ...headers,
    };
  }
}

function readRequest({ method, url, headers }, text) {
  const [, path, query] = /^([^?]*)\??(.*)$/s.exec(url);
  const parameters = method === "POST" ? text : query;
  const hasKey = method === "POST" && headers["idempotency-key"] !== undefined;
  return {
    id: newId("req"),
    method,
    path,
    params: parseForm(parameters),
    canonical: canonical(parameters),
    // Only what changes something has a use for a key.
    idempotencyKey: hasKey ? headers["idempotency-key"] : null,
    version: headers["stripe-version"] ?? VERSION,
    accountId: headers["stripe-account"],
    authorization: headers.authorization,
    contentType: text === "" ? FORM : headers["content-type"],
  };
}

function checkHeaders({ version, contentType = "" }) {
  if (!/^\d{4}-\d{2}-\d{2}(\.\w+)?$/.test(version))
    throw invalid({ message: `Invalid Stripe API version: ${version}` });
  if (contentType.split(";")[0].trim().toLowerCase() !== FORM) {
    throw invalid({ message: `Invalid request (check that your POST content type is ${FORM}).` });
  }
}

function logged({ id, method, path, params, idempotencyKey, version, accountId = null }, fault, clock) {
  return {
    ...{ id, method, path, params, idempotencyKey, version, account: accountId, at: clock.now() },
    ...{ status: null, replayed: false, fault: fault?.kind ?? null },
  };
}

module.exports = { VERSION, startApi };
