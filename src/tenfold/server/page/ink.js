// What a hand drew, as strokes, and how strokes become pixels: on the screen and in the picture that is sent.

/**
 * A stroke: points in units of the sheet's height, and the pen's width in the same unit.
 * @typedef {{points: [number, number][], width: number}} Stroke
 */

// The networks look at 28 or 32 pixels of height; more than this adds bytes, not knowledge.
const SENT_HEIGHT = 560;

/** Draw strokes on a sheet `side` pixels high; curves run through the middles between points. */
export function paint(context, strokes, side, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineCap = context.lineJoin = "round";
  for (const { points, width } of strokes) {
    const [first, ...rest] = points.map(([x, y]) => [x * side, y * side]);
    context.beginPath();
    if (rest.length === 0) {
      context.arc(...first, (width * side) / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.lineWidth = width * side;
    context.moveTo(...first);
    for (let i = 0; i < rest.length - 1; i++) {
      const [[x, y], [nextX, nextY]] = [rest[i], rest[i + 1]];
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    context.lineTo(...rest.at(-1));
    context.stroke();
  }
}

/**
 * The strokes in a picture of their own, black on white whatever the screen's colours are.
 * @param {number} height in pixels
 * @param {number} aspect how many times as wide as high the sheet is
 * @param {HTMLCanvasElement} canvas to draw on
 */
export function onCanvas(strokes, height, aspect = 1, canvas = document.createElement("canvas")) {
  [canvas.width, canvas.height] = [Math.round(height * aspect), height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  paint(context, strokes.filter(({ points }) => points.length), height, "black");
  return canvas;
}

/** The same as a PNG to send. */
export function toPng(strokes, aspect = 1) {
  const canvas = onCanvas(strokes, SENT_HEIGHT, aspect);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
