// Resizing as OpenCV does it, to the last bit where its own arithmetic is whole: areas, lines, cubics.

import { plane, rint } from "./plane.js";

const f32 = Math.fround;

/** The size after enlarging or shrinking by a factor: at least 1 a side. */
export function scaled({ width, height }, factor) {
  return [Math.max(1, rint(width * factor)), Math.max(1, rint(height * factor))];
}

/** Shrink: each pixel is the mean of the area it covers. @returns {import("./plane.js").Plane} */
export function shrink(from, [width, height]) {
  if (width === from.width && height === from.height) return plane(width, height, from.data.slice());
  const [across, down] = [from.width / width, from.height / height];
  const bytes = from.data instanceof Uint8Array;
  if (Number.isInteger(across) && Number.isInteger(down)) return byWholeSteps(from, across, down, bytes);
  const out = plane(width, height, new from.data.constructor(width * height));
  const columns = shares(from.width, width);
  const rows = shares(from.height, height);
  const sums = new Float32Array(width);
  const line = new Float32Array(width);
  let lined = -1;
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let tap = rows.starts[y]; tap < rows.starts[y + 1]; tap++) {
      const [row, share] = [rows.places[tap], rows.parts[tap]];
      if (lined !== row) shrinkLine(from.data, row * from.width, columns, line);
      lined = row;
      for (let x = 0; x < width; x++) sums[x] += f32(share * line[x]);
    }
    for (let x = 0; x < width; x++) out.data[y * width + x] = bytes ? rint(sums[x]) : sums[x];
  }
  return out;
}

function shrinkLine(data, start, { starts, places, parts }, line) {
  for (let x = 0; x < line.length; x++) {
    let total = 0;
    for (let tap = starts[x]; tap < starts[x + 1]; tap++) total = f32(total + f32(data[start + places[tap]] * parts[tap]));
    line[x] = total;
  }
}

/** The old pixels that each new one covers along one side, and each one's share: those of pixel k from `starts[k]` on. */
function shares(from, to) {
  const step = from / to;
  const covered = Array.from({ length: to }, (_, place) => {
    const start = place * step;
    const end = start + step;
    const width = Math.min(step, from - start);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(start), last);
    const found = [];
    if (first - start > 1e-3) found.push([first - 1, f32((first - start) / width)]);
    for (let at = first; at < last; at++) found.push([at, f32(1 / width)]);
    if (end - last > 1e-3) found.push([last, f32(Math.min(end - last, 1, width) / width)]);
    return found;
  });
  const starts = new Int32Array(to + 1);
  covered.forEach((found, place) => (starts[place + 1] = starts[place] + found.length));
  const taps = covered.flat();
  return { starts, places: Int32Array.from(taps, ([at]) => at), parts: Float32Array.from(taps, ([, part]) => part) };
}

function byWholeSteps(from, across, down, bytes) {
  const out = plane(from.width / across, from.height / down, new from.data.constructor((from.width / across) * (from.height / down)));
  const share = f32(1 / (across * down));
  for (let y = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      let total = 0;
      for (let row = y * down; row < (y + 1) * down; row++) {
        for (let column = x * across; column < (x + 1) * across; column++) total += from.data[row * from.width + column];
      }
      // Bytes by twos: a half goes up, as that is done by shifting.
      if (bytes && across === 2 && down === 2) total = (total + 2) >> 2;
      else total = bytes ? rint(f32(total * share)) : f32(f32(total) * share);
      out.data[y * out.width + x] = total;
    }
  }
  return out;
}

/** Enlarge bytes along straight lines, in whole numbers with eleven bits of fraction. @returns {import("./plane.js").Plane} */
export function enlargeLinear(from, [width, height]) {
  if (width === from.width && height === from.height) return plane(width, height, from.data.slice());
  const columns = linear(from.width, width).map(({ first, part }) => {
    const [at, share] = first < 0 ? [0, 0] : first >= from.width - 1 ? [from.width - 1, 0] : [first, part];
    return [at, Math.min(at + 1, from.width - 1), rint(f32(1 - share) * 2048), rint(share * 2048)];
  });
  const lines = Array.from({ length: from.height }, (_, row) =>
    Int32Array.from(columns, ([left, right, near, far]) => from.data[row * from.width + left] * near + from.data[row * from.width + right] * far),
  );
  const out = plane(width, height);
  linear(from.height, height).forEach(({ first, part }, y) => {
    const [upper, lower] = [first, first + 1].map((row) => lines[Math.min(Math.max(row, 0), from.height - 1)]);
    const [near, far] = [rint(f32(1 - part) * 2048), rint(part * 2048)];
    for (let x = 0; x < width; x++) {
      out.data[y * width + x] = (((near * (upper[x] >> 4)) >> 16) + ((far * (lower[x] >> 4)) >> 16) + 2) >> 2;
    }
  });
  return out;
}

/** For each new pixel the old one before its middle, and how far beyond that the middle lies (0..1). */
function linear(from, to) {
  return Array.from({ length: to }, (_, place) => {
    const middle = f32((place + 0.5) * (from / to) - 0.5);
    return { first: Math.floor(middle), part: f32(middle - Math.floor(middle)) };
  });
}

/** Enlarge floats along cubics (Keys 1981, a = -0.75). @returns {import("./plane.js").Plane} */
export function enlargeCubic(from, [width, height]) {
  if (width === from.width && height === from.height) return plane(width, height, from.data.slice());
  const columns = cubic(from.width, width);
  const lines = Array.from({ length: from.height }, (_, row) =>
    Float32Array.from(columns, ({ places, shares: four }) => weighted(four, (tap) => from.data[row * from.width + places[tap]])),
  );
  const out = plane(width, height, new Float32Array(width * height));
  cubic(from.height, height).forEach(({ places, shares: four }, y) => {
    for (let x = 0; x < width; x++) out.data[y * width + x] = weighted(four, (tap) => lines[places[tap]][x]);
  });
  return out;
}

function weighted(four, value) {
  let total = 0;
  for (let tap = 0; tap < 4; tap++) total = f32(total + f32(value(tap) * four[tap]));
  return total;
}

function cubic(from, to) {
  const a = -0.75;
  return linear(from, to).map(({ first, part }) => {
    const far = part + 1;
    const rest = 1 - part;
    const before = f32(((a * far - 5 * a) * far + 8 * a) * far - 4 * a);
    const here = f32(((a + 2) * part - (a + 3)) * part * part + 1);
    const next = f32(((a + 2) * rest - (a + 3)) * rest * rest + 1);
    const places = [-1, 0, 1, 2].map((step) => Math.min(Math.max(first + step, 0), from - 1));
    return { places, shares: [before, here, next, f32(1 - before - here - next)] };
  });
}
