// Files of tablet ink, JSON or InkML, as strokes; as tenfold/imaging/stroke_files.py, inkml.py and draw.py.

import { PictureError } from "./picture.js";

const LOOKED_AT = 1024;
const MOST_BYTES = 1e6;
const MOST_STROKES = 2000;
const MOST_POINTS = 20_000;
const MOST_COORDINATE = 1e6;
// How a digit is drawn, in units of the sheet's height: the room around it, the pen, and how far its points are apart.
const ROOM = 40 / 224;
const PEN = 20 / 224;
const STEP = 1 / 28;

/** @typedef {[number, number][]} Line the points of a stroke, y downwards */

/**
 * The strokes of a file, fitted to a square sheet; null of a file that is no ink.
 * @param {Blob} file
 * @returns {Promise<import("../server/page/ink.js").Stroke[] | null>}
 * @throws {PictureError} if it is ink that cannot be read, or too much
 */
export async function openInk(file) {
  const head = (await file.slice(0, LOOKED_AT).text()).trimStart();
  const inkml = head.startsWith("<") && /<(?:\w+:)?ink[\s>/]/.test(head);
  if (!inkml && !/^[{[]/.test(head)) return null;
  if (file.size > MOST_BYTES) throw new PictureError("too_large");
  const text = await file.text();
  return fitted(checked(inkml ? tracesIn(text) : listedIn(text)));
}

function unreadable() {
  return new PictureError("unreadable_image");
}

/** @param {Line[]} lines */
function checked(lines) {
  const points = lines.flat();
  if (lines.length > MOST_STROKES || points.length > MOST_POINTS) throw new PictureError("too_large");
  if (!points.flat().every((value) => Math.abs(value) <= MOST_COORDINATE)) throw unreadable();
  return lines.filter((line) => line.length);
}

/** @param {Line[]} lines */
function fitted(lines) {
  if (!lines.length) return [];
  const ends = (end) => [0, 1].map((axis) => lines.flat().map((point) => point[axis]).reduce((one, other) => end(one, other)));
  const [low, high] = [ends(Math.min), ends(Math.max)];
  const span = Math.max(high[0] - low[0], high[1] - low[1]);
  const scale = span > 1e-12 ? (1 - 2 * ROOM) / span : 0;
  const place = (point) => point.map((value, axis) => 0.5 + scale * (value - (low[axis] + high[axis]) / 2));
  return lines.map((line) => ({ points: closer(line.map(place)), width: PEN }));
}

// The sheet's curves run through the middles between points; so near to each other they are the way the file tells.
function closer(line) {
  return line.flatMap((to, at) => {
    const from = line[at - 1] ?? to;
    const count = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / STEP));
    return Array.from({ length: count }, (_, step) => [0, 1].map((axis) => from[axis] + ((step + 1) / count) * (to[axis] - from[axis])));
  });
}

// -- JSON ---------------------------------------------------------------------------------------------------

function listedIn(text) {
  try {
    const given = JSON.parse(text);
    return (Array.isArray(given) ? given : given.strokes).map((stroke) => {
      const [x, y, t] = Array.isArray(stroke) ? stroke : [stroke.x, stroke.y, stroke.t];
      if (x.length !== y.length || x.length !== (t ?? x).length) throw unreadable();
      if (![...x, ...y].every((value) => typeof value === "number")) throw unreadable();
      return x.map((value, at) => [value, y[at]]);
    });
  } catch {
    throw unreadable();
  }
}

// -- InkML --------------------------------------------------------------------------------------------------

// A value, and how it is to be understood (section 3.2.1): as it is (!), as a difference ('), as a difference of
// differences ("), or as nothing has been said before.
const VALUE = /\s*([!'"]?)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|#[0-9a-fA-F]{1,8}|[*?TF])/y;
const PLAIN = [{ name: "X", turned: false }, { name: "Y", turned: false }];

function tracesIn(text) {
  const { documentElement: ink, doctype } = new DOMParser().parseFromString(text, "application/xml");
  if (doctype || ink.localName !== "ink" || ink.getElementsByTagName("parsererror").length) throw unreadable();
  const lines = [];
  let channels = PLAIN;
  for (const part of ink.getElementsByTagName("*")) {
    if (part.localName === "traceFormat") channels = channelsOf(part) ?? channels;
    else if (part.localName === "trace" && (part.getAttribute("type") ?? "penDown") === "penDown") {
      lines.push(traced(part.textContent, channels));
    }
  }
  return lines;
}

/** What each value of a point is; those that come and go are not told of. */
function channelsOf(format) {
  const all = [...format.getElementsByTagName("*")].filter((part) => part.localName === "channel");
  const regular = all.filter((channel) => channel.parentNode.localName !== "intermittentChannels");
  const named = regular.map((channel) => ({ name: channel.getAttribute("name") ?? "", turned: channel.getAttribute("orientation") === "-ve" }));
  return named.length ? named : null;
}

/** @returns {Line} */
function traced(text, channels) {
  const series = channels.map(() => ({ order: 0, value: 0, speed: 0, change: 0 }));
  const [x, y] = ["X", "Y"].map((name) => channels.findLastIndex((channel) => channel.name === name));
  if (x < 0 || y < 0) throw unreadable();
  return text.split(",").filter((point) => point.trim()).map((point) => {
    const words = wordsOf(point.split(":")[0]);
    if (words.length !== channels.length) throw unreadable();
    const values = words.map(([mark, word], at) => {
      if (at !== x && at !== y) return 0;
      const value = next(series[at], mark, word);
      return channels[at].turned ? -value : value;
    });
    return [values[x], values[y]];
  });
}

function wordsOf(point) {
  const words = [];
  VALUE.lastIndex = 0;
  for (let [at, found] = [0, VALUE.exec(point)]; ; found = VALUE.exec(point)) {
    if (!found) {
      if (point.slice(at).trim()) throw unreadable();
      return words;
    }
    words.push([found[1], found[2]]);
    at = VALUE.lastIndex;
  }
}

/** The next value of a channel, which may be told by its difference to the one before. */
function next(series, mark, word) {
  if (mark) series.order = "!'\"".indexOf(mark);
  const number = word === "*" ? null : word.startsWith("#") ? parseInt(word.slice(1), 16) : Number(word);
  if (Number.isNaN(number)) throw unreadable();
  if (series.order === 0) {
    const before = series.value;
    series.value = number ?? before;
    series.speed = series.value - before;
    return series.value;
  }
  if (series.order === 1) {
    series.speed = number ?? series.speed;
  } else {
    series.change = number ?? series.change;
    series.speed += series.change;
  }
  series.value += series.speed;
  return series.value;
}
