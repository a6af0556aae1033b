// "That was wrong": the line under an answer about one digit, where the person says which digit it is.

import { areKept, correct, correctionSentence, isClosed } from "./correct.js";
import { element } from "./element.js";
import { named } from "./words.js";

const NONE = null;
const CHOICES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, NONE];
const inWords = (digit) => (digit === NONE ? "no digit" : named(digit));

export class DigitFix {
  #answer = null;
  #noted; // what was noted of this answer last
  #last = Promise.resolve();

  /**
   * @param {HTMLElement} line
   * @param {(what: string, advice: string) => void} say says it where the answer is said
   */
  constructor(line, say) {
    Object.assign(this, { line, say });
    this.label = line.querySelector("span");
    this.buttons = CHOICES.map((digit) => this.#button(digit));
    line.querySelector(".choices").append(...this.buttons);
    this.withdraw();
  }

  /** Offer to correct an answer. */
  offer({ id, status }) {
    this.#answer = id;
    this.#noted = undefined;
    this.label.textContent = status === "ok" ? "Wrong? It is" : "It is";
    this.#mark(undefined);
    this.line.classList.toggle("gone", !areKept());
  }

  /** Take the offer away: the answer is about something else than what is on the sheet now. */
  withdraw() {
    this.#answer = null;
    this.line.classList.add("gone");
  }

  #button(digit) {
    const button = element("button", digit === NONE ? "none" : "", digit === NONE ? "no digit" : String(digit));
    button.type = "button";
    button.setAttribute("aria-label", `It is ${inWords(digit)}`);
    button.addEventListener("click", () => this.#choose(digit));
    return button;
  }

  #choose(digit) {
    const answer = this.#answer;
    this.#mark(digit);
    // One after the other: the last one pressed must be the last one to arrive.
    this.#last = this.#last.then(async () => {
      const outcome = await correct({ id: answer, digit });
      if (answer !== this.#answer) return;
      if (outcome.answer) this.#noted = digit;
      else this.#mark(this.#noted);
      this.say(...correctionSentence(outcome, inWords(digit), "If that was not meant, press another."));
      if (isClosed(outcome)) this.withdraw();
    });
  }

  #mark(digit) {
    this.buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(CHOICES[place] === digit)));
  }
}
