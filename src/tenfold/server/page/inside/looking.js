// What a network made of a picture, and how each number came about: patch, kernel, products and sum, worked out again.

/** @typedef {import("./layers.js").Layer} Layer */

// Of a unit's inputs so many are shown, those that count most.
const MOST_SHOWN = 10;

/**
 * What a network made of one picture, with all numbers on the way.
 */
export class Looking {
  #made = new Map();
  #shares = new Float32Array(10);

  /**
   * @param {import("../web/network.js").Network} network
   * @param {Layer[]} layers of it
   * @param {number} temperature what the sums of the last layer are divided by before the softmax
   */
  constructor(network, layers, temperature) {
    Object.assign(this, { network, layers, temperature });
  }

  /** @param {Float32Array} pixels 784 of them, 0 to 1 */
  look(pixels) {
    this.#made = this.network.run(pixels, { every: true });
    const last = this.layers.at(-1);
    const sums = this.#made.get(last.tensor).data;
    const most = Math.max(...sums);
    const powers = Array.from(sums, (sum) => Math.exp((sum - most) / this.temperature));
    const whole = powers.reduce((total, one) => total + one, 0);
    this.#shares = Float32Array.from(powers, (power) => power / whole);
  }

  /** The numbers of a layer, map by map and row by row. */
  values(layer) {
    return layer.kind === "probabilities" ? this.#shares : this.#made.get(layer.tensor).data;
  }

  /** One number of a layer. */
  at(layer, { map, row, column }) {
    return this.values(layer)[(map * layer.height + row) * layer.width + column];
  }

  /**
   * How a number came about.
   * @param {Layer} layer
   * @param {{map: number, row: number, column: number}} cell
   */
  explain(layer, cell) {
    return { result: this.at(layer, cell), ...EXPLANATIONS[layer.kind](this, layer, cell) };
  }
}

const EXPLANATIONS = {
  input: () => ({}),
  padding: explainPadding,
  scaling: explainChange,
  activation: explainChange,
  conv: explainConvolution,
  pool: explainPool,
  dense: explainDense,
  probabilities: explainSoftmax,
};

/** What lies under the window of a cell on one map below: its corner, and its numbers, `null` beyond the edge. */
function windowOf(looking, { node, below }, [tall, wide], { row, column }, map) {
  const { strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] } = node.attributes;
  const [top, left] = [row * strides[0] - pads[0], column * strides[1] - pads[1]];
  const numbers = [];
  for (let y = top; y < top + tall * dilations[0]; y += dilations[0]) {
    for (let x = left; x < left + wide * dilations[1]; x += dilations[1]) {
      const within = y >= 0 && y < below.height && x >= 0 && x < below.width;
      numbers.push(within ? looking.at(below, { map, row: y, column: x }) : null);
    }
  }
  return { top, left, tall, wide, map, numbers };
}

function explainConvolution(looking, layer, cell) {
  const { kernel, bias, node, maps, partly } = layer;
  const [, deep, tall, wide] = kernel.shape;
  const size = tall * wide;
  const first = Math.floor(cell.map / (maps / (node.attributes.group ?? 1))) * deep;
  const parts = [];
  for (let inner = 0; inner < deep; inner++) {
    const from = (cell.map * deep + inner) * size;
    const weights = kernel.data.subarray(from, from + size);
    if (partly && weights.every((weight) => weight === 0)) continue;
    const patch = windowOf(looking, layer, [tall, wide], cell, first + inner);
    const products = patch.numbers.map((number, at) => (number ?? 0) * weights[at]);
    parts.push({ patch, weights, products, sum: total(products) });
  }
  return { parts, bias: bias?.data[cell.map] ?? 0 };
}

function explainPool(looking, layer, cell) {
  const patch = windowOf(looking, layer, layer.node.attributes.kernel_shape, cell, cell.map);
  const inside = patch.numbers.filter((number) => number !== null);
  return { patch, sum: total(inside), count: inside.length, largest: layer.largest };
}

function explainPadding(looking, layer, { map, row, column }) {
  const { below, node } = layer;
  const [, , top, left] = looking.network.weights.get(node.inputs[1]).data;
  const [y, x] = [row - top, column - left];
  const within = y >= 0 && y < below.height && x >= 0 && x < below.width;
  return { from: within ? { map, row: y, column: x } : null };
}

/** What an activation or a scaling did to a number: before, and the constants of its steps. */
function explainChange(looking, layer, cell) {
  const steps = layer.changes.map(({ kind, constant }) => ({
    kind,
    by: constant && constant.data[constant.data.length === 1 ? 0 : cell.map % constant.data.length],
  }));
  return { before: looking.at(layer.below, cell), steps };
}

function explainDense(looking, layer, { map }) {
  const { kernel, bias, below } = layer;
  const [count, units] = kernel.shape;
  const taken = looking.values(below);
  const terms = Array.from({ length: count }, (_, place) => {
    const weight = kernel.data[place * units + map];
    return { place, number: taken[place], weight, product: taken[place] * weight };
  });
  const whole = total(terms.map(({ product }) => product));
  const largest = terms.sort((one, other) => Math.abs(other.product) - Math.abs(one.product)).slice(0, MOST_SHOWN);
  const shown = total(largest.map(({ product }) => product));
  return { terms: largest, others: { count: count - largest.length, sum: whole - shown }, bias: bias?.data[map] ?? 0 };
}

function explainSoftmax(looking, layer) {
  const { temperature } = looking;
  const sums = looking.values(layer.below);
  const most = Math.max(...sums);
  const rows = Array.from(sums, (sum) => ({ sum, power: Math.exp((sum - most) / temperature) }));
  return { rows, most, temperature, whole: total(rows.map(({ power }) => power)) };
}

function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}
