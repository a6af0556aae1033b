// The sheet of paper: what is on it, what was on it before, and how it looks.

import { paint, toPng } from "./ink.js";
import { followPen } from "./pen.js";

const NOTHING = { strokes: [], picture: null };

/**
 * Holds either strokes or a picture, never both. Every change makes a new state, so undo also brings back
 * what was cleared.
 *
 * Sends "change" events; `era` counts the changes that make earlier answers worthless, `version` every change.
 */
export class Sheet extends EventTarget {
  era = 0;
  version = 0;
  drawing = false;
  penWidth = 0.07;
  #state = NOTHING;
  #past = [];
  #stroke = null;
  #photoUrl = null;
  #drawn = null;

  /** @param {{aspect?: number}} parts with the sheet's width in units of its height */
  constructor({ canvas, photo, photoName, aspect = 1 }) {
    super();
    Object.assign(this, { canvas, photo, photoName, aspect });
    followPen(canvas, {
      begin: () => this.#begin(),
      points: (points) => this.#extend(points),
      end: () => this.#end(),
    });
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
    photo.addEventListener("load", () => this.#showPhoto(true));
    photo.addEventListener("error", () => this.#showPhoto(false));
  }

  get strokes() {
    return this.#state.strokes;
  }

  get picture() {
    return this.#state.picture;
  }

  get blank() {
    return this.#state.strokes.length === 0 && !this.#state.picture;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** The bytes to send: the chosen file as it is, or what was drawn. */
  toBlob() {
    return this.picture ? Promise.resolve(this.picture) : toPng(this.strokes, this.aspect);
  }

  /** Put a picture on the sheet in place of what is there. */
  place(file) {
    this.#turn({ strokes: [], picture: file });
  }

  /** Put strokes on the sheet in place of what is there. */
  write(strokes) {
    this.#turn({ strokes, picture: null });
  }

  /** Whether the browser shows the picture on the sheet. */
  isShown() {
    return this.photo.decode().then(() => true, () => false);
  }

  /** Show a file on the sheet that browsers do not show by another that they do: what is sent stays the file. */
  showBy(file, picture) {
    if (this.picture !== file || this.#drawn === file) return;
    this.#drawn = file;
    URL.revokeObjectURL(this.#photoUrl);
    this.photo.src = this.#photoUrl = URL.createObjectURL(picture);
  }

  clear() {
    if (!this.blank) this.#turn(NOTHING);
  }

  undo() {
    if (this.canUndo && !this.drawing) this.#show(this.#past.pop());
  }

  #turn(state) {
    this.#past.push(this.#state);
    this.#show(state);
  }

  #show(state) {
    const before = this.#state;
    this.#state = state;
    this.#stroke = null; // what is cleared under a moving pen stays cleared
    if (before.picture !== state.picture) this.#loadPhoto(state.picture);
    this.era++;
    this.#changed();
    this.#paint();
  }

  #changed() {
    this.version++;
    this.dispatchEvent(new Event("change"));
  }

  #begin() {
    const stroke = { points: [], width: this.penWidth };
    this.drawing = true;
    this.#turn({ strokes: [...this.strokes, stroke], picture: null });
    this.#stroke = stroke;
  }

  #extend(points) {
    if (!this.#stroke) return;
    this.#stroke.points.push(...points);
    this.#paint();
    this.#changed();
  }

  #end() {
    this.drawing = false;
    this.#stroke = null;
    this.#changed();
  }

  #resize() {
    const { canvas } = this;
    const width = Math.round(canvas.clientWidth * devicePixelRatio);
    if (width && width !== canvas.width) [canvas.width, canvas.height] = [width, Math.round(width / this.aspect)];
    this.#paint();
  }

  #paint() {
    const { canvas } = this;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    const written = this.strokes.filter((stroke) => stroke.points.length);
    paint(context, written, canvas.height, getComputedStyle(canvas).color);
  }

  #loadPhoto(file) {
    URL.revokeObjectURL(this.#photoUrl);
    this.#drawn = null;
    this.photo.hidden = this.photoName.hidden = true;
    this.#photoUrl = file && URL.createObjectURL(file);
    if (file) this.photo.src = this.#photoUrl;
    else this.photo.removeAttribute("src");
  }

  // Browsers do not show every file Tenfold reads (TIFF), and what is no picture cannot be shown: its name is.
  #showPhoto(shown) {
    if (!this.picture) return;
    this.photo.hidden = !shown;
    this.photo.alt = shown ? `Your picture, ${this.picture.name}` : "";
    this.photo.classList.toggle("tiny", this.photo.naturalWidth < 120);
    this.photoName.hidden = shown;
    this.photoName.textContent = this.picture.name;
  }
}
