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
  if (bytes && across === 2 && down === 2) return halved(from);
  if (Number.isInteger(across) && Number.isInteger(down)) return byWholeSteps(from, across, down, bytes);
  const out = new from.data.constructor(width * height);
  const columns = shares(from.width, width);
  const rows = shares(from.height, height);
  const sums = new Float32Array(width);
  const line = new Float32Array(width);
  const wide = new Float32Array(from.width);
  const plain = { tone: NaN, line: new Float32Array(width) };
  let lined = -1;
  for (let y = 0, to = 0; y < height; y++, to += width) {
    sums.fill(0);
    for (let tap = rows.starts[y]; tap < rows.starts[y + 1]; tap++) {
      const row = rows.places[tap];
      const share = rows.parts[tap];
      if (lined !== row && (lined < 0 || !isAsAbove(from, row))) {
        // Numbers of one kind, whatever they were.
        wide.set(from.data.subarray(row * from.width, (row + 1) * from.width));
        shrinkLine(wide, columns, line, plain);
      }
      lined = row;
      for (let x = 0; x < width; x++) sums[x] += f32(share * line[x]);
    }
    for (let x = 0; x < width; x++) out[to + x] = bytes ? rint(sums[x]) : sums[x];
  }
  return plane(width, height, out);
}

/** Whether a row is the one above once more, as in margins. */
function isAsAbove({ width, data }, row) {
  for (let at = row * width; at < (row + 1) * width; at++) if (data[at] !== data[at - width]) return false;
  return true;
}

/** A row shrunk; at both its ends, as far as they are of one tone, as another row of that tone was. */
function shrinkLine(wide, columns, line, plain) {
  const tone = wide[0];
  let [start, end] = [0, wide.length];
  while (start < end && wide[start] === tone) start++;
  while (end > start && wide[end - 1] === tone) end--;
  if (plain.tone !== tone) {
    plain.tone = tone;
    sumTaps(new Float32Array(wide.length).fill(tone), columns, plain.line, 0, line.length);
  }
  const across = wide.length / line.length;
  // One more on either side, whatever was rounded.
  const first = Math.max(Math.floor(start / across) - 1, 0);
  const last = Math.min(Math.ceil(end / across) + 1, line.length);
  line.set(plain.line);
  sumTaps(wide, columns, line, first, last);
}

function sumTaps(wide, { starts, places, parts }, line, first, last) {
  for (let x = first, tap = starts[first]; x < last; x++) {
    let total = 0;
    let at = places[tap];
    for (const end = starts[x + 1]; tap < end; tap++, at++) total = f32(total + f32(wide[at] * parts[tap]));
    line[x] = total;
  }
}

/** The old pixels that each new one covers along one side, and each one's share: those of pixel k from `starts[k]` on. */
function shares(from, to) {
  const step = from / to;
  const starts = new Int32Array(to + 1);
  const [places, parts] = [[], []];
  const add = (place, part) => {
    places.push(place);
    parts.push(part);
  };
  for (let place = 0; place < to; place++) {
    const start = place * step;
    const end = start + step;
    const width = Math.min(step, from - start);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(start), last);
    if (first - start > 1e-3) add(first - 1, (first - start) / width);
    for (let at = first; at < last; at++) add(at, 1 / width);
    if (end - last > 1e-3) add(last, Math.min(end - last, 1, width) / width);
    starts[place + 1] = places.length;
  }
  return { starts, places: Int32Array.from(places), parts: Float32Array.from(parts) };
}

/** Bytes by twos: a half goes up, as that is done by shifting. */
function halved({ width: wide, height: tall, data }) {
  const [width, height] = [wide / 2, tall / 2];
  const out = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = 2 * y * wide; x < width; x++, at += 2) {
      out[to++] = (data[at] + data[at + 1] + data[at + wide] + data[at + wide + 1] + 2) >> 2;
    }
  }
  return plane(width, height, out);
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
      out.data[y * out.width + x] = bytes ? rint(f32(total * share)) : f32(f32(total) * share);
    }
  }
  return out;
}

/** Enlarge bytes along straight lines, in whole numbers with eleven bits of fraction. @returns {import("./plane.js").Plane} */
export function enlargeLinear(from, [width, height]) {
  if (width === from.width && height === from.height) return plane(width, height, from.data.slice());
  const columns = elevenBits(from.width, width, true);
  const rows = elevenBits(from.height, height, false);
  const lines = new Int32Array(from.height * width);
  for (let row = 0, to = 0; row < lines.length; row += width, to += from.width) {
    for (let x = 0; x < width; x++) {
      lines[row + x] = from.data[to + columns.before[x]] * columns.near[x] + from.data[to + columns.after[x]] * columns.far[x];
    }
  }
  const out = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const upper = rows.before[y] * width;
    const lower = rows.after[y] * width;
    const near = rows.near[y];
    const far = rows.far[y];
    for (let x = 0; x < width; x++) {
      out[to++] = (((near * (lines[upper + x] >> 4)) >> 16) + ((far * (lines[lower + x] >> 4)) >> 16) + 2) >> 2;
    }
  }
  return plane(width, height, out);
}

/** For each new pixel the old ones before and after its middle, within the edges, and the share of each, in 2048 parts. */
function elevenBits(from, to, atEdges) {
  const [before, after, near, far] = [0, 1, 2, 3].map(() => new Int32Array(to));
  linear(from, to).forEach(({ first, part }, place) => {
    // Sideways the edge is taken for itself alone; downwards for both.
    const alone = atEdges && (first < 0 || first >= from - 1);
    const share = alone ? 0 : part;
    before[place] = Math.min(Math.max(first, 0), from - 1);
    after[place] = Math.min(Math.max(first + 1, 0), from - 1);
    [near[place], far[place]] = [rint(f32(1 - share) * 2048), rint(share * 2048)];
  });
  return { before, after, near, far };
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
  const rows = cubic(from.height, height);
  const lines = new Float32Array(from.height * width);
  for (let row = 0, start = 0; row < lines.length; row += width, start += from.width) {
    for (let x = 0, tap = 0; x < width; x++) {
      let total = 0;
      for (const last = tap + 4; tap < last; tap++) total = f32(total + f32(from.data[start + columns.places[tap]] * columns.shares[tap]));
      lines[row + x] = total;
    }
  }
  const out = new Float32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let total = 0;
      for (let tap = 4 * y; tap < 4 * y + 4; tap++) total = f32(total + f32(lines[rows.places[tap] * width + x] * rows.shares[tap]));
      out[to++] = total;
    }
  }
  return plane(width, height, out);
}

/** For each new pixel four old ones around its middle, within the edges, and the share of each. */
function cubic(from, to) {
  const a = -0.75;
  const [places, shares] = [new Int32Array(4 * to), new Float32Array(4 * to)];
  linear(from, to).forEach(({ first, part }, place) => {
    const far = part + 1;
    const rest = 1 - part;
    const before = f32(((a * far - 5 * a) * far + 8 * a) * far - 4 * a);
    const here = f32(((a + 2) * part - (a + 3)) * part * part + 1);
    const next = f32(((a + 2) * rest - (a + 3)) * rest * rest + 1);
    places.set([-1, 0, 1, 2].map((step) => Math.min(Math.max(first + step, 0), from - 1)), 4 * place);
    shares.set([before, here, next, f32(1 - before - here - next)], 4 * place);
  });
  return { places, shares };
}
