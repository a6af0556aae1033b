// What each operator of ONNX does with tensors: those that Tenfold's exporter writes, and no others.

import { clip, each, erf, mean, pairs, relu } from "./elementwise.js";
import { gemm, product, reduceMax, softmax } from "./products.js";
import { cast, concatenate, flatten, gather, nonZero, pad, reshape, scatter, transpose } from "./shapes.js";
import { convolve, pool, poolAll } from "./windows.js";

/**
 * @typedef {import("./onnx.js").Tensor} Tensor
 * @typedef {(node: import("./onnx.js").Node, inputs: Tensor[], room: (shape: number[], kind?: any) => Tensor) => Tensor} Operator
 *   `room` gives the tensor to fill: the node's own, the same at each run
 */

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
