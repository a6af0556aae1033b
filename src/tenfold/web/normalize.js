// THE normalisation once more, for the browser: as tenfold/imaging/normalize.py, pixel by pixel.

import { deepest } from "./distance.js";
import { disc, grow, isNear, SQUARE, thin } from "./filters.js";
import { findInk, LEAST_CONTRAST, strengthIn } from "./ink.js";
import { fillConvex, hullOf } from "./outline.js";
import { apart, boxOf, findPieces, maskOf, withoutFrames, withoutSpecks, withoutUnderline } from "./pieces.js";
import { bounds, countInk, cut, leveled, longer, mapped, most, padded, plane, rim, rint, shorter, sum } from "./plane.js";
import { enlargeCubic, scaled, shrink } from "./resize.js";
import { removeRules } from "./rules.js";

/** The version of the normalisation in Python that this one follows. */
export const VERSION = "5";

const SIDE = 28;
const FIT = 20;
const WORK_SIDE = 448;
const QUICK_SIDE = 200;
const QUICK_LEAST = 96;
const QUICK_ENOUGH = 56;
const QUICK_TRACES = 0.02;
const FAINT = 0.12;
const THINNEST = 1.7;
const THICKEST = 4.2;
const FINE = 96;
const DOT_SHARE = 0.12;
const SOLID = 0.88;
const SHADE_SHARE = 0.35;
const SPECK_SHARE = 0.03;
const NOTHING = "Nothing is written here.";
const ONLY_A_DOT = "There is only a dot here.";

const f32 = Math.fround;

/**
 * Turn a picture into the 28x28 that the networks are trained on.
 * @param {import("./ink.js").Picture} picture ink darker or lighter than the ground
 * @returns {{pixels: Uint8Array, empty: boolean, reason: string, box: import("./plane.js").Box | null, parts: Uint8Array[]}}
 *   784 pixels with bright ink on black, or none of them with the reason; where the ink stands in the picture; and the
 *   ink cut at its gaps, each part by itself
 */
export function normalize(picture) {
  const [long, short] = [longer(picture), shorter(picture)];
  const quick = QUICK_SIDE < long && long <= 2 * QUICK_SIDE && short >= 2 * QUICK_LEAST;
  let found = quick ? lookQuickly(picture) : null;
  if (found === null) {
    const ink = findInk(picture, Math.min(1, WORK_SIDE / long));
    found = ink ? findWriting(ink) : NOTHING;
  }
  if (typeof found === "string") {
    return { pixels: new Uint8Array(SIDE * SIDE), empty: true, reason: found, box: null, parts: [] };
  }
  const { ink, pieces, mask, box } = found;
  const given = picture.channels.length === 1 ? picture.channels[0] : null;
  return {
    pixels: given && hasTheForm(given) ? given.data.slice() : fitInk(ink, mask, box),
    empty: false,
    reason: "",
    box: inPicture(box, ink.scale, picture),
    parts: apart(pieces).map((piece) => fitInk(ink, maskOf(piece), boxOf(piece))),
  };
}

const fitInk = (ink, mask, box) => fit(only(ink, mask, box));

/** Whether a picture is one that this normalisation gives: it stays as it is, however often it comes by. */
function hasTheForm(pixels) {
  if (pixels.width !== SIDE || pixels.height !== SIDE) return false;
  const { x, y } = massOf(pixels);
  return longer(bounds(pixels)) === FIT && Math.max(Math.abs(x - SIDE / 2), Math.abs(y - SIDE / 2)) <= 0.55;
}

/** The centre of mass. */
function massOf({ width, data }) {
  let [mass, along, down] = [0, 0, 0];
  for (let at = 0, x = 0, y = 0; at < data.length; at++, x++) {
    if (x === width) [x, y] = [0, y + 1];
    mass += data[at];
    along += data[at] * x;
    down += data[at] * y;
  }
  return { x: along / mass, y: down / mass };
}

/** The writing at half the size, or why there is none; null if that is too coarse to say. */
function lookQuickly(picture) {
  // A line one pixel wide is half as dark at half the size.
  const ink = findInk(picture, 0.5, LEAST_CONTRAST / 2);
  if (!ink) return NOTHING;
  if (ink.contrast < LEAST_CONTRAST || leavesTraces(ink)) return null;
  const found = findWriting(ink);
  return typeof found === "string" || longer(found.box) < QUICK_ENOUGH ? null : found;
}

/** Whether there is more than the ink: strokes so much thinner than the rest that they are faint at this size. */
function leavesTraces({ plane, strengths, mask }) {
  const allowed = QUICK_TRACES * countInk(mask);
  const traces = ({ data }) => {
    let count = 0;
    for (let at = 0; at < data.length && count <= allowed; at++) if (data[at] && !isNear(mask, at)) count++;
    return count > allowed;
  };
  const least = Math.floor(FAINT * 255);
  const faint = leveled(plane, (level) => (strengths[level] > least ? 1 : 0));
  if (!traces(faint)) return false;
  // Unless that is ruled paper, whose lines nobody will miss.
  const bare = removeRules(faint);
  return bare === faint || traces(bare);
}

/** What of the ink is writing, or why nothing is. */
function findWriting(ink) {
  // Frames first: their sides would count as rules.
  const framed = withoutFrames(findPieces(ink.mask));
  const framedMask = maskOf(framed);
  const bare = removeRules(framedMask);
  const pieces = withoutUnderline(withoutSpecks(bare === framedMask ? framed : findPieces(bare)));
  const mask = maskOf(pieces);
  const box = boxOf(pieces);
  return whyNothing(mask, box, ink) || { ink, pieces, mask, box };
}

/** Why ink is no writing: specks, a dot, a shadow; empty text if it may be writing. */
function whyNothing(mask, box, ink) {
  const [long, short] = [longer(box), shorter(box)];
  if (shorter(mask) < 4 || box.width * box.height < 3) return NOTHING;
  const small = long <= Math.max(3, DOT_SHARE * longer(mask)) && long <= 1.6 * short + 1;
  if (small && (long <= SPECK_SHARE * longer(mask) || isSolid(mask, box, ink))) return ONLY_A_DOT;
  const edges = rim(mask);
  if (edges.reduce((all, value) => all + value, 0) / edges.length >= 0.2 && shorter(mask) >= 48) {
    // No pen is this wide: a part of the picture lies in the shade, and the shade goes on outside.
    if (deepest(padded(mask, 1, true)) >= SHADE_SHARE * shorter(mask)) return NOTHING;
  }
  return "";
}

/** Whether ink fills its own convex hull, as a dot does: a small loop leaves a lighter place, if no hole. */
function isSolid(mask, box, ink) {
  const window = cut(mask, box);
  const within = fillConvex(box.width, box.height, hullOf(window));
  if (countInk(window) < SOLID * countInk(within)) return false;
  // The soft edge says nothing; in a loop of a few pixels every pixel counts.
  const inner = thin(within, SQUARE);
  const inside = strengthIn(ink, box).data.filter((_, at) => inner.data[at]);
  return inside.length === 0 || inside.reduce((all, value) => all + value, 0) / inside.length >= SOLID * most({ data: inside });
}

/** The strength where there is ink, which a box holds, and on its soft edge, cut to its bounds and to `FINE`: floats 0..1. */
function only(ink, mask, { x, y, width, height }) {
  const around = { x: x - 1, y: y - 1, width: width + 2, height: height + 2 };
  const [kept, inked] = [strengthIn(ink, around), cut(mask, around)];
  for (let at = 0; at < kept.data.length; at++) if (kept.data[at] && !isNear(inked, at)) kept.data[at] = 0;
  // What was dropped (a frame, a rule) may have been darker than what is kept.
  const full = Math.max(most(kept), 1);
  let small = cut(kept, bounds(kept, Math.floor(FAINT * full)));
  if (longer(small) > FINE) small = shrink(small, scaled(small, FINE / longer(small)));
  const shares = new Float32Array(small.data.length);
  for (let at = 0; at < shares.length; at++) shares[at] = small.data[at] / full;
  return plane(small.width, small.height, shares);
}

function inPicture(box, scale, { width, height }) {
  const [x, y] = [rint(box.x / scale), rint(box.y / scale)];
  const [right, bottom] = [rint((box.x + box.width) / scale), rint((box.y + box.height) / scale)];
  return { x, y, width: Math.min(right, width) - x, height: Math.min(bottom, height) - y };
}

/** Ink cut to its bounds to 784 pixels: even weight, 20x20, centre of mass in the middle. */
function fit(strength) {
  const even = evenWeight(strength);
  const small = resized(even, FIT / longer(even));
  const gain = f32(255 / f32(Math.max(fullInk(small), 1e-6)));
  const levels = new Uint8Array(small.data.length);
  for (let at = 0; at < levels.length; at++) levels[at] = rint(Math.min(Math.max(f32(small.data[at] * gain), 0), 255));
  return centred(plane(small.width, small.height, levels));
}

/** The level of full ink: most of a stroke reaches it, not just its strongest pixel. */
function fullInk(small) {
  const least = f32(f32(0.3) * most(small));
  const inked = small.data.filter((value) => value > least).sort();
  return inked[inked.length - 1 - Math.floor(inked.length / 6)];
}

/** Mean width of the strokes in pixels: twice the area by the length of the edges, which is the total variation. */
function strokeWidth(strength) {
  const { width, height, data } = padded(strength, 1);
  let variation = 0;
  for (let y = 1; y < height; y++) {
    for (let x = 1; x < width; x++) {
      const corner = data[(y - 1) * width + x - 1];
      const dx = f32(data[(y - 1) * width + x] - corner);
      const dy = f32(data[y * width + x - 1] - corner);
      variation += f32(Math.sqrt(f32(f32(dx * dx) + f32(dy * dy))));
    }
  }
  return (2 * sum(strength)) / Math.max(variation, 1e-6);
}

/** Bring strokes much thinner or thicker than MNIST's to its range; others stay as they are. */
function evenWeight(strength) {
  const relative = (strokeWidth(strength) * FIT) / longer(strength);
  const enlarged = FIT / longer(strength) > 1.12;
  if (THINNEST <= relative && relative <= THICKEST && !enlarged) return strength;
  const fine = crisp(strength);
  const change = Math.min(Math.max(relative, THINNEST), THICKEST) - relative;
  let radius = (Math.abs(change) * FINE) / FIT / 2;
  if (radius < 0.5) return fine;
  if (change <= 0) {
    const even = thin(fine, around(radius));
    return most(even) < 0.5 ? fine : trimmed(even);
  }
  // Thicker ink reaches beyond the box and is then shrunk with it: make up for that.
  radius *= 1 + (2 * radius) / FINE;
  return trimmed(grow(padded(fine, Math.ceil(radius) + 1), around(radius)));
}

const around = (radius) => disc(radius + 0.3, Math.max(1, rint(radius)));
const trimmed = (even) => cut(even, bounds(even, f32(FAINT)));

/** A copy of `FINE` pixels with edges as sharp as a pen leaves them, however few pixels there were. */
function crisp(strength) {
  const factor = FINE / longer(strength);
  const fine = resized(strength, factor);
  if (factor <= 1) return fine;
  // Enlarging leaves slopes as wide as the factor; keep a slope of about three pixels around half strength.
  const gain = f32(Math.min(Math.max(1, factor / 3), 4));
  const half = f32(0.45);
  return mapped(fine, (value) => Math.min(Math.max(f32(f32(f32(value - half) * gain) + half), 0), 1));
}

function resized(strength, factor) {
  const size = scaled(strength, factor);
  return factor < 1 ? shrink(strength, size) : enlargeCubic(strength, size);
}

/** Paste so that the centre of mass falls on the centre, by whole pixels as MNIST does. */
function centred(small) {
  const { x, y } = massOf(small);
  const top = Math.min(Math.max(rint(SIDE / 2 - y), 0), SIDE - small.height);
  const left = Math.min(Math.max(rint(SIDE / 2 - x), 0), SIDE - small.width);
  const out = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < small.height; row++) {
    out.set(small.data.subarray(row * small.width, (row + 1) * small.width), (top + row) * SIDE + left);
  }
  return out;
}
