// Find the ink: how strongly each pixel is written on, whatever the colours, ground and light; as tenfold/imaging/ink.py.

import { blur, mirrored } from "./filters.js";
import { flatGround, fromFlat, fromUneven, UNEVEN_SIDE, unevenness } from "./ground.js";
import { countLevels, otsu, quantile, regroup, sample } from "./histogram.js";
import { cut, leveled, longer, mapped, most, rint, shorter } from "./plane.js";
import { scaled, shrink } from "./resize.js";
import { withoutTable } from "./sheet.js";

export const LEAST_CONTRAST = 14;
const LEAST_OVER_NOISE = 7;
const LEAST_GRAIN = 1.5;
// Of a light blur, in 256 parts.
const [SIDES, MIDDLE] = [43, 170];

/**
 * A decoded picture: one channel, or red, green and blue.
 * @typedef {{width: number, height: number, channels: import("./plane.js").Plane[]}} Picture
 * @typedef {{plane: import("./plane.js").Plane, strengths: Uint8Array, mask: import("./plane.js").Plane, scale: number,
 *   contrast: number}} Ink
 *   strengths: 0 for bare ground to 255 for full ink, for each of the 256 levels of the plane; mask 1 where there is ink for
 *   sure; scale: pixels here for one of the picture; contrast: by how many of 255 levels the darkest ink differs from the
 *   ground
 */

/**
 * Separate the writing from the ground.
 * @param {Picture} picture
 * @param {number} scale what to shrink it by first
 * @param {number} least how many of 255 levels ink differs from the ground
 * @returns {Ink | null} null if nothing stands out
 */
export function findInk({ channels }, scale, least = LEAST_CONTRAST) {
  const small = scale < 1 ? channels.map((channel) => shrink(channel, scaled(channel, scale))) : channels;
  const tone = withoutTable(calmTone(small));
  const flat = flatGround(tone);
  if (flat !== null) {
    const counts = countLevels(tone);
    const levels = fromFlat(counts, flat);
    return parted({ plane: tone, levels }, regroup(counts, levels), scale, least, 0, 0);
  }
  const strength = fromUneven(tone);
  const counts = regroup(countLevels(strength.plane), strength.levels);
  return parted(strength, counts, scale, least, ...unevenness(counts));
}

/** The one channel in which ink stands out most, its grain smoothed away. */
function calmTone(channels) {
  const tone = channels.length === 3 ? oneTone(channels) : channels[0];
  return shorter(tone) >= UNEVEN_SIDE && grain(tone) > LEAST_GRAIN ? blur(tone) : tone;
}

// Luma and colour differences in whole numbers (ITU-R BT.601), as OpenCV rounds them.
const grey = (red, green, blue) => (red * 9798 + green * 19235 + blue * 3735 + 16384) >> 15;
const luma = (red, green, blue) => (red * 4899 + green * 9617 + blue * 1868 + 8192) >> 14;
const byte = (value) => Math.min(Math.max(value, 0), 255);
const redness = (red, green, blue) => byte(((red - luma(red, green, blue)) * 11682 + 2105344) >> 14);
const blueness = (red, green, blue) => byte(((blue - luma(red, green, blue)) * 9241 + 2105344) >> 14);

function mixed([red, green, blue], mix) {
  return mapped(red, (value, at) => mix(value, green.data[at], blue.data[at]));
}

/** Colour to the one channel in which the ink stands out most: luma, or a colour difference. */
function oneTone(channels) {
  const few = channels.map((channel) => sample(channel, 96));
  const [red, green, blue] = few;
  if (red.data.every((value, at) => value === green.data[at] && value === blue.data[at])) return mixed(channels, grey);
  const contrasts = [luma, redness, blueness].map((mix) => contrast(mixed(few, mix)));
  if (contrasts[0] >= 0.6 * Math.max(contrasts[1], contrasts[2])) return mixed(channels, grey);
  // Paper and ink of equal lightness: stretch the colour difference to a usable range.
  const chroma = mixed(channels, contrasts[1] >= contrasts[2] ? redness : blueness);
  const [low, high] = [chroma.data.reduce((least, value) => Math.min(least, value)), most(chroma)];
  const gain = high > low ? 255 / (high - low) : 0;
  return leveled(chroma, (value) => rint(value * gain - low * gain));
}

function contrast(channel) {
  const counts = countLevels(channel);
  const [low, middle, high] = [0.01, 0.5, 0.99].map((share) => quantile(counts, share));
  return Math.max(high - middle, middle - low);
}

/** Standard deviation of the noise, from second differences (Immerkaer 1996), robust to edges. */
function grain(tone) {
  const { width, height, data } = tone;
  const step = Math.max(1, Math.floor(longer(tone) / 48));
  const counts = new Float64Array(256);
  for (let y = 0; y < height; y += step) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      counts[Math.min(Math.abs(data[at - 1] - 2 * data[at] + data[at + 1]), 255)]++;
    }
  }
  return (quantile(counts, 0.5) * 1.4826) / Math.sqrt(6);
}

/** How strong the ink is in a box, which may reach out of the picture. @param {Ink} ink */
export const strengthIn = (ink, box) => leveled(cut(ink.plane, box), (level) => ink.strengths[level]);

/** Ink is what stands out from the ground's usual level far enough. */
function parted({ plane: from, levels: distances }, counts, scale, least, level, noise) {
  const strength = Uint8Array.from(distances);
  const top = strongest(from, strength, counts.findLastIndex((count) => count > 0));
  if (top < least || top <= level || top - level < LEAST_OVER_NOISE * noise) return null;
  const gain = 255 / (top - level);
  // All that follows depends on the level alone, so it is worked out for 256 levels, not for every pixel.
  const levels = Array.from({ length: 256 }, (_, one) => byte((one - level) * gain));
  const drawn = regroup(counts, levels).fill(0, 0, 26);
  const inkFrom = drawn.some(Boolean) ? Math.min(Math.max(otsu(drawn), 0.25 * 255), 0.5 * 255) : 127.5;
  const inked = levels.map((value) => value > inkFrom);
  const strong = counts.map((count, one) => (inked[one] ? count : 0));
  if (!strong.some(Boolean)) return null;
  const full = levels[quantile(strong, 0.75)];
  const floor = Math.max(0.04 * full, Math.min(2.5 * noise * gain, 0.3 * full));
  const soft = levels.map((value) => rint(byte((value - floor) * (255 / Math.max(full - floor, 1)))));
  return {
    plane: from,
    strengths: strength.map((value) => soft[value]),
    mask: leveled(from, (value) => (inked[strength[value]] ? 1 : 0)),
    scale,
    contrast: top,
  };
}

/**
 * The strongest place: a single hot pixel is no ink, so after a light blur, where there is room.
 * @param {ArrayLike<number>} strength of each of the 256 levels
 * @param {number} upmost that there is
 */
function strongest({ width, height, data }, strength, upmost) {
  if (Math.min(width, height) < 8) return upmost;
  const line = (row, x) =>
    SIDES * (strength[data[row + mirrored(x - 1, width)]] + strength[data[row + mirrored(x + 1, width)]]) + MIDDLE * strength[data[row + x]];
  const blurred = (x, y) => {
    const beside = line(mirrored(y - 1, height) * width, x) + line(mirrored(y + 1, height) * width, x);
    return (SIDES * beside + MIDDLE * line(y * width, x) + 32768) >> 16;
  };
  let best = 0;
  // However strong all around is: what is weaker is no stronger than the best after the blur.
  const needed = () => ((best + 1) * 65536 - 32768 - (65536 - MIDDLE ** 2) * upmost) / MIDDLE ** 2;
  // Where all around is as strong, nothing is stronger; else all places count that may be.
  for (const start of [upmost, 0]) {
    let least = Math.max(start, needed());
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (strength[data[at]] < least) continue;
        best = Math.max(best, blurred(x, y));
        if (best === upmost) return best;
        least = Math.max(start, needed());
      }
    }
  }
  return best;
}

