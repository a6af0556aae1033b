// The page that is taken away: joins the sheet and the recogniser, which lies in the page itself.

import { onCanvas } from "../server/page/ink.js";
import { Sheet } from "../server/page/sheet.js";
import { strokesIn } from "../server/page/words.js";
import { noDigit } from "./decide.js";
import { greyOf, openPicture, PictureError, pictureOf } from "./picture.js";
import { AnswerView } from "./page_view.js";
import { Recognizer } from "./recognize.js";
import { openInk } from "./strokes.js";

const part = (id) => document.getElementById(id);
// What is drawn is looked at as black on white, so large: more is slower, and tells no more.
const DRAWN = 280;

const sheet = new Sheet({ canvas: part("pad"), photo: part("photo"), photoName: part("photo-name") });
const view = new AnswerView();
const { model, gate, budget } = globalThis.tenfold;
const recognizer = new Recognizer(model, gate, budget);
const canvas = document.createElement("canvas");
let asked = 0;
let box = null;

/** What a file holds, as pixels: a picture, or strokes drawn. @param {Blob} file */
async function opened(file) {
  const ink = await openInk(file);
  return ink ? drawn(ink) : openPicture(file);
}

const drawn = (strokes) => greyOf(onCanvas(strokes, DRAWN, 1, canvas));

/** Put a file on the sheet: a picture as it is, and strokes as if they had been drawn here. @param {File} file */
async function lay(file) {
  const ink = await openInk(file).catch(() => null);
  if (ink?.length) sheet.write(ink);
  else sheet.place(file);
}

/**
 * The answer to a file of a picture or of strokes, or to what is on a canvas, for who asks from a script: as `tenfold.predict` gives it, with the
 * pixels that the network saw, and how long it took from the canvas on, or from the file's own pixels on.
 */
async function read(given) {
  try {
    const found = given instanceof Blob ? await opened(given) : null;
    const start = performance.now();
    return { ...recognizer.read(found ?? pictureOf(given)), milliseconds: performance.now() - start };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return { ...noDigit("unreadable_image", error.message), model: recognizer.model };
  }
}

async function answer() {
  const now = ++asked;
  const kind = sheet.picture ? "picture" : "drawing";
  let seen;
  try {
    const pixels = sheet.picture ? await opened(sheet.picture) : drawn(sheet.strokes);
    // What was drawn on meanwhile is looked at again.
    if (now !== asked) return;
    seen = { ...recognizer.read(pixels), scale: pixels.scale };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    seen = { status: error.status };
  }
  if (now !== asked) return;
  view.show(seen, kind, !sheet.drawing);
  box = kind === "picture" && seen.box ? { ...seen.box, scale: seen.scale } : null;
  showFound();
}

/** Where the ink was found, as a frame over the picture, which lies in the middle of the square sheet. */
function showFound() {
  const { naturalWidth: width, naturalHeight: height, hidden } = part("photo");
  const found = part("found");
  found.hidden = !box || hidden;
  if (found.hidden) return;
  const side = Math.max(width, height) * box.scale;
  const share = (value) => `${(100 * value) / side}%`;
  found.style.left = share(box.x + (side - width * box.scale) / 2);
  found.style.top = share(box.y + (side - height * box.scale) / 2);
  found.style.width = share(box.width);
  found.style.height = share(box.height);
}

let awaited = false;

sheet.addEventListener("change", () => {
  const shown = sheet.picture ? "showing your picture" : strokesIn(sheet.strokes.length, "nothing drawn yet");
  part("pad").setAttribute("aria-label", `Drawing area, ${shown}`);
  part("invite").hidden = !sheet.blank;
  part("undo").setAttribute("aria-disabled", !sheet.canUndo);
  part("clear").setAttribute("aria-disabled", sheet.blank);
  box = null;
  showFound();
  asked++;
  if (sheet.blank) return view.wait();
  if (awaited) return;
  // Once a frame, however many points come.
  awaited = true;
  view.expect();
  requestAnimationFrame(() => {
    awaited = false;
    if (!sheet.blank) answer();
  });
});
part("photo").addEventListener("load", showFound);

// -- tools --------------------------------------------------------------------------------------------------

part("undo").addEventListener("click", () => sheet.undo());
part("clear").addEventListener("click", () => sheet.clear());
part("width").addEventListener("input", ({ target }) => {
  sheet.penWidth = target.value / 100;
  target.setAttribute("aria-valuetext", `${target.value} of ${target.max}`);
});
for (const [button, field] of [["choose", "file"], ["shoot", "camera"]]) {
  part(button).addEventListener("click", () => part(field).click());
  part(field).addEventListener("change", ({ target }) => {
    if (target.files[0]) lay(target.files[0]);
    target.value = "";
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") sheet.clear();
  else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) sheet.undo();
  else return;
  event.preventDefault();
});
document.addEventListener("paste", ({ clipboardData }) => {
  if (clipboardData.files[0]) lay(clipboardData.files[0]);
});
const dropping = (on) => (event) => {
  event.preventDefault();
  document.body.classList.toggle("dropping", on);
};
document.addEventListener("dragover", dropping(true));
document.addEventListener("dragleave", (event) => event.relatedTarget || dropping(false)(event));
document.addEventListener("drop", (event) => {
  dropping(false)(event);
  if (event.dataTransfer.files[0]) lay(event.dataTransfer.files[0]);
});

// For scripts, and for the tests that hold the page to what Python says.
globalThis.tenfold = { read };
