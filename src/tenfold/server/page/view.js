// The answer on the page: the digit, the sentence, ten bars, and what Tenfold saw.

import { element, sign } from "./element.js";
import { DigitFix } from "./fix.js";
import { percent, sentence, statusOf, WELCOME } from "./words.js";

const SIDE = 28;
const SIGNS = { too_large: "unreadable_image", busy: "unreachable", failed: "unreachable" };

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
    this.bars = makeBars(part("bars"));
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
    this.#showBars([], null);
    this.#showSaw(null);
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
    this.#showBars(answer?.probabilities ?? [], answer);
    this.#showSaw(answer?.saw);
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

  #showBars(probabilities, answer) {
    const best = answer?.digit ?? (answer?.status === "uncertain" ? answer.alternatives[0].digit : null);
    const known = probabilities.some((value) => value > 0);
    this.bars.forEach(({ item, fill, value, text }, digit) => {
      const probability = probabilities[digit] ?? 0;
      fill.style.setProperty("--share", probability);
      item.classList.toggle("best", digit === best);
      value.textContent = known && probability >= 0.005 ? Math.min(99, Math.round(100 * probability)) : "";
      text.textContent = known ? `${digit}: ${percent(probability)}` : `${digit}: no answer`;
    });
  }

  #showSaw(pixels) {
    const context = this.saw.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    // Ink as opacity: the style decides which colour it has.
    (pixels ?? []).forEach((value, place) => (image.data[4 * place + 3] = value));
    context.putImageData(image, 0, 0);
    const label = pixels?.some((value) => value > 0) ? "The digit, centred and scaled to 28 by 28 pixels" : "Nothing";
    this.saw.setAttribute("aria-label", label);
  }
}

function makeBars(list) {
  return Array.from({ length: 10 }, (_, digit) => {
    const item = element("li");
    const column = element("span", "column");
    const [value, fill, name] = [element("span", "value"), element("span", "fill"), element("span", "name", digit)];
    const text = element("span", "unseen");
    column.append(value, fill);
    for (const part of [column, name]) part.setAttribute("aria-hidden", "true");
    item.append(column, name, text);
    list.append(item);
    return { item, fill, value, text };
  });
}

function headline(status, answer) {
  if (status === "ok") return [element("span", "numeral", answer.digit)];
  if (status !== "uncertain") return [sign(SIGNS[status] ?? status)];
  const [best, next] = answer.alternatives;
  return [element("span", "numeral", best.digit), element("i", "", "or"), element("span", "numeral", next.digit), element("i", "", "?")];
}

function surety(status, answer) {
  if (status === "ok") return `${percent(answer.confidence)} sure`;
  if (status !== "uncertain") return "";
  return answer.alternatives.slice(0, 2).map((guess) => `${guess.digit}: ${percent(guess.probability)}`).join(", ");
}
