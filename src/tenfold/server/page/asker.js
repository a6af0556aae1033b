// Asks about what is on a sheet: one question at a time, and of those that wait only the newest.

import { ask } from "./ask.js";
import { wasDeclined } from "./token.js";

/** @typedef {import("./ask.js").Outcome} Outcome */

export class Asker {
  #waiting = null;
  #timer = null;
  #running = null;

  /**
   * @param {string} path of POST /v1/predict or /v1/read
   * @param {(question: object, outcome: Outcome) => void} hear is given each outcome, unless it was dropped
   * @param {{patience?: number, busy: () => boolean}} manner milliseconds after which an answer is not waited for,
   *   and whether the person's hand is busy, so that nothing is to be asked of them
   */
  constructor(path, hear, manner) {
    Object.assign(this, { path, hear, manner });
  }

  /**
   * Ask when nothing is under way, at the latest `pause` milliseconds from now.
   * @param {{body: () => Promise<Blob>, query?: object, profile?: string, wanted?: boolean}} question replaces one that still waits;
   *   `wanted` if the person asked for it by a button or key
   */
  ask(question, pause = 0) {
    this.#waiting = question;
    if (this.#running) return;
    if (pause === 0) {
      clearTimeout(this.#timer);
      this.#next();
    } else {
      this.#timer ??= setTimeout(() => this.#next(), pause);
    }
  }

  /** Forget the question that waits and the one under way. */
  drop() {
    clearTimeout(this.#timer);
    this.#timer = this.#waiting = null;
    this.#running?.abort();
    this.#running = null;
  }

  async #next() {
    this.#timer = null;
    const question = this.#waiting;
    if (!question) return;
    this.#waiting = null;
    const running = (this.#running = new AbortController());
    const outcome = await this.#send(question, running.signal);
    if (this.#running !== running) return; // dropped meanwhile
    this.#running = null;
    this.hear(question, outcome);
    if (!this.#running) this.#next();
  }

  async #send({ body, query, profile, wanted }, signal) {
    const form = new FormData();
    try {
      const picture = await body();
      form.append("image", picture, picture.name ?? "drawing.png");
    } catch {
      return { unreachable: true }; // the file went away
    }
    const { patience, busy } = this.manner;
    const quiet = () => busy() || (wasDeclined() && !wanted);
    return ask(this.path, { form, query, profile, signal, patience, quiet });
  }
}
