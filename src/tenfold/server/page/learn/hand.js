// The picture in hand: what the visitor drew, as the networks are given it, or one of the samples.

import { Asker } from "../asker.js";
import { Sheet } from "../sheet.js";
import { named, strokesIn } from "../words.js";
import { scaled } from "./maths.js";
import { paintInk } from "./samples.js";

const part = (id) => document.getElementById(id);
const TROUBLE = "Tenfold does not answer, so this is still the picture before.";

/** Sends "change" whenever there is another picture; `label` is the digit it is meant to be, if that is known. */
export class Hand extends EventTarget {
  pixels = null;
  label = null;
  /** The probabilities Tenfold's own network gave, of a drawing. */
  said = null;
  #samples;
  #place = 0;

  constructor(samples) {
    super();
    this.#samples = samples;
    this.sheet = new Sheet({ canvas: part("pad"), photo: part("photo"), photoName: part("photo-name") });
    this.asker = new Asker("v1/predict", (_, outcome) => this.#hear(outcome), { busy: () => this.sheet.drawing });
    this.sheet.addEventListener("change", () => this.#drawn());
    part("clear").addEventListener("click", () => this.sheet.clear());
    part("another").addEventListener("click", () => this.take(this.#samples[(this.#place + 21) % this.#samples.length]));
    this.take(samples[4 * 20]);
  }

  /** The picture as numbers from 0 to 1. */
  get picture() {
    return scaled(this.pixels);
  }

  /** Take a sample in hand. */
  take(sample) {
    this.#place = sample.place;
    this.sheet.clear();
    this.asker.drop();
    this.#hold(sample.pixels, sample.label, null, `A sample: ${named(sample.label)}.`);
  }

  #drawn() {
    const { sheet } = this;
    part("invite").hidden = !sheet.blank;
    part("pad").setAttribute("aria-label", `Drawing area, ${strokesIn(sheet.strokes.length, "nothing drawn yet")}`);
    if (sheet.blank) this.asker.drop();
    else this.asker.ask({ body: () => sheet.toBlob(), wanted: false }, sheet.drawing ? 120 : 0);
  }

  #hear({ answer }) {
    if (!answer) part("seen-words").textContent = TROUBLE;
    else if (answer.status !== "empty" && !this.sheet.blank)
      this.#hold(answer.saw, answer.digit, answer.probabilities, "Your digit, centred and scaled to 28 by 28.");
  }

  #hold(pixels, label, said, words) {
    Object.assign(this, { pixels, label, said });
    paintInk(part("seen"), pixels);
    part("seen").setAttribute("aria-label", `The picture in hand, 28 by 28 pixels. ${words}`);
    if (part("seen-words").textContent !== words) part("seen-words").textContent = words;
    this.dispatchEvent(new Event("change"));
  }
}
