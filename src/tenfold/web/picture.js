// From a picture file to channels: what tenfold/imaging/load.py does, as far as a browser opens files.

import { plane } from "./plane.js";

const WHY = {
  too_large: "The picture is too large: at most 20 MB and 40 million pixels are opened.",
  unreadable_image: "The file cannot be opened as a picture.",
};

/** Why a file cannot be read: `too_large` or `unreadable_image`. */
export class PictureError extends Error {
  name = "PictureError";

  /** @param {"too_large" | "unreadable_image"} status */
  constructor(status) {
    super(WHY[status]);
    this.status = status;
  }
}

const MOST_BYTES = 20e6;
const MOST_PIXELS = 40e6;
// Phones give a canvas no more pixels than this; larger pictures are shrunk on the way.
const MOST_ON_CANVAS = 16e6;
// As tenfold/imaging/pixels.py has them, for pictures with transparency.
const TWO_TONES = 100;
const MOSTLY_OPAQUE = 0.9;
const LIGHT_INK = 160;

/**
 * Open a picture file.
 * @param {Blob} file
 * @returns {Promise<import("./ink.js").Picture & {scale: number}>} upright, transparency laid on a ground; `scale` is what it
 *   was shrunk by
 * @throws {PictureError}
 */
export async function openPicture(file) {
  if (file.size > MOST_BYTES) throw new PictureError("too_large");
  const head = new Uint8Array(await file.slice(0, 64 * 1024).arrayBuffer());
  const said = sizeInPng(head);
  if (said > MOST_PIXELS) throw new PictureError("too_large");
  // Colours as they are in the file: profiles and transparency would change them.
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  const bitmap = await createImageBitmap(file, options).catch(() => {
    throw new PictureError("unreadable_image");
  });
  try {
    if (bitmap.width * bitmap.height > MOST_PIXELS) throw new PictureError("too_large");
    return pictureOf(bitmap, isGrey(head));
  } finally {
    bitmap.close();
  }
}

/** What lies on a canvas that was drawn on in shades of grey and has no transparency. @param {HTMLCanvasElement} canvas */
export function greyOf(canvas) {
  const { width, height, data } = pixelsOf(canvas);
  return { width, height, channels: [channelOf(data, 0, width, height)], scale: 1 };
}

function channelOf(data, channel, width, height) {
  const values = new Uint8Array(width * height);
  for (let at = 0, from = channel; at < values.length; at++, from += 4) values[at] = data[from];
  return plane(width, height, values);
}

/** What a canvas or bitmap shows. @param {CanvasImageSource & {width: number, height: number}} image */
export function pictureOf(image, grey = false) {
  const scale = Math.min(1, Math.sqrt(MOST_ON_CANVAS / (image.width * image.height)));
  const { width, height, data } = (scale === 1 && pixelsOf(image)) || pixelsOf(copyOf(image, scale));
  layOnGround(data);
  // Channels that are all alike are one, but for what hasTheForm in normalize.js asks.
  const one = grey || (Math.max(width, height) > 28 && isAlike(data));
  const channels = [0, 1, 2].slice(0, one ? 1 : 3).map((channel) => channelOf(data, channel, width, height));
  return { width, height, channels, scale };
}

/** The pixels of a canvas that can be drawn on; null of another or of what is none. @returns {ImageData | null} */
function pixelsOf(image) {
  return image.getContext?.("2d", { willReadFrequently: true })?.getImageData(0, 0, image.width, image.height) ?? null;
}

function copyOf(image, scale) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function isAlike(data) {
  for (let at = 0; at < data.length; at += 4) if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  return true;
}

/** How many pixels a PNG says it has; 0 of another file. */
function sizeInPng(head) {
  const view = new DataView(head.buffer);
  return head.length > 28 && view.getUint32(0) === 0x89504e47 ? view.getUint32(16) * view.getUint32(20) : 0;
}

/** Whether a file says that it has one channel: a PNG of shades of grey, or a JPEG of one component. */
function isGrey(head) {
  if (sizeInPng(head)) return head[25] === 0;
  if (head[0] !== 0xff || head[1] !== 0xd8) return false;
  for (let at = 2; at + 9 < head.length && head[at] === 0xff; at += 2 + head[at + 2] * 256 + head[at + 3]) {
    const isFrame = head[at + 1] >= 0xc0 && head[at + 1] <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(head[at + 1]);
    if (isFrame) return head[at + 9] === 1;
  }
  return false;
}

function isOpaque(data) {
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) return false;
  return true;
}

/** A picture with transparency on an opaque ground that keeps the ink visible; in place. @param {Uint8ClampedArray} data RGBA */
function layOnGround(data) {
  if (isOpaque(data)) return;
  const counts = new Float64Array(256);
  let [opacity, mass] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3];
    const grey = (data[at] * 19595 + data[at + 1] * 38470 + data[at + 2] * 7471 + 32768) >> 16;
    counts[grey] += alpha;
    opacity += alpha;
    mass += grey * alpha;
  }
  if (opacity === 0) return;
  const level = (share) => {
    let reached = 0;
    return counts.findIndex((count) => (reached += count) >= share * opacity);
  };
  const paper = level(0.99) - level(0.01) > TWO_TONES || opacity / (data.length / 4) > MOSTLY_OPAQUE * 255;
  const ground = paper ? (level(0.5) > 127 ? 255 : 0) : mass / opacity > LIGHT_INK ? 0 : 255;
  for (let at = 0; at < data.length; at++) {
    if (at % 4 === 3) continue;
    const alpha = data[at | 3];
    data[at] = Math.round((data[at] * alpha + ground * (255 - alpha)) / 255);
  }
}
