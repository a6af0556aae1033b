// A network out of an ONNX file, run on one picture: as ONNX Runtime would, but for the last digits.

import { MOST_NUMBERS, NetworkError, numbersIn, readOnnx } from "./onnx.js";
import { OPERATORS } from "./operators.js";

export { NetworkError };

const SIDE = 28;

/** @typedef {import("./onnx.js").Tensor} Tensor */

/**
 * Read a network.
 * @param {Uint8Array | ArrayBuffer} bytes of an ONNX file that Tenfold wrote
 * @returns {Network}
 * @throws {NetworkError} if it is damaged, too large, takes something else than one 28x28, or computes what is not known here
 */
export function decodeNetwork(bytes) {
  return new Network(readOnnx(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)));
}

/**
 * A network that is ready to run.
 *
 * `nodes` are its steps in order, `{kind, inputs, outputs, attributes}`; `weights` are its constants by name, kernels of
 * convolutions as (maps, maps below, height, width), of dense layers as (inputs, outputs); `input` and `outputs` are names.
 */
export class Network {
  #rooms = new Map();
  #shape;

  /** @param {import("./onnx.js").Graph} graph */
  constructor({ inputs, outputs, nodes, tensors }) {
    const size = inputs[0]?.shape.slice(1).reduce((product, one) => product * one, 1);
    if (inputs.length !== 1 || size !== SIDE * SIDE || outputs.length === 0) {
      throw new NetworkError("This network does not take one picture of 28 by 28 pixels.");
    }
    this.input = inputs[0].name;
    this.outputs = outputs;
    this.weights = new Map(tensors);
    this.#shape = [1, ...inputs[0].shape.slice(1)];
    const unknown = nodes.find(({ kind }) => !Object.hasOwn(OPERATORS, kind));
    if (unknown) throw new NetworkError(`There is no operator ${JSON.stringify(unknown.kind.slice(0, 40))} here.`);
    // What depends on constants alone, such as weights that are kept short, is worked out once.
    this.nodes = nodes.filter((node) => {
      if (!node.inputs.every((name) => this.weights.has(name))) return true;
      this.weights.set(node.outputs[0], this.#apply(node, this.weights));
      return false;
    });
    this.#checkOrder();
  }

  /**
   * Look at one picture.
   * @param {Float32Array} pixels 784 of them, row by row: 0 for bare ground to 1 for full ink
   * @param {{every?: boolean}} [options] whether to give what passes between the layers, too
   * @returns {Map<string, Tensor>} the outputs by name, or the tensors of all steps in order, the picture first. They are
   *   the network's own memory and hold until its next run: copy what is to last.
   * @throws {NetworkError} if it cannot be run
   */
  run(pixels, { every = false } = {}) {
    if (pixels.length !== SIDE * SIDE) throw new NetworkError(`A picture has ${SIDE * SIDE} pixels, not ${pixels.length}.`);
    const given = { shape: this.#shape, data: pixels instanceof Float32Array ? pixels : Float32Array.from(pixels) };
    const made = new Map([[this.input, given]]);
    const known = { get: (name) => made.get(name) ?? this.weights.get(name) };
    for (const node of this.nodes) made.set(node.outputs[0], this.#apply(node, known));
    return every ? made : new Map(this.outputs.map((name) => [name, known.get(name)]));
  }

  #apply(node, known) {
    const room = (shape, kind = Float32Array) => {
      const kept = this.#rooms.get(node);
      const count = numbersIn(shape);
      if (!(count <= MOST_NUMBERS)) throw new NetworkError(`A step ${node.kind} gives the shape ${shape}, which is too large.`);
      if (kept?.length === count) return { shape, data: kept };
      const data = new kind(count);
      this.#rooms.set(node, data);
      return { shape, data };
    };
    const inputs = node.inputs.map((name) => (name ? known.get(name) : undefined));
    try {
      return OPERATORS[node.kind](node, inputs, room);
    } catch (error) {
      if (error instanceof NetworkError) throw error;
      throw new NetworkError(`A step ${node.kind} cannot be worked out on what it takes.`, { cause: error });
    }
  }

  /** Each step takes what was made before it, and all outputs are made: so that no run stumbles half-way. */
  #checkOrder() {
    const made = new Set([this.input, "", ...this.weights.keys()]);
    for (const { kind, inputs, outputs } of this.nodes) {
      const missing = inputs.find((name) => !made.has(name));
      if (missing !== undefined) throw new NetworkError(`A step ${kind} takes ${JSON.stringify(missing)}, which nothing made.`);
      made.add(outputs[0]);
    }
    const missing = this.outputs.find((name) => !made.has(name));
    if (missing !== undefined) throw new NetworkError(`Nothing makes the output ${JSON.stringify(missing)}.`);
  }
}
