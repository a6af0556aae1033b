// One channel of a picture, and what is asked of it again and again: bounds, parts, counts, levels mapped to others.

/**
 * @typedef {{width: number, height: number, data: Uint8Array | Float32Array | Float64Array}} Plane row by row; bytes are 0..255, masks 0 or 1
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

/** Nothing but 0, or what `data` holds. @returns {Plane} */
export function plane(width, height, data = new Uint8Array(width * height)) {
  return { width, height, data };
}

export const shorter = ({ width, height }) => Math.min(width, height);
export const longer = ({ width, height }) => Math.max(width, height);

/** To the nearest whole number, halves to the even one: as Python, numpy and OpenCV do it. */
export function rint(value) {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 !== 0 ? near - 1 : near;
}

/** The same plane with each number changed. @returns {Plane} */
export function mapped({ width, height, data }, change) {
  const out = new data.constructor(data.length);
  for (let at = 0; at < data.length; at++) out[at] = change(data[at], at);
  return plane(width, height, out);
}

/** Bytes as other bytes, worked out once for each of the 256. @returns {Plane} */
export function leveled({ width, height, data }, change) {
  const levels = new Uint8Array(256);
  for (let level = 0; level < 256; level++) levels[level] = change(level);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) out[at] = levels[data[at]];
  return plane(width, height, out);
}

/** Two planes of one size joined number by number. @returns {Plane} */
export function joined({ width, height, data }, other, join) {
  const out = new data.constructor(data.length);
  for (let at = 0; at < data.length; at++) out[at] = join(data[at], other.data[at]);
  return plane(width, height, out);
}

/** How far one lies above the other, 0 where it does not: bytes. @returns {Plane} */
export function above(one, other) {
  return joined(one, other, (a, b) => Math.max(a - b, 0));
}

/** What lies inside a box, which may reach out of the plane. @returns {Plane} */
export function cut({ width, height, data }, { x, y, width: wide, height: tall }) {
  const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
  const [right, bottom] = [Math.min(x + wide, width), Math.min(y + tall, height)];
  const out = plane(Math.max(right - left, 0), Math.max(bottom - top, 0), new data.constructor(Math.max(right - left, 0) * Math.max(bottom - top, 0)));
  for (let row = 0; row < out.height; row++) {
    const from = (top + row) * width + left;
    out.data.set(data.subarray(from, from + out.width), row * out.width);
  }
  return out;
}

/** More room on all sides: of 0, or of what the edge holds. @returns {Plane} */
export function padded({ width, height, data }, margin, likeEdge = false) {
  const [wide, tall] = [width + 2 * margin, height + 2 * margin];
  const out = new data.constructor(wide * tall);
  for (let y = 0; y < tall; y++) {
    const row = Math.min(Math.max(y - margin, 0), height - 1);
    if (row !== y - margin && !likeEdge) continue;
    const [to, from] = [y * wide, row * width];
    out.set(data.subarray(from, from + width), to + margin);
    if (!likeEdge) continue;
    out.fill(data[from], to, to + margin);
    out.fill(data[from + width - 1], to + margin + width, to + wide);
  }
  return plane(wide, tall, out);
}

/** Rows as columns. @returns {Plane} */
export function turned({ width, height, data }) {
  const out = plane(height, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out.data[x * height + y] = data[y * width + x];
  }
  return out;
}

/** The bounds of what is more than a level; a box without size if nothing is. @returns {Box} */
export function bounds({ width, height, data }, level = 0) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if (!(data[at] > level)) continue;
      if (top === height) top = y;
      bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
    }
  }
  return right < 0 ? { x: 0, y: 0, width: 0, height: 0 } : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Whether all numbers are the same. */
export function isPlain({ data }) {
  for (let at = 1; at < data.length; at++) if (data[at] !== data[0]) return false;
  return true;
}

/** How many numbers are not 0. */
export function countInk({ data }) {
  let count = 0;
  for (let at = 0; at < data.length; at++) if (data[at]) count++;
  return count;
}

export function sum({ data }) {
  let total = 0;
  for (let at = 0; at < data.length; at++) total += data[at];
  return total;
}

export function most({ data }) {
  let top = -Infinity;
  for (let at = 0; at < data.length; at++) if (data[at] > top) top = data[at];
  return top;
}

/** The numbers along the four edges, corners twice. @returns {number[]} */
export function rim({ width, height, data }) {
  const found = [...data.subarray(0, width), ...data.subarray((height - 1) * width)];
  for (let y = 0; y < height; y++) found.push(data[y * width], data[(y + 1) * width - 1]);
  return found;
}
