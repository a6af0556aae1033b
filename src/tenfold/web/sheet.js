// The sheet of paper that lies in the picture, on a table of another tone; as tenfold/imaging/sheet.py.

import { largest, median } from "./filters.js";
import { countLevels, otsu, quantile, sample } from "./histogram.js";
import { nearestGround } from "./distance.js";
import { areaInside, areaOf, fillConvex, hullOf, lengthAround, rectangleAround, simplified } from "./outline.js";
import { findPieces, maskOf } from "./pieces.js";
import { countInk, joined, leveled, longer, mapped, plane, rim, rint, shorter } from "./plane.js";
import { enlargeLinear } from "./resize.js";

const LEAST_SIDE = 96;
const LOOK_SIDE = 64;
const LEAST_SHARE = 0.15;
const LEAST_PLAIN = 0.78;
const LEAST_SQUARE = 0.8;
const MOST_ROUND = 0.08;
const A_RECTANGLE = 0.95;
const TOLERANCES = [0.015, 0.02, 0.025, 0.03, 0.04, 0.06];
const LEAST_ASPECT = 0.5;
const MOST_OF_RIM = 0.1;
const LEAST_STEP = 30;
const EDGE = 0.02;
const WIDER_THAN_STROKES = 9;

/** Give what lies around a sheet of paper the tone of the sheet beside it. @param {import("./plane.js").Plane} tone */
export function withoutTable(tone) {
  if (shorter(tone) < LEAST_SIDE) return tone;
  const few = sample(tone, LOOK_SIDE);
  const cut = otsu(countLevels(few));
  const edge = rim(few);
  // As a row of numbers the corners stand in it once.
  const once = [...edge.slice(0, 2 * few.width), ...edge.slice(2 * few.width + 2, -2)];
  const light = once.filter((value) => value > cut).length / once.length;
  if (Math.min(light, 1 - light) > MOST_OF_RIM) return tone;
  const inner = leveled(few, (value) => (value > cut === light < 0.5 ? 1 : 0));
  if (countInk(inner) < LEAST_SHARE * LEAST_PLAIN * inner.data.length) return tone;
  const outline = sheet(inner);
  if (!outline) return tone;
  if (Math.abs(quantile(countLevels(few, inner), 0.5) - middle(once)) < LEAST_STEP) return tone;
  // A pixel of the copy stands for the first of those it was taken from.
  const step = Math.ceil(longer(tone) / LOOK_SIDE);
  const half = step >> 1;
  const corners = outline.map(([x, y]) => [x * step + half, y * step + half]);
  const reach = 2 * (half + Math.max(1, rint(EDGE * longer(tone)))) + 1;
  const inside = largest(fillConvex(tone.width, tone.height, corners), reach, true);
  if (!countInk(inside)) return tone;
  const around = paper(tone, inside, step);
  return mapped(tone, (value, at) => (inside.data[at] ? value : around.data[at]));
}

function middle(values) {
  const order = values.toSorted((one, other) => one - other);
  return (order[(order.length - 1) >> 1] + order[order.length >> 1]) / 2;
}

/** The tone of the sheet carried on beyond its edges. */
function paper(tone, inside, step) {
  const few = everySo(tone, step);
  const away = leveled(everySo(inside, step), (value) => (value ? 0 : 1));
  const nearest = nearestGround(away);
  const tones = plane(few.width, few.height, Uint8Array.from(nearest, (at) => (at < 0 ? 0 : few.data[at])));
  // Strokes near the edge are narrower than half of this, and vanish.
  const plain = median(tones, WIDER_THAN_STROKES);
  const whole = enlargeLinear(plain, [plain.width * step, plain.height * step]);
  const out = plane(tone.width, tone.height);
  for (let y = 0; y < out.height; y++) {
    out.data.set(whole.data.subarray(y * whole.width, y * whole.width + out.width), y * out.width);
  }
  return out;
}

function everySo({ width, height, data }, step) {
  const out = plane(Math.ceil(width / step), Math.ceil(height / step));
  return mapped(out, (_, at) => data[Math.floor(at / out.width) * step * width + (at % out.width) * step]);
}

/** The convex outline of what is not table, if that is a sheet. */
function sheet(inner) {
  const pieces = findPieces(inner);
  const masks = pieces.boxes.map((_, piece) => maskOf({ ...pieces, kept: pieces.kept.map((_, at) => at === piece) }));
  const areas = masks.map(areaInside);
  const outline = hullOf(masks[areas.indexOf(Math.max(...areas))]);
  const sides = rectangleAround(outline);
  const filled = fillConvex(inner.width, inner.height, outline);
  const area = countInk(filled);
  const around = (sides[0] + 1) * (sides[1] + 1);
  const plain = countInk(joined(inner, filled, (one, other) => one & other));
  const isSheet =
    area >= LEAST_SHARE * inner.data.length &&
    area >= LEAST_SQUARE * around &&
    Math.min(...sides) >= LEAST_ASPECT * Math.max(...sides) &&
    plain >= LEAST_PLAIN * area &&
    (area >= A_RECTANGLE * around || isQuadrangle(outline));
  return isSheet ? outline : null;
}

/** Whether four corners tell all of a convex outline. */
function isQuadrangle(outline) {
  const [around, area] = [lengthAround(outline), areaOf(outline)];
  return TOLERANCES.some((share) => {
    const corners = simplified(outline, share * around);
    return corners.length === 4 && areaOf(corners) >= (1 - MOST_ROUND) * area;
  });
}
