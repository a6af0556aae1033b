// The maps of one layer as tiles on a canvas, with a cell that mouse, finger and keys move.

import { element } from "../element.js";
import { palette, reach } from "./colours.js";

const GAP = 4;
// A map is shown about so large, in pixels of the page; one that is alone, larger.
const TILE = 46;
const ALONE = 196;
// Larger, a single number is no clearer.
const LARGEST_CELL = 14;

/** How many pixels of the page a number of a map takes. */
function cellOf({ maps, height, width }) {
  const fitting = Math.round((maps === 1 ? ALONE : TILE) / Math.max(height, width));
  return Math.max(1, Math.min(LARGEST_CELL, fitting));
}

/**
 * Tiles, as many side by side as there is room for.
 *
 * Sends "pick" events with `detail`: the cell `{map, row, column}` that was chosen.
 */
export class MapsView extends EventTarget {
  #columns = 1;
  #values = null;
  #image = null;
  #inView = false;
  #stale = false;
  #cell = null;
  #last = { map: 0, row: 0, column: 0 };

  /** @param {import("./layers.js").Layer} layer */
  constructor(layer, label, keys) {
    super();
    this.layer = layer;
    this.cell = cellOf(layer);
    this.element = element("div", "maps");
    this.stage = element("div", "stage");
    this.canvas = element("canvas");
    this.frame = element("span", "frame");
    this.spot = element("span", "spot");
    this.stage.append(this.canvas, this.frame, this.spot);
    this.element.append(this.stage);
    Object.assign(this.stage, { tabIndex: 0, role: "application", ariaRoleDescription: "maps", ariaLabel: label });
    this.stage.setAttribute("aria-describedby", keys);
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("focus", () => this.#enter());
    this.canvas.addEventListener("click", (event) => this.#point(event));
    this.select(null);
    new ResizeObserver(() => this.#arrange()).observe(this.element);
    new IntersectionObserver((seen) => this.#look(seen.at(-1).isIntersecting), { rootMargin: "25%" }).observe(this.element);
  }

  /**
   * Show the numbers of the layer.
   * @param {boolean} [hurried] whether there is no time to paint what is out of sight: that is painted when it comes in sight
   */
  show(values, hurried = false) {
    this.#values = values;
    this.#stale = hurried && !this.#inView;
    if (!this.#stale) this.#paint();
  }

  #look(inView) {
    this.#inView = inView;
    if (!inView || !this.#stale) return;
    this.#stale = false;
    this.#paint();
  }

  /** Mark a cell, or none. */
  select(cell) {
    this.#cell = cell;
    for (const mark of [this.frame, this.spot]) mark.hidden = !cell;
    if (!cell) return;
    this.#last = cell;
    this.#mark();
  }

  get #pitch() {
    const { height, width } = this.layer;
    return [width * this.cell + GAP, height * this.cell + GAP];
  }

  #arrange() {
    const { maps } = this.layer;
    const [wide, tall] = this.#pitch;
    const room = this.element.clientWidth;
    if (!room) return;
    const columns = Math.max(1, Math.min(maps, Math.floor((room + GAP) / wide)));
    const size = [columns * wide - GAP, Math.ceil(maps / columns) * tall - GAP];
    if (this.#image && columns === this.#columns && this.canvas.width === size[0]) return;
    this.#columns = columns;
    [this.canvas.width, this.canvas.height] = size;
    this.#image = this.canvas.getContext("2d").createImageData(...size);
    this.#paint();
    if (this.#cell) this.#mark();
  }

  /** Where a map's tile begins, in pixels of the canvas. */
  #corner(map) {
    const [wide, tall] = this.#pitch;
    return [(map % this.#columns) * wide, Math.floor(map / this.#columns) * tall];
  }

  #paint() {
    const { canvas, cell, layer } = this;
    const values = this.#values;
    if (!values || !this.#image) return;
    const pixels = new Uint32Array(this.#image.data.buffer);
    const { tones, middle, gain } = palette(reach(values));
    const { maps, height, width } = layer;
    const across = canvas.width;
    let at = 0;
    for (let map = 0; map < maps; map++) {
      const [left, top] = this.#corner(map);
      for (let row = 0; row < height; row++) {
        const start = (top + row * cell) * across + left;
        let to = start;
        for (let column = 0; column < width; column++) {
          const colour = tones[middle + Math.round(values[at++] * gain)];
          for (const next = to + cell; to < next; to++) pixels[to] = colour;
        }
        for (let line = 1; line < cell; line++) pixels.copyWithin(start + line * across, start, to);
      }
    }
    canvas.getContext("2d").putImageData(this.#image, 0, 0);
  }

  #mark() {
    const { map, row, column } = this.#cell;
    const { height, width } = this.layer;
    const [left, top] = this.#corner(map);
    const { cell } = this;
    place(this.frame, left, top, width * cell, height * cell);
    place(this.spot, left + column * cell, top + row * cell, cell, cell);
    this.spot.hidden = height * width === 1;
  }

  #point({ offsetX, offsetY }) {
    const [wide, tall] = this.#pitch;
    const { maps, height, width } = this.layer;
    const [across, down] = [Math.floor(offsetX / wide), Math.floor(offsetY / tall)];
    const map = down * this.#columns + across;
    if (map >= maps) return;
    const row = Math.min(height - 1, Math.floor((offsetY - down * tall) / this.cell));
    const column = Math.min(width - 1, Math.floor((offsetX - across * wide) / this.cell));
    this.#pick({ map, row, column });
  }

  /** By Tab, the first cell is chosen, unless there was one; a click says which it means. */
  #enter() {
    if (this.stage.matches(":focus-visible")) this.#pick(this.#last);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = moved(this.#last, event.key, this.layer, this.#columns);
    if (!cell) return;
    event.preventDefault();
    this.#pick(cell);
  }

  #pick(cell) {
    this.dispatchEvent(new CustomEvent("pick", { detail: cell }));
  }
}

function place({ style }, left, top, width, height) {
  Object.assign(style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
}

/** Where a key takes the cell; null if it is none of ours. Units have no place within: arrows lead to others of them. */
export function moved({ map, row, column }, key, { maps, height, width }, columns) {
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  const to = (other) => ({ map: within(other, maps), row, column });
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  if (key in steps) {
    const [down, along] = steps[key];
    if (height * width === 1) {
      const other = map + down * columns + along;
      return to(other >= 0 && other < maps ? other : map);
    }
    return { map, row: within(row + down, height), column: within(column + along, width) };
  }
  return { PageUp: () => to(map - 1), PageDown: () => to(map + 1), Home: () => to(0), End: () => to(maps - 1) }[key]?.() ?? null;
}
