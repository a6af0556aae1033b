// The answer on the page that is taken away: the digit, a sentence, ten bars, and what Tenfold saw.

import { element, sign } from "../server/page/element.js";
import { percent, sentence, WELCOME } from "../server/page/words.js";

const SIDE = 28;
const TOO_LARGE = ["This picture is too large.", "Crop it to the digit, or save it smaller, and try again."];
const CLOSED = ["This file cannot be opened as a picture.", "Use a PNG, JPEG, WebP or GIF file, or take a photo of the digit."];

export class AnswerView {
  constructor(root = document) {
    const part = (id) => root.getElementById(id);
    Object.assign(this, { answer: part("answer"), digit: part("digit"), sure: part("sure"), words: part("sentence"), saw: part("saw") });
    this.bars = makeBars(part("bars"));
    this.wait();
  }

  /** Show that nothing is asked yet. */
  wait() {
    this.#state("waiting", true);
    this.digit.replaceChildren();
    this.sure.textContent = "";
    this.#say([WELCOME, ""]);
    this.#showBars([], null);
    this.#showSaw(null);
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
    const { status, digit, alternatives = [], probabilities = [] } = seen;
    const [best, next] = alternatives;
    this.#state(status, settled);
    if (status === "ok") this.digit.replaceChildren(element("span", "numeral", digit));
    else if (status === "uncertain") {
      const [one, other] = [best, next].map((guess) => element("span", "numeral", guess.digit));
      this.digit.replaceChildren(one, element("i", "", "or"), other, element("i", "", "?"));
    } else this.digit.replaceChildren(sign(status === "too_large" ? "unreadable_image" : status));
    this.sure.textContent = surety(seen);
    this.#showBars(probabilities, digit ?? (status === "uncertain" ? best.digit : null));
    this.#showSaw(seen.pixels);
    if (!settled) return;
    const said = { too_large: TOO_LARGE, unreadable_image: CLOSED }[status] ?? sentence({ answer: seen }, kind);
    this.#say(said, status === "ok" ? `${this.sure.textContent}. ` : "");
  }

  #state(status, settled) {
    this.answer.dataset.status = status;
    this.answer.classList.toggle("passing", !settled);
    if (settled) this.answer.setAttribute("aria-busy", "false");
  }

  #say([what, advice], unseen = "") {
    this.words.replaceChildren(element("strong", "", `${what} `), element("span", "unseen", unseen), element("span", "", advice));
  }

  #showBars(probabilities, best) {
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
    pixels?.forEach((value, place) => (image.data[4 * place + 3] = value));
    context.putImageData(image, 0, 0);
    const label = pixels?.some(Boolean) ? "The digit, centred and scaled to 28 by 28 pixels" : "Nothing";
    this.saw.setAttribute("aria-label", label);
  }
}

function surety({ status, confidence, alternatives }) {
  if (status === "ok") return `${percent(confidence)} sure`;
  if (status !== "uncertain") return "";
  return alternatives.slice(0, 2).map((guess) => `${guess.digit}: ${percent(guess.probability)}`).join(", ");
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
