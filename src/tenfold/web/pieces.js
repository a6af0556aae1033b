// The connected pieces of ink: which are a frame, a speck or an underline, and which stand apart; as
// tenfold/imaging/pieces.py.

import { bounds, plane, rint } from "./plane.js";

const SPECK_AREA = 0.02;
const SPECK_EXTENT = 0.16;
const DUST_SHARE = 0.025;
const FRAME_BAND = 0.12;
const FRAME_SHARE = 0.85;
const LOWEST_FRAME = 0.12;
const STRIP_SHARE = 0.2;
const TALL_SHARE = 0.45;
const MOST_PARTS = 12;
const OVERLAP_SIDEWAYS = 0.25;
const GAP_ABOVE = 0.04;
const FLAT = 0.3;
const UNDERLINE_GAP = 0.07;

/**
 * 8-connected pieces of ink in a picture.
 * @typedef {{width: number, height: number, x: number, y: number, labels: {width: number, height: number, data: Uint32Array},
 *   boxes: {left: number, top: number, width: number, height: number, area: number}[], kept: boolean[]}} Pieces
 *   of a picture `width` by `height`; labels of the window at x, y that holds all ink, 0 ground, k piece k - 1; boxes
 *   within the window
 */

/** Label the connected pieces of a mask. @returns {Pieces} */
export function findPieces(mask) {
  const window = bounds(mask);
  const labels = { width: window.width, height: window.height, data: new Uint32Array(window.width * window.height) };
  const inked = (x, y) => mask.data[(window.y + y) * mask.width + window.x + x];
  const boxes = [];
  // By blocks of two by two, row by row, as OpenCV counts them.
  for (let y = 0; y < window.height; y += 2) {
    for (let x = 0; x < window.width; x += 2) {
      for (let py = y; py < Math.min(y + 2, window.height); py++) {
        for (let px = x; px < Math.min(x + 2, window.width); px++) {
          if (inked(px, py) && !labels.data[py * window.width + px]) boxes.push(flood(labels, inked, px, py, boxes.length + 1));
        }
      }
    }
  }
  return { width: mask.width, height: mask.height, x: window.x, y: window.y, labels, boxes, kept: boxes.map(() => true) };
}

/** Give a piece its number, and find its box and area. */
function flood(labels, inked, startX, startY, number) {
  const { width, height, data } = labels;
  const ahead = [startY * width + startX];
  data[ahead[0]] = number;
  let [left, top, right, bottom, area] = [startX, startY, startX, startY, 0];
  while (ahead.length) {
    const at = ahead.pop();
    const [x, y] = [at % width, Math.floor(at / width)];
    area++;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    for (let py = Math.max(y - 1, 0); py <= Math.min(y + 1, height - 1); py++) {
      for (let px = Math.max(x - 1, 0); px <= Math.min(x + 1, width - 1); px++) {
        const next = py * width + px;
        if (data[next] || !inked(px, py)) continue;
        data[next] = number;
        ahead.push(next);
      }
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1, area };
}

/** The kept pieces as a mask of the picture. @param {Pieces} pieces */
export function maskOf({ width, height, x, y, labels, kept }) {
  const out = plane(width, height);
  for (let row = 0; row < labels.height; row++) {
    const [from, to] = [row * labels.width, (y + row) * width + x];
    for (let column = 0; column < labels.width; column++) {
      const label = labels.data[from + column];
      if (label && kept[label - 1]) out.data[to + column] = 1;
    }
  }
  return out;
}

const count = (kept) => kept.filter(Boolean).length;
const extent = ({ width, height }) => Math.max(width, height);
const indices = (kept) => [...kept.keys()].filter((at) => kept[at]);

/** How much of a piece, or of all of them, lies in a part of the window. */
function within({ labels }, left, top, right, bottom, number) {
  let found = 0;
  for (let y = Math.max(top, 0); y < Math.min(bottom, labels.height); y++) {
    for (let x = Math.max(left, 0); x < Math.min(right, labels.width); x++) {
      const label = labels.data[y * labels.width + x];
      if (number ? label === number : label) found++;
    }
  }
  return found;
}

/** Drop pieces far smaller than the largest. */
export function withoutSpecks(pieces) {
  const { kept, boxes } = pieces;
  if (count(kept) <= 1) return pieces;
  const sizes = boxes.map((box, at) => (kept[at] ? extent(box) : 0));
  const largest = sizes.indexOf(Math.max(...sizes));
  if (sizes[largest] <= DUST_SHARE * extent(pieces)) return { ...pieces, kept: kept.map(() => false) };
  const large = ({ area, ...box }) =>
    (area >= SPECK_AREA * boxes[largest].area && area >= 2) || extent(box) >= SPECK_EXTENT * sizes[largest];
  return { ...pieces, kept: kept.map((one, at) => one && large(boxes[at])) };
}

/** Drop outlines of rectangles that hold other ink or run around the picture, and strips along its edge. */
export function withoutFrames(pieces) {
  if (count(pieces.kept) === 0) return pieces;
  if (count(pieces.kept) === 1) return runsAround(pieces) ? { ...pieces, kept: pieces.kept.map((one) => !one) } : pieces;
  const kept = pieces.kept.slice();
  const big = pieces.boxes.flatMap(({ width, height }, at) =>
    Math.max(width / pieces.width, height / pieces.height) >= 0.1 ? [at] : [],
  );
  for (const index of big) {
    if (big.length < 2 || !kept[index]) continue;
    const others = big.filter((other) => other !== index && kept[other]);
    if (frames(pieces, index, others) || hugsEdge(pieces, index, others)) kept[index] = false;
  }
  return kept.some(Boolean) ? { ...pieces, kept } : pieces;
}

/** Whether the only piece is a thin rectangle around the picture. */
function runsAround(pieces) {
  const { left, top, width, height, area } = pieces.boxes[0];
  if (Math.min(pieces.width, pieces.height) < 48 || width < 0.8 * pieces.width || height < 0.8 * pieces.height) return false;
  const [dx, dy] = [Math.max(2, width >> 4), Math.max(2, height >> 4)];
  const middle = within(pieces, left + dx, top + dy, left + width - dx, top + height - dy);
  return area <= (0.06 * 2 * (width + height) * Math.min(width, height)) / 2 && middle <= 0.02 * area;
}

/** Whether a piece is a rectangle's outline around one of the others, or a comb's box, which is open above. */
function frames(pieces, index, others) {
  const { left, top, width, height, area } = pieces.boxes[index];
  if (height < LOWEST_FRAME * width) return false;
  const boxes = others.map((other) => pieces.boxes[other]);
  const bottom = (box) => box.top + box.height;
  const between = boxes.filter((box) => left < box.left && box.left + box.width < left + width && bottom(box) < top + height);
  const inside = between.some((box) => top < box.top && box.height >= 0.2 * height);
  const inComb = between.some((box) => box.height >= 0.6 * height && bottom(box) > top + height / 2);
  if (!inside && !inComb) return false;
  const [dx, dy] = [Math.max(2, rint(FRAME_BAND * width)), Math.max(2, rint(FRAME_BAND * height))];
  const middle = within(pieces, left + dx, inside ? top + dy : top, left + width - dx, top + height - dy, index + 1);
  return middle <= (1 - FRAME_SHARE) * area;
}

/** Whether a piece touches an edge of the picture, lies along it, and leaves a whole other piece clear. */
function hugsEdge(pieces, index, others) {
  const { width, height } = pieces;
  if (Math.min(width, height) < 48) return false;
  const { width: wide, height: tall, area, ...box } = pieces.boxes[index];
  const [left, top] = [box.left + pieces.x, box.top + pieces.y];
  const touches = left === 0 || top === 0 || left + wide === width || top + tall === height;
  if (!touches || Math.max(wide / width, tall / height) < 0.3) return false;
  const alongSide = (left === 0 || left + wide === width) && wide <= STRIP_SHARE * width && tall >= 0.5 * height;
  const alongTop = (top === 0 || top + tall === height) && tall <= STRIP_SHARE * height && wide >= 0.5 * width;
  const clear = others.some((other) => {
    const one = pieces.boxes[other];
    const [x, y] = [pieces.x + one.left, pieces.y + one.top];
    return x > 0 && y > 0 && x + one.width < width && y + one.height < height;
  });
  if (!clear || alongSide || alongTop) return clear;
  const [dx, dy] = [Math.max(2, Math.floor(width / 12)), Math.max(2, Math.floor(height / 12))];
  const [x0, y0, x1, y1] = [dx - pieces.x, dy - pieces.y, width - dx - pieces.x, height - dy - pieces.y];
  return within(pieces, x0, y0, x1, y1, index + 1) <= 0.1 * area;
}

/** Drop a lone flat stroke that lies clear below all the rest, at least about as wide as that is. */
export function withoutUnderline(pieces) {
  const kept = indices(pieces.kept);
  if (kept.length < 2) return pieces;
  const middles = kept.map((at) => pieces.boxes[at].top + pieces.boxes[at].height / 2);
  const lowest = kept[middles.indexOf(Math.max(...middles))];
  const { left, top, width, height, area } = pieces.boxes[lowest];
  const rest = kept.filter((at) => at !== lowest).map((at) => pieces.boxes[at]);
  const [start, end] = [Math.min(...rest.map((box) => box.left)), Math.max(...rest.map((box) => box.left + box.width))];
  const [upper, lower] = [Math.min(...rest.map((box) => box.top)), Math.max(...rest.map((box) => box.top + box.height))];
  const flat = height <= FLAT * width && area / width <= 0.2 * (lower - upper);
  const under = Math.min(left + width, end) - Math.max(left, start) >= 0.8 * Math.min(width, end - start);
  if (!flat || !under || width < 0.6 * (end - start) || lower - upper < width * 0.4) return pieces;
  if (top - lower < UNDERLINE_GAP * (lower - upper)) return pieces;
  return { ...pieces, kept: pieces.kept.map((one, at) => one && at !== lowest) };
}

/** Sort pieces into what could be digits of their own: side by side or, failing that, one above the other. */
export function apart(pieces) {
  if (count(pieces.kept) <= 1) return [];
  const boxes = indices(pieces.kept).map((at) => pieces.boxes[at]);
  const height = Math.max(...boxes.map((box) => box.top + box.height)) - Math.min(...boxes.map((box) => box.top));
  const row = inARow(pieces, ["left", "width"], OVERLAP_SIDEWAYS, 0);
  return row.length ? row : inARow(pieces, ["top", "height"], 0, GAP_ABOVE * height);
}

/** Groups of pieces along one axis; what overlaps by more than a share of the shorter belongs together. */
function inARow(pieces, [from, size], share, gap) {
  const groups = [];
  const order = indices(pieces.kept).sort((one, other) => pieces.boxes[one][from] - pieces.boxes[other][from]);
  for (const index of order) {
    const box = pieces.boxes[index];
    const [start, length, bottom] = [box[from], box[size], box.top + box.height];
    const last = groups.at(-1);
    const overlap = last ? Math.min(last.end, start + length) - start : 0;
    if (last && overlap > share * Math.min(last.end - last.start, length) - gap) {
      last.end = Math.max(last.end, start + length);
      [last.top, last.bottom] = [Math.min(last.top, box.top), Math.max(last.bottom, bottom)];
      last.members.push(index);
    } else groups.push({ start, end: start + length, top: box.top, bottom, members: [index] });
  }
  const tallest = Math.max(...groups.map(({ top, bottom }) => bottom - top));
  const tall = groups.filter(({ top, bottom }) => bottom - top >= TALL_SHARE * tallest);
  if (tall.length < 2) return [];
  return tall.slice(0, MOST_PARTS).map(({ members }) => ({ ...pieces, kept: pieces.kept.map((_, at) => members.includes(at)) }));
}
