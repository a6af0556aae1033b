// The arithmetic of the tour: what the layers do, number by number. Maps are {values, rows, columns}.

export const SIDE = 28;

/** A map of numbers, row by row. */
export const map = (rows, columns, values = new Float32Array(rows * columns)) => ({ rows, columns, values });

/** Bytes of a picture as numbers from 0 to 1. */
export const scaled = (pixels, side = SIDE) => map(side, side, Float32Array.from(pixels, (value) => value / 255));

/** A border of zeros around a map. */
export function padded(given, width) {
  if (!width) return given;
  const made = map(given.rows + 2 * width, given.columns + 2 * width);
  for (let row = 0; row < given.rows; row++) {
    const from = given.values.subarray(row * given.columns, (row + 1) * given.columns);
    made.values.set(from, (row + width) * made.columns + width);
  }
  return made;
}

/** How many places a kernel of 3 has along a side. */
export const places = (side, stride) => Math.floor((side - 3) / stride) + 1;

/** The numbers under a frame, row by row. */
export function under(given, row, column, side = 3) {
  const found = [];
  for (let down = 0; down < side; down++)
    for (let right = 0; right < side; right++) found.push(given.values[(row + down) * given.columns + column + right]);
  return found;
}

/** What a kernel of nine numbers makes of a map. */
export function convolved(given, kernel, stride = 1) {
  const made = map(places(given.rows, stride), places(given.columns, stride));
  for (let row = 0; row < made.rows; row++)
    for (let column = 0; column < made.columns; column++)
      made.values[row * made.columns + column] = sumOfProducts(under(given, row * stride, column * stride), kernel);
  return made;
}

export const sumOfProducts = (some, others) => some.reduce((sum, value, place) => sum + value * others[place], 0);

export const relu = (given) => map(given.rows, given.columns, given.values.map((value) => Math.max(0, value)));

/** Of each block of 2 by 2 the largest, or the mean. */
export function pooled(given, way = "max") {
  const made = map(given.rows >> 1, given.columns >> 1);
  for (let row = 0; row < made.rows; row++)
    for (let column = 0; column < made.columns; column++) {
      const block = under(given, 2 * row, 2 * column, 2);
      made.values[row * made.columns + column] = way === "max" ? Math.max(...block) : sum(block) / 4;
    }
  return made;
}

export const sum = (values) => values.reduce((all, value) => all + value, 0);

/** Probabilities of scores. */
export function softmax(scores, temperature = 1) {
  const most = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp((score - most) / temperature));
  const all = sum(powers);
  return powers.map((power) => power / all);
}

/** Ten numbers: a 1 in the place of the digit. */
export const oneHot = (digit) => Array.from({ length: 10 }, (_, place) => (place === digit ? 1 : 0));

/** Where the largest number stands. */
export const largest = (values) => values.reduce((best, value, place) => (value > values[best] ? place : best), 0);

/** The interval that holds the true share with 95 % (Wilson 1927), for `right` of `all`. */
export function wilson(right, all) {
  const z = 1.96;
  const share = right / all;
  const middle = (share + (z * z) / (2 * all)) / (1 + (z * z) / all);
  const half = (z / (1 + (z * z) / all)) * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all));
  return [middle - half, middle + half];
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function lots(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number as people read it, with a minus sign. */
export const short = (value, digits = 2) => {
  const text = Number.isInteger(value) ? String(value) : value.toFixed(digits);
  return text.replace(/^-(?=0(\.0*)?$)/, "").replace("-", "\u2212");
};
