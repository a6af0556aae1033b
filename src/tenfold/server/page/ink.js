// What a hand drew, as strokes, and how strokes become pixels: on the screen and in the picture that is sent.

/**
 * A stroke: points in units of the sheet's side (0..1), and the pen's width in the same unit.
 * @typedef {{points: [number, number][], width: number}} Stroke
 */

// The network looks at 28 x 28; more than this adds bytes, not knowledge.
const SENT_SIDE = 560;

/** Draw strokes on a square of `side` pixels; curves run through the middles between points. */
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

/** The strokes as a PNG, black on white whatever the screen's colours are. */
export function toPng(strokes) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SENT_SIDE;
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, SENT_SIDE, SENT_SIDE);
  paint(context, strokes, SENT_SIDE, "black");
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
