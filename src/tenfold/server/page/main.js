// The page: joins the sheet, the server and the answer.

import { Asker } from "./asker.js";
import { takePictures } from "./pictures.js";
import { Sheet } from "./sheet.js";
import { AnswerView } from "./view.js";
import { statusOf } from "./words.js";

// While the hand moves, ask this often at most.
const LIVE_PAUSE = 120;

const part = (id) => document.getElementById(id);
const sheet = new Sheet({ canvas: part("pad"), photo: part("photo"), photoName: part("photo-name") });
const view = new AnswerView();
const asker = new Asker(new URL("v1/predict", document.baseURI), hear);

function ask(pause) {
  view.expect();
  const { version, era, picture } = sheet;
  asker.ask({ version, era, kind: picture ? "picture" : "drawing", body: () => sheet.toBlob() }, pause);
}

function hear(question, outcome) {
  if (question.era !== sheet.era) return;
  const settled = question.version === sheet.version && !sheet.drawing;
  // While the hand moves, a digit may show already; that half a digit is none yet is nobody's news.
  if (!settled && !(sheet.drawing && ["ok", "uncertain"].includes(statusOf(outcome)))) return;
  view.show(outcome, question.kind, settled);
  box = question.kind === "picture" ? outcome.answer?.box : null;
  showFound();
}

// Where the ink was found, as a frame over the picture, which lies in the middle of the square sheet.
let box = null;
function showFound() {
  const { naturalWidth: width, naturalHeight: height } = part("photo");
  const found = part("found");
  found.hidden = !box || part("photo").hidden;
  if (found.hidden) return;
  const side = Math.max(width, height);
  const share = (value) => `${(100 * value) / side}%`;
  found.style.left = share(box.x + (side - width) / 2);
  found.style.top = share(box.y + (side - height) / 2);
  found.style.width = share(box.width);
  found.style.height = share(box.height);
}

sheet.addEventListener("change", () => {
  const strokes = sheet.strokes.length;
  part("invite").hidden = !sheet.blank;
  part("undo").setAttribute("aria-disabled", String(!sheet.canUndo));
  const drawn = strokes === 0 ? "nothing drawn yet" : strokes === 1 ? "one stroke" : `${strokes} strokes`;
  part("pad").setAttribute("aria-label", sheet.picture ? "Drawing area, showing your picture" : `Drawing area, ${drawn}`);
  if (sheet.blank) {
    asker.drop();
    view.wait();
  } else {
    ask(sheet.drawing ? LIVE_PAUSE : 0);
  }
  box = null;
  showFound();
});
part("photo").addEventListener("load", showFound); // the answer may come before the picture shows

function recognise() {
  if (!sheet.drawing) ask(0);
}

function clear() {
  sheet.clear();
  asker.drop();
  view.wait();
}

part("recognise").addEventListener("click", recognise);
part("clear").addEventListener("click", clear);
part("undo").addEventListener("click", () => sheet.undo());
part("width").addEventListener("input", ({ target }) => {
  sheet.penWidth = target.value / 100;
  target.setAttribute("aria-valuetext", `${target.value} of ${target.max}`);
});
takePictures(
  { choose: part("choose"), file: part("file"), shoot: part("shoot"), camera: part("camera") },
  (file) => sheet.place(file),
);

document.addEventListener("keydown", (event) => {
  const { key, repeat, altKey, shiftKey } = event;
  const command = event.ctrlKey || event.metaKey;
  if (key === "Enter" && !repeat && !command && !altKey && !event.target.closest("a, button")) {
    recognise();
  } else if (key === "Escape" && !command && !altKey) {
    clear();
  } else if (key.toLowerCase() === "z" && command && !altKey && !shiftKey) {
    event.preventDefault();
    sheet.undo();
  }
});
