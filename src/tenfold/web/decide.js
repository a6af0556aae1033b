// From probabilities to an answer: the threshold from the error budget, and the statuses; as tenfold/decide.py.

const SEVERAL = "More than one digit: give one at a time.";
export const TURNED_AWAY = 0.0075;
const NEARLY_SURE = 0.9;
const NOT_A_DIGIT = "This does not look like one of the digits 0 to 9.";
const NONE = Array(10).fill(0);

/**
 * What a card says of a network, as far as an answer needs it.
 * @typedef {{name: string, sha256: string, output: "logits" | "probabilities", temperature: number, thresholds: [number, number][]}} Card
 * @typedef {{status: string, digit: number | null, confidence: number, probabilities: number[], reason: string,
 *   alternatives: {digit: number, probability: number}[], one_digit: number}} Answer as `tenfold.Prediction`, without the model
 */

/**
 * The confidence below which an answer is uncertain.
 * @param {[number, number][]} table pairs of a budget and the confidence that keeps to it, by rising budget
 * @param {number} budget largest accepted share of wrong answers, above 0, at most 1
 */
export function threshold(table, budget) {
  if (!table.length) return 0;
  const points = [[0, 1 + 1e-6], ...table];
  const after = points.findIndex(([edge]) => edge >= budget);
  if (after < 0) return points.at(-1)[1];
  const [[low, before], [high, here]] = [points[after - 1], points[after]];
  return before + ((here - before) * (budget - low)) / (high - low);
}

/** A network's first output as calibrated probabilities. @param {ArrayLike<number>} output @param {Card} card @returns {number[]} */
export function calibrated(output, { output: kind, temperature }) {
  const given = Array.from(output);
  if (kind === "probabilities" && temperature === 1) return given;
  const logits = kind === "logits" ? given : given.map((share) => Math.log(Math.max(share, 1e-30)));
  const most = Math.max(...logits);
  const parts = logits.map((logit) => Math.exp((logit - most) / temperature));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/** @param {string} reason @returns {Answer} */
export function noDigit(status, reason, oneDigit = 0) {
  return { status, digit: null, confidence: 0, probabilities: NONE, alternatives: [], reason, one_digit: oneDigit };
}

/**
 * The answer for ink that is one digit: "ok", or "uncertain" below the threshold.
 * @param {number[]} probabilities ten that sum to 1
 * @param {number} least confidence below which it is uncertain
 * @param {number} oneDigit probability that the ink is one digit at all
 * @returns {Answer}
 */
export function readDigit(probabilities, least, oneDigit) {
  const order = [...probabilities.keys()].sort((one, other) => probabilities[other] - probabilities[one]);
  const ranked = order.map((digit) => ({ digit, probability: probabilities[digit] }));
  const [{ digit, probability }, second] = ranked;
  const answer = { confidence: probability, probabilities, one_digit: oneDigit };
  if (probability >= least) return { ...answer, status: "ok", digit, alternatives: ranked.slice(1), reason: "" };
  const reason =
    probability >= NEARLY_SURE
      ? `Most likely ${digit}, but not as sure as the error budget asks.`
      : `Could be ${digit} or ${second.digit}, and not sure enough to say which.`;
  return { ...answer, status: "uncertain", digit: null, alternatives: ranked, reason };
}

/**
 * The answer for ink that is not one digit, or null if it is.
 * @param {number[]} gate probability of one digit, of several, of neither, for the whole ink
 * @param {number[][]} parts the same for the pieces between the gaps
 * @param {number} least probability of one digit below which ink is turned away
 * @returns {Answer | null}
 */
export function turnAway([one, several, neither], parts, least) {
  const falling = (values) => values.sort((first, second) => second - first);
  const apart = falling(parts.map((part) => part[0]));
  // A part may hold several itself, as the columns of two rows do.
  const digits = falling(parts.map((part) => part[0] + part[1]));
  const readApart = apart.length >= 2 && digits[1] >= 0.5;
  // A digit in two pieces stays one digit unless the pieces make two better ones.
  if (one >= least && !(readApart && apart[1] > one)) return null;
  if (!readApart && several < neither) return noDigit("not_a_digit", NOT_A_DIGIT, one);
  // However much the whole looks like one: no more than the pieces leave over.
  return noDigit("several_digits", SEVERAL, readApart ? Math.min(one, 1 - apart[1]) : one);
}
