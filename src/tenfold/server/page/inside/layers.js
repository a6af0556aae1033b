// A network as a learner knows it: layers with names, in place of the steps of its file.

import { NetworkError } from "../web/network.js";

const SIDE = 28;
// Steps that move nothing: the numbers stay in their order.
const VIEWS = ["Flatten", "Identity", "Reshape"];
const CURVES = { Relu: "ReLU", Sigmoid: "sigmoid", Tanh: "tanh" };
const POOLS = { AveragePool: false, MaxPool: true };
// Of a layer whose maps take some of the maps below and not all, so many pairs at least have weights of nothing.
const UNCONNECTED = 0.2;

/**
 * A layer: `maps` of `height` by `width` in `tensor`, made of the layer `below`. A dense layer has a map of 1 by 1 for
 * each unit. `kernel` and `bias` are tensors, `changes` what an activation or a scaling does step by step.
 * @typedef {{kind: "input" | "padding" | "scaling" | "conv" | "activation" | "pool" | "dense" | "probabilities",
 *   place: number, title: string, note: string, tensor: string, maps: number, height: number, width: number,
 *   parameters: number, below: Layer | null, node?: object, kernel?: object, bias?: object, changes?: object[],
 *   partly?: boolean, largest?: boolean}} Layer
 */

/**
 * The layers of a network.
 * @param {import("../web/network.js").Network} network
 * @returns {Layer[]} from the input to the probabilities
 * @throws {NetworkError} if it has a step that is no layer here
 */
export function layersOf(network) {
  const shapes = new Map();
  for (const [name, { shape }] of network.run(new Float32Array(SIDE * SIDE), { every: true })) shapes.set(name, shape);
  const counts = {};
  const number = (kind) => (counts[kind] = (counts[kind] ?? 0) + 1);
  const layers = [];
  const add = (layer) => layers.push({ place: layers.length, below: layers.at(-1) ?? null, parameters: 0, ...layer });
  add({ kind: "input", title: "Input", note: "what the network is given", tensor: network.input, maps: 1, height: SIDE, width: SIDE });
  for (const node of network.nodes) {
    const [tensor] = node.outputs;
    const last = layers.at(-1);
    if (VIEWS.includes(node.kind) || node.kind === "Softmax") continue; // the probabilities are worked out below
    const [, maps, height = 1, width = 1] = shapes.get(tensor);
    const made = { tensor, node, ...(shapes.get(tensor).length === 4 ? { maps, height, width } : { maps: last.maps, height: last.height, width: last.width }) };
    if (node.kind === "Conv") add(convolution(network, made, number));
    else if (node.kind === "Gemm") add(dense(network, { ...made, below: last, maps, height: 1, width: 1 }, number));
    else if (node.kind in POOLS) add(pool(made, number));
    else if (node.kind === "Pad") add({ ...made, kind: "padding", title: "Padding", note: "a margin of zeros, so that kernels reach the edge" });
    else if (node.kind in CURVES) add(activation(made, number));
    else if (["Add", "Mul"].includes(node.kind)) change(network, layers, made, add);
    else throw new NetworkError(`A step ${node.kind} cannot be shown.`);
  }
  const last = layers.at(-1);
  add({ kind: "probabilities", title: "Probabilities", note: "softmax: ten shares that add up to 1", tensor: last.tensor, maps: last.maps, height: 1, width: 1 });
  return layers;
}

function convolution(network, made, number) {
  const [kernel, bias] = made.node.inputs.slice(1).map((name) => network.weights.get(name));
  const [maps, deep, tall, wide] = kernel.shape;
  const { strides = [1, 1], pads = [0, 0, 0, 0], group = 1 } = made.node.attributes;
  const size = tall * wide;
  const unconnected = countUnconnected(kernel, size);
  const partly = group === 1 && unconnected > UNCONNECTED * maps * deep;
  const parameters = kernel.data.length - (partly ? unconnected * size : 0) + biases(bias);
  const said = { kernel, bias, partly, parameters, kind: "conv", ...made };
  // A kernel of one weight that takes one map and no other is a coefficient.
  if (size === 1 && partly && maps * deep - unconnected === maps) {
    return { ...said, title: `Coefficient ${number("coefficient")}`, note: "each map times a number of its own, plus a bias" };
  }
  const how = [`kernels of ${tall} × ${wide}`];
  if (strides[0] > 1) how.push(`every ${strides[0]}nd place`);
  if (pads.some((pad) => pad > 0)) how.push("zeros beyond the edge");
  if (partly) how.push("each map takes some of those below");
  if (group > 1) how.push("each map takes one of those below");
  return { ...said, title: `Conv ${number("conv")}`, note: how.join(", ") };
}

/** Pairs of maps whose kernel is nothing throughout. */
function countUnconnected({ data, shape: [maps, deep] }, size) {
  let found = 0;
  for (let pair = 0; pair < maps * deep; pair++) {
    if (data.subarray(pair * size, (pair + 1) * size).every((weight) => weight === 0)) found++;
  }
  return found;
}

// The exporter writes a bias of nothing where a layer has none.
const biases = (bias) => (bias?.data.some((one) => one !== 0) ? bias.data.length : 0);

function dense(network, made, number) {
  const [kernel, bias] = made.node.inputs.slice(1).map((name) => network.weights.get(name));
  const { height, width } = made.below;
  const flat = height * width > 1 ? "flattened to " : "";
  const note = `${flat}${kernel.shape[0].toLocaleString("en")} numbers in a row, each with a weight for each unit`;
  return { ...made, kind: "dense", kernel, bias, parameters: kernel.data.length + biases(bias), title: `Dense ${number("dense")}`, note };
}

function pool(made, number) {
  const largest = POOLS[made.node.kind];
  const [tall, wide] = made.node.attributes.kernel_shape;
  const note = `the ${largest ? "largest" : "mean"} of each ${tall} × ${wide}`;
  return { ...made, kind: "pool", largest, title: `Pool ${number("pool")}`, note };
}

const activation = (made, number) => ({
  ...made,
  kind: "activation",
  title: `Activation ${number("activation")}`,
  note: made.node.kind === "Relu" ? "ReLU: what is below 0 becomes 0" : CURVES[made.node.kind],
  changes: [{ kind: made.node.kind }],
});

/** A product with or a sum of constants belongs to the activation or the scaling before it, if there is one. */
function change(network, layers, { tensor, node, ...made }, add) {
  const constant = network.weights.get(node.inputs.find((name) => network.weights.has(name)));
  if (!constant) throw new NetworkError(`A step ${node.kind} of two maps cannot be shown.`);
  const step = { kind: node.kind, constant };
  const last = layers.at(-1);
  if (!last.changes) {
    add({ ...made, tensor, node, kind: "scaling", title: "Scaling", note: "the same for every pixel", changes: [step] });
    return;
  }
  last.changes.push(step);
  last.tensor = tensor;
}

/** Whether its maps are the units of a dense layer, or what an activation made of them. */
export function isOfUnits({ kind, below }) {
  return kind === "dense" || (kind === "activation" && isOfUnits(below));
}

/** A layer's maps in words, as "32 maps of 26 × 26"; a dense layer's as "256 units". */
export function sizeOf(layer) {
  const { kind, maps, height, width } = layer;
  if (kind === "probabilities") return `${maps} digits`;
  if (height === 1 && width === 1) return `${maps} ${isOfUnits(layer) ? "units" : "numbers"}`;
  return maps === 1 ? `${height} × ${width}` : `${maps} maps of ${height} × ${width}`;
}
