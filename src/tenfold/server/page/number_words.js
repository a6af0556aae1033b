// The sentences of number mode: for every outcome what it is, and what to do.

import { percent, pick, statusOf } from "./words.js";

export const NUMBER_WELCOME = "The number appears here as you write.";
export const READING = "Reading your picture …";

const SENTENCES = {
  empty: {
    drawing: ["Nothing is written here yet.", "Write a number with a bold line; a dot is not enough."],
    picture: ["Nothing is written in this picture.", "Check that the numbers are in it and stand out from their ground."],
  },
  not_a_digit: {
    drawing: ["This does not look like a number.", "Clear the sheet and write digits only, side by side."],
    picture: ["There is no number in this picture.", "Crop it to the numbers, or take it from nearer."],
  },
  unreadable_image: {
    picture: [
      "This file cannot be opened as a picture.",
      "Use a PNG, JPEG, WebP, BMP, GIF or TIFF file, or strokes as JSON or InkML; a PDF is read with: tenfold read FILE.pdf",
    ],
  },
  too_large: {
    picture: ["This picture is too large.", "Crop it to the numbers, or save it smaller, and try again."],
  },
};
const NOT_IN_FIELD = {
  drawing: "Write it as the chosen field has it, or choose “any number”.",
  picture: "None fits the chosen field: choose another, or “any number”.",
};

/** Which of the page's states an outcome is: a status of the answer, or how the asking failed. */
export function numberStatus(outcome) {
  const { error } = outcome.refusal ?? {};
  if (error?.code === "usage" || error?.message?.startsWith("Query 'field'")) return "bad_field";
  return statusOf(outcome);
}

/**
 * What is said, and what to do.
 * @param {"drawing" | "picture"} kind what was handed over
 * @param {string} field what was looked for; empty for any number
 * @returns {[string, string]}
 */
export function numberSentence(outcome, kind, field = "") {
  const status = numberStatus(outcome);
  if (status === "bad_field") return [outcome.refusal.error.message, outcome.refusal.error.hint];
  if (["ok", "uncertain"].includes(status)) {
    const { numbers } = outcome.answer;
    return kind === "drawing" ? written(numbers) : counted(numbers.length, numbers.filter(isDoubtful).length);
  }
  const [what, advice] = pick(SENTENCES, status, kind);
  return [what, status === "not_a_digit" && field ? NOT_IN_FIELD[kind] : advice];
}

/** Whether a digit of a number is doubtful. */
export const isDoubtful = (number) => number.text.includes("?");

/** How many numbers a picture holds, and how many of them want a look. */
export function counted(count, doubtful) {
  const all = count === 1 ? "One number" : `${count} numbers`;
  if (doubtful === 0) return [`${all}.`, count === 1 ? "It is sure enough." : "All of them are sure enough."];
  const some = count === 1 ? "It is doubtful." : doubtful === 1 ? "One of them is doubtful." : `${doubtful} of them are doubtful.`;
  return [`${all}.`, `${some} Compare what is marked ? with the picture.`];
}

function written(numbers) {
  const doubtful = numbers.filter(isDoubtful).length;
  const advice = doubtful ? "Write what is marked ? a little more clearly." : "";
  if (numbers.length > 1) {
    const best = numbers.map(bestText);
    return [`These are ${numbers.length} numbers: ${best.slice(0, -1).join(", ")} and ${best.at(-1)}.`, advice];
  }
  const [number] = numbers;
  const [note, best] = [number.note, bestText(number)];
  return doubtful ? [`Is this ${best}?`, note || advice] : [`This is ${best}.`, note];
}

/** The signs of a number: what stands there, and for digits how sure that is. */
export function signsOf({ text, digits }) {
  const rest = [...digits];
  return [...text].map((sign) => {
    const digit = /[0-9?]/.test(sign) ? rest.shift() : null;
    return { sign: digit ? String(digit.digit) : sign, confidence: digit?.confidence ?? null, doubtful: sign === "?" };
  });
}

/** A number's best reading as it stands there, separators and all. */
export const bestText = (number) => signsOf(number).map(({ sign }) => sign).join("");

/** Another value of the same number as it would stand there; without separators where the digits are not as many. */
export function spell(number, value) {
  if (value.length !== number.digits.length) return value;
  const rest = [...value];
  return [...number.text].map((sign) => (/[0-9?]/.test(sign) ? rest.shift() : sign)).join("");
}

/** The digits of what stands there, separators left out; null if more than digits and separators stand there. */
export const digitsOf = (text) => (/[?\p{L}]/u.test(text) ? null : text.replace(/[^0-9]/g, ""));

/** A value as it is spoken of. */
export const inWords = (value) => value || "no number";

/** How sure a number is, in words. */
export const surely = (number) => `${percent(number.confidence)} sure`;
