// Sliding windows: convolutions as sums over what is not 0 under a kernel, and pooling.

import { MOST_NUMBERS, NetworkError } from "./onnx.js";

// So many kernels are summed up at once: as many sums as a processor holds without putting any aside.
const LANES = 8;

// What is not 0 in the maps under work, pixel after pixel: the numbers, the channel that each is of, times the lanes, and
// where each pixel begins. One room for all layers, made larger when one needs it.
const found = { numbers: new Float64Array(0), channels: new Int32Array(0), starts: new Int32Array(0) };
// The weights under work. Of memory that is always the same and of indices that are masked, browsers know that none lies
// outside, and need not look each time.
const MOST_WEIGHTS = 1 << 20;
const weights = new Float32Array(MOST_WEIGHTS + LANES);
// The sums of kernels that are fewer than the lanes, on their way.
let few = new Float32Array(0);
// Of each convolution what stays the same from run to run.
const laid = new WeakMap();

/**
 * Convolve: (n, c, h, w) with kernels (m, c / groups, kh, kw) and one bias a kernel to (n, m, oh, ow).
 *
 * After a ReLU two of three numbers are 0: they are passed over, which changes no sum.
 * @type {import("./operators.js").Operator}
 */
export function convolve(node, [x, kernel, bias], room) {
  const { group = 1 } = node.attributes;
  const [count, channels] = x.shape;
  const [maps, deep, ...size] = kernel.shape;
  if (kernel.shape.length !== 4 || channels !== deep * group || maps % group) {
    throw new NetworkError(`A convolution of ${maps} kernels of ${deep} maps does not fit ${channels} maps in ${group} groups.`);
  }
  const reach = slide(node, x, size);
  const out = room([count, maps, reach.height, reach.width]);
  const places = reach.height * reach.width;
  const pixels = reach.tall * reach.wide;
  const each = maps / group;
  const { blocks, taps } = layOut(node, kernel, reach, each);
  makeRoom(pixels, deep, places);
  for (let one = 0; one < count; one++) {
    for (let part = 0; part < group; part++) {
      gather(x.data, (one * channels + part * deep) * pixels, pixels, deep, found);
      for (let first = part * each; first < (part + 1) * each; first += LANES) {
        const lanes = Math.min(LANES, (part + 1) * each - first);
        const to = (one * maps + first) * places;
        if (lanes === LANES) sumUp(found, taps, blocks.get(first), biasesOf(bias, first, lanes), places, out.data, to);
        else {
          sumUp(found, taps, blocks.get(first), biasesOf(bias, first, lanes), places, few, 0);
          out.data.set(few.subarray(0, lanes * places), to);
        }
      }
    }
  }
  return out;
}

/** Where a window of a node goes on x, and the height and width of what it gives. */
function slide({ attributes }, x, [kernelHeight, kernelWidth]) {
  const { strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0], auto_pad: padding = "NOTSET", ceil_mode: up = 0 } = attributes;
  if (x.shape.length !== 4) throw new NetworkError(`A window slides over maps, not over the shape ${x.shape}.`);
  if (padding !== "NOTSET" || up) throw new NetworkError("Padding that is not spelled out is not known here.");
  const [tall, wide] = x.shape.slice(2);
  const [down, along] = strides;
  const height = Math.floor((tall + pads[0] + pads[2] - (kernelHeight - 1) * dilations[0] - 1) / down) + 1;
  const width = Math.floor((wide + pads[1] + pads[3] - (kernelWidth - 1) * dilations[1] - 1) / along) + 1;
  if (!(height > 0 && width > 0)) throw new NetworkError("A window is larger than the map it slides over.");
  const [top, left] = pads;
  return { tall, wide, height, width, kernelHeight, kernelWidth, down, along, top, left, dilations };
}

/** What of a convolution can be worked out before it is run: its kernels in blocks, and where its windows reach. */
function layOut(node, kernel, reach, each) {
  const kept = laid.get(node);
  if (kept?.kernel === kernel && kept.tall === reach.tall && kept.wide === reach.wide) return kept;
  const { tall, wide } = reach;
  const [maps, deep, ...size] = kernel.shape;
  const all = (maps / each) * Math.ceil(each / LANES) * LANES;
  const under = size[0] * size[1];
  const taps = reach.height * reach.width * under;
  if (Math.max(taps, all * deep * under) > MOST_NUMBERS || deep * under * LANES > MOST_WEIGHTS) {
    throw new NetworkError("A convolution is too large.");
  }
  const made = { kernel, tall, wide, blocks: inBlocks(kernel, each), taps: tapsOf(reach, deep) };
  laid.set(node, made);
  return made;
}

/**
 * Kernels in blocks, by the first of each: place by place of the kernel, and there channel by channel, the weights of all
 * lanes side by side; 0 where lanes are left over.
 */
function inBlocks({ data, shape: [maps, deep, tall, wide] }, each) {
  const size = tall * wide;
  const blocks = new Map();
  for (let map = 0; map < maps; map++) {
    const lane = (map % each) % LANES;
    if (lane === 0) blocks.set(map, new Float32Array(size * deep * LANES));
    const block = blocks.get(map - lane);
    for (let channel = 0; channel < deep; channel++) {
      for (let at = 0; at < size; at++) block[(at * deep + channel) * LANES + lane] = data[(map * deep + channel) * size + at];
    }
  }
  return blocks;
}

/** Window by window the pixels that lie under it, and where the weights begin that each meets. */
function tapsOf({ tall, wide, height, width, kernelHeight, kernelWidth, down, along, top, left, dilations }, deep) {
  const [pixels, meets, ends] = [[], [], []];
  for (let place = 0; place < height * width; place++) {
    for (let at = 0; at < kernelHeight * kernelWidth; at++) {
      const y = Math.floor(place / width) * down - top + Math.floor(at / kernelWidth) * dilations[0];
      const x = (place % width) * along - left + (at % kernelWidth) * dilations[1];
      if (y < 0 || y >= tall || x < 0 || x >= wide) continue;
      pixels.push(y * wide + x);
      meets.push(at * deep * LANES);
    }
    ends.push(pixels.length);
  }
  return { pixels: Int32Array.from(pixels), meets: Int32Array.from(meets), ends: Int32Array.from(ends) };
}

function biasesOf(bias, first, lanes) {
  const given = new Float64Array(LANES);
  if (bias) given.set(bias.data.subarray(first, first + lanes));
  return given;
}

function makeRoom(pixels, deep, places) {
  if (found.numbers.length < pixels * deep) {
    found.numbers = new Float64Array(pixels * deep);
    found.channels = new Int32Array(pixels * deep);
  }
  if (found.starts.length <= pixels) found.starts = new Int32Array(pixels + 1);
  if (few.length < places * LANES) few = new Float32Array(places * LANES);
}

/** Find what is not 0 in so many channels. */
function gather(data, from, size, deep, { numbers, channels, starts }) {
  let count = 0;
  for (let pixel = 0; pixel < size; pixel++) {
    for (let channel = 0, at = from + pixel; channel < deep; channel++, at += size) {
      const number = data[at];
      if (number === 0) continue;
      numbers[count] = number;
      channels[count++] = channel * LANES;
    }
    starts[pixel + 1] = count;
  }
}

/** What was found, each number times the weights that it meets, window by window and in all lanes at once. */
function sumUp({ numbers, channels, starts }, { pixels, meets, ends }, block, biases, places, out, to) {
  weights.set(block);
  let tap = 0;
  for (let place = 0; place < places; place++) {
    let s0 = biases[0], s1 = biases[1], s2 = biases[2], s3 = biases[3];
    let s4 = biases[4], s5 = biases[5], s6 = biases[6], s7 = biases[7];
    for (const last = ends[place]; tap < last; tap++) {
      const base = meets[tap];
      const end = starts[pixels[tap] + 1];
      for (let at = starts[pixels[tap]]; at < end; at++) {
        const x = numbers[at];
        const meet = (base + channels[at]) & (MOST_WEIGHTS - 1);
        s0 += x * weights[meet];
        s1 += x * weights[meet + 1];
        s2 += x * weights[meet + 2];
        s3 += x * weights[meet + 3];
        s4 += x * weights[meet + 4];
        s5 += x * weights[meet + 5];
        s6 += x * weights[meet + 6];
        s7 += x * weights[meet + 7];
      }
    }
    const here = to + place;
    out[here] = s0;
    out[here + places] = s1;
    out[here + 2 * places] = s2;
    out[here + 3 * places] = s3;
    out[here + 4 * places] = s4;
    out[here + 5 * places] = s5;
    out[here + 6 * places] = s6;
    out[here + 7 * places] = s7;
  }
}

/**
 * The largest, or the mean, of what lies under the window, each channel by itself; what is beyond the edge has no say.
 * @param {boolean} largest
 * @returns {import("./operators.js").Operator}
 */
export function pool(largest) {
  return (node, [x], room) => {
    const reach = slide(node, x, node.attributes.kernel_shape ?? []);
    const { tall, wide, height, width, kernelHeight, kernelWidth, down, along, top, left, dilations } = reach;
    const countAll = Boolean(node.attributes.count_include_pad);
    const out = room([x.shape[0], x.shape[1], height, width]);
    let at = 0;
    for (let plane = 0; plane < x.shape[0] * x.shape[1]; plane++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          let most = -Infinity;
          let sum = 0;
          let count = 0;
          for (let inner = 0; inner < kernelHeight; inner++) {
            const y = row * down - top + inner * dilations[0];
            if (y < 0 || y >= tall) continue;
            for (let step = 0; step < kernelWidth; step++) {
              const px = column * along - left + step * dilations[1];
              if (px < 0 || px >= wide) continue;
              const value = x.data[(plane * tall + y) * wide + px];
              most = value > most ? value : most;
              sum += value;
              count++;
            }
          }
          out.data[at++] = largest ? most : sum / (countAll ? kernelHeight * kernelWidth : count);
        }
      }
    }
    return out;
  };
}

/**
 * The largest, or the mean, of each whole map: (n, c, h, w) to (n, c, 1, 1).
 * @param {boolean} largest
 * @returns {import("./operators.js").Operator}
 */
export function poolAll(largest) {
  const one = pool(largest);
  return (node, [x], room) => one({ ...node, attributes: { kernel_shape: x.shape.slice(2) } }, [x], room);
}
