// How far it is to the nearest ground, by steps of a chess king and a knight (Borgefors 1986), with OpenCV's lengths.

const FAR = 2 ** 29 - 1;
const UNIT = 65536;
// Lengths of a step along a side, along a diagonal, and of a knight's move, in 1/65536.
const THREE = [0.955, 1.3693].map((length) => Math.round(Math.fround(length) * UNIT));
const FIVE = [1, 1.4, 2.1969].map((length) => Math.round(Math.fround(length) * UNIT));
// What comes before a place in reading order, in the order in which equals win.
const BEFORE_THREE = [[-1, -1, 1], [0, -1, 0], [1, -1, 1], [-1, 0, 0]];
const BEFORE_FIVE = [[-1, -2, 2], [1, -2, 2], [-2, -1, 2], [-1, -1, 1], [0, -1, 0], [1, -1, 1], [2, -1, 2], [-1, 0, 0]];

/** The longest distance of ink to ground: half of the widest stroke. @param {import("./plane.js").Plane} mask */
export function deepest(mask) {
  const { lengths } = walk(mask, BEFORE_THREE, THREE);
  return lengths.reduce((most, length) => Math.max(most, length), 0) / UNIT;
}

/** For each pixel the place in `data` of the ground nearest to it; -1 if there is none. @returns {Int32Array} */
export function nearestGround(mask) {
  return walk(mask, BEFORE_FIVE, FIVE).nearest;
}

function walk({ width, height, data }, before, steps) {
  const lengths = new Int32Array(width * height);
  const nearest = new Int32Array(width * height).fill(-1);
  const look = (x, y, sign) => {
    const at = y * width + x;
    for (const move of before) {
      const px = x + sign * move[0];
      const py = y + sign * move[1];
      if (px < 0 || px >= width || py < 0 || py >= height) continue;
      const from = py * width + px;
      const length = lengths[from] + steps[move[2]];
      if (length >= lengths[at]) continue;
      lengths[at] = length;
      nearest[at] = nearest[from];
    }
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      lengths[at] = data[at] ? FAR : 0;
      if (data[at]) look(x, y, 1);
      else nearest[at] = at;
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) if (lengths[y * width + x] > steps[0]) look(x, y, -1);
  }
  return { lengths, nearest };
}
