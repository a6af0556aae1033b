// What is said of a layer's number: where it stands, and how it came about, in one sentence.

import { named, percent, sentence, statusOf } from "../words.js";
import { isOfUnits, sizeOf } from "./layers.js";

/** A number as it is shown: three decimals, and a minus as long as a plus. */
export function figure(number) {
  const text = Math.abs(number) >= 100 ? number.toFixed(1) : number.toFixed(3);
  return Number(text) === 0 ? "0" : text.replace("-", "−");
}

export const whole = (number) => number.toLocaleString("en");

/** Where a cell stands, in words. */
export function placeOf(layer, { map, row, column }) {
  const { kind, title, maps, height, width } = layer;
  if (kind === "probabilities") return `Digit ${map}`;
  if (height * width === 1) return `${title}, ${isOfUnits(layer) ? "unit" : "number"} ${map + 1}`;
  return `${title}, ${maps > 1 ? `map ${map + 1}, ` : ""}row ${row + 1}, column ${column + 1}`;
}

/** What a layer is, for those who hear it. */
export function labelOf(layer) {
  const { title, note, parameters } = layer;
  return `${title}: ${sizeOf(layer).replace("×", "by")}, ${parametersOf(parameters)}; ${note.replaceAll("×", "by")}`;
}

export const parametersOf = (count) => (count === 0 ? "no parameters" : `${whole(count)} parameters`);

/** What was done to `before`, as a formula. */
export function formula({ before, steps }) {
  return steps.reduce((text, { kind, by }) => {
    if (kind === "Relu") return `max(0, ${text})`;
    if (kind === "Tanh") return `tanh(${text})`;
    if (kind === "Sigmoid") return `1 / (1 + exp(−${text}))`;
    if (kind === "Mul") return `${figure(by)} × ${text}`;
    return by < 0 ? `${text} − ${figure(-by)}` : `${text} + ${figure(by)}`;
  }, before < 0 && steps[0].kind === "Mul" ? `(${figure(before)})` : figure(before));
}

/**
 * How a number came about.
 * @param {object} told what `Looking.explain` gave
 * @param {{title: string, result: number} | null} next the activation that follows, and what it makes of the number
 */
export function sentenceOf(layer, cell, told, next) {
  const onward = next ? ` The activation makes ${figure(next.result)} of it.` : "";
  return `${placeOf(layer, cell)}: ${SENTENCES[layer.kind](told, layer)}${onward}`;
}

const sums = (count, told) =>
  `${whole(count)} ${count === 1 ? "product is" : "products add up to"} ${figure(told.result - told.bias)}; with the bias of ${figure(told.bias)} that makes ${figure(told.result)}.`;

const SENTENCES = {
  input: ({ result }) => (result > 0 ? `${figure(result)} of full ink.` : "bare ground, 0."),
  padding: ({ from, result }) => (from ? `the pixel ${figure(result)} of row ${from.row + 1}, column ${from.column + 1}.` : "a zero of the margin."),
  scaling: (told) => `${formula(told)} = ${figure(told.result)}.`,
  activation: (told) => `${formula(told)} = ${figure(told.result)}.`,
  conv: (told) => sums(told.parts.reduce((count, { products }) => count + products.length, 0), told),
  pool: ({ largest, count, result }) => `the ${largest ? "largest" : "mean"} of ${count} numbers, ${figure(result)}.`,
  dense: (told, { kernel }) => sums(kernel.shape[0], told),
  probabilities: ({ result, rows }) => `${percent(result)}, its share of the ${rows.length} powers of e.`,
};

/** What a network is, in one line: from its card, and from its layers. */
export function aboutNetwork({ summary, parameters, scores }, layers) {
  const right = scores.mnist_test_accuracy ?? scores.test_accuracy;
  const counted = layers.filter(({ kind }) => kind === "conv" || kind === "dense").length;
  const tested = right ? ` It reads ${(100 * right).toFixed(2)} % of MNIST’s test digits right.` : "";
  return `${summary}. ${whole(parameters)} trained parameters in ${counted} layers.${tested}`;
}

/**
 * What the network says, in a sentence.
 * @param {import("../ask.js").Outcome | null} outcome what Tenfold says of the same drawing; null if nothing is drawn
 * @param {Float32Array} [shares] the network's ten probabilities; without them the network is still on its way
 */
export function verdictOf(outcome, shares) {
  if (!outcome) return "Draw a digit: every layer follows your pen.";
  const status = statusOf(outcome);
  if (!outcome.answer) return sentence(outcome, "drawing")[0];
  if (!shares) return "The network is on its way.";
  if (status === "empty") return sentence(outcome, "drawing").join(" ");
  const best = shares.indexOf(Math.max(...shares));
  const said = `${named(best)}, ${percent(shares[best])} sure.`;
  if (!["not_a_digit", "several_digits"].includes(status)) return `This network reads ${said}`;
  return `${sentence(outcome, "drawing")[0]} A network that knows digits alone reads ${said}`;
}
