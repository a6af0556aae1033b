// Outlines: the convex hull of ink, what lies inside it, and whether it is a rectangle or a quadrangle.

import { plane } from "./plane.js";

/** @typedef {[number, number][]} Outline corners x, y */

const cross = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
const apart = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);

/**
 * The convex hull of what is not 0 (Andrew 1979), corners alone: from the one after the first pixel, as one reads, around
 * to that pixel.
 * @returns {Outline}
 */
export function hullOf({ width, height, data }) {
  const points = [];
  for (let x = 0; x < width; x++) {
    let [top, bottom] = [0, height - 1];
    while (top < height && !data[top * width + x]) top++;
    while (bottom > top && !data[bottom * width + x]) bottom--;
    if (top < height) points.push([x, top]);
    if (top < bottom) points.push([x, bottom]);
  }
  if (points.length < 3) return points;
  const chain = (row) => {
    const found = [];
    for (const point of row) {
      while (found.length > 1 && cross(found.at(-2), found.at(-1), point) <= 0) found.pop();
      found.push(point);
    }
    return found.slice(0, -1);
  };
  const around = [...chain(points), ...chain(points.toReversed())];
  const first = around.reduce((best, point, at) => {
    const [x, y] = around[best];
    return point[1] < y || (point[1] === y && point[0] < x) ? at : best;
  }, 0);
  return [...around.slice(first + 1), ...around.slice(0, first + 1)];
}

/** The area inside an outline. @param {Outline} corners */
export function areaOf(corners) {
  const twice = corners.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** The sides of the narrowest rectangle around a convex outline: one side of it lies along one of the outline's. */
export function rectangleAround(corners) {
  let [least, sides] = [Infinity, [0, 0]];
  corners.forEach((corner, at) => {
    const next = corners[(at + 1) % corners.length];
    const length = apart(corner, next);
    if (!length) return;
    const [ux, uy] = [(next[0] - corner[0]) / length, (next[1] - corner[1]) / length];
    const along = corners.map(([x, y]) => x * ux + y * uy);
    const across = corners.map(([x, y]) => y * ux - x * uy);
    const [wide, tall] = [along, across].map((places) => Math.max(...places) - Math.min(...places));
    if (wide * tall < least - 1e-9) [least, sides] = [wide * tall, [wide, tall]];
  });
  return sides;
}

/** Fill a convex outline with 1, its edges too: pixel by pixel what OpenCV's fillConvexPoly fills. */
export function fillConvex(width, height, corners) {
  const out = plane(width, height);
  corners.forEach((corner, at) => drawLine(out, corners.at(at - 1), corner));
  if (corners.length < 3) return out;
  const top = corners.reduce((best, [, y], at) => (y < corners[best][1] ? at : best), 0);
  const bottom = Math.min(Math.max(...corners.map(([, y]) => y)), height - 1);
  const sides = [1, corners.length - 1].map((step) => ({ step, at: top, until: corners[top][1], x: -65536, slope: 0 }));
  let edges = corners.length;
  for (let y = corners[top][1]; y <= bottom && edges >= 0; y++) {
    for (const side of sides) if (y >= side.until) edges = nextEdge(corners, side, y, edges);
    if (edges < 0) break;
    const [left, right] = sides.map(({ x }) => (x + 32768) >> 16).sort((one, other) => one - other);
    if (y >= 0 && right >= 0 && left < width) {
      out.data.fill(1, y * width + Math.max(left, 0), y * width + Math.min(right, width - 1) + 1);
    }
    for (const side of sides) side.x += side.slope;
  }
  return out;
}

/** Go on to the edge that a row has reached; gives how many edges are left, less than none where all are done. */
function nextEdge(corners, side, y, edges) {
  let from = side.at;
  let to = (from + side.step) % corners.length;
  let left = edges;
  while (left-- > 0) {
    const [, reached] = corners[to];
    if (reached > y) {
      const [start, end] = [corners[from][0] * 65536, corners[to][0] * 65536];
      side.until = reached;
      side.slope = Math.trunc(((end - start) * 2 + (reached - y)) / (2 * (reached - y)));
      [side.x, side.at] = [start, to];
      break;
    }
    from = to;
    to = (to + side.step) % corners.length;
  }
  return left;
}

/** A line one pixel wide (Bresenham 1965), from left to right. */
function drawLine({ width, height, data }, one, other) {
  const [[x0, y0], [x1, y1]] = one[0] <= other[0] ? [one, other] : [other, one];
  const [dx, dy, down] = [x1 - x0, Math.abs(y1 - y0), y1 < y0 ? -1 : 1];
  const steep = dy > dx;
  const [long, short] = steep ? [dy, dx] : [dx, dy];
  let [x, y, error] = [x0, y0, long - 2 * short];
  for (let step = 0; step <= long; step++) {
    if (x >= 0 && x < width && y >= 0 && y < height) data[y * width + x] = 1;
    const both = error < 0;
    error += (both ? 2 * long : 0) - 2 * short;
    if (!steep || both) x += 1;
    if (steep || both) y += down;
  }
}

/**
 * The corners that tell all of a closed outline but for so many pixels (Douglas and Peucker 1973).
 * @returns {Outline}
 */
export function simplified(corners, tolerance) {
  const count = corners.length;
  const limit = tolerance ** 2;
  // Two corners that are about the farthest apart: the farthest of the farthest of the farthest of the first.
  let [start, far, most] = [0, 0, 0];
  for (let round = 0; round < 3; round++) {
    start = (start + far) % count;
    most = 0;
    for (let step = 1; step < count; step++) {
      const length = squared(corners[start], corners[(start + step) % count]);
      if (length > most) [most, far] = [length, step];
    }
  }
  if (most <= limit) return [corners[start]];
  const end = (start + far) % count;
  return withoutFlat([...halved(corners, start, end, limit), ...halved(corners, end, start, limit)], limit);
}

const squared = ([ax, ay], [bx, by]) => (ax - bx) ** 2 + (ay - by) ** 2;

/** The corners from one to before another that are farther than the tolerance from the line between them. */
function halved(corners, start, end, limit) {
  const count = corners.length;
  let [most, at] = [0, -1];
  for (let place = (start + 1) % count; place !== end; place = (place + 1) % count) {
    const off = Math.abs(cross(corners[start], corners[end], corners[place]));
    if (off > most) [most, at] = [off, place];
  }
  if (at < 0 || most ** 2 <= limit * squared(corners[start], corners[end])) return [corners[start]];
  return [...halved(corners, start, at, limit), ...halved(corners, at, end, limit)];
}

/** Without corners that are nearly on the line between their neighbours. */
function withoutFlat(corners, limit) {
  const kept = corners.slice();
  for (let at = 0, seen = 0; seen < corners.length && kept.length > 2; seen++) {
    const [before, here, after] = [kept.at(at - 1), kept[at % kept.length], kept[(at + 1) % kept.length]];
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
    const onward = (here[0] - before[0]) * (after[0] - here[0]) + (here[1] - before[1]) * (after[1] - here[1]);
    const flat = cross(before, after, here) ** 2 <= 0.5 * limit * (dx ** 2 + dy ** 2) && dx !== 0 && dy !== 0 && onward >= 0;
    if (flat) {
      kept.splice(at % kept.length, 1);
      seen++;
    }
    at = (at + 1) % kept.length;
  }
  return kept;
}

/** The length of a closed outline. */
export function lengthAround(corners) {
  return corners.reduce((sum, corner, at) => sum + apart(corner, corners.at(at - 1)), 0);
}

/** The eight neighbours of a pixel, against the clock from the right one. */
const NEIGHBOURS = [[1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1], [0, 1], [1, 1]];

/** The area inside the outer border of a piece, followed pixel by pixel from its first one (Suzuki and Abe 1985). */
export function areaInside({ width, height, data }) {
  const start = data.findIndex((value) => value);
  const [x, y] = [start % width, Math.floor(start / width)];
  const inked = (px, py) => px >= 0 && px < width && py >= 0 && py < height && data[py * width + px];
  // From a pixel, the next of the border: the first that is inked, going around from where one came.
  const follow = ([px, py], from) => {
    for (let step = 1; step <= 8; step++) {
      const way = (from + step) % 8;
      const [dx, dy] = NEIGHBOURS[way];
      if (inked(px + dx, py + dy)) return { place: [px + dx, py + dy], way };
    }
    return null;
  };
  const first = follow([x, y], 4);
  if (!first) return 0;
  const path = [[x, y]];
  for (let { place, way } = first; ; ) {
    const next = follow(place, (way + 4) % 8);
    if (place[0] === x && place[1] === y && next.way === first.way) break;
    path.push(place);
    ({ place, way } = next);
  }
  return areaOf(path);
}
