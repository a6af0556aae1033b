// What each operator of ONNX does with tensors: those that Tenfold's exporter writes, and no others.

import { NetworkError } from "./onnx.js";
import { convolve, pool, poolAll } from "./windows.js";

/**
 * @typedef {import("./onnx.js").Tensor} Tensor
 * @typedef {(node: import("./onnx.js").Node, inputs: Tensor[], room: (shape: number[], kind?: any) => Tensor) => Tensor} Operator
 *   `room` gives the tensor to fill: the node's own, the same at each run
 */

// -- number by number ---------------------------------------------------------------------------------------

/** @returns {Operator} */
function each(change) {
  return ({ attributes }, [x], room) => {
    const out = room(x.shape);
    for (let at = 0; at < out.data.length; at++) out.data[at] = change(x.data[at], attributes);
    return out;
  };
}

/** The one that comes most often, in a loop of its own, which calls nothing. @type {Operator} */
function relu(node, [x], room) {
  const out = room(x.shape);
  const { data } = x;
  const made = out.data;
  for (let at = 0; at < made.length; at++) made[at] = data[at] > 0 ? data[at] : 0;
  return out;
}

/** @returns {Operator} that takes two tensors or more, whose shapes are stretched to fit each other */
function pairs(join, kind = Float32Array) {
  return (node, inputs, room) => {
    const shape = inputs.map((input) => input.shape).reduce(stretched);
    const out = room(shape, kind);
    if (inputs.length === 1) out.data.set(inputs[0].data);
    inputs.slice(1).forEach((y, index) => joinTwo(index === 0 ? inputs[0] : out, y, out, join));
    return out;
  };
}

function stretched(one, other) {
  const rank = Math.max(one.length, other.length);
  const size = (shape, axis) => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [a, b] = [size(one, axis), size(other, axis)];
    if (a !== b && a !== 1 && b !== 1) throw new NetworkError(`Tensors of the shapes ${one} and ${other} do not fit.`);
    return a === 1 ? b : a;
  });
}

function joinTwo(x, y, out, join) {
  const count = out.data.length;
  if (x.data.length === count && y.data.length === count) {
    for (let at = 0; at < count; at++) out.data[at] = join(x.data[at], y.data[at]);
  } else if (x.data.length === count && y.data.length === 1) {
    const other = y.data[0];
    for (let at = 0; at < count; at++) out.data[at] = join(x.data[at], other);
  } else {
    const [left, right] = [x, y].map((tensor) => walk(tensor.shape, out.shape));
    for (let at = 0; at < count; at++) out.data[at] = join(x.data[left[at]], y.data[right[at]]);
  }
}

/** For each number of a stretched shape the place of its number in the shape as it was. */
function walk(shape, wide) {
  const aligned = [...Array(wide.length - shape.length).fill(1), ...shape];
  const places = new Int32Array(wide.reduce((product, size) => product * size, 1));
  let [step, inner] = [1, 1];
  for (let axis = wide.length - 1; axis >= 0; axis--) {
    if (aligned[axis] > 1) {
      for (let at = 0; at < places.length; at++) places[at] += step * (Math.floor(at / inner) % wide[axis]);
    }
    step *= aligned[axis];
    inner *= wide[axis];
  }
  return places;
}

/** The error function: a series of positive terms, to well below what a float32 tells. */
function erf(x) {
  const square = x * x;
  if (square > 25) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-10 * Math.abs(sum); n++) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
}

/** @type {Operator} */
function clip(node, [x, low, high], room) {
  const [least, most] = [low?.data[0] ?? -Infinity, high?.data[0] ?? Infinity];
  return each((value) => Math.min(Math.max(value, least), most))(node, [x], room);
}

/** @type {Operator} */
function mean(node, inputs, room) {
  const out = pairs((x, y) => x + y)(node, inputs, room);
  for (let at = 0; at < out.data.length; at++) out.data[at] /= inputs.length;
  return out;
}

// -- products and sums --------------------------------------------------------------------------------------

/** @type {Operator} */
function gemm({ attributes }, [x, kernel, bias], room) {
  const { alpha = 1, beta = 1, transA: turned = 0, transB: upright = 0 } = attributes;
  if (turned || alpha !== 1 || beta !== 1) throw new NetworkError("A Gemm that turns or scales its input is not known here.");
  const wide = upright ? { shape: [kernel.shape[1], kernel.shape[0]], data: transposed(kernel) } : kernel;
  const out = product(x, wide, room);
  if (bias) joinTwo(out, bias, out, (sum, one) => sum + one);
  return out;
}

function transposed({ shape: [rows, columns], data }) {
  return Float32Array.from(data, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]);
}

/** (…, m) by (m, k) to (…, k). */
function product(x, kernel, room) {
  const [length, width] = kernel.shape;
  if (kernel.shape.length !== 2 || x.shape.at(-1) !== length) {
    throw new NetworkError(`A product of the shapes ${x.shape} and ${kernel.shape} is not known here.`);
  }
  const out = room([...x.shape.slice(0, -1), width]);
  const sums = new Float64Array(width);
  for (let row = 0; row < x.data.length / length; row++) {
    sums.fill(0);
    for (let inner = 0; inner < length; inner++) {
      const factor = x.data[row * length + inner];
      // After a ReLU many are nothing.
      if (factor === 0) continue;
      for (let column = 0, at = inner * width; column < width; column++, at++) sums[column] += factor * kernel.data[at];
    }
    out.data.set(sums, row * width);
  }
  return out;
}

/** What lies along an axis, row by row: the step from one to the next, how many, and the starts. */
function* along({ shape }, axis) {
  const place = axis < 0 ? axis + shape.length : axis;
  const step = shape.slice(place + 1).reduce((product, size) => product * size, 1);
  const outer = shape.slice(0, place).reduce((product, size) => product * size, 1);
  for (let one = 0; one < outer; one++) {
    for (let inner = 0; inner < step; inner++) yield { start: one * shape[place] * step + inner, step, count: shape[place] };
  }
}

/** @returns {Operator} */
function softmax(inLogs) {
  return ({ attributes }, [x], room) => {
    const out = room(x.shape);
    for (const { start, step, count } of along(x, attributes.axis ?? -1)) {
      let most = -Infinity;
      let sum = 0;
      for (let at = 0; at < count; at++) most = Math.max(most, x.data[start + at * step]);
      for (let at = 0; at < count; at++) sum += Math.exp(x.data[start + at * step] - most);
      for (let at = 0; at < count; at++) {
        const far = x.data[start + at * step] - most;
        out.data[start + at * step] = inLogs ? far - Math.log(sum) : Math.exp(far) / sum;
      }
    }
    return out;
  };
}

/** @type {Operator} */
function reduceMax({ attributes }, [x], room) {
  const { axes = [], keepdims: kept = 1 } = attributes;
  if (axes.length !== 1) throw new NetworkError("The largest along several axes is not known here.");
  const axis = axes[0] < 0 ? axes[0] + x.shape.length : axes[0];
  const out = room(kept ? x.shape.with(axis, 1) : x.shape.toSpliced(axis, 1));
  let to = 0;
  for (const { start, step, count } of along(x, axis)) {
    let most = -Infinity;
    for (let at = 0; at < count; at++) most = Math.max(most, x.data[start + at * step]);
    out.data[to++] = most;
  }
  return out;
}

// -- shape --------------------------------------------------------------------------------------------------

/** The same numbers in another shape; nothing is moved. */
function view(x, shape) {
  return { shape, data: x.data };
}

/** @type {Operator} */
function flatten({ attributes }, [x]) {
  const axis = attributes.axis ?? 1;
  const size = (part) => part.reduce((product, one) => product * one, 1);
  return view(x, [size(x.shape.slice(0, axis)), size(x.shape.slice(axis))]);
}

/** @type {Operator} */
function reshape(node, [x, wanted]) {
  const shape = Array.from(wanted.data, (size, axis) => (size === 0 ? x.shape[axis] : size));
  const open = shape.indexOf(-1);
  const rest = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  if (open >= 0) shape[open] = rest ? x.data.length / rest : 0;
  if (shape.reduce((product, size) => product * size, 1) !== x.data.length) {
    throw new NetworkError(`The shape ${x.shape} cannot become ${shape}.`);
  }
  return view(x, shape);
}

/** @type {Operator} */
function transpose({ attributes }, [x], room) {
  const order = attributes.perm ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  const steps = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const out = room(order.map((axis) => x.shape[axis]), x.data.constructor);
  const place = Array(order.length).fill(0);
  for (let at = 0; at < out.data.length; at++) {
    let from = 0;
    for (let axis = 0; axis < order.length; axis++) from += place[axis] * steps[order[axis]];
    out.data[at] = x.data[from];
    for (let axis = order.length - 1; axis >= 0 && ++place[axis] === out.shape[axis]; axis--) place[axis] = 0;
  }
  return out;
}

/** @type {Operator} */
function concatenate({ attributes }, inputs, room) {
  const rank = inputs[0].shape.length;
  const axis = (attributes.axis + rank) % rank;
  const out = room(inputs[0].shape.with(axis, inputs.reduce((sum, { shape }) => sum + shape[axis], 0)));
  const lengths = inputs.map(({ shape }) => shape.slice(axis).reduce((product, size) => product * size, 1));
  const outer = inputs[0].shape.slice(0, axis).reduce((product, size) => product * size, 1);
  if (outer * lengths.reduce((sum, length) => sum + length, 0) !== out.data.length) {
    throw new NetworkError("Tensors that are put together do not fit.");
  }
  let to = 0;
  for (let one = 0; one < outer; one++) {
    inputs.forEach(({ data }, index) => {
      out.data.set(data.subarray(one * lengths[index], (one + 1) * lengths[index]), to);
      to += lengths[index];
    });
  }
  return out;
}

/** @type {Operator} */
function pad({ attributes }, [x, pads, filling], room) {
  const [count, channels, tall, wide] = x.shape;
  const [, , top, left, , , bottom, right] = pads.data;
  const others = [0, 1, 4, 5].some((place) => pads.data[place] !== 0) || Math.min(...pads.data) < 0;
  if (pads.data.length !== 8 || others || (attributes.mode ?? "constant") !== "constant") {
    throw new NetworkError("Padding other than around maps is not known here.");
  }
  const out = room([count, channels, tall + top + bottom, wide + left + right]);
  out.data.fill(filling?.data[0] ?? 0);
  for (let row = 0; row < count * channels * tall; row++) {
    const line = Math.floor(row / tall) * out.shape[2] + top + (row % tall);
    out.data.set(x.data.subarray(row * wide, (row + 1) * wide), line * out.shape[3] + left);
  }
  return out;
}

// -- choosing, as the cascade does --------------------------------------------------------------------------

/** @type {Operator} */
function nonZero(node, [x]) {
  if (x.shape.length !== 1) throw new NetworkError("Places in more than one axis are not known here.");
  const places = Float64Array.from(x.data.keys()).filter((at) => x.data[at]);
  return { shape: [1, places.length], data: places };
}

/** Whole rows, named by one number each: what GatherND and ScatterND are used for. */
function rows(x, places) {
  const length = x.shape.slice(1).reduce((product, size) => product * size, 1);
  const fit = places.shape.length === 2 && places.shape[1] === 1 && places.data.every((row) => row >= 0 && row < x.shape[0]);
  if (!fit) throw new NetworkError("Places other than of rows are not known here.");
  return { length, starts: Array.from(places.data, (row) => row * length) };
}

/** @type {Operator} */
function gather(node, [x, places]) {
  const { length, starts } = rows(x, places);
  const data = new Float32Array(length * starts.length);
  starts.forEach((start, row) => data.set(x.data.subarray(start, start + length), row * length));
  return { shape: [starts.length, ...x.shape.slice(1)], data };
}

/** @type {Operator} */
function scatter(node, [x, places, given], room) {
  const { length, starts } = rows(x, places);
  const out = room(x.shape);
  out.data.set(x.data);
  starts.forEach((start, row) => out.data.set(given.data.subarray(row * length, (row + 1) * length), start));
  return out;
}

/** @type {Operator} */
function cast({ attributes }, [x], room) {
  if (attributes.to !== 1) throw new NetworkError("Numbers are cast to floats alone here.");
  const out = room(x.shape);
  out.data.set(x.data);
  return out;
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** @type {Record<string, Operator>} by their names in ONNX */
export const OPERATORS = {
  Add: pairs((x, y) => x + y),
  AveragePool: pool(false),
  Cast: cast,
  Clip: clip,
  Concat: concatenate,
  Conv: convolve,
  Div: pairs((x, y) => x / y),
  Elu: each((x, { alpha = 1 }) => (x < 0 ? alpha * Math.expm1(x) : x)),
  Erf: each(erf),
  Exp: each(Math.exp),
  Flatten: flatten,
  GatherND: gather,
  Gemm: gemm,
  GlobalAveragePool: poolAll(false),
  GlobalMaxPool: poolAll(true),
  HardSigmoid: each((x, { alpha = 0.2, beta = 0.5 }) => Math.min(Math.max(alpha * x + beta, 0), 1)),
  HardSwish: each((x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1)),
  Identity: (node, [x]) => x,
  LeakyRelu: each((x, { alpha = 0.01 }) => (x < 0 ? alpha * x : x)),
  Less: pairs((x, y) => (x < y ? 1 : 0), Uint8Array),
  LogSoftmax: softmax(true),
  MatMul: (node, [x, kernel], room) => product(x, kernel, room),
  Max: pairs(Math.max),
  MaxPool: pool(true),
  Mean: mean,
  Min: pairs(Math.min),
  Mul: pairs((x, y) => x * y),
  NonZero: nonZero,
  PRelu: pairs((x, slope) => (x < 0 ? slope * x : x)),
  Pad: pad,
  ReduceMax: reduceMax,
  Relu: relu,
  Reshape: reshape,
  ScatterND: scatter,
  Selu: each((x, { alpha = 1.6732632, gamma = 1.0507009 }) => gamma * (x < 0 ? alpha * Math.expm1(x) : x)),
  Sigmoid: each(sigmoid),
  Softmax: softmax(false),
  Softplus: each((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  Softsign: each((x) => x / (1 + Math.abs(x))),
  Sub: pairs((x, y) => x - y),
  Tanh: each(Math.tanh),
  Transpose: transpose,
};
