// The kernel of the tour: nine numbers that can be written over, and those known to be useful.

import { element } from "../element.js";

export const PRESETS = {
  "upright edges": [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  "level edges": [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  outline: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  blur: Array(9).fill(0.11),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  "leave as it is": [0, 0, 0, 0, 1, 0, 0, 0, 0],
};
const OWN = "your own";

/** Sends "change" when a number or all of them are others. */
export class Kernel extends EventTarget {
  values = PRESETS["upright edges"];
  #fields;
  #select;

  constructor(box, select) {
    super();
    this.#select = select;
    this.#fields = this.values.map((_, place) => {
      const field = element("input");
      Object.assign(field, { type: "number", step: "any", inputMode: "text" });
      field.setAttribute("aria-label", `Row ${Math.floor(place / 3) + 1}, column ${(place % 3) + 1}`);
      field.addEventListener("input", () => this.#written(place));
      return field;
    });
    box.append(...this.#fields);
    this.learned([]);
    select.addEventListener("change", () => {
      if (this.choices[select.value]) this.#turn(this.choices[select.value]);
    });
    this.#fill();
  }

  /** Offer the kernels of a trained network, too. */
  learned(kernels) {
    const named = kernels.map((values, number) => [`learned, ${number + 1}`, values]);
    this.choices = { ...PRESETS, ...Object.fromEntries(named) };
    const before = this.#select.value;
    this.#select.replaceChildren(...[...Object.keys(this.choices), OWN].map((name) => new Option(name)));
    if (before) this.#select.value = this.choices[before] ? before : OWN;
    if (before.startsWith("learned") && this.choices[before]) this.#turn(this.choices[before]);
  }

  #written(place) {
    const value = Number(this.#fields[place].value);
    if (this.#fields[place].value === "" || !Number.isFinite(value)) return; // half a number
    this.values = this.values.with(place, Math.max(-99, Math.min(99, value)));
    this.#select.value = OWN;
    this.dispatchEvent(new Event("change"));
  }

  #turn(values) {
    this.values = values;
    this.#fill();
    this.dispatchEvent(new Event("change"));
  }

  #fill() {
    this.#fields.forEach((field, place) => (field.value = Number(this.values[place].toFixed(2))));
  }
}
