// The arithmetic of each kind of layer, laid out: what goes in, what is done with it, what comes of it.

import { element } from "../element.js";
import { percent } from "../words.js";
import { reach } from "./colours.js";
import { colour, Grid } from "./grid.js";
import { figure, formula, placeOf, whole } from "./words.js";

/** Words and numbers in a line, of which the numbers change. */
class Line {
  #words = null;
  #numbers = [];

  constructor(root) {
    this.element = element("p", "line");
    root.append(this.element);
  }

  /** @param {(string | {what: string, number?: number, text?: string})[]} parts */
  show(parts) {
    const words = parts.map((part) => part.what ?? part).join("\n");
    if (words !== this.#words) this.#lay(parts);
    this.#words = words;
    const terms = parts.filter((part) => typeof part !== "string");
    terms.forEach(({ text, number }, at) => (this.#numbers[at].textContent = text ?? figure(number)));
  }

  #lay(parts) {
    this.#numbers = [];
    const laid = parts.map((part) => {
      if (typeof part === "string") return element("span", "", part);
      const [box, number] = [element("span", "term"), element("b")];
      box.append(number, element("small", "", part.what));
      this.#numbers.push(number);
      return box;
    });
    this.element.replaceChildren(...laid);
  }
}

class ConvolutionSums {
  #chips = [];
  #grids = null;

  constructor(root, layer, take) {
    Object.assign(this, { layer, take });
    this.chooser = element("div", "chooser");
    this.title = element("p", "chooser-title");
    this.chips = element("div", "chips");
    this.chooser.append(this.title, this.chips);
    this.product = element("div", "product");
    root.replaceChildren(this.chooser, this.product);
    this.line = new Line(root);
  }

  /** The map below that says most. */
  first({ parts }) {
    return parts.reduce((best, part) => (Math.abs(part.sum) > Math.abs(best.sum) ? part : best)).patch.map;
  }

  show(told, { next, part: chosen }) {
    const { parts, bias, result } = told;
    const one = parts.find(({ patch }) => patch.map === chosen) ?? parts[0];
    this.#showChips(parts, one);
    this.#showGrids(one);
    const others = result - bias - one.sum;
    const terms = [{ what: parts.length > 1 ? `map ${one.patch.map + 1}` : "sum of the products", number: one.sum }];
    if (parts.length > 1) terms.push("+", { what: `the other ${parts.length - 1} maps`, number: others });
    terms.push("+", { what: "bias", number: bias }, "=", { what: "in the map", number: result });
    if (next) terms.push("→", { what: next.title.toLowerCase(), number: next.result });
    this.line.show(terms);
  }

  #showChips(parts, one) {
    this.chooser.hidden = parts.length === 1;
    if (this.chooser.hidden) return;
    const missing = this.layer.below.maps - parts.length;
    const depthwise = (this.layer.node.attributes.group ?? 1) > 1;
    this.title.textContent =
      missing && !depthwise ? `It takes ${parts.length} of the ${this.layer.below.maps} maps below. What each adds:` : `What each of the ${parts.length} maps below adds:`;
    while (this.#chips.length < parts.length) this.#chips.push(this.#chip());
    this.#chips.splice(parts.length).forEach(({ button }) => button.remove());
    const most = reach(parts.map(({ sum }) => sum));
    parts.forEach((part, at) => {
      const { button, name, number } = this.#chips[at];
      button.value = part.patch.map;
      button.setAttribute("aria-pressed", String(part === one));
      name.textContent = part.patch.map + 1;
      number.textContent = figure(part.sum);
      button.setAttribute("aria-label", `Map ${part.patch.map + 1} adds ${figure(part.sum)}`);
      colour(button, part.sum, most);
    });
  }

  #chip() {
    const button = element("button", "chip");
    const [name, number] = [element("small"), element("span")];
    button.type = "button";
    button.append(name, number);
    button.addEventListener("click", () => this.take(Number(button.value)));
    this.chips.append(button);
    return { button, name, number };
  }

  #showGrids({ patch, weights, products }) {
    const { tall, wide } = patch;
    if (!this.#grids) {
      const [from, by, made] = ["Patch", "Kernel", "Products"].map((title) => new Grid(title, tall, wide));
      this.#grids = { from, by, made };
      this.product.replaceChildren(from.element, factor("×", by), factor("=", made));
    }
    const { from, by, made } = this.#grids;
    from.show(patch.numbers, reach(patch.numbers.map((number) => number ?? 0)));
    by.show(weights, reach(weights));
    made.show(products, reach(products));
  }
}

/** A sign and what follows it, which stay together. */
function factor(sign, grid) {
  const both = element("div", "factor");
  both.append(element("span", "sign", sign), grid.element);
  return both;
}

class PoolSums {
  #grid = null;

  constructor(root) {
    this.product = element("div", "product");
    root.replaceChildren(this.product);
    this.line = new Line(root);
  }

  show({ patch, sum, count, largest, result }) {
    if (!this.#grid) {
      this.#grid = new Grid("Patch", patch.tall, patch.wide);
      this.product.replaceChildren(this.#grid.element);
    }
    const inside = patch.numbers.map((number) => number ?? -Infinity);
    const best = largest ? inside.indexOf(Math.max(...inside)) : -1;
    this.#grid.show(patch.numbers, reach(patch.numbers.map((number) => number ?? 0)), best);
    if (largest) this.line.show(["the largest of them is", { what: "in the map", number: result }]);
    else this.line.show([{ what: "their sum", number: sum }, "÷", { what: "how many", text: String(count) }, "=", { what: "in the map", number: result }]);
  }
}

/** One more row of a table: what it is about, and three numbers. */
function rowOf(table) {
  const row = element("tr");
  const cells = ["th", "td", "td", "td"].map((name) => element(name));
  cells[0].scope = "row";
  row.append(...cells);
  table.append(row);
  return cells;
}

class DenseSums {
  #rows = [];

  constructor(root, layer) {
    this.layer = layer;
    this.table = element("table", "terms");
    const head = element("tr");
    for (const title of ["", "Input", "Weight", "Product"]) head.append(element("th", "", title));
    this.table.append(element("caption", "", "What counts most"), head);
    root.replaceChildren(this.table);
    this.line = new Line(root);
  }

  show({ terms, others, bias, result }, { next }) {
    const most = reach(terms.map(({ product }) => product));
    terms.forEach(({ place, number, weight, product }, at) => {
      const cells = (this.#rows[at] ??= rowOf(this.table));
      cells[0].textContent = this.#source(place);
      [number, weight, product].forEach((value, column) => (cells[column + 1].textContent = figure(value)));
      colour(cells[3], product, most);
    });
    const shown = terms.reduce((sum, { product }) => sum + product, 0);
    const line = [{ what: "these", number: shown }];
    if (others.count) line.push("+", { what: `the other ${whole(others.count)}`, number: others.sum });
    line.push("+", { what: "bias", number: bias }, "=", { what: "in the unit", number: result });
    if (next) line.push("→", { what: next.title.toLowerCase(), number: next.result });
    this.line.show(line);
  }

  #source(place) {
    const { below } = this.layer;
    const size = below.height * below.width;
    const inside = place % size;
    return placeOf(below, { map: Math.floor(place / size), row: Math.floor(inside / below.width), column: inside % below.width });
  }
}

class SoftmaxSums {
  #rows = [];

  constructor(root) {
    this.table = element("table", "terms");
    const head = element("tr");
    this.head = ["Digit", "Sum z", "", "Share"].map((title) => element("th", "", title));
    head.append(...this.head);
    this.table.append(element("caption", "", "Softmax"), head);
    root.replaceChildren(this.table);
    this.line = new Line(root);
  }

  show({ rows, most, temperature, whole: total, result }, { cell }) {
    this.head[2].textContent = temperature === 1 ? "exp(z − largest z)" : `exp((z − largest z) / ${figure(temperature)})`;
    rows.forEach(({ sum, power }, digit) => {
      const cells = (this.#rows[digit] ??= rowOf(this.table));
      [digit, figure(sum), figure(power), percent(power / total)].forEach((text, at) => (cells[at].textContent = text));
      cells[0].parentElement.classList.toggle("chosen", digit === cell.map);
      colour(cells[3], power / total, 1);
    });
    this.line.show([
      { what: `exp of ${cell.map}`, number: rows[cell.map].power },
      "÷",
      { what: "sum of all ten", number: total },
      "=",
      { what: `share of ${cell.map}`, number: result },
    ]);
    this.table.title = `The largest z is ${figure(most)}`;
  }
}

class ChangeSums {
  constructor(root) {
    root.replaceChildren();
    this.line = new Line(root);
  }

  show(told) {
    this.line.show([formula(told), "=", { what: "in the map", number: told.result }]);
  }
}

class PlainSums {
  constructor(root) {
    root.replaceChildren();
    this.line = new Line(root);
  }

  show({ result }) {
    this.line.show([{ what: "in the map", number: result }]);
  }
}

/** For each kind of layer what lays it out: made with a place to stand, `show` is given what `Looking.explain` told. */
export const SUMS = {
  input: PlainSums,
  padding: PlainSums,
  scaling: ChangeSums,
  activation: ChangeSums,
  conv: ConvolutionSums,
  pool: PoolSums,
  dense: DenseSums,
  probabilities: SoftmaxSums,
};
