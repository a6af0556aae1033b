// Take away ruled lines, leaving the strokes that cross them; as tenfold/imaging/rules.py.

import { deepest } from "./distance.js";
import { findPieces, maskOf, withoutSpecks } from "./pieces.js";
import { bounds, cut, plane, rint, shorter, turned } from "./plane.js";

const LEAST_SIDE = 48;
const LINE_LENGTH = 0.8;
const LINE_THICKNESS = 0.06;
const MOST_LINES = 24;
const SLOPES = Array.from({ length: 37 }, (_, step) => (step - 18) / 200).sort((one, other) => Math.abs(one) - Math.abs(other));
const RULED = 3;

/**
 * Erase lines that run across the picture, leaving the strokes that cross them.
 * @param {import("./plane.js").Plane} mask
 * @returns {import("./plane.js").Plane} the given one if there are none
 */
export function removeRules(mask) {
  if (shorter(mask) < LEAST_SIDE) return mask;
  const left = reachesAcross(mask) ? withoutLines(mask) : mask;
  if (!reachesDown(left)) return left;
  const side = turned(left);
  const upright = withoutLines(side);
  return upright === side ? left : turned(upright);
}

const edgeOf = ({ width }) => Math.max(2, Math.floor(width / 50));
const inked = (mask, x, width) => cut(mask, { x, y: 0, width, height: mask.height }).data.some(Boolean);

/** Whether ink reaches from side to side: without that there is no ruled line to search for. */
function reachesAcross(mask) {
  const edge = edgeOf(mask);
  return inked(mask, 0, edge) && inked(mask, mask.width - edge, edge);
}

/** The same from the top to the bottom. */
function reachesDown({ width, height, data }) {
  const edge = edgeOf({ width: height }) * width;
  return [data.subarray(0, edge), data.subarray(data.length - edge)].every((rows) => rows.some(Boolean));
}

/** Erase near-horizontal lines that run across the picture. */
function withoutLines(mask) {
  const { erased, lines, thickest } = eraseLines(mask, ...linesOf(mask));
  if (lines === 0) return mask;
  const pieces = findPieces(erased);
  if (!worthKeeping(pieces)) {
    // Ruled paper with nothing on it; but a line or two alone may have been written.
    return lines >= RULED ? erased : mask;
  }
  // In a tight crop the bar of a 4 or 7 runs from side to side too; but a pen that drew the bar drew the rest.
  const rest = maskOf(withoutSpecks(pieces));
  const { x, y, width, height } = bounds(rest);
  const pen = 2 * deepest(cut(rest, { x: x - 1, y: y - 1, width: width + 2, height: height + 2 }));
  const edge = edgeOf(mask) + 1;
  const atSide = inked(rest, 0, edge) || inked(rest, rest.width - edge, edge);
  return lines < RULED && (atSide || pen < 1.5 * thickest + 1) ? mask : erased;
}

function worthKeeping({ boxes, width, height }) {
  return boxes.reduce((most, box) => Math.max(most, box.width, box.height), 0) >= 0.1 * Math.min(width, height);
}

/** Heights at the left edge of the lines from side to side, and their slope: ruled lines are parallel. */
function linesOf({ width, height, data }) {
  const middle = (width - 1) / 2;
  // Some columns tell as much as all of them.
  const step = Math.max(1, Math.floor(width / 80));
  const columns = Array.from({ length: Math.ceil(width / step) }, (_, at) => at * step);
  const [xs, ys] = [[], []];
  for (let y = 0; y < height - 1; y++) {
    for (const x of columns) {
      // A thin line steps from one row to the next and back: what counts is ink in either of two rows.
      if (data[y * width + x] | data[(y + 1) * width + x]) {
        xs.push(x - middle);
        ys.push(y);
      }
    }
  }
  // Shear so that lines of one slope become rows; at the right slope the fullest row is fullest.
  let [best, slope, profile] = [0, 0, new Int32Array(height)];
  for (const candidate of SLOPES) {
    const counts = new Int32Array(height);
    for (let at = 0; at < ys.length; at++) {
      const row = rint(ys[at] - candidate * xs[at]);
      if (row >= 0 && row < height) counts[row]++;
    }
    const fullest = counts.reduce((most, count) => Math.max(most, count), 0);
    if (fullest > best) [best, slope, profile] = [fullest, candidate, counts];
    if (best >= 0.97 * columns.length) break; // no slope can be much better
  }
  const starts = [];
  const full = (row) => row >= 0 && row < height && profile[row] >= LINE_LENGTH * columns.length;
  for (let row = 0, first = 0; row < height; row++) {
    if (full(row) && !full(row - 1)) first = row;
    if (full(row) && !full(row + 1)) starts.push(Math.fround((first + row + 1) / 2 - slope * middle));
  }
  return [starts.slice(0, MOST_LINES), slope];
}

/**
 * Erase the runs of ink along lines that are no thicker than the line.
 * @param {import("./plane.js").Plane} mask
 * @param {number[]} starts heights of the lines at the left edge, from the top down
 * @param {number} slope their rise over run
 * @returns {{erased: import("./plane.js").Plane, lines: number, thickest: number}} how many thin lines there were, and how
 *   thick the thickest was, in pixels
 */
function eraseLines(mask, starts, slope) {
  const { width, height, data } = mask;
  let centres = starts.map((start) => centreOf(mask, start, slope));
  const limit = Math.max(2, LINE_THICKNESS * height);
  let [erased, lines, thickest] = [mask, 0, 0];
  // A band along each line: narrow at first, as most lines are thin; wide enough for the thickest where that is full.
  for (const reach of [5, 2 + Math.trunc(2 * limit)]) {
    const runs = centres.map((centre) => runsAlong(mask, centre, reach));
    const wide = [];
    const thin = runs.map((run, line) => {
      const isWide = run.crossed > 0 && 1.6 * run.usual + 1 >= reach && reach === 5;
      if (isWide) wide.push(centres[line]);
      return run.usual <= limit && !isWide && !again(runs, centres, line);
    });
    let erasing = null;
    runs.forEach(({ aboves, belows, usual }, line) => {
      let found = false;
      for (let x = 0; thin[line] && x < width; x++) {
        const thickness = aboves[x] + belows[x] - 1;
        if (!aboves[x] || !belows[x] || thickness > 1.6 * usual + 1) continue;
        erasing ??= plane(width, height, erased.data.slice());
        for (let row = centres[line][x] - aboves[x] + 1; row < centres[line][x] + belows[x]; row++) {
          erasing.data[Math.min(Math.max(row, 0), height - 1) * width + x] = 0;
        }
        found = true;
      }
      if (found) [lines, thickest] = [lines + 1, Math.max(thickest, usual)];
    });
    erased = erasing ?? erased;
    if (!wide.length) break;
    centres = wide;
  }
  return { erased, lines, thickest };
}

/** The row of a line in each column; where it misses the ink, a neighbour row may hit. */
function centreOf({ width, height, data }, start, slope) {
  return Int32Array.from({ length: width }, (_, x) => {
    let row = Math.min(Math.max(rint(start + slope * x), 1), height - 2);
    for (const step of [-1, 1]) {
      const at = row * width + x;
      if (data[at] === 0 && data[at + step * width] > 0) row += step;
    }
    return row;
  });
}

/** Ink above and below a line in each column, the line's row counted in both, and the line's own thickness. */
function runsAlong({ width, height, data }, centre, reach) {
  const run = (x, step) => {
    let length = 0;
    for (let row = centre[x]; length <= reach && row >= 0 && row < height && data[row * width + x]; row += step) length++;
    return length;
  };
  const aboves = Int32Array.from(centre, (_, x) => run(x, -1));
  const belows = Int32Array.from(centre, (_, x) => run(x, 1));
  const order = Int32Array.from(centre, (_, x) => (aboves[x] && belows[x] ? aboves[x] + belows[x] - 1 : height)).sort();
  const crossed = aboves.reduce((count, above, x) => count + (above && belows[x] ? 1 : 0), 0);
  // Where the line meets a stroke the run is longer, so the thinner runs tell how thick the line is.
  return { aboves, belows, crossed, usual: order[crossed >> 2] };
}

/** Whether a line is the edge of the stroke that the line before has already: its runs reach up to that one. */
function again(runs, centres, line) {
  if (line === 0) return false;
  const [before, here] = [runs[line - 1], runs[line]];
  let shared = 0;
  for (let x = 0; x < here.aboves.length; x++) {
    const both = here.aboves[x] && here.belows[x] && before.aboves[x] && before.belows[x];
    if (both && here.aboves[x] > centres[line][x] - centres[line - 1][x]) shared++;
  }
  return 2 * shared > here.crossed;
}
