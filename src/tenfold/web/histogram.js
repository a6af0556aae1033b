// Medians, quantiles and Otsu's cut from the 256 counts of a grey picture; as tenfold/imaging/histogram.py.

import { longer, plane } from "./plane.js";

/** How often each level occurs, where the mask is not 0. @returns {Float64Array} of 256 */
export function countLevels({ data }, mask) {
  const counts = new Int32Array(256);
  if (mask) for (let at = 0; at < data.length; at++) counts[data[at]] += mask.data[at] ? 1 : 0;
  else {
    // Run by run, as most of paper is of one level.
    for (let at = 0, first = 0; at < data.length; first = at) {
      const level = data[at];
      while (at < data.length && data[at] === level) at++;
      counts[level] += at - first;
    }
  }
  return new Float64Array(counts);
}

/** Every so many pixels, so that at most about `side` are left a side. @returns {import("./plane.js").Plane} */
export function sample(from, side) {
  const step = Math.ceil(longer(from) / side);
  if (step === 1) return from;
  const out = plane(Math.ceil(from.width / step), Math.ceil(from.height / step));
  const columns = Array.from({ length: out.width }, (_, x) => Math.min(Math.floor(x * (from.width / out.width)), from.width - 1));
  for (let y = 0; y < out.height; y++) {
    const row = Math.min(Math.floor(y * (from.height / out.height)), from.height - 1) * from.width;
    for (let x = 0; x < out.width; x++) out.data[y * out.width + x] = from.data[row + columns[x]];
  }
  return out;
}

/** The counts after every level has become another, rounded down. */
export function regroup(counts, levels) {
  const out = new Float64Array(256);
  counts.forEach((count, level) => (out[Math.trunc(levels[level])] += count));
  return out;
}

/** The level below or at which this share (0..1) of the pixels lies; 0 if there are none. */
export function quantile(counts, share) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const wanted = Math.max(share * total, 1e-9);
  let reached = 0;
  const level = counts.findIndex((count) => (reached += count) >= wanted);
  return level < 0 ? 256 : level;
}

/** The level that best parts dark from light: the last one that is dark (Otsu 1979); 255 if there is one level alone. */
export function otsu(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mass = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [dark, darkMass, best, parted] = [0, 0, 0, -1];
  counts.forEach((count, level) => {
    dark += count;
    darkMass += count * level;
    const between = (darkMass * total - mass * dark) ** 2 / Math.max(dark * (total - dark), 1e-9);
    if (between > parted) [best, parted] = [level, between];
  });
  return parted > 1e-3 ? best : 255;
}
