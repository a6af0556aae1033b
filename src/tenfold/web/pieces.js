// The connected pieces of ink: which are a frame, a speck or an underline, and which stand apart; as
// tenfold/imaging/pieces.py.

import { plane, rint } from "./plane.js";

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
 * @typedef {{mask: import("./plane.js").Plane, width: number, height: number, x: number, y: number,
 *   labels: {width: number, height: number, data: Uint32Array},
 *   boxes: {left: number, top: number, width: number, height: number, area: number}[], kept: boolean[]}} Pieces
 *   of a mask `width` by `height`; labels of the window at x, y that holds all ink, 0 ground, k piece k - 1; boxes
 *   within the window
 * @typedef {{y: number, start: number, end: number, number: number}} Run of ink in a row; `number` of a run that it is joined to
 */

/** Label the connected pieces of a mask. @returns {Pieces} */
export function findPieces(mask) {
  const runs = runsOf(mask);
  join(runs);
  const window = boxAround(runs);
  const found = new Map();
  runs.forEach((run, at) => {
    const first = rootOf(runs, at);
    if (!found.has(first)) found.set(first, []);
    found.get(first).push(run);
  });
  const pieces = [...found.values()].map((piece) => ({ piece, first: firstBlock(piece, window) }));
  pieces.sort((one, other) => one.first - other.first);
  const labels = { width: window.width, height: window.height, data: new Uint32Array(window.width * window.height) };
  const boxes = pieces.map(({ piece }, at) => {
    let area = 0;
    for (const { y, start, end } of piece) {
      const row = (y - window.y) * window.width - window.x;
      labels.data.fill(at + 1, row + start, row + end);
      area += end - start;
    }
    const { x, y, width, height } = boxAround(piece);
    return { left: x - window.x, top: y - window.y, width, height, area };
  });
  return { mask, width: mask.width, height: mask.height, x: window.x, y: window.y, labels, boxes, kept: boxes.map(() => true) };
}

/** Ink row by row. @returns {Run[]} each joined to itself alone */
function runsOf({ width, height, data }) {
  const runs = [];
  for (let y = 0, row = 0; y < height; y++, row += width) {
    for (let x = 0; x < width; x++) {
      if (!data[row + x]) continue;
      const start = x;
      while (x < width && data[row + x]) x++;
      runs.push({ y, start, end: x, number: runs.length });
    }
  }
  return runs;
}

/** Join runs that touch those of the row above, be it at a corner. */
function join(runs) {
  let above = 0;
  runs.forEach(({ y, start, end }, at) => {
    while (runs[above].y < y - 1 || (runs[above].y === y - 1 && runs[above].end < start)) above++;
    for (let other = above; runs[other].y < y && runs[other].start <= end; other++) {
      const [one, two] = [rootOf(runs, at), rootOf(runs, other)];
      runs[Math.max(one, two)].number = Math.min(one, two);
    }
  });
}

/** The number of the run that all of a piece are joined to. */
function rootOf(runs, at) {
  while (runs[at].number !== at) {
    // Half the way for the next one who asks.
    runs[at].number = runs[runs[at].number].number;
    at = runs[at].number;
  }
  return at;
}

/** The bounds of runs; a box without size around none. @param {Run[]} runs @returns {import("./plane.js").Box} */
function boxAround(runs) {
  if (!runs.length) return { x: 0, y: 0, width: 0, height: 0 };
  let [left, right] = [Infinity, 0];
  for (const { start, end } of runs) {
    if (start < left) left = start;
    if (end > right) right = end;
  }
  return { x: left, y: runs[0].y, width: right - left, height: runs.at(-1).y - runs[0].y + 1 };
}

/** The number of the first block of two by two, row by row, in which a piece is: OpenCV counts pieces by these. */
function firstBlock(piece, window) {
  let first = Infinity;
  for (const { y, start } of piece) first = Math.min(first, ((y - window.y) >> 1) * window.width + ((start - window.x) >> 1));
  return first;
}

/** The bounds of the kept pieces in the picture; a box without size if none is kept. @param {Pieces} pieces */
export function boxOf({ x, y, boxes, kept }) {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  boxes.forEach((box, at) => {
    if (!kept[at]) return;
    [left, right] = [Math.min(left, box.left), Math.max(right, box.left + box.width)];
    [top, bottom] = [Math.min(top, box.top), Math.max(bottom, box.top + box.height)];
  });
  if (right === 0) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: x + left, y: y + top, width: right - left, height: bottom - top };
}

/** The kept pieces as a mask of the picture. @param {Pieces} pieces */
export function maskOf({ mask, width, height, x, y, labels, kept }) {
  if (kept.every(Boolean)) return mask;
  const out = plane(width, height);
  for (let row = 0; row < labels.height; row++) {
    const from = row * labels.width;
    const to = (y + row) * width + x;
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
