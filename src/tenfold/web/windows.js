// Sliding windows: convolutions as products of matrices, and pooling.

import { MOST_NUMBERS, NetworkError } from "./onnx.js";

// Patches of the map under work; one room for all layers, made larger when one needs it.
let patches = new Float32Array(0);

/**
 * Convolve: (n, c, h, w) with kernels (m, c / groups, kh, kw) and one bias a kernel to (n, m, oh, ow).
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
  const length = deep * size[0] * size[1];
  if (places * length > MOST_NUMBERS) throw new NetworkError("A convolution is too large.");
  if (patches.length < places * length) patches = new Float32Array(places * length);
  const each = maps / group;
  for (let one = 0; one < count; one++) {
    for (let part = 0; part < group; part++) {
      takePatches(x, (one * channels + part * deep) * reach.tall * reach.wide, deep, reach);
      multiply(kernel.data, part * each, each, length, places, bias?.data, out.data, (one * maps + part * each) * places);
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

/** Lay the patches under a kernel one after another, each channel by channel and row by row, 0 beyond the edge. */
function takePatches({ data }, from, deep, reach) {
  const { tall, wide, height, width, kernelHeight, kernelWidth, down, along, top, left, dilations } = reach;
  const [apart, aside] = dilations;
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const first = column * along - left;
      for (let channel = 0; channel < deep; channel++) {
        const plane = from + channel * tall * wide;
        for (let inner = 0; inner < kernelHeight; inner++) {
          const y = row * down - top + inner * apart;
          const line = plane + y * wide;
          const within = y >= 0 && y < tall;
          for (let step = 0, px = first; step < kernelWidth; step++, px += aside) {
            patches[at++] = within && px >= 0 && px < wide ? data[line + px] : 0;
          }
        }
      }
    }
  }
}

/** Kernels times patches, four kernels by two patches at a time: so each number that is fetched is used several times. */
function multiply(kernels, first, maps, length, places, bias, out, to) {
  let map = 0;
  for (; map + 4 <= maps; map += 4) {
    const k0 = (first + map) * length;
    const k1 = k0 + length;
    const k2 = k1 + length;
    const k3 = k2 + length;
    const b0 = bias ? bias[first + map] : 0;
    const b1 = bias ? bias[first + map + 1] : 0;
    const b2 = bias ? bias[first + map + 2] : 0;
    const b3 = bias ? bias[first + map + 3] : 0;
    const o0 = to + map * places;
    const o1 = o0 + places;
    const o2 = o1 + places;
    const o3 = o2 + places;
    let place = 0;
    for (; place + 2 <= places; place += 2) {
      const p = place * length;
      const q = p + length;
      let s0 = b0, s1 = b1, s2 = b2, s3 = b3, t0 = b0, t1 = b1, t2 = b2, t3 = b3;
      for (let at = 0; at < length; at++) {
        const x = patches[p + at];
        const y = patches[q + at];
        const a = kernels[k0 + at];
        const b = kernels[k1 + at];
        const c = kernels[k2 + at];
        const d = kernels[k3 + at];
        s0 += a * x;
        t0 += a * y;
        s1 += b * x;
        t1 += b * y;
        s2 += c * x;
        t2 += c * y;
        s3 += d * x;
        t3 += d * y;
      }
      out[o0 + place] = s0;
      out[o0 + place + 1] = t0;
      out[o1 + place] = s1;
      out[o1 + place + 1] = t1;
      out[o2 + place] = s2;
      out[o2 + place + 1] = t2;
      out[o3 + place] = s3;
      out[o3 + place + 1] = t3;
    }
    if (place < places) {
      const p = place * length;
      let s0 = b0, s1 = b1, s2 = b2, s3 = b3;
      for (let at = 0; at < length; at++) {
        const x = patches[p + at];
        s0 += kernels[k0 + at] * x;
        s1 += kernels[k1 + at] * x;
        s2 += kernels[k2 + at] * x;
        s3 += kernels[k3 + at] * x;
      }
      out[o0 + place] = s0;
      out[o1 + place] = s1;
      out[o2 + place] = s2;
      out[o3 + place] = s3;
    }
  }
  for (; map < maps; map++) {
    const k = (first + map) * length;
    for (let place = 0, p = 0; place < places; place++) {
      let sum = bias ? bias[first + map] : 0;
      for (let at = 0; at < length; at++) sum += kernels[k + at] * patches[p++];
      out[to + map * places + place] = sum;
    }
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
