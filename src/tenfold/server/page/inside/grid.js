// Numbers in rows and columns, each on the colour of its sign.

import { element } from "../element.js";
import { figure } from "./words.js";

/** A table of so many rows and columns under a heading. */
export class Grid {
  #cells = [];
  #shown = [];

  constructor(title, rows, columns) {
    this.element = element("table", "grid");
    this.element.append(element("caption", "", title));
    const body = element("tbody");
    for (let row = 0; row < rows; row++) {
      const line = element("tr");
      for (let column = 0; column < columns; column++) {
        const cell = element("td");
        this.#cells.push(cell);
        line.append(cell);
      }
      body.append(line);
    }
    this.element.append(body);
  }

  /**
   * Show numbers; `null` is what lies beyond the edge, which counts as 0.
   * @param {number} most the number that has the full colour
   * @param {number} [best] the place of one to point out
   */
  show(numbers, most, best = -1) {
    this.#cells.forEach((cell, at) => {
      const number = numbers[at];
      // A frame changes few of them.
      const shown = `${number} of ${most}${at === best ? ", the best" : ""}`;
      if (shown === this.#shown[at]) return;
      this.#shown[at] = shown;
      colour(cell, number ?? 0, most);
      cell.textContent = figure(number ?? 0);
      cell.classList.toggle("beyond", number === null);
      cell.classList.toggle("best", at === best);
      cell.title = number === null ? "beyond the edge: counts as 0" : "";
    });
  }
}

/** Put an element on the colour of a number. */
export function colour(one, number, most) {
  one.dataset.sign = number > 0 ? "above" : number < 0 ? "below" : "none";
  one.style.setProperty("--share", most > 0 ? Math.min(1, Math.abs(number) / most).toFixed(3) : 0);
}
