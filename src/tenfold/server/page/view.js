// The answer on the page: the digit, the sentence, ten bars, and what Tenfold saw.

import { element } from "./element.js";
import { Bars, headline, showSaw, surety } from "./evidence.js";
import { DigitFix } from "./fix.js";
import { sentence, statusOf, WELCOME } from "./words.js";

export class AnswerView {
  constructor(root = document) {
    const part = (id) => root.getElementById(id);
    Object.assign(this, {
      answer: part("answer"),
      digit: part("digit"),
      sure: part("sure"),
      words: part("sentence"),
      saw: part("saw"),
      model: part("model"),
    });
    this.bars = new Bars(part("bars"));
    this.fix = new DigitFix(part("fix"), (what, advice) => this.#say(what, advice));
    this.wait();
  }

  /** Show that nothing is asked yet. */
  wait() {
    this.#state("waiting");
    this.fix.withdraw();
    this.digit.replaceChildren();
    this.sure.textContent = "";
    this.#say(WELCOME, "");
    this.bars.show([], null);
    showSaw(this.saw, null);
  }

  /**
   * Show an outcome.
   * @param {"drawing" | "picture"} kind what was handed over
   * @param {boolean} settled whether it is about what is on the sheet now; until then nothing is said
   */
  show(outcome, kind, settled) {
    const { answer } = outcome;
    const status = statusOf(outcome);
    this.#state(status, settled);
    this.digit.replaceChildren(...headline(status, answer));
    this.sure.textContent = surety(status, answer);
    this.bars.show(answer?.probabilities ?? [], answer);
    showSaw(this.saw, answer?.saw);
    if (answer?.model) this.model.textContent = `Read by ${answer.model}.`;
    if (settled) this.#say(...sentence(outcome, kind), status === "ok" ? `${this.sure.textContent}. ` : "");
    // Nobody needs to say that a blank sheet is blank.
    if (settled && answer && !(status === "empty" && kind === "drawing")) this.fix.offer(answer);
    else this.fix.withdraw();
  }

  /** Say that an answer is on its way. */
  expect() {
    this.answer.setAttribute("aria-busy", "true");
    this.fix.withdraw();
  }

  #state(status, settled = true) {
    this.answer.dataset.status = status;
    this.answer.classList.toggle("passing", !settled);
    if (settled) this.answer.setAttribute("aria-busy", "false");
  }

  #say(what, advice, unseen = "") {
    const whole = `${what} ${unseen}${advice}`;
    const strong = element("strong", "", `${what} `);
    this.words.replaceChildren(strong, element("span", "unseen", unseen), element("span", "", advice));
    this.words.dataset.said = whole;
  }
}
