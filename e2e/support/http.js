// JSON over HTTP with a time limit.

const LIMIT_MS = 30_000;

class HttpError extends Error {
  constructor(call, body) {
    super(`${call.method} ${call.path} answered ${call.status}: ${body?.message ?? JSON.stringify(body)}`);
    Object.assign(this, { name: "HttpError", status: call.status, body });
  }
}

/**
 * A function `(method, path, body?, headers?)` that resolves with the body of the answer and rejects with an
 * `HttpError` (`status`, `body`) where the status is not 2xx. A body that is text or bytes already is sent as it is.
 * `onCall` sees `{ method, path, status, ms }`.
 */
function httpClient(baseUrl, { headers: always = {}, onCall = () => {} } = {}) {
  return async function request(method, path, body, headers = {}) {
    const startedAt = performance.now();
    const response = await fetch(baseUrl + path, {
      method,
      headers: { "content-type": "application/json", ...always, ...headers },
      body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const text = await response.text();
    const call = { method, path, status: response.status, ms: performance.now() - startedAt };
    onCall(call);
    const answer = parse(text);
    if (!response.ok) throw new HttpError(call, answer);
    return answer;
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

module.exports = { httpClient, HttpError };
