// The person's own hand: the handle of their profile, kept in this browser, and how many digits are in it.

import { ask } from "./ask.js";

const KEY = "tenfold-profile";
/** How many of each digit are asked for. */
export const OF_EACH = 2;
const NONE = Array(10).fill(0);
// With these the profile cannot be used, whatever is asked: unknown, of another network, or in no place in reach.
const UNUSABLE = ["unknown_profile", "other_network", "no_store", "store_unavailable"];
/** The status of a refusal by which it is of another network. */
export const OTHER = 409;

/** Sends "change" when answers may be others than before. */
export class Hand extends EventTarget {
  #handle = read();
  counts = NONE;
  /** The status by which the server refuses the profile; 0 as long as it takes it. */
  trouble = 0;

  /** What goes along with a question; empty if there is no profile, or none that can be used. */
  get handle() {
    return this.trouble ? "" : this.#handle;
  }

  /** Whether there is a profile, be it of use or not. */
  get known() {
    return this.#handle !== "";
  }

  get total() {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Which digit is to be written next: each once, then each again; -1 if there are enough. */
  get next() {
    const least = Math.min(...this.counts);
    return least >= OF_EACH ? -1 : this.counts.indexOf(least);
  }

  /** Ask how many there are, if there is a profile. */
  async look() {
    if (!this.#handle) return;
    const outcome = await ask("v1/profiles", { profile: this.#handle, quiet: () => true });
    if (!this.refused(outcome) && outcome.answer) this.#hold(outcome.answer);
  }

  /**
   * Put a digit in; the first one makes the profile.
   * @param {number} digit
   * @param {Blob} picture
   * @returns {Promise<import("./ask.js").Outcome>}
   */
  async add(digit, picture) {
    if (!this.#handle) {
      const made = await ask("v1/profiles", { method: "POST" });
      if (!made.answer) return made;
      this.#keep(made.answer.profile);
    }
    const form = new FormData();
    form.append("image", picture, picture.name ?? "drawing.png");
    const outcome = await ask("v1/profiles/digits", { query: { digit }, form, profile: this.#handle });
    if (outcome.answer) this.#hold(outcome.answer);
    else this.refused(outcome);
    return outcome;
  }

  /** Forget everything, here and on the server. */
  async reset() {
    const outcome = this.#handle ? await ask("v1/profiles", { method: "DELETE", profile: this.#handle }) : { answer: {} };
    if (outcome.answer || outcome.refusal?.error.code === "unknown_profile") this.#drop();
    return outcome;
  }

  /** Whether an outcome says that the profile cannot be used; then it is not sent any more. */
  refused({ refusal }) {
    const code = refusal?.error.code;
    if (!UNUSABLE.includes(code)) return false;
    if (code === "unknown_profile") this.#drop();
    else this.trouble = refusal.status;
    this.dispatchEvent(new Event("change"));
    return true;
  }

  #hold({ digits, current }) {
    this.counts = digits;
    this.trouble = current ? 0 : OTHER;
    this.dispatchEvent(new Event("change"));
  }

  #keep(handle) {
    this.#handle = handle;
    this.trouble = 0;
    try {
      localStorage.setItem(KEY, handle);
    } catch {
      // Browsers may forbid keeping anything: then it is known until the page is left.
    }
  }

  #drop() {
    const mine = this.#handle;
    this.#handle = "";
    this.trouble = 0;
    this.counts = NONE;
    try {
      // Another tab may have begun anew meanwhile: its handle is kept nowhere else.
      if (localStorage.getItem(KEY) === mine) localStorage.removeItem(KEY);
    } catch {
      // there was nothing to remove
    }
    this.dispatchEvent(new Event("change"));
  }
}

function read() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
