// The samples that are built in: twenty of each digit, out of one picture.

import { SIDE } from "./maths.js";

export const EACH = 20;

/**
 * @typedef {{pixels: Uint8ClampedArray, label: number, place: number}} Sample bright ink on black, 0 to 255
 * @returns {Promise<Sample[]>} the digits 0 to 9, twenty of each, one after the other
 */
export async function loadSamples() {
  const image = new Image();
  image.src = new URL("samples.png", import.meta.url).href;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return Array.from({ length: 10 * EACH }, (_, place) => {
    const [label, number] = [Math.floor(place / EACH), place % EACH];
    const { data } = context.getImageData(number * SIDE, label * SIDE, SIDE, SIDE);
    return { pixels: data.filter((_, at) => at % 4 === 0), label, place };
  });
}

/** Show a picture's pixels as ink: as opacity, so that the style decides which colour it has. */
export function paintInk(canvas, pixels) {
  [canvas.width, canvas.height] = [SIDE, SIDE];
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  pixels.forEach((value, place) => (image.data[4 * place + 3] = value));
  context.putImageData(image, 0, 0);
}
