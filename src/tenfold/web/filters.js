// Blurring, medians, and ink made to grow and shrink: OpenCV's filters, as far as the normalisation needs them.

import { cut, padded, plane } from "./plane.js";

/** Where a place beyond the edge is mirrored to, the edge itself not repeated. */
function mirrored(place, size) {
  if (size === 1) return 0;
  if (place < 0) return -place;
  return place >= size ? 2 * size - 2 - place : place;
}

/**
 * Blur bytes over three by three pixels, each way by the same two weights in 256 parts: of the sides, of the middle.
 * @returns {import("./plane.js").Plane}
 */
export function blur({ width, height, data }, side = 64, middle = 128) {
  const lines = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let at = row + 1; at < row + width - 1; at++) lines[at] = side * (data[at - 1] + data[at + 1]) + middle * data[at];
    for (const x of [0, width - 1]) {
      lines[row + x] = side * (data[row + mirrored(x - 1, width)] + data[row + mirrored(x + 1, width)]) + middle * data[row + x];
    }
  }
  const out = plane(width, height);
  for (let y = 0; y < height; y++) {
    const [before, after] = [mirrored(y - 1, height) * width, mirrored(y + 1, height) * width];
    for (let x = 0; x < width; x++) {
      const total = side * (lines[before + x] + lines[after + x]) + middle * lines[y * width + x];
      out.data[y * width + x] = (total + 32768) >> 16;
    }
  }
  return out;
}

/** The median of bytes in a square of an odd side; the edge goes on outside. @returns {import("./plane.js").Plane} */
export function median({ width, height, data }, side) {
  const [reach, half] = [side >> 1, (side * side) >> 1];
  const clamp = (place, size) => Math.min(Math.max(place, 0), size - 1);
  const out = plane(width, height);
  const counts = new Uint16Array(256);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      counts.fill(0);
      for (let down = -reach; down <= reach; down++) {
        const row = clamp(y + down, height) * width;
        for (let along = -reach; along <= reach; along++) counts[data[row + clamp(x + along, width)]]++;
      }
      let [level, seen] = [0, counts[0]];
      while (seen <= half) seen += counts[++level];
      out.data[y * width + x] = level;
    }
  }
  return out;
}

/**
 * The largest (or smallest) in a square of an odd side around each pixel; what lies outside the plane has no say.
 * @returns {import("./plane.js").Plane}
 */
export function largest(from, side, smallest = false) {
  const { width, height, data } = from;
  const sign = smallest ? -1 : 1;
  const values = Int16Array.from(data, (value) => sign * value);
  const room = [0, 1].map(() => new Int16Array(Math.max(width, height) + side));
  for (let y = 0; y < height; y++) extremes(values, y * width, 1, width, side, room);
  for (let x = 0; x < width; x++) extremes(values, x, width, height, side, room);
  return plane(width, height, Uint8Array.from(values, (value) => sign * value));
}

/** The same along one line, in place: two runs over blocks of `side` (van Herk 1992), so that its length costs nothing. */
function extremes(values, start, step, count, side, [before, after]) {
  const reach = side >> 1;
  const size = count + 2 * reach;
  const none = -32768;
  before.fill(none, 0, size);
  for (let at = 0; at < count; at++) before[at + reach] = values[start + at * step];
  after.set(before.subarray(0, size));
  for (let at = 1; at < size; at++) if (at % side && before[at - 1] > before[at]) before[at] = before[at - 1];
  for (let at = size - 2; at >= 0; at--) if ((at + 1) % side && after[at + 1] > after[at]) after[at] = after[at + 1];
  for (let at = 0; at < count; at++) {
    const [left, right] = [after[at], before[at + side - 1]];
    values[start + at * step] = left > right ? left : right;
  }
}

/** The places of a disc around its middle, `[x, y]` each. */
export function disc(radius, reach) {
  const steps = Array.from({ length: 2 * reach + 1 }, (_, at) => at - reach);
  return steps.flatMap((y) => steps.filter((x) => x * x + y * y <= radius ** 2).map((x) => [x, y]));
}

/** Strokes thicker by a shape: the largest under it. @returns {import("./plane.js").Plane} */
export function grow({ width, height, data }, shape) {
  const out = plane(width, height, data.slice());
  for (const [dx, dy] of shape) {
    const [left, right] = [Math.max(0, -dx), Math.min(width, width - dx)];
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
      const aside = (y + dy) * width + dx;
      for (let x = left, at = y * width + left; x < right; x++, at++) {
        if (data[aside + x] > out.data[at]) out.data[at] = data[aside + x];
      }
    }
  }
  return out;
}

/** Strokes thinner by a shape: the smallest under it; outside there is nothing. @returns {import("./plane.js").Plane} */
export function thin(from, shape) {
  const reach = Math.max(...shape.flat());
  const { width, height, data } = padded(from, reach);
  // Ink grows thinner as the ground grows thicker.
  const grown = grow(plane(width, height, Float32Array.from(data, (value) => -value)), shape);
  const kept = cut(grown, { x: reach, y: reach, width: from.width, height: from.height });
  return plane(from.width, from.height, from.data.constructor.from(kept.data, (value) => -value));
}

export const SQUARE = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => [x, y]));
