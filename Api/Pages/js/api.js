/**
 * One call to the engine. Its outcome is a value: an answer, a refusal with its stable code, or `lost`: no answer came,
 * and the request may have taken effect. Nothing here throws.
 */

/** The engine answers a purchase within 10 s. After this time no answer will come. */
export const answerTimeoutMs = 15_000;

/** The meaning of refusals by an intermediary that does not know our codes. */
const codeByStatus = {
  400: 'invalid-request', 401: 'unauthenticated', 403: 'forbidden', 404: 'not-found', 405: 'method-not-allowed',
  413: 'too-large', 415: 'unsupported-media-type', 429: 'overloaded',
};

/** The address of a path of the engine. The page says below which path of its site the engine is. */
export const at = path => (document.documentElement.dataset.base ?? '') + path;

/**
 * @param {string} method
 * @param {string} path of the engine
 * @param {{body?: object, headers?: object, credentials?: string, timeoutMs?: number}} options
 * @returns {Promise<object>} `{kind: 'answered', status, body, headers, sentAt, receivedAt}`,
 *   `{kind: 'refused', status, code, problem, retryAfterSeconds}` or `{kind: 'lost'}`
 */
export async function call(method, path, options = {}) {
  const { body, headers = {}, credentials = 'same-origin', timeoutMs = answerTimeoutMs } = options;
  const sentAt = performance.now();
  try {
    const response = await fetch(at(path), {
      method,
      credentials,
      cache: 'no-store',
      headers: method === 'GET'
        ? { accept: 'application/json', ...headers }
        : { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const receivedAt = performance.now();
    const { status, headers: answered } = response;
    const content = await readJson(response);
    if (response.ok || status === 304)
      return { kind: 'answered', status, headers: answered, body: content, sentAt, receivedAt };
    return refusalOf(response, content);
  } catch {
    return { kind: 'lost' };
  }
}

function refusalOf(response, problem) {
  const code = typeof problem?.code === 'string' ? problem.code : codeByStatus[response.status];
  if (code === undefined)
    return { kind: 'lost' };
  const seconds = Number.parseFloat(response.headers.get('retry-after') ?? '');
  return {
    kind: 'refused',
    status: response.status,
    code,
    problem: problem ?? {},
    retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
  };
}

async function readJson(response) {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json'))
    return null;
  return await response.json();
}
