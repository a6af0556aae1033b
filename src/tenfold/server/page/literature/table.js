// The table: a row a classifier, sorted by whichever heading was pressed.

import { element } from "../element.js";
import { percent2, seconds, size } from "./units.js";

const COLUMNS = [
  { key: "name", title: "Classifier", text: true },
  { key: "family", title: "Family", text: true },
  { key: "error", title: "Error, %", better: 1 },
  { key: "published", title: "Published, %", better: 1 },
  { key: "fit_seconds", title: "To train", better: 1 },
  { key: "seconds_a_digit", title: "An answer", better: 1 },
  { key: "bytes", title: "File", better: 1 },
  { key: "spoilt", title: "Spoilt, %", better: -1 },
  { key: "foreign", title: "Other hands, %", better: -1 },
  { key: "here", title: "Here", text: true },
];

/** Sends "toggle" with the name of a classifier that was ticked or unticked. */
export class Table extends EventTarget {
  #sorted = { key: "error", way: 1 };
  #rows = [];

  constructor(_, chosen) {
    super();
    this.chosen = chosen;
    const headings = COLUMNS.map(({ key, title, better = 1 }) => {
      const heading = element("th");
      heading.scope = "col";
      const button = element("button", "plain", title);
      button.type = "button";
      button.addEventListener("click", () => this.#sort(key, better));
      heading.append(button);
      heading.dataset.key = key;
      return heading;
    });
    const tick = element("th");
    tick.scope = "col";
    tick.append(element("span", "unseen", "Ask it"));
    document.getElementById("headings").append(tick, ...headings);
  }

  /** Show these. */
  show(rows) {
    this.#rows = rows;
    this.#draw();
  }

  #sort(key, better) {
    const again = this.#sorted.key === key;
    this.#sorted = { key, way: again ? -this.#sorted.way : better };
    this.#draw();
  }

  #draw() {
    const { key, way } = this.#sorted;
    for (const heading of document.getElementById("headings").children) {
      if (heading.dataset.key === key) heading.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    }
    const focused = document.activeElement?.dataset?.name;
    document.getElementById("rows").replaceChildren(...[...this.#rows].sort(by(key, way)).map((row) => this.#row(row)));
    if (focused) document.querySelector(`#rows [data-name="${focused}"]`)?.focus();
  }

  #row(row) {
    const line = element("tr", this.chosen.has(row.name) ? "chosen" : "");
    const tick = element("input");
    Object.assign(tick, { type: "checkbox", checked: this.chosen.has(row.name) });
    tick.dataset.name = row.name;
    tick.setAttribute("aria-label", `Ask ${row.name}`);
    tick.addEventListener("change", () => this.dispatchEvent(new CustomEvent("toggle", { detail: row.name })));
    const box = element("td", "tick");
    box.append(tick);
    const name = element("th", "name");
    name.scope = "row";
    name.append(element("code", "", row.name), element("span", "", `${row.title}. ${row.note ? `${row.note}. ` : ""}${row.source}.`));
    line.append(box, name, ...COLUMNS.slice(1).map(({ key, text }) => cell(row, key, text)));
    return line;
  }
}

// What has no figure stands last, whichever way.
function by(key, way) {
  return (one, other) => {
    const [a, b] = [one[key], other[key]];
    if (a === null || b === null) return (a === null) - (b === null);
    const order = typeof a === "string" ? a.localeCompare(b) : a - b;
    return way * order || one.error - other.error;
  };
}

const CELLS = {
  error: ({ error, interval }) => [element("b", "", percent2(error)), element("span", "", `${percent2(interval[0])} to ${percent2(interval[1])}`)],
  published: ({ published, met }) => (published === null ? [] : [`${published}`, element("span", met ? "" : "missed", met ? "" : "not met")]),
  fit_seconds: ({ fit_seconds: taken }) => [taken === null ? element("span", "", "as shipped") : seconds(taken)],
  seconds_a_digit: (row) => [seconds(row.seconds_a_digit)],
  bytes: ({ bytes }) => [size(bytes)],
  spoilt: ({ spoilt }) => [spoilt.toFixed(1)],
  foreign: ({ foreign }) => [foreign.toFixed(1)],
  family: ({ family }) => [family],
  here: ({ here, name }) => (here ? [here] : [element("span", "", "not yet")]),
};

function cell(row, key, text) {
  const made = element("td", text ? "" : "figure-cell");
  made.append(...CELLS[key](row));
  return made;
}
