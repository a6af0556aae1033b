// What operators of ONNX do number by number: with one tensor, or with several that are stretched to one shape.

import { NetworkError } from "./onnx.js";

/** @typedef {import("./operators.js").Operator} Operator */

/** @returns {Operator} */
export function each(change) {
  return ({ attributes }, [x], room) => {
    const out = room(x.shape);
    for (let at = 0; at < out.data.length; at++) out.data[at] = change(x.data[at], attributes);
    return out;
  };
}

/** The one that comes most often, in a loop of its own, which calls nothing. @type {Operator} */
export function relu(node, [x], room) {
  const out = room(x.shape);
  const { data } = x;
  const made = out.data;
  for (let at = 0; at < made.length; at++) made[at] = data[at] > 0 ? data[at] : 0;
  return out;
}

/** @returns {Operator} that takes two tensors or more, whose shapes are stretched to fit each other */
export function pairs(join, kind = Float32Array) {
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

export function joinTwo(x, y, out, join) {
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
export function erf(x) {
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
export function clip(node, [x, low, high], room) {
  const [least, most] = [low?.data[0] ?? -Infinity, high?.data[0] ?? Infinity];
  return each((value) => Math.min(Math.max(value, least), most))(node, [x], room);
}

/** @type {Operator} */
export function mean(node, inputs, room) {
  const out = pairs((x, y) => x + y)(node, inputs, room);
  for (let at = 0; at < out.data.length; at++) out.data[at] /= inputs.length;
  return out;
}
