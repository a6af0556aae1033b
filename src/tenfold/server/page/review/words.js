// The sentences of the review: why a correction is to be looked at, what became of it, and what went wrong.

import { named, percent } from "../words.js";

const REASONS = {
  others_disagree: "Others say something else of the same picture.",
  contradicts_itself: "Nearly the same picture was said to be something else.",
  tenfold_disagrees: "Tenfold was sure of its own reading.",
  tenfold_unsure: "Tenfold was not sure either.",
  near_duplicate: "Nearly the same picture was corrected before.",
  busy_client: "Very many corrections came from this client within an hour.",
};

/** Why a correction is to be looked at, as people read it. */
export const reason = (code) => REASONS[code] ?? `${code.replaceAll("_", " ")}.`;

/** A value as it is spoken of: "a 7", "2026", "no digit". */
export function spoken(task, value) {
  if (task === "number") return value || "no number";
  return value ? named(Number(value)) : "no digit";
}

// A button holds so many digits.
const BRIEFLY = 12;

/** A value as it stands on a button. */
export const briefly = (task, value) => (value.length > BRIEFLY ? `${value.slice(0, BRIEFLY)}…` : shortly(task, value));

/** A value as it stands in a headline. */
export const shortly = (task, value) => value || (task === "number" ? "no number" : "no digit");

const UNREAD = { empty: "nothing written", not_a_digit: "something that is no digit", several_digits: "several digits" };

/** What Tenfold had made of it. */
export function whatWasRead({ was, status, confidence }) {
  if (UNREAD[status]) return `Tenfold saw ${UNREAD[status]}.`;
  if (status === "uncertain") return `Tenfold was unsure: perhaps ${was || "nothing"} (${percent(confidence)}).`;
  return `Tenfold read ${was || "nothing"} (${percent(confidence)}).`;
}

/** When it was sent, by whom, and what had read it. */
export function whence({ at, client, model }) {
  const when = new Date(1000 * at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return `Sent on ${when} by client ${client.slice(0, 8) || "unknown"}; read by ${model}.`;
}

/** What was decided so far; nothing while it waits. */
export function decision({ state, task, final }) {
  if (state === "waiting") return "";
  return state === "accepted" ? `Accepted as ${spoken(task, final ?? "")}.` : "Rejected.";
}

/** How many there are. */
export const howMany = ({ waiting, accepted, rejected }) => `${waiting} waiting, ${accepted} accepted, ${rejected} rejected`;

export const NONE = {
  waiting: "Nothing waits for review. When somebody says that an answer was wrong, it appears here.",
  accepted: "Nothing has been accepted yet.",
  rejected: "Nothing has been rejected yet.",
};

export const MEANWHILE = "Somebody else has reviewed it meanwhile; here is the next.";

const TROUBLE = {
  401: "The review is open to those who bring the token of this server.",
  404: "This correction is no longer kept.",
  429: "Tenfold has too much to do just now. Wait a moment, then try again.",
  503: "The corrections cannot be reached at the moment. Try again later.",
};

/** What went wrong, and what to do. */
export function trouble({ refusal }) {
  if (!refusal) return "Tenfold does not answer. Check that “tenfold serve” is still running, then try again.";
  const { status, error } = refusal;
  if (error.code === "no_store") return "This server keeps no corrections, so there is nothing to review.";
  if (status === 401 && !error.hint.startsWith("Authorization")) return `${error.message} ${error.hint}`;
  if (status === 400 || status === 422) return "This was not accepted: give digits only, as many as there are.";
  return TROUBLE[status] ?? "Something went wrong inside Tenfold. Try again.";
}
