// Products of matrices, and what sums or compares along an axis.

import { joinTwo } from "./elementwise.js";
import { NetworkError } from "./onnx.js";

/** @typedef {import("./operators.js").Operator} Operator */

/** @type {Operator} */
export function gemm({ attributes }, [x, kernel, bias], room) {
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
export function product(x, kernel, room) {
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
export function softmax(inLogs) {
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
export function reduceMax({ attributes }, [x], room) {
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
