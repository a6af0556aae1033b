// Asks the server: one question at a time, and of those that wait only the newest.

// Milliseconds an answer may take.
const PATIENCE = 20_000;

/**
 * What came back: `{answer}`, or `{refusal: {status, error}}` from the server, or `{unreachable: true}`.
 * @typedef {{answer?: object, refusal?: {status: number, error: object}, unreachable?: boolean}} Outcome
 */

export class Asker {
  #waiting = null;
  #timer = null;
  #running = null;

  /**
   * @param {URL} address of POST /v1/predict or /v1/read
   * @param {(question: object, outcome: Outcome) => void} hear is given each outcome, unless it was dropped
   * @param {number} patience milliseconds after which an answer is not waited for
   */
  constructor(address, hear, patience = PATIENCE) {
    Object.assign(this, { address, hear, patience });
  }

  /**
   * Ask when nothing is under way, at the latest `pause` milliseconds from now.
   * @param {{body: () => Promise<Blob>, query?: object}} question replaces one that still waits
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
    const outcome = await this.#send(question, running);
    if (this.#running !== running) return; // dropped meanwhile
    this.#running = null;
    this.hear(question, outcome);
    if (!this.#running) this.#next();
  }

  async #send(question, running) {
    const patience = setTimeout(() => running.abort(), this.patience);
    try {
      const picture = await question.body();
      const form = new FormData();
      form.append("image", picture, picture.name ?? "drawing.png");
      const address = new URL(this.address);
      address.search = new URLSearchParams(question.query);
      const response = await fetch(address, { method: "POST", body: form, signal: running.signal });
      const content = await response.json();
      return response.ok ? { answer: content } : { refusal: { status: response.status, error: content.error } };
    } catch {
      return { unreachable: true }; // no connection, no answer in time, or something that is not Tenfold
    } finally {
      clearTimeout(patience);
    }
  }
}
