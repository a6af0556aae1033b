// Corrections: what the person says is right, sent to the server, and what is said of that.

import { ask } from "./ask.js";

// Answers that no correction will change: the server has no place to keep them.
let kept = true;

/** Whether it makes sense to offer corrections at all. */
export const areKept = () => kept;

/**
 * Send a correction.
 * @param {{id: string, digit?: number | null, value?: string}} said the answer, and what it is
 * @returns {Promise<import("./ask.js").Outcome>}
 */
export async function correct(said) {
  const outcome = await ask("v1/feedback", { json: said });
  if (outcome.refusal?.error.code === "no_store") kept = false;
  return outcome;
}

/** Whether no correction can be kept now, whatever it says. */
export const isClosed = ({ refusal }) => refusal?.status === 503;

const SENTENCES = {
  400: ["This cannot be noted.", "Give digits only, as many as the number has."],
  401: ["Not noted: this server wants its token first.", "Send it again to enter the token."],
  404: ["This answer is no longer kept, so it cannot be corrected.", "Press Recognise, then correct the new answer."],
  409: ["This has been reviewed already, and stays as it was decided.", ""],
  429: ["Tenfold has too much to do just now.", "Wait a moment, then send it again."],
  503: ["Corrections cannot be kept at the moment.", "Everything else goes on; try it again later."],
};
const NO_STORE = ["This server keeps no corrections.", "Everything else goes on."];
const FAILED = ["Something went wrong inside Tenfold; nothing was noted.", "Send it again."];
const UNREACHABLE = ["Tenfold does not answer; nothing was noted.", "Check that “tenfold serve” is still running, then send it again."];

/**
 * What is said of a correction, and what to do.
 * @param {string} noted what it was noted as, in words
 * @returns {[string, string]}
 */
export function correctionSentence({ answer, refusal }, noted, onward = "") {
  if (answer) return [`Thank you: noted as ${noted}.`, onward];
  if (!refusal) return UNREACHABLE;
  if (refusal.error.code === "no_store") return NO_STORE;
  const status = refusal.status === 422 ? 400 : refusal.status;
  return SENTENCES[status] ?? FAILED;
}
