// Ink in the colours of what it says: over the drawing or the picture, and in pictures of 28 by 28 pixels.

import { paint } from "./ink.js";

export const SIDE = 28;
// The drawing is sent this large, and boxes are told in its pixels.
const SENT = 560;
// Pixels of the large canvas, and the ground around the ink as a share of its longer side.
const LARGE = 448;
const AROUND = 0.12;

/** @typedef {{pro: number[], contra: number[], plain: number[], paper: string}} Colours each as red, green and blue */

/** A colour written #rrggbb, as three numbers. */
export const pixelsIn = (hex) => [1, 3, 5].map((at) => parseInt(hex.trim().slice(at, at + 2), 16));

/**
 * For each value a colour between that of ink which says nothing and that of its side.
 * @param {number[]} values above zero for, below against
 * @param {Colours} colours
 * @param {number} [most] which value has the full colour; by default the largest there is
 */
export function tinted(values, { pro, contra, plain }, most = loudest(values)) {
  return values.map((value) => {
    const end = value >= 0 ? pro : contra;
    const share = Math.min(1, Math.abs(value) / most);
    return plain.map((part, at) => part + share * (end[at] - part));
  });
}

const loudest = (values) => Math.max(...values.map(Math.abs), 1e-6);

/** Write a picture of 28 by 28: how opaque each pixel is (0 to 255), and which colour it has. */
export function write(canvas, ink, colours) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  ink.forEach((value, place) => image.data.set([...colours[place], value], 4 * place));
  context.putImageData(image, 0, 0);
}

/**
 * The drawing or the picture, cut to its ink, in the colours of what the ink says.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./sheet.js").Sheet} sheet what was explained
 * @param {any} why the explanation
 * @param {Colours} colours
 */
export async function inColours(canvas, sheet, why, colours) {
  const photo = sheet.picture && (await createImageBitmap(sheet.picture).catch(() => null));
  [canvas.width, canvas.height] = [LARGE, LARGE];
  const context = canvas.getContext("2d");
  const voices = small(why, colours, !photo);
  const { saw_box: from, box: to } = why;
  // What no browser can show is shown as the network saw it.
  if (sheet.picture && !photo) {
    write(canvas28(canvas), why.saw, tinted(why.map, colours));
    return;
  }
  const longer = Math.max(to.width, to.height);
  const side = longer * (1 + 2 * AROUND);
  const scale = LARGE / side;
  context.setTransform(scale, 0, 0, scale, -scale * (to.x + to.width / 2 - side / 2), -scale * (to.y + to.height / 2 - side / 2));
  if (photo) {
    context.fillStyle = "white"; // what is clear in a picture is taken for paper
    context.fillRect(0, 0, photo.width, photo.height);
    context.filter = "grayscale(1)";
    context.drawImage(photo, 0, 0);
    context.filter = "none";
    context.globalAlpha = 0.4;
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, photo.width, photo.height);
    context.globalAlpha = 1;
    photo.close();
  } else {
    paint(context, sheet.strokes, SENT, `rgb(${colours.plain.join(" ")})`);
    context.globalCompositeOperation = "source-atop"; // from here on the ink alone takes colour
  }
  context.drawImage(voices, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
}

// What each pixel says, as 28 by 28: over a drawing as colours all over, over a picture the stronger the more it says.
function small({ map }, colours, everywhere) {
  const canvas = canvas28(document.createElement("canvas"));
  const most = loudest(map);
  const spread = everywhere ? spill(map) : map;
  const strength = everywhere ? map.map(() => 255) : map.map((value) => Math.round((230 * Math.abs(value)) / most));
  const { pro, contra } = colours;
  const shown = everywhere ? tinted(spread, colours, most) : map.map((value) => (value >= 0 ? pro : contra));
  write(canvas, strength, shown);
  return canvas;
}

// Values where there is ink, carried one pixel on: the drawn edge lies a little beyond the ink the network saw.
function spill(map) {
  return map.map((value, place) => {
    if (value !== 0) return value;
    const [x, y] = [place % SIDE, Math.floor(place / SIDE)];
    let best = 0;
    for (let down = -1; down <= 1; down++) {
      for (let right = -1; right <= 1; right++) {
        const [column, row] = [x + right, y + down];
        if (column < 0 || column >= SIDE || row < 0 || row >= SIDE) continue;
        const near = map[row * SIDE + column];
        if (Math.abs(near) > Math.abs(best)) best = near;
      }
    }
    return best;
  });
}

function canvas28(canvas) {
  [canvas.width, canvas.height] = [SIDE, SIDE];
  return canvas;
}
