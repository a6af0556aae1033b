// Blurring, medians, and ink made to grow and shrink: OpenCV's filters, as far as the normalisation needs them.

import { padded, plane } from "./plane.js";

/** Where a place beyond the edge is mirrored to, the edge itself not repeated. */
export function mirrored(place, size) {
  if (size === 1) return 0;
  if (place < 0) return -place;
  return place >= size ? 2 * size - 2 - place : place;
}

/**
 * Blur bytes over three by three pixels, each way by a quarter, a half and a quarter, in 256 parts.
 * @returns {import("./plane.js").Plane}
 */
export function blur({ width, height, data }) {
  const [side, middle] = [64, 128];
  const lines = new Uint16Array(width * height);
  const aside = (row, x) => {
    lines[row + x] = side * (data[row + mirrored(x - 1, width)] + data[row + mirrored(x + 1, width)]) + middle * data[row + x];
  };
  for (let row = 0; row < lines.length; row += width) {
    for (let at = row + 1; at < row + width - 1; at++) lines[at] = side * (data[at - 1] + data[at + 1]) + middle * data[at];
    aside(row, 0);
    aside(row, width - 1);
  }
  const out = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    let before = mirrored(y - 1, height) * width;
    let after = mirrored(y + 1, height) * width;
    for (let x = 0; x < width; x++, at++) {
      out[at] = (side * (lines[before++] + lines[after++]) + middle * lines[at] + 32768) >> 16;
    }
  }
  return plane(width, height, out);
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
 * The largest (or smallest) byte in a square of an odd side around each pixel; what lies outside the plane has no say.
 * @returns {import("./plane.js").Plane}
 */
export function largest(from, side, smallest = false) {
  return extremes(padded(from, side >> 1, true), side, smallest);
}

/**
 * The largest (or smallest) byte in a square of an odd side wherever that lies inside the plane, which so grows smaller by
 * `side - 1` pixels each way.
 * @returns {import("./plane.js").Plane}
 */
export function extremes(from, side, smallest = false) {
  // With every bit turned, the smallest is the largest.
  const turn = smallest ? 255 : 0;
  return alongRows(alongRows(from, side, turn), side, turn);
}

/**
 * The same along each row: two runs over blocks of `side` (van Herk 1992), so that its length costs nothing. Gives rows as
 * columns.
 */
function alongRows({ width, height, data }, side, turn) {
  const size = width - side + 1;
  const [before, after] = [new Uint8Array(width), new Uint8Array(width)];
  const out = new Uint8Array(size * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const tone = data[row];
    let same = 1;
    while (same < width && data[row + same] === tone) same++;
    if (same === width) {
      // A row of one tone, as margins are.
      for (let to = y; to < out.length; to += height) out[to] = tone;
      continue;
    }
    for (let block = 0; block < width; block += side) {
      const end = Math.min(block + side, width);
      for (let x = block, most = 0; x < end; x++) {
        const value = data[row + x] ^ turn;
        if (value > most) most = value;
        before[x] = most;
      }
      for (let x = end - 1, most = 0; x >= block; x--) {
        const value = data[row + x] ^ turn;
        if (value > most) most = value;
        after[x] = most;
      }
    }
    for (let x = 0, to = y; x < size; x++, to += height) {
      const most = before[x + side - 1];
      out[to] = (after[x] > most ? after[x] : most) ^ turn;
    }
  }
  return plane(height, size, out);
}

/** Whether ink is at a place of a mask, or next to it. */
export function isNear({ width, data }, at) {
  if (data[at]) return true;
  const x = at % width;
  for (let other = at - width; other <= at + width; other += width) {
    if (other < 0 || other >= data.length) continue;
    if (data[other] || (x > 0 && data[other - 1]) || (x < width - 1 && data[other + 1])) return true;
  }
  return false;
}

/** The places of a disc around its middle, `[x, y]` each. */
export function disc(radius, reach) {
  const steps = Array.from({ length: 2 * reach + 1 }, (_, at) => at - reach);
  return steps.flatMap((y) => steps.filter((x) => x * x + y * y <= radius ** 2).map((x) => [x, y]));
}

/** Strokes thicker by a shape: the largest under it. Nothing is less than 0. @returns {import("./plane.js").Plane} */
export function grow({ width, height, data }, shape) {
  const [aside, down] = [0, 1].map((axis) => Int32Array.from(shape.map((place) => place[axis])));
  const out = data.slice();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const value = data[at];
      if (value === 0) continue;
      for (let place = 0; place < aside.length; place++) {
        const px = x - aside[place];
        const py = y - down[place];
        if (px < 0 || px >= width || py < 0 || py >= height) continue;
        const to = py * width + px;
        if (value > out[to]) out[to] = value;
      }
    }
  }
  return plane(width, height, out);
}

/** Strokes thinner by a shape: the smallest under it; outside there is nothing. @returns {import("./plane.js").Plane} */
export function thin({ width, height, data }, shape) {
  const [aside, down] = [0, 1].map((axis) => Int32Array.from(shape.map((place) => place[axis])));
  const out = new data.constructor(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let least = data[at];
      for (let place = 0; least > 0 && place < aside.length; place++) {
        const px = x + aside[place];
        const py = y + down[place];
        const inside = px >= 0 && px < width && py >= 0 && py < height;
        const value = inside ? data[py * width + px] : 0;
        if (value < least) least = value;
      }
      out[at] = least;
    }
  }
  return plane(width, height, out);
}

export const SQUARE = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => [x, y]));
