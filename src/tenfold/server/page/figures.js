// A written number in print: each digit with its own confidence, how sure the whole is, and the other readings.

import { element } from "./element.js";
import { bestText, signsOf, spell, surely } from "./number_words.js";
import { percent } from "./words.js";

// Readings less likely than this are nobody's news.
const LEAST = 0.001;
const MOST = 4;

export class Figures {
  #figures = document.getElementById("figures");
  #sure = document.getElementById("number-sure");
  #others = document.getElementById("others");

  clear() {
    this.show([], null);
  }

  /** Show numbers, or where there are none a picture that says why. */
  show(numbers, picture) {
    const length = numbers.reduce((sum, { text }) => sum + text.length + 0.5, -0.5);
    this.#figures.style.setProperty("--signs", Math.max(length, 1));
    this.#figures.replaceChildren(...(picture ? [picture] : numbers.length ? printed(numbers) : []));
    this.#sure.textContent = numbers.length === 1 ? surely(numbers[0]) : "";
    this.#list(numbers.flatMap(readings));
  }

  #list(readings) {
    const likeliest = readings.sort((one, other) => other.probability - one.probability).slice(0, MOST);
    const items = likeliest.map(({ text, probability }) => {
      const item = element("li");
      item.append(element("b", "", text), ` ${percent(probability)}`);
      return item;
    });
    this.#others.hidden = items.length === 0;
    this.#others.querySelector("ol").replaceChildren(...items);
  }
}

function readings(number) {
  const likely = number.alternatives.filter(({ probability }) => probability >= LEAST);
  return likely.map(({ value, probability }) => ({ text: spell(number, value), probability }));
}

function printed(numbers) {
  const row = element("div", "row");
  row.append(...numbers.map(figure));
  return [row, element("p", "caption", "how sure each digit is, in %")];
}

function figure(number) {
  const list = element("ol", "figure");
  list.setAttribute("aria-label", `${bestText(number)}, digit by digit`);
  list.append(...signsOf(number).map(numeral));
  return list;
}

function numeral({ sign, confidence, doubtful }) {
  const item = element("li", doubtful ? "doubtful" : confidence === null ? "between" : "");
  const print = element("span", "numeral", sign);
  if (doubtful) print.append(element("sup", "", "?"));
  const parts = [print];
  if (confidence !== null) {
    // Never rounded up to certainty.
    const value = element("span", "value", Math.min(99, Math.round(100 * confidence)));
    const bar = element("span", "bar");
    bar.style.setProperty("--share", confidence);
    parts.push(bar, value);
    item.append(element("span", "unseen", `${sign}: ${percent(confidence)}${doubtful ? ", doubtful" : ""}`));
  }
  for (const part of parts) part.setAttribute("aria-hidden", "true");
  item.prepend(...parts);
  return item;
}
