// An ONNX file taken apart: protocol buffers, and of them no more than the files Tenfold writes and runs need.

/** What a file is that cannot be used; the message is for people. */
export class NetworkError extends Error {
  name = "NetworkError";
}

// Nothing is made room for before it is known to be no larger than this.
const MOST_BYTES = 64e6;
export const MOST_NUMBERS = 16e6;
const MOST_NODES = 10_000;
const MOST_FIELDS = 100_000;
const MOST_DIMENSIONS = 8;

// The kinds of numbers in ONNX' TensorProto.DataType that our networks are kept in, the lowest byte first, as in
// every browser's own arrays.
const KINDS = { 1: Float32Array, 2: Uint8Array, 3: Int8Array, 6: Int32Array, 7: BigInt64Array, 9: Uint8Array, 11: Float64Array };

/**
 * @typedef {{shape: number[], data: Float32Array | Float64Array | Int8Array | Uint8Array | Int32Array}} Tensor in C order;
 *   whole numbers of 64 bits are Float64Arrays
 * @typedef {{kind: string, inputs: string[], outputs: string[], attributes: Record<string, any>}} Node
 * @typedef {{inputs: {name: string, shape: (number | null)[]}[], outputs: string[], nodes: Node[],
 *   tensors: Map<string, Tensor>}} Graph
 */

/**
 * Take an ONNX file apart.
 * @param {Uint8Array} bytes
 * @returns {Graph} nodes in the order of the computation
 * @throws {NetworkError} if it is damaged, too large, or holds what our networks do not
 */
export function readOnnx(bytes) {
  if (bytes.length > MOST_BYTES) throw new NetworkError(`The file has ${bytes.length} bytes; at most ${MOST_BYTES} are read.`);
  const graphs = fields(bytes).filter(({ number }) => number === 7);
  if (graphs.length !== 1) throw new NetworkError("This is no ONNX file: there is not exactly one graph in it.");
  const parts = fields(graphs[0].bytes);
  const all = (number) => parts.filter((part) => part.number === number).map((part) => part.bytes);
  const nodes = all(1);
  if (nodes.length > MOST_NODES) throw new NetworkError(`The graph has ${nodes.length} nodes; at most ${MOST_NODES} are read.`);
  const tensors = new Map();
  let count = 0;
  for (const part of all(5)) {
    const { name, ...tensor } = readTensor(part);
    count += tensor.data.length;
    if (count > MOST_NUMBERS) throw new NetworkError(`The weights are more than ${MOST_NUMBERS} numbers.`);
    tensors.set(name, tensor);
  }
  return {
    // Older files name the weights among the inputs, too.
    inputs: all(11).map(readValue).filter(({ name }) => !tensors.has(name)),
    outputs: all(12).map((part) => readValue(part).name),
    nodes: nodes.map(readNode),
    tensors,
  };
}

// -- protocol buffers ---------------------------------------------------------------------------------------

/** All fields of a message: `bytes` where it is of a length, else `value`. */
function fields(bytes) {
  if (!bytes) throw new NetworkError("The file is damaged: a number stands where a part is expected.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  let at = 0;
  const take = (count) => {
    if (!(count <= bytes.length - at)) throw new NetworkError("The file is damaged: it ends in the middle of a part.");
    at += count;
    return at - count;
  };
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[take(1)];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
    throw new NetworkError("The file is damaged: a number has too many digits.");
  };
  while (at < bytes.length) {
    if (found.length === MOST_FIELDS) throw new NetworkError(`A part of the file has more than ${MOST_FIELDS} fields.`);
    const key = varint();
    const number = Math.floor(key / 8);
    const wire = key & 7;
    if (number < 1) throw new NetworkError("The file is damaged: a field has no number.");
    if (wire === 0) found.push({ number, value: varint() });
    else if (wire === 1) found.push({ number, value: view.getFloat64(take(8), true) });
    else if (wire === 5) found.push({ number, value: view.getFloat32(take(4), true) });
    else if (wire === 2) {
      const length = varint();
      if (length < 0) throw new NetworkError("The file is damaged: a part has no length.");
      const start = take(length);
      found.push({ number, bytes: bytes.subarray(start, start + length) });
    } else throw new NetworkError("This is no ONNX file.");
  }
  return found;
}

function text(bytes) {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** Whole numbers that a field holds one by one or packed. */
function wholes(parts, number) {
  return parts
    .filter((part) => part.number === number)
    .flatMap((part) => (part.bytes ? packed(part.bytes) : [part.value]));
}

function packed(bytes) {
  const found = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128 && shift < 70n) continue;
    found.push(Number(BigInt.asIntN(64, value)));
    value = shift = 0n;
  }
  return found;
}

/** Floats that a field holds one by one or packed. */
function floats(parts, number) {
  return parts
    .filter((part) => part.number === number)
    .flatMap(({ bytes, value }) => {
      if (!bytes) return [value];
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return Array.from({ length: bytes.length >> 2 }, (_, at) => view.getFloat32(4 * at, true));
    });
}

// -- ONNX ---------------------------------------------------------------------------------------------------

function readTensor(bytes) {
  const parts = fields(bytes);
  const last = (number) => parts.findLast((part) => part.number === number);
  const name = text(last(8)?.bytes);
  const refuse = (why) => new NetworkError(`Tensor ${JSON.stringify(name.slice(0, 80))} ${why}.`);
  if (last(13) || last(14)?.value) throw refuse("lies in another file");
  const shape = wholes(parts, 1);
  const count = numbersIn(shape);
  if (!(count <= MOST_NUMBERS)) throw refuse(`has the shape ${shape}, which is too large`);
  const kind = KINDS[last(2)?.value];
  if (!kind) throw refuse(`is of a kind that is not known here (${last(2)?.value})`);
  const raw = last(9)?.bytes;
  const listed = raw ? [] : kind === Float32Array ? floats(parts, 4) : [...wholes(parts, 5), ...wholes(parts, 7)];
  if ((raw ? raw.length / kind.BYTES_PER_ELEMENT : listed.length) !== count) {
    throw refuse(`does not hold the ${count} numbers of its shape`);
  }
  // A copy begins at a whole number of its own memory, as arrays want it.
  const given = raw ? new kind(raw.slice().buffer) : listed;
  const data = kind === BigInt64Array ? Float64Array.from(given, Number) : kind.from(given);
  return { name, shape, data };
}

/** How many numbers a tensor of a shape holds; NaN if that is no shape. */
export function numbersIn(shape) {
  const isShape = shape.length <= MOST_DIMENSIONS && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  return isShape ? shape.reduce((product, size) => product * size, 1) : NaN;
}

function readNode(bytes) {
  const parts = fields(bytes);
  const names = (number) => parts.filter((part) => part.number === number).map((part) => text(part.bytes));
  const attributes = parts.filter((part) => part.number === 5).map((part) => readAttribute(part.bytes));
  return {
    kind: names(4).at(-1) ?? "",
    inputs: names(1),
    outputs: names(2),
    attributes: Object.fromEntries(attributes),
  };
}

function readAttribute(bytes) {
  const parts = fields(bytes);
  const last = (number) => parts.findLast((part) => part.number === number);
  const readers = {
    1: () => last(2)?.value ?? 0,
    2: () => last(3)?.value ?? 0,
    3: () => text(last(4)?.bytes),
    6: () => floats(parts, 7),
    7: () => wholes(parts, 8),
  };
  const name = text(last(1)?.bytes);
  const read = readers[last(20)?.value];
  if (!read) throw new NetworkError(`Attribute ${JSON.stringify(name.slice(0, 80))} is of a kind that is not known here.`);
  return [name, read()];
}

/** A description of an input or output: its name, and its shape with null where it is left open. */
function readValue(bytes) {
  const parts = fields(bytes);
  const inner = (of, number) => of && fields(of).find((part) => part.number === number)?.bytes;
  const tensor = inner(parts.find((part) => part.number === 2)?.bytes, 1);
  const shape = inner(tensor, 2);
  return {
    name: text(parts.find((part) => part.number === 1)?.bytes),
    shape: shape ? fields(shape).map((part) => fields(part.bytes).find(({ number }) => number === 1)?.value ?? null) : [],
  };
}
