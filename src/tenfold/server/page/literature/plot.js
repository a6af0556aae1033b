// The plot: errors against a cost, both on scales on which ten times as much is as far everywhere.

import { seconds, size } from "./units.js";

const SVG = "http://www.w3.org/2000/svg";
// As wide as it shows, within reason: letters keep their size then.
const [NARROW, WIDE, HEIGHT] = [340, 1500, 460];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 30, 14, 46];
const ERRORS = [0.2, 0.5, 1, 2, 5, 10, 20];
// Names lie beside their points; one that would lie over another is left out, and shown when its point is reached.
const [LETTER, LINE] = [7.2, 14];
const WORDS = { seconds_a_digit: ["time of an answer", seconds], fit_seconds: ["time to train", seconds], bytes: ["size of the file", size] };

function drawn(name, given, ...inside) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

/** Sends "toggle" with the name of a classifier whose point was pressed. */
export class Plot extends EventTarget {
  #across = "seconds_a_digit";
  #shown = [];

  constructor(rows, chosen) {
    super();
    Object.assign(this, { rows, chosen, svg: document.getElementById("plot") });
    new ResizeObserver(() => this.#draw()).observe(this.svg.parentElement);
  }

  show(rows) {
    this.#shown = rows;
    this.#draw();
  }

  /** Show another cost. */
  turn(across) {
    this.#across = across;
    this.#draw();
  }

  #draw() {
    const [words, unit] = WORDS[this.#across];
    const wide = Math.max(NARROW, Math.min(WIDE, this.svg.parentElement.clientWidth));
    this.svg.setAttribute("viewBox", `0 0 ${wide} ${HEIGHT}`);
    const costs = this.rows.map((row) => row[this.#across]).filter((cost) => cost !== null);
    const [least, most] = [Math.floor(Math.log10(Math.min(...costs))), Math.ceil(Math.log10(Math.max(...costs)))];
    const across = (cost) => LEFT + ((Math.log10(cost) - least) / (most - least)) * (wide - LEFT - RIGHT);
    const [low, high] = [Math.log10(0.2), Math.log10(22)];
    const up = (error) => HEIGHT - BOTTOM - ((Math.log10(error) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);

    const parts = [];
    for (let power = least; power <= most; power++) {
      const at = across(10 ** power);
      parts.push(drawn("line", { class: "rule", x1: at, x2: at, y1: TOP, y2: HEIGHT - BOTTOM }));
      if (wide > 600 || (power - least) % 2 === 0)
        parts.push(drawn("text", { x: at, y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, unit(10 ** power)));
    }
    for (const error of ERRORS) {
      parts.push(drawn("line", { class: "rule", x1: LEFT, x2: wide - RIGHT, y1: up(error), y2: up(error) }));
      parts.push(drawn("text", { x: LEFT - 8, y: up(error) + 4, "text-anchor": "end" }, `${error}\u202f%`));
    }
    parts.push(drawn("text", { class: "axis", x: wide - RIGHT, y: HEIGHT - 6, "text-anchor": "end" }, `${words} →`));
    parts.push(drawn("text", { class: "axis", x: LEFT + 6, y: TOP + 12 }, "errors"));

    const points = this.#shown.filter((row) => row[this.#across] !== null);
    const taken = points.map((row) => [across(row[this.#across]), up(row.error)]).map(([x, y]) => [x - 6, y - 6, x + 6, y + 6]);
    const focused = document.activeElement?.dataset?.point;
    for (const row of points) parts.push(this.#point(row, across(row[this.#across]), up(row.error), taken, unit, wide));
    this.svg.replaceChildren(...parts);
    if (focused) this.svg.querySelector(`[data-point="${focused}"]`)?.focus();
    this.svg.setAttribute("aria-label", `Errors against ${words}: ${points.length} classifiers`);
  }

  #point(row, x, y, taken, unit, right) {
    const told = `${row.name}: ${row.error.toFixed(2)} % wrong, ${unit(row[this.#across])}`;
    const long = row.name.length * LETTER;
    const box = [x + 8, y - LINE / 2, x + 8 + long, y + LINE / 2];
    const free = box[2] < right && !taken.some(([left, top, end, bottom]) => box[0] < end && box[2] > left && box[1] < bottom && box[3] > top);
    if (free) taken.push(box);
    const group = drawn(
      "g",
      { class: `point${this.chosen.has(row.name) ? " chosen" : ""}${free ? "" : " crowded"}`, tabindex: 0, role: "checkbox", "aria-checked": this.chosen.has(row.name), "aria-label": told },
      drawn("circle", { class: "reach", cx: x, cy: y, r: 12 }),
      drawn("circle", { cx: x, cy: y, r: 5.5 }),
      // Where there is no room to the right, the name that shows on reaching a point stands to the left of it.
      drawn("text", x + 9 + long < right ? { x: x + 9, y: y + 4 } : { x: x - 9, y: y + 4, "text-anchor": "end" }, row.name),
    );
    group.dataset.point = row.name;
    const toggle = () => this.dispatchEvent(new CustomEvent("toggle", { detail: row.name }));
    group.addEventListener("click", toggle);
    group.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      toggle();
    });
    for (const event of ["pointerenter", "focus"]) group.addEventListener(event, () => (document.getElementById("plot-said").textContent = `${told}. ${row.title}.`));
    return group;
  }
}
