// The answer on the page that is taken away: the digit, a sentence, ten bars, and what Tenfold saw.

import { element } from "../server/page/element.js";
import { Bars, headline, showSaw, surety } from "../server/page/evidence.js";
import { sentence, WELCOME } from "../server/page/words.js";

const SENTENCES = {
  too_large: ["This picture is too large.", "Crop it to the digit, or save it smaller, and try again."],
  unreadable_image: ["This file cannot be opened as a picture.", "Use a PNG, JPEG, WebP or GIF file, strokes as JSON or InkML, or take a photo of the digit."],
};

export class AnswerView {
  constructor(root = document) {
    const part = (id) => root.getElementById(id);
    Object.assign(this, { answer: part("answer"), digit: part("digit"), sure: part("sure"), words: part("sentence"), saw: part("saw") });
    this.bars = new Bars(part("bars"));
    this.wait();
  }

  /** Show that nothing is asked yet. */
  wait() {
    this.#state("waiting", true);
    this.digit.replaceChildren();
    this.sure.textContent = "";
    this.#say([WELCOME, ""]);
    this.bars.show([], null);
    showSaw(this.saw, null);
  }

  /** Say that an answer is on its way. */
  expect() {
    this.answer.setAttribute("aria-busy", "true");
  }

  /**
   * Show an answer.
   * @param {any} seen what `Recognizer.read` gave, or no more than a status
   * @param {"drawing" | "picture"} kind what was handed over
   * @param {boolean} settled whether nobody draws any longer; until then nothing is said
   */
  show(seen, kind, settled) {
    const { status, probabilities = [], pixels = null } = seen;
    this.#state(status, settled);
    this.digit.replaceChildren(...headline(status, seen));
    this.sure.textContent = surety(status, seen);
    this.bars.show(probabilities, seen);
    showSaw(this.saw, pixels);
    if (!settled) return;
    this.#say(SENTENCES[status] ?? sentence({ answer: seen }, kind), status === "ok" ? `${this.sure.textContent}. ` : "");
  }

  #state(status, settled) {
    this.answer.dataset.status = status;
    this.answer.classList.toggle("passing", !settled);
    if (settled) this.answer.setAttribute("aria-busy", "false");
  }

  #say([what, advice], unseen = "") {
    this.words.replaceChildren(element("strong", "", `${what} `), element("span", "unseen", unseen), element("span", "", advice));
  }
}
