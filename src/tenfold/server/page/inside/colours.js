// Numbers as colours: one for each sign, the stronger the further from 0, on paper; light and dark.

const STEPS = 255;
const DARK = matchMedia("(prefers-color-scheme: dark)");
// Above 0 and below it; blue and red are told apart by nearly all eyes.
const SIGNS = ["--above", "--below"];
// Small numbers show, too.
const FAINT = 0.65;

let tones = null;
DARK.addEventListener("change", () => (tones = null));

/** Call when the colours of the page change. */
export function onColours(then) {
  DARK.addEventListener("change", then);
}

/** The largest distance from 0 among numbers, so that a layer's maps can be compared. */
export function reach(numbers) {
  let most = 0;
  for (const number of numbers) most = Math.max(most, number, -number);
  return most;
}

/** A number's colour as a pixel of an ImageData's buffer. */
export function tone(number, most) {
  tones ??= SIGNS.map(scale);
  const strength = most > 0 ? Math.min(1, Math.abs(number) / most) ** FAINT : 0;
  return tones[number < 0 ? 1 : 0][Math.round(STEPS * strength)];
}

function scale(name) {
  const [paper, full] = ["--paper", name].map(parts);
  return Uint32Array.from({ length: STEPS + 1 }, (_, step) => {
    const [red, green, blue] = paper.map((from, part) => Math.round(from + ((full[part] - from) * step) / STEPS));
    return (255 << 24) | (blue << 16) | (green << 8) | red;
  });
}

/** A colour of the style, #rrggbb, as three numbers. */
function parts(name) {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
