// What an answer is shown by: the numerals, how sure, ten bars, and what Tenfold saw.

import { element, sign } from "./element.js";
import { percent } from "./words.js";

const SIDE = 28;
const SIGNS = { too_large: "unreadable_image", busy: "unreachable", failed: "unreachable" };

/** The digit, the two it could be, or a sign for what is none. */
export function headline(status, answer) {
  if (status === "ok") return [element("span", "numeral", answer.digit)];
  if (status !== "uncertain") return [sign(SIGNS[status] ?? status)];
  const [best, next] = answer.alternatives;
  return [element("span", "numeral", best.digit), element("i", "", "or"), element("span", "numeral", next.digit), element("i", "", "?")];
}

/** How sure Tenfold is, in words. */
export function surety(status, answer) {
  if (status === "ok") return `${percent(answer.confidence)} sure`;
  if (status !== "uncertain") return "";
  return answer.alternatives.slice(0, 2).map((guess) => `${guess.digit}: ${percent(guess.probability)}`).join(", ");
}

/** One bar for each digit. */
export class Bars {
  /** @param {HTMLElement} list that the bars are put into */
  constructor(list) {
    this.bars = Array.from({ length: 10 }, (_, digit) => {
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

  /** @param {number[]} probabilities ten, or none where no digit was looked for */
  show(probabilities, answer) {
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
}

/** Show the 28x28 that the network was given. @param {HTMLCanvasElement} canvas @param {ArrayLike<number> | null} pixels */
export function showSaw(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  const levels = Array.from(pixels ?? []);
  // Ink as opacity: the style decides which colour it has.
  levels.forEach((value, place) => (image.data[4 * place + 3] = value));
  context.putImageData(image, 0, 0);
  canvas.setAttribute("aria-label", levels.some((value) => value > 0) ? "The digit, centred and scaled to 28 by 28 pixels" : "Nothing");
}
