// The ten probabilities as bars, of which one can be chosen like a cell of a map.

import { element } from "../element.js";
import { percent } from "../words.js";
import { moved } from "./maps.js";

/** Bars in place of tiles; otherwise like `MapsView`. */
export class BarsView extends EventTarget {
  #last = 0;

  constructor(layer, label, keys) {
    super();
    this.layer = layer;
    this.element = element("div", "maps");
    this.stage = element("ol", "stage");
    this.stage.id = "bars";
    this.stage.setAttribute("aria-describedby", keys);
    Object.assign(this.stage, { tabIndex: 0, role: "application", ariaRoleDescription: "bars", ariaLabel: label });
    this.bars = Array.from({ length: layer.maps }, (_, digit) => this.#bar(digit));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("focus", () => this.stage.matches(":focus-visible") && this.#pick(this.#last));
    this.element.append(this.stage);
  }

  show(values) {
    const best = values.indexOf(Math.max(...values));
    this.bars.forEach(({ item, fill, value }, digit) => {
      fill.style.setProperty("--share", values[digit]);
      item.classList.toggle("best", digit === best);
      value.textContent = values[digit] >= 0.005 ? Math.min(99, Math.round(100 * values[digit])) : "";
      item.title = percent(values[digit]);
    });
  }

  select(cell) {
    if (cell) this.#last = cell.map;
    this.bars.forEach(({ item }, digit) => item.classList.toggle("chosen", digit === cell?.map));
  }

  #bar(digit) {
    const item = element("li");
    const column = element("span", "column");
    const [value, fill] = [element("span", "value"), element("span", "fill")];
    column.append(value, fill);
    item.append(column, element("span", "name", digit));
    item.addEventListener("click", () => this.#pick(digit));
    this.stage.append(item);
    return { item, fill, value };
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = moved({ map: this.#last, row: 0, column: 0 }, event.key, this.layer, 1);
    if (!cell) return;
    event.preventDefault();
    this.#pick(cell.map);
  }

  #pick(map) {
    this.dispatchEvent(new CustomEvent("pick", { detail: { map, row: 0, column: 0 } }));
  }
}
