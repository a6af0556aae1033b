// All asking of the server goes through here: the token goes along, and where one is wanted it is asked for.

import { renew, token } from "./token.js";

// Milliseconds an answer may take.
const PATIENCE = 20_000;

/**
 * What came back: `{answer}`, or `{refusal: {status, error}}` from the server, or `{unreachable: true}`.
 * @typedef {{answer?: any, refusal?: {status: number, error: {code: string, message: string, hint: string}},
 *   unreachable?: boolean}} Outcome
 */

/**
 * Ask the server.
 * @param {string} path below the page's own address
 * @param {object} [asking]
 * @param {"GET" | "POST" | "DELETE"} [asking.method] by default POST where something is sent, else GET
 * @param {object} [asking.query]
 * @param {FormData} [asking.form] to send
 * @param {object} [asking.json] to send instead
 * @param {string} [asking.profile] handle of a profile: in a header, which no log and no history has
 * @param {boolean} [asking.blob] whether the answer is a file, and not JSON
 * @param {(response: Response) => Promise<any>} [asking.read] makes the answer, where it is neither
 * @param {AbortSignal} [asking.signal] gives it up
 * @param {number} [asking.patience] milliseconds after which an answer is not waited for
 * @param {() => boolean} [asking.quiet] whether this is no moment to ask the person for a token
 * @returns {Promise<Outcome>}
 */
export async function ask(path, asking = {}) {
  for (;;) {
    const used = token();
    const outcome = await send(path, asking, used);
    if (!wantsToken(outcome) || asking.signal?.aborted || asking.quiet?.()) return outcome;
    if (!(await renew(used))) return outcome;
  }
}

// A server that has no token also refuses to let others review, and then no token would help: its hint names none.
function wantsToken({ refusal }) {
  return refusal?.status === 401 && refusal.error.hint.startsWith("Authorization");
}

async function send(path, { method, query = {}, form, json, profile, blob, read, signal, patience = PATIENCE }, used) {
  const address = new URL(path, document.baseURI);
  address.search = new URLSearchParams(query);
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, patience);
  signal?.addEventListener("abort", end);
  if (signal?.aborted) end();
  try {
    const headers = {};
    if (used) headers.authorization = `Bearer ${used}`;
    if (json) headers["content-type"] = "application/json";
    const body = json ? JSON.stringify(json) : form;
    if (profile) headers["x-tenfold-profile"] = profile;
    method ??= body ? "POST" : "GET";
    const response = await fetch(address, { method, headers, body, signal: ending.signal });
    read ??= (received) => (blob ? received.blob() : received.json());
    if (response.ok) return { answer: await read(response) };
    return { refusal: { status: response.status, error: (await response.json()).error } };
  } catch {
    return { unreachable: true }; // no connection, no answer in time, or something that is not Tenfold
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}
