// Normalise, classify, decide: what tenfold.Recognizer does, in the browser.

import { calibrated, noDigit, readDigit, threshold, TURNED_AWAY, turnAway } from "./decide.js";
import { decodeNetwork } from "./network.js";
import { normalize } from "./normalize.js";

/**
 * @typedef {{card: import("./decide.js").Card, bytes: Uint8Array}} Model a card and its ONNX file
 * @typedef {import("./decide.js").Answer & {model: string, pixels: Uint8Array, box: import("./plane.js").Box | null}} Seen
 *   an answer with the 28x28 that was given to the network, and where the ink stands
 */

/** Reads one digit; make it once, use it often. */
export class Recognizer {
  #networks;
  #cards;
  #least;
  #aDigit;

  /**
   * @param {Model} model
   * @param {Model} gate
   * @param {number} budget largest accepted share of wrong answers, above 0, at most 1
   */
  constructor(model, gate, budget) {
    this.#networks = { model: decodeNetwork(model.bytes), gate: decodeNetwork(gate.bytes) };
    this.#cards = { model: model.card, gate: gate.card };
    this.#least = threshold(model.card.thresholds, budget);
    this.#aDigit = threshold(gate.card.thresholds, TURNED_AWAY);
  }

  /** `name@hash` of the network. */
  get model() {
    return `${this.#cards.model.name}@${this.#cards.model.sha256.slice(0, 8) || "unsaved"}`;
  }

  /** @param {import("./ink.js").Picture} picture @returns {Seen} */
  read(picture) {
    const { pixels, empty, reason, box, parts } = normalize(picture);
    const answer = empty ? noDigit("empty", reason) : this.#classify(pixels, parts);
    return { ...answer, model: this.model, pixels, box };
  }

  #classify(pixels, parts) {
    const gate = this.ask("gate", pixels);
    const turned = turnAway(gate, parts.map((part) => this.ask("gate", part)), this.#aDigit);
    return turned ?? readDigit(this.ask("model", pixels), this.#least, gate[0]);
  }

  /** Calibrated probabilities for a 28x28. @param {"model" | "gate"} which @param {Uint8Array} pixels @returns {number[]} */
  ask(which, pixels) {
    const network = this.#networks[which];
    const shares = new Float32Array(pixels.length);
    for (let at = 0; at < shares.length; at++) shares[at] = pixels[at] / 255;
    const output = network.run(shares);
    return calibrated(output.get(network.outputs[0]).data, this.#cards[which]);
  }
}
