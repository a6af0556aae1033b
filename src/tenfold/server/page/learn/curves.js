// Curves that grow: two lines over the digits shown so far.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [360, 200];
const [LEFT, RIGHT, TOP, BOTTOM] = [34, 8, 8, 22];

function drawn(name, given, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

export class Curves {
  #lines = { learning: [], validation: [] };

  /**
   * @param {SVGElement} svg
   * @param {{what: string, percent?: boolean}} manner what is shown, and whether it is a share
   */
  constructor(svg, { what, percent = false }) {
    Object.assign(this, { svg, what, percent });
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.begin(1);
  }

  /** Begin anew. */
  begin(shown) {
    this.last = shown;
    this.#lines = { learning: [], validation: [] };
    this.#draw();
  }

  /** Go on. */
  add(line, shown, value) {
    this.#lines[line].push([shown, value]);
    this.#draw();
  }

  #draw() {
    const all = Object.values(this.#lines).flat().map(([, value]) => value);
    const most = this.percent ? 1 : Math.max(1, ...all);
    const across = (shown) => LEFT + (shown / this.last) * (WIDTH - LEFT - RIGHT);
    const up = (value) => HEIGHT - BOTTOM - (Math.min(value, most) / most) * (HEIGHT - TOP - BOTTOM);
    const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * most);
    const parts = marks.flatMap((value) => [
      drawn("line", { class: "rule", x1: LEFT, x2: WIDTH - RIGHT, y1: up(value), y2: up(value) }),
      drawn("text", { x: LEFT - 5, y: up(value) + 4, "text-anchor": "end" }, this.percent ? Math.round(100 * value) : value.toFixed(2)),
    ]);
    const digits = this.last > 1 ? this.last.toLocaleString("en-GB") : "";
    parts.push(drawn("text", { x: WIDTH - RIGHT, y: HEIGHT - 5, "text-anchor": "end" }, digits && `${digits} digits shown`));
    for (const [line, points] of Object.entries(this.#lines)) {
      const way = points.map(([shown, value]) => `${across(shown).toFixed(1)},${up(value).toFixed(1)}`).join(" ");
      parts.push(drawn("polyline", { class: line, points: way }));
      if (line === "validation") parts.push(...points.map(([shown, value]) => drawn("circle", { class: line, cx: across(shown), cy: up(value), r: 3 })));
    }
    this.svg.replaceChildren(...parts);
    const now = (line) => this.#lines[line].at(-1)?.[1];
    const told = (value) => (this.percent ? `${(100 * value).toFixed(1)} %` : value.toFixed(3));
    const said = Object.keys(this.#lines).filter((line) => now(line) !== undefined).map((line) => `${line} ${told(now(line))}`);
    this.svg.setAttribute("aria-label", `${this.what}: ${said.join(", ") || "nothing yet"}`);
  }
}
