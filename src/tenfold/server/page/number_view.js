// The answer in number mode: the sentence, and either the number that was written or the picture with its numbers.

import { element, sign } from "./element.js";
import { Figures } from "./figures.js";
import { NumberFix } from "./number_fix.js";
import { counted, NUMBER_WELCOME, numberSentence, numberStatus, READING } from "./number_words.js";
import { PageView } from "./page_view.js";

const SIGNS = { too_large: "unreadable_image", busy: "unreachable", failed: "unreachable" };
const hasNumbers = (status) => ["ok", "uncertain"].includes(status);

export class NumberView {
  #reply = document.getElementById("reply");
  #words = document.getElementById("number-sentence");
  #model = document.getElementById("model");
  #figures = new Figures();
  #page = new PageView();
  #fix = new NumberFix(document.getElementById("number-fix"), (what, advice) => this.#say(what, advice));

  constructor() {
    this.#page.addEventListener("change", () => this.#say(...counted(...this.#page.count)));
    this.#page.addEventListener("say", ({ detail }) => this.#say(...detail));
    this.wait();
  }

  /** Show that nothing is asked yet. */
  wait() {
    this.#state("waiting", true);
    this.#fix.withdraw();
    this.#figures.clear();
    this.#page.clear();
    this.#say(NUMBER_WELCOME, "");
  }

  /** Lay a picture on the sheet, or take it away. */
  lay(picture) {
    document.body.dataset.holds = picture ? "picture" : "strokes";
    if (this.#page.lay(picture)) this.#figures.clear();
  }

  /** Say that an answer is on its way. */
  expect(picture) {
    this.#reply.setAttribute("aria-busy", "true");
    this.#fix.withdraw();
    if (!picture || this.#page.filled) return; // what shows already stays until the answer is there
    this.#reply.dataset.status = "reading";
    this.#figures.clear();
    this.#say(READING, "");
  }

  /**
   * Show an outcome.
   * @param {File?} picture what was handed over, if it was no drawing
   * @param {boolean} settled whether it is about what is on the sheet now; until then nothing is said
   * @param {string} field what was looked for
   */
  show(outcome, picture, settled, field) {
    const status = numberStatus(outcome);
    const numbers = hasNumbers(status) ? outcome.answer.numbers : [];
    const listed = picture && numbers.length > 0;
    this.#state(status, settled);
    this.#page.clear();
    if (listed) {
      this.#figures.clear();
      this.#page.show(outcome.answer, picture);
      this.#say(...counted(...this.#page.count));
    } else {
      this.#figures.show(numbers, hasNumbers(status) ? null : sign(SIGNS[status] ?? status));
      if (settled) this.#say(...numberSentence(outcome, picture ? "picture" : "drawing", field));
    }
    // Numbers of a picture are put right in their list; nobody needs to say that a blank sheet is blank.
    if (settled && outcome.answer && !listed && !(status === "empty" && !picture)) this.#fix.offer(outcome.answer);
    else this.#fix.withdraw();
    if (outcome.answer?.model) this.#model.textContent = `Read by ${outcome.answer.model}.`;
  }

  #state(status, settled) {
    this.#reply.dataset.status = status;
    this.#reply.classList.toggle("passing", !settled);
    if (settled) this.#reply.setAttribute("aria-busy", "false");
  }

  #say(what, advice) {
    if (this.#words.textContent === `${what} ${advice}`) return; // nothing is read out twice
    this.#words.replaceChildren(element("strong", "", `${what} `), element("span", "", advice));
  }
}
