// A map of numbers as a picture one can walk on: by pointer or by arrow keys, with a frame where one is.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
// Pixels of the canvas for one number; the page's style makes it as large as there is room.
const CELL = 16;

/** Sends "move" when the frame was moved; `row` and `column` say where its upper left corner is. */
export class Grid extends EventTarget {
  row = 0;
  column = 0;
  #map = null;
  #crossed = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} [manner]
   * @param {number} [manner.frame] numbers along a side of the frame; 0 for none
   * @param {number} [manner.step] by how many numbers it moves
   * @param {string} [manner.label] what is shown
   */
  constructor(canvas, { frame = 1, step = 1, label = "" } = {}) {
    super();
    Object.assign(this, { canvas, frame, step, label, border: 0 });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#point(event);
    });
  }

  /**
   * Show a map.
   * @param {{rows: number, columns: number, values: ArrayLike<number>}} shown
   * @param {Set<number>} [crossed] places that are crossed out
   */
  show(shown, crossed = null) {
    this.#map = shown;
    this.#crossed = crossed;
    this.put(this.row, this.column);
  }

  /** Put the frame somewhere, without telling anybody. */
  put(row, column) {
    const { rows, columns } = this.#map;
    const inside = (at, side) => Math.max(0, Math.min(at, this.#last(side)));
    [this.row, this.column] = [inside(row, rows), inside(column, columns)];
    this.paint();
  }

  // The furthest place of the frame that the steps lead to.
  #last(side) {
    const room = side - Math.max(1, this.frame);
    return room - (room % this.step);
  }

  #go(row, column) {
    const snap = (at) => Math.round(at / this.step) * this.step;
    this.put(snap(row), snap(column));
    this.dispatchEvent(new Event("move"));
  }

  #key(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 5 * this.step : this.step;
    this.#go(this.row + step[0] * far, this.column + step[1] * far);
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    const half = (Math.max(1, this.frame) - 1) / 2;
    const at = (share, count) => Math.floor(share * count - half);
    const { rows, columns } = this.#map;
    this.#go(at((event.clientY - box.top) / box.height, rows), at((event.clientX - box.left) / box.width, columns));
  }

  paint() {
    if (!this.#map) return;
    const { canvas, frame, border } = this;
    const { rows, columns } = this.#map;
    if (canvas.width !== columns * CELL || canvas.height !== rows * CELL)
      [canvas.width, canvas.height] = [columns * CELL, rows * CELL];
    const context = canvas.getContext("2d");
    const colours = coloursOf(canvas);
    paintMap(context, this.#map, CELL, colours);
    if (border) {
      context.strokeStyle = colours.edge;
      context.setLineDash([6, 6]);
      context.strokeRect(border * CELL, border * CELL, (columns - 2 * border) * CELL, (rows - 2 * border) * CELL);
      context.setLineDash([]);
    }
    for (const place of this.#crossed ?? []) cross(context, place % columns, Math.floor(place / columns), colours.edge);
    if (!frame) return;
    const box = [this.column * CELL, this.row * CELL, frame * CELL, frame * CELL];
    for (const [width, colour] of [[7, colours.paper], [4, colours.frame]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.strokeRect(...box);
    }
    const where = ` Frame at row ${this.row}, column ${this.column}.`;
    canvas.setAttribute("aria-label", `${this.label}, ${rows} by ${columns}.${where} Arrow keys move it.`);
  }
}

/** The page's colours, as they are now. */
export function coloursOf(element) {
  const style = getComputedStyle(element);
  const named = (name) => style.getPropertyValue(name).trim();
  return { paper: named("--paper"), ink: named("--ink"), frame: named("--frame"), edge: named("--edge"), negative: named("--negative") };
}

/** Paint a map: what is positive in ink, what is negative in another colour, as strong as the largest allows. */
export function paintMap(context, { rows, columns, values }, cell, colours, most = 1) {
  const strongest = values.reduce((far, value) => Math.max(far, Math.abs(value)), most);
  context.globalAlpha = 1;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, columns * cell, rows * cell);
  for (let place = 0; place < rows * columns; place++) {
    if (!values[place]) continue;
    context.globalAlpha = Math.abs(values[place]) / strongest;
    context.fillStyle = values[place] > 0 ? colours.ink : colours.negative;
    context.fillRect((place % columns) * cell, Math.floor(place / columns) * cell, cell, cell);
  }
  context.globalAlpha = 1;
}

function cross(context, column, row, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  const [left, top] = [column * CELL + 3, row * CELL + 3];
  context.moveTo(left, top);
  context.lineTo(left + CELL - 6, top + CELL - 6);
  context.moveTo(left + CELL - 6, top);
  context.lineTo(left, top + CELL - 6);
  context.stroke();
}
