// The looking glass: one number of a layer, the map it stands on, and the arithmetic that made it.

import { element } from "../element.js";
import { SUMS } from "./arithmetic.js";
import { reach } from "./colours.js";
import { sentenceOf } from "./words.js";
import { ZoomView } from "./zoom.js";

/** Sends "pick" events with `detail`: another cell of the same layer. */
export class Glass extends EventTarget {
  #layer = null;
  #cell = null;
  #part = null;
  #chosen = false;
  #sums = null;

  constructor() {
    super();
    this.element = element("section", "glass");
    this.element.setAttribute("aria-label", "How this number came about");
    this.sentence = element("p", "how");
    this.below = new ZoomView();
    this.here = new ZoomView((row, column) => this.dispatchEvent(new CustomEvent("pick", { detail: { ...this.#cell, row, column } })));
    this.zooms = element("div", "zooms");
    this.zooms.append(this.below.element, this.here.element);
    this.sums = element("div", "sums");
    this.element.append(this.sentence, this.zooms, this.sums);
  }

  /** Look at a cell of a layer from now on. */
  aim(layer, cell) {
    const other = layer !== this.#layer;
    // Which map below shows: the one that says most, until one is chosen for this map.
    if (other || cell.map !== this.#cell.map) this.#chosen = false;
    if (!this.#chosen) this.#part = null;
    [this.#layer, this.#cell] = [layer, cell];
    if (other) this.#sums = null;
  }

  /**
   * Show how the number came about in what was looked at last.
   * @param {import("./looking.js").Looking} looking
   * @returns {string} the sentence that says it
   */
  show(looking) {
    const [layer, cell] = [this.#layer, this.#cell];
    const told = looking.explain(layer, cell);
    const after = looking.layers[layer.place + 1];
    const next = after?.kind === "activation" ? { title: after.title, result: looking.at(after, cell) } : null;
    this.sentence.textContent = sentenceOf(layer, cell, told, next);
    this.#sums ??= new SUMS[layer.kind](this.sums, layer, (part) => this.#take(part, looking));
    this.#part ??= this.#sums.first?.(told) ?? null;
    this.#sums.show(told, { cell, next, part: this.#part });
    this.#zoom(looking, told);
    return this.sentence.textContent;
  }

  #take(part, looking) {
    [this.#part, this.#chosen] = [part, true];
    this.show(looking);
  }

  #zoom(looking, told) {
    const [layer, cell] = [this.#layer, this.#cell];
    const flat = layer.height * layer.width === 1;
    this.here.element.hidden = flat;
    if (!flat) {
      const values = looking.values(layer);
      this.here.show(layer, values, cell.map, reach(values), { top: cell.row, left: cell.column, tall: 1, wide: 1 });
      this.here.caption.textContent = layer.maps > 1 ? `${layer.title}, map ${cell.map + 1}` : layer.title;
    }
    const patch = told.patch ?? told.parts?.find(({ patch }) => patch.map === this.#part)?.patch ?? within(told, cell);
    const seen = patch && layer.below.height * layer.below.width > 1;
    this.below.element.hidden = !seen;
    this.zooms.hidden = flat && !seen;
    if (!seen) return;
    const values = looking.values(layer.below);
    this.below.show(layer.below, values, patch.map, reach(values), patch);
    this.below.caption.textContent = `${layer.below.title}${layer.below.maps > 1 ? `, map ${patch.map + 1}` : ""}`;
  }
}

/** Of a layer that changes each number by itself: the cell it was made of. */
function within(told, cell) {
  const from = "from" in told ? told.from : "before" in told ? cell : null;
  return from && { map: from.map, top: from.row, left: from.column, tall: 1, wide: 1 };
}
