/** Calls to the server. A call ends with its answer, or throws a Fault that says what to do about it. */

import { urls } from "./setup.js";

const PATIENCE_MS = 15_000;

let token = document.querySelector("#review-csrf input").value;

/** kind: "lost" (try again), "session" (log in again, as the same person), "refused" (final; `detail` says why, `body` is the answer). */
export class Fault extends Error {
  constructor(kind, { status = 0, detail = "", body = {} } = {}) {
    super(detail || kind);
    Object.assign(this, { kind, status, detail, body });
  }
}

async function request(url, options) {
  const headers = { Accept: "application/json", ...options.headers };
  try {
    return await fetch(url, { ...options, headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Fault("lost");
  }
}

async function answerOf(response) {
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const found = { status: response.status, detail: body.detail ?? "", body };
  if (response.status === 401 || response.status === 403 || response.type === "opaqueredirect") throw new Fault("session", found);
  if (response.status >= 500 || response.status === 429 || response.status === 408) throw new Fault("lost", found);
  throw new Fault("refused", found);
}

export async function get(name) {
  return answerOf(await request(urls[name], {}));
}

/** The vocabulary; it brings a CSRF token that is good after a new login too. */
export async function learnWords() {
  const found = await get("words");
  token = found.csrf;
  return found.tags;
}

function send(name, body, { key = 0, keepalive = false } = {}) {
  return request(urls[name].replace("/0/", `/${key}/`), {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    keepalive,
  });
}

/** The answer to a POST; where the token has grown old, once more with a new one. */
export async function post(name, body, options) {
  const response = await send(name, body, options);
  if (response.status !== 403 || options?.keepalive) return answerOf(response);
  await learnWords();
  return answerOf(await send(name, body, options));
}
