// Boxes over a picture, in the picture's own pixels: green for sure, amber with ? for doubtful.

const SVG = "http://www.w3.org/2000/svg";
// Room between ink and frame, as a share of the number's height.
const ROOM = 0.12;
// This near to the upper edge of the picture a label goes below the frame, as it would be cut off above.
const NEAR_EDGE = 0.12;

/** Sends "point" {place, on} when the pointer enters or leaves a box, and "pick" {place} when one is pressed. */
export class Boxes extends EventTarget {
  #groups = [];
  #size = null;

  constructor(svg, photo, page) {
    super();
    Object.assign(this, { svg, photo, page });
    new ResizeObserver(() => this.#scale()).observe(svg);
    photo.addEventListener("load", () => this.#shape(photo.naturalWidth, photo.naturalHeight));
  }

  clear() {
    this.#groups = [];
    this.svg.replaceChildren();
  }

  show({ width, height, numbers }) {
    this.#shape(width, height); // a picture browsers do not show still has its boxes
    this.#groups = numbers.map((number, place) => this.#group(number.box, place));
    this.svg.replaceChildren(...this.#groups);
  }

  /** @param {"sure" | "doubtful" | "corrected"} state */
  mark(place, text, state) {
    const group = this.#groups[place];
    group.dataset.state = state;
    group.querySelector(".mark").textContent = state === "doubtful" ? "?" : "";
    group.querySelector(".label").textContent = text;
  }

  light(place, on) {
    this.#groups[place]?.classList.toggle("lit", on);
  }

  #group(box, place) {
    const group = make("g", { class: "box", "data-place": place });
    const room = ROOM * box.height;
    const [x, y, width, height] = [box.x - room, box.y - room, box.width + 2 * room, box.height + 2 * room];
    const frame = make("rect", { x, y, width, height });
    const mark = make("text", { class: "mark", x: x + width, y });
    const under = y < NEAR_EDGE * this.#size.height;
    const label = make("text", { class: under ? "label under" : "label", x, y: under ? y + height : y });
    group.append(frame, mark, label);
    const tell = (name, on) => this.dispatchEvent(new CustomEvent(name, { detail: { place, on } }));
    frame.addEventListener("pointerenter", () => tell("point", true));
    frame.addEventListener("pointerleave", () => tell("point", false));
    frame.addEventListener("click", () => tell("pick", true));
    return group;
  }

  #shape(width, height) {
    this.#size = { width, height };
    this.page.style.setProperty("--ratio", width / height);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#scale();
  }

  // Letters are as large on the screen whatever the picture's size.
  #scale() {
    if (this.#size && this.svg.clientWidth) this.svg.style.setProperty("--unit", this.#size.width / this.svg.clientWidth);
  }
}

function make(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
