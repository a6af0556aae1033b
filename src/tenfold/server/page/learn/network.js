// The trained network, here: its weights come with the lesson, and it answers without asking anybody.

import { largest, map, softmax, under, SIDE } from "./maths.js";

const KERNELS = 8;
const CLASSES = 10;

/** Numbers out of base64, little-endian float32. */
export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, place) => view.getFloat32(4 * place, true));
}

export class TrainedNetwork {
  /** @param {Record<string, string>} weights as the lesson packs them */
  constructor(weights) {
    const values = (name) => unpacked(weights[name]);
    this.kernels = values("convolution.kernels"); // (3, 3, 8)
    this.kernelBiases = values("convolution.biases");
    this.matrix = values("dense.matrix"); // (13 * 13 * 8, 10)
    this.biases = values("dense.biases");
  }

  /** The nine numbers of a kernel. */
  kernel(number) {
    return Array.from({ length: 9 }, (_, place) => this.kernels[place * KERNELS + number]);
  }

  /**
   * The ten scores of a picture.
   * @param {{values: Float32Array}} picture 28 by 28, 0 to 1
   */
  scores(picture) {
    const flat = this.#pooled(picture);
    return Array.from({ length: CLASSES }, (_, digit) => {
      let score = this.biases[digit];
      for (let place = 0; place < flat.length; place++) score += flat[place] * this.matrix[place * CLASSES + digit];
      return score;
    });
  }

  /** Ten probabilities. */
  probabilities(picture) {
    return softmax(this.scores(picture));
  }

  /** The digit it takes a picture for. */
  reads(picture) {
    return largest(this.scores(picture));
  }

  // Convolution, ReLU and pooling, flattened: the channels of a place side by side.
  #pooled(picture) {
    const side = (SIDE - 2) / 2;
    const given = map(SIDE, SIDE, picture.values);
    const flat = new Float32Array(side * side * KERNELS); // zeros: what is below is nothing to ReLU
    for (let row = 0; row < 2 * side; row++)
      for (let column = 0; column < 2 * side; column++) {
        const patch = under(given, row, column);
        const place = ((row >> 1) * side + (column >> 1)) * KERNELS;
        for (let kernel = 0; kernel < KERNELS; kernel++) {
          let value = this.kernelBiases[kernel];
          for (let pixel = 0; pixel < 9; pixel++) value += patch[pixel] * this.kernels[pixel * KERNELS + kernel];
          if (value > flat[place + kernel]) flat[place + kernel] = value;
        }
      }
    return flat;
  }
}
