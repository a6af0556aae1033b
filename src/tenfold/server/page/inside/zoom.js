// One map, enlarged, with a frame around what matters of it; a cell of it can be chosen.

import { element } from "../element.js";
import { palette } from "./colours.js";

export class ZoomView {
  /** @param {(row: number, column: number) => void} [pick] is told which cell was clicked */
  constructor(pick) {
    this.element = element("figure", "zoom");
    this.stage = element("div", "stage");
    this.canvas = element("canvas");
    this.frame = element("span", "frame");
    this.caption = element("figcaption");
    this.canvas.setAttribute("aria-hidden", "true");
    this.stage.append(this.canvas, this.frame);
    this.element.append(this.stage, this.caption);
    if (!pick) return;
    this.canvas.classList.add("choose");
    this.canvas.addEventListener("click", ({ offsetX, offsetY }) => {
      const { clientWidth, clientHeight, width, height } = this.canvas;
      const at = (offset, room, count) => Math.max(0, Math.min(count - 1, Math.floor((offset / room) * count)));
      pick(at(offsetY, clientHeight, height), at(offsetX, clientWidth, width));
    });
  }

  /**
   * Show a map.
   * @param {{height: number, width: number}} layer
   * @param {Float32Array} values of all of its maps
   * @param {number} most the number that has the full colour
   * @param {{top: number, left: number, tall: number, wide: number}} frame in cells
   */
  show({ height, width }, values, map, most, { top, left, tall, wide }) {
    const { canvas, frame } = this;
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const from = map * width * height;
    const { tones, middle, gain } = palette(most);
    for (let at = 0; at < pixels.length; at++) pixels[at] = tones[middle + Math.round(values[from + at] * gain)];
    context.putImageData(image, 0, 0);
    const share = (cells, all) => `${(100 * cells) / all}%`;
    Object.assign(frame.style, {
      left: share(left, width), top: share(top, height), width: share(wide, width), height: share(tall, height),
    });
  }
}
