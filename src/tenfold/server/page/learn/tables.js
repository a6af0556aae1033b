// Small tables of numbers, and rows of cells.

import { element } from "../element.js";
import { short } from "./maths.js";

/**
 * Fill a table with numbers, row by row.
 * @param {ArrayLike<number>} values
 * @param {{digits?: number, lit?: number, shade?: (value: number) => number}} [manner] `lit` is the place to mark
 */
export function fillTable(table, values, columns, { digits = 2, lit = -1, shade } = {}) {
  const rows = [];
  for (let at = 0; at < values.length; at += columns) {
    const row = element("tr");
    for (let place = at; place < at + columns; place++) {
      const cell = element("td", place === lit ? "lit" : "", short(values[place], digits));
      if (shade) cell.style.setProperty("--shade", shade(values[place]));
      row.append(cell);
    }
    rows.push(row);
  }
  table.replaceChildren(...rows);
}

/** Fill a list with cells, one of which may be marked. */
export function fillCells(list, values, lit = -1, digits = 2) {
  list.replaceChildren(
    ...Array.from(values, (value, place) => {
      const cell = element("li", place === lit ? "lit" : "", short(value, digits));
      cell.value = place;
      if (place === lit) cell.setAttribute("aria-current", "true");
      return cell;
    }),
  );
}

/** Let a slider say its value in its own output; gives the number whenever it moves, and at once. */
export function follow(slider, words, hear) {
  const tell = () => {
    const text = words(Number(slider.value));
    slider.parentElement.querySelector("output").textContent = text;
    slider.setAttribute("aria-valuetext", text);
    hear(Number(slider.value));
  };
  slider.addEventListener("input", tell);
  tell();
}

/** Ten bars, one for each digit; gives what shows probabilities in them. */
export function bars(list) {
  const made = Array.from({ length: 10 }, (_, digit) => {
    const [item, name, bar, value] = [element("li"), element("b", "", digit), element("span", "bar"), element("span", "value")];
    bar.setAttribute("aria-hidden", "true");
    item.append(name, bar, value);
    list.append(item);
    return { item, value };
  });
  return (probabilities) => {
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    made.forEach(({ item, value }, digit) => {
      item.style.setProperty("--share", probabilities?.[digit] ?? 0);
      item.classList.toggle("best", digit === best);
      value.textContent = probabilities ? `${(100 * probabilities[digit]).toFixed(1)}\u202f%` : "";
    });
  };
}
