// Files of strokes: told by their names, and drawn as Tenfold draws them, but for the finer pen of sheets of many rows.

/** How Tenfold draws strokes: the picture, the room around them, and the pen, all in pixels. */
export const DIGIT = { width: 224, height: 224, room: 40, pen: 20 };
export const SHEET = { room: 28, pen: 7 };

const isInk = ({ name = "" }) => /\.(json|inkml)$/i.test(name);

/**
 * What a file of strokes looks like.
 * @param {File} file
 * @param {{width: number, height: number, room: number, pen: number}} canvas
 * @returns {Promise<Blob?>} an SVG; null for other files, and where strokes are told in a way that only the server reads
 */
export async function drawing(file, { width, height, room, pen }) {
  if (!isInk(file)) return null;
  const lines = linesIn(await file.text());
  const points = lines.flat();
  if (!points.length || !points.flat().every(Number.isFinite)) return null;
  const [left, top] = ends(points, Math.min);
  const [right, bottom] = ends(points, Math.max);
  const scale = Math.min((width - 2 * room) / (right - left), (height - 2 * room) / (bottom - top), Number.MAX_VALUE);
  const place = ([x, y]) => [
    width / 2 + scale * (x - (left + right) / 2),
    height / 2 + scale * (y - (top + bottom) / 2),
  ];
  // A single point leaves a dot, as it does with two ends.
  const drawn = lines.map((line) => `<polyline points="${[...line, line.at(-1)].map(place).join(" ")}"/>`).join("");
  const style = `fill="none" stroke="black" stroke-width="${pen}" stroke-linecap="round" stroke-linejoin="round"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="white"/><g ${style}>${drawn}</g></svg>`;
  return new Blob([svg], { type: "image/svg+xml" });
}

const ends = (points, end) => [0, 1].map((axis) => points.map((point) => point[axis]).reduce((one, other) => end(one, other)));

function linesIn(text) {
  try {
    return (text.trimStart().startsWith("<") ? tracesIn(text) : strokesIn(text)).filter((line) => line.length);
  } catch {
    return []; // the server says what is wrong with it
  }
}

function strokesIn(text) {
  const given = JSON.parse(text);
  return (given.strokes ?? given).map((stroke) => {
    const [x, y] = Array.isArray(stroke) ? stroke : [stroke.x, stroke.y];
    return x.map((value, at) => [value, y[at]]);
  });
}

// InkML may say in which order and by which differences it tells its points; here it is read as it mostly is.
function tracesIn(text) {
  const ink = new DOMParser().parseFromString(text, "application/xml");
  if (ink.getElementsByTagNameNS("*", "traceFormat").length) return [];
  const traces = [...ink.getElementsByTagNameNS("*", "trace")].filter((trace) => trace.getAttribute("type") !== "penUp");
  return traces.map(({ textContent }) => {
    const points = textContent.split(",").filter((point) => point.trim());
    return points.map((point) => point.trim().split(/\s+/).map(Number));
  });
}
