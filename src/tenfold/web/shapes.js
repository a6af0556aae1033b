// The same numbers in other places: shapes, orders, margins, and the rows that the cascade chooses.

import { NetworkError } from "./onnx.js";

/** @typedef {import("./operators.js").Operator} Operator */

/** The same numbers in another shape; nothing is moved. */
function view(x, shape) {
  return { shape, data: x.data };
}

/** @type {Operator} */
export function flatten({ attributes }, [x]) {
  const axis = attributes.axis ?? 1;
  const size = (part) => part.reduce((product, one) => product * one, 1);
  return view(x, [size(x.shape.slice(0, axis)), size(x.shape.slice(axis))]);
}

/** @type {Operator} */
export function reshape(node, [x, wanted]) {
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
export function transpose({ attributes }, [x], room) {
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
export function concatenate({ attributes }, inputs, room) {
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
export function pad({ attributes }, [x, pads, filling], room) {
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

/** @type {Operator} */
export function nonZero(node, [x]) {
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
export function gather(node, [x, places]) {
  const { length, starts } = rows(x, places);
  const data = new Float32Array(length * starts.length);
  starts.forEach((start, row) => data.set(x.data.subarray(start, start + length), row * length));
  return { shape: [starts.length, ...x.shape.slice(1)], data };
}

/** @type {Operator} */
export function scatter(node, [x, places, given], room) {
  const { length, starts } = rows(x, places);
  const out = room(x.shape);
  out.data.set(x.data);
  starts.forEach((start, row) => out.data.set(given.data.subarray(row * length, (row + 1) * length), start));
  return out;
}

/** @type {Operator} */
export function cast({ attributes }, [x], room) {
  if (attributes.to !== 1) throw new NetworkError("Numbers are cast to floats alone here.");
  const out = room(x.shape);
  out.data.set(x.data);
  return out;
}
