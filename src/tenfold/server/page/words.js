// The sentences: for every outcome what it is, and what to do.

const THIN = "\u202f";

/** A probability as people read it. */
export function percent(probability) {
  if (probability > 0.9994) return `over 99.9${THIN}%`;
  if (probability > 0 && probability < 0.001) return `under 0.1${THIN}%`;
  return `${(100 * probability).toFixed(1)}${THIN}%`;
}

export const named = (digit) => (digit === 8 ? "an 8" : `a ${digit}`);

/** How much is on a sheet, in words: "nothing drawn yet", "one stroke", "3 strokes". */
export const strokesIn = (count, nothing) => (count === 0 ? nothing : count === 1 ? "one stroke" : `${count} strokes`);

// What is said whatever was asked.
const TROUBLE = {
  busy: ["Tenfold has too much to do just now.", "Wait a moment, then press Recognise."],
  failed: ["Something went wrong inside Tenfold.", "Press Recognise to try again."],
  locked: ["This server answers those who bring its token.", "Press Recognise to enter it."],
  unreachable: ["Tenfold does not answer.", "Check that “tenfold serve” is still running, then press Recognise."],
};

const SENTENCES = {
  empty: {
    drawing: ["Nothing is written here yet.", "Draw a digit with a bold line; a dot is not enough."],
    picture: ["Nothing is written in this picture.", "Check that the digit is in it and stands out from its ground."],
  },
  not_a_digit: {
    drawing: ["This does not look like a digit.", "Clear the sheet and write one of 0 to 9, large and by itself."],
    picture: ["This does not look like a digit.", "Crop the picture to one digit, or take it from nearer."],
  },
  several_digits: {
    drawing: ["There is more than one digit here.", "Clear the sheet and write just one."],
    picture: ["There is more than one digit in this picture.", "Crop it to one of them and try again."],
  },
  unreadable_image: {
    picture: [
      "This file cannot be opened as a picture.",
      "Use a PNG, JPEG, WebP, BMP, GIF or TIFF file, strokes as JSON or InkML, or take a photo of the digit.",
    ],
  },
  too_large: {
    picture: ["This picture is too large.", "Crop it to the digit, or save it smaller, and try again."],
  },
};

/** The sentences for a state, out of a mode's own or out of those that are the same for all. */
export function pick(sentences, status, kind) {
  const said = sentences[status];
  return said ? (said[kind] ?? said.drawing ?? said.picture) : (TROUBLE[status] ?? TROUBLE.failed);
}

/** Which of the page's states an outcome is: a status of the answer, or how the asking failed. */
export function statusOf({ answer, refusal }) {
  if (answer) return answer.status;
  if (!refusal) return "unreachable";
  if (refusal.status === 401) return "locked";
  if (refusal.status === 413) return "too_large";
  if ([400, 415, 422].includes(refusal.status)) return "unreadable_image";
  return [429, 503].includes(refusal.status) ? "busy" : "failed";
}

/**
 * What is said, and what to do.
 * @param {"drawing" | "picture"} kind what was handed over
 * @returns {[string, string]}
 */
export function sentence(outcome, kind) {
  const status = statusOf(outcome);
  const [best, next] = outcome.answer?.alternatives ?? [];
  if (status === "ok") {
    const also = best?.probability >= 0.01 ? `The next best guess is ${best.digit}, with ${percent(best.probability)}.` : "";
    return [`This is ${named(outcome.answer.digit)}.`, also];
  }
  if (status === "uncertain") {
    const advice = kind === "drawing" ? "Draw it a little more clearly." : "A sharper or larger picture may tell.";
    return [`Is this ${named(best.digit)} or ${named(next.digit)}?`, advice];
  }
  return pick(SENTENCES, status, kind);
}

export const WELCOME = "The answer appears here as you draw.";
