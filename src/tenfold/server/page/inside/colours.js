// Numbers as colours: blue above 0 and red below it, told apart by nearly all eyes, the stronger the further from 0.

// So many on each side of 0.
const STEPS = 2048;
const DARK = matchMedia("(prefers-color-scheme: dark)");
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
  for (let at = 0; at < numbers.length; at++) {
    const distance = Math.abs(numbers[at]);
    if (distance > most) most = distance;
  }
  return most;
}

/**
 * The colours of numbers up to `most`, as pixels of an ImageData's buffer: that of a number is
 * `tones[middle + Math.round(number * gain)]`.
 */
export function palette(most) {
  tones ??= mixed();
  return { tones, middle: STEPS, gain: most > 0 ? STEPS / most : 0 };
}

/** From the full colour below 0 over paper to the full one above it. */
function mixed() {
  const [paper, above, below] = ["--paper", "--above", "--below"].map(parts);
  return Uint32Array.from({ length: 2 * STEPS + 1 }, (_, step) => {
    const full = step < STEPS ? below : above;
    const strength = Math.abs(step / STEPS - 1) ** FAINT;
    const [red, green, blue] = paper.map((from, part) => Math.round(from + (full[part] - from) * strength));
    return (255 << 24) | (blue << 16) | (green << 8) | red;
  });
}

/** A colour of the style, #rrggbb, as three numbers. */
function parts(name) {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
