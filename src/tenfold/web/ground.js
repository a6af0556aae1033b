// The ground under the ink: one flat tone, or one that changes with light and shadow; as tenfold/imaging/ground.py.

import { blur, extremes } from "./filters.js";
import { countLevels, otsu, quantile, regroup, sample } from "./histogram.js";
import { above, cut, isPlain, leveled, longer, most, padded, plane, rim, rint, shorter } from "./plane.js";
import { enlargeLinear, scaled, shrink } from "./resize.js";

export const UNEVEN_SIDE = 40;
const GROUND_SIDE = 96;
const GROUND_WINDOWS = [0.16, 0.28, 0.45];
const SIDES_APART = 0.25;
const STILL = 0.2;
const LEVELS = Array.from({ length: 256 }, (_, level) => level);

/** The tone of the ground if it is one and the same everywhere, else null. @param {import("./plane.js").Plane} tone */
export function flatGround(tone) {
  const few = sample(tone, 112);
  const counts = countLevels(few);
  const cut = otsu(counts);
  const dark = counts.map((count, level) => (level > cut ? 0 : count));
  const light = counts.map((count, level) => (level > cut ? count : 0));
  let share = total(light) / total(counts);
  if (share === 0 || share === 1) return quantile(counts, 0.5);
  const [darkTone, lightTone] = [quantile(dark, 0.5), quantile(light, 0.5)];
  if (shorter(tone) >= UNEVEN_SIDE) {
    const [low, high] = [quantile(counts, 0.005), quantile(counts, 0.995)];
    const allowed = 0.12 * (high - low);
    const [side, ground, beyond] = share >= 0.5 ? [light, lightTone, high] : [dark, darkTone, low];
    if (Math.abs(beyond - ground) > allowed || isSpread(side, ground, Math.floor(0.6 * allowed))) return null;
    if (0.1 < share && share < 0.9 && (darkTone - low > allowed || high - lightTone > allowed)) return null;
  }
  if (0.35 < share && share < 0.65) share = shares(leveled(few, (value) => (value > cut ? 1 : 0)), share);
  return share >= 0.5 ? lightTone : darkTone;
}

const total = (counts) => counts.reduce((all, count) => all + count, 0);

/** How much of the whole, of the border and of the corners is light, on average. */
function shares(light, share) {
  const border = rim(light);
  const { width, height } = light;
  const near = Math.max(1, rint(0.12 * shorter(light)));
  const corners = [0, height - near].flatMap((y) =>
    [0, width - near].flatMap((x) => [...cut(light, { x, y, width: near, height: near }).data]),
  );
  const [around, ends] = [border, corners].map((values) => values.reduce((all, value) => all + value, 0) / values.length);
  return (share + around + ends) / 3;
}

/** Whether less than three quarters of the pixels lie within so many levels of the middle. */
function isSpread(side, middle, reach) {
  return total(side.subarray(Math.max(middle - reach, 0), middle + reach + 1)) < 0.75 * total(side);
}

/**
 * How far each level is from a flat ground, on the side that stands out more.
 * @param {Float64Array} counts of the levels that there are
 * @returns {number[]} for each of the 256 levels
 */
export function fromFlat(counts, ground) {
  const over = Array.from(counts, (_, level) => Math.max(level - ground, 0));
  const under = Array.from(counts, (_, level) => Math.max(ground - level, 0));
  const [top, bottom] = [over, under].map((side) => Math.max(...side.filter((_, level) => counts[level])));
  const cut = rint(0.35 * Math.max(top, bottom));
  if (Math.min(top, bottom) > cut) {
    // Both sides stand out: more of the one that is ink lies far out.
    const [far, farUnder] = [over, under].map((side) => side.reduce((all, value, level) => all + Math.max(value - cut, 0) * counts[level], 0));
    return far > farUnder ? over : under;
  }
  return top > bottom ? over : under;
}

/**
 * How far each pixel is from a ground that changes over the picture.
 * @returns {{plane: import("./plane.js").Plane, levels: ArrayLike<number>}} `levels[value]` for a pixel of the plane
 */
export function fromUneven(tone) {
  const small = shrink(tone, scaled(tone, Math.min(1, GROUND_SIDE / longer(tone))));
  const { ground, light } = smoothestGround(small);
  const calm = blur(ground);
  const least = Math.max(1, rint(0.25 * most(calm)));
  // Light falls on ink and paper alike: what counts is the share of light the ink swallows.
  const same = calm.data[0];
  if (!light && isPlain(calm)) {
    const levels = swallowed(new Uint8Array(256).fill(same), Uint8Array.from(LEVELS), least);
    return { plane: tone, levels };
  }
  const wide = enlargeLinear(calm, [tone.width, tone.height]);
  if (light) return { plane: above(tone, wide), levels: LEVELS };
  return { plane: plane(tone.width, tone.height, swallowed(wide.data, tone.data, least)), levels: LEVELS };
}

/** The share of the light on a ground that is swallowed, in 255 parts, rounded. */
function swallowed(ground, tone, least) {
  const out = new Uint8Array(tone.length);
  for (let at = 0; at < out.length; at++) {
    const here = ground[at];
    if (tone[at] < here) out[at] = Math.min(rint(((here - tone[at]) * 255) / Math.max(here, least)), 255);
  }
  return out;
}

/** The ground without its ink, and whether the ink is lighter than it: the smallest window that tells the sides apart. */
function smoothestGround(small) {
  const reaches = GROUND_WINDOWS.map((share) => Math.max(3, rint(share * longer(small))) | 1);
  const found = [];
  const lead = [];
  for (const reach of reaches) {
    const dark = filled(small, reach, false);
    // Paper of one tone: nothing is smoother.
    if (found.length === 0 && dark.variation === 0) return { ground: dark.ground, light: false };
    // With light filled in it varies so much more that how much makes no difference.
    const enough = (dark.variation + 0.1) * Math.exp(SIDES_APART) + 0.01;
    const least = found.length === 0 ? leastVariation(small, reach) : 0;
    const light = least > enough ? { variation: least } : filled(small, reach, true);
    found.push([dark, light]);
    lead.push(Math.abs(Math.log((light.variation + 0.1) / (dark.variation + 0.1))));
    if (lead.at(-1) > SIDES_APART) break;
  }
  const telling = lead.indexOf(Math.max(...lead));
  const light = found[telling][1].variation < found[telling][0].variation;
  const first = found[0][light ? 1 : 0];
  // However smooth another is, this one is smooth enough.
  if (first.variation <= STILL) return { ground: first.ground, light };
  const fillings = [];
  for (const [at, reach] of reaches.entries()) {
    fillings.push(found[at]?.[light ? 1 : 0] ?? filled(small, reach, light));
    // What does not vary is left as it is by larger windows.
    if (fillings[at].variation === 0) break;
  }
  const least = Math.min(...fillings.map(({ variation }) => variation));
  return { ground: fillings.find(({ variation }) => variation <= 1.8 * least + STILL).ground, light };
}

/** Fill in what is narrower than `reach`. */
function filled(small, reach, light) {
  // A shadow that leaves the picture goes on outside it; without this its corners would be narrow.
  const wide = extremes(padded(small, reach - 1, true), reach, light);
  const ground = isPlain(wide) ? cut(wide, { x: 0, y: 0, width: small.width, height: small.height }) : extremes(wide, reach, !light);
  return { ground, variation: variation(ground) };
}

/**
 * What the variation is at least once light is filled in: then no pixel is lighter than before, and at an edge it is what is
 * darkest of the edge nearby; so from an edge to the darkest pixel of its row or column, and on to the other, it goes down
 * and up by as much as these differ.
 */
function leastVariation({ width, height, data }, reach) {
  if (Math.min(width, height) < 2) return 0;
  const [aside, down] = [steps(width, height, 1, width), steps(height, width, width, 1)];
  return aside / ((width - 1) * height) + down / (width * (height - 1));

  function steps(size, rows, along, across) {
    const [first, last] = [0, (size - 1) * along].map((start) => darkestNear(start, rows, across));
    let total = 0;
    for (let row = 0; row < rows; row++) {
      let darkest = 255;
      for (let at = row * across, left = size; left > 0; at += along, left--) if (data[at] < darkest) darkest = data[at];
      total += Math.max(first[row] - darkest, 0) + Math.max(last[row] - darkest, 0);
    }
    return total;
  }

  function darkestNear(start, count, step) {
    return Uint8Array.from({ length: count }, (_, at) => {
      let darkest = 255;
      const end = Math.min(at + reach, count);
      for (let other = Math.max(at - reach + 1, 0); other < end; other++) darkest = Math.min(darkest, data[start + other * step]);
      return darkest;
    });
  }
}

/** Mean absolute step between neighbours, sideways and down. */
function variation({ width, height, data }) {
  if (Math.min(width, height) < 2) return 0;
  let [down, aside] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (y) down += Math.abs(data[at] - data[at - width]);
      if (x) aside += Math.abs(data[at] - data[at - 1]);
    }
  }
  return down / (width * (height - 1)) + aside / ((width - 1) * height);
}

/** Median of the ground's strength and its standard deviation, from the half of it nearest the median. */
export function unevenness(counts) {
  const level = quantile(counts, 0.5);
  const distance = regroup(counts, Array.from(counts, (_, one) => Math.abs(one - level)));
  return [level, 1.4826 * quantile(distance, 0.5)];
}
