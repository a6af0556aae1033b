// The page: which of the two desks is in front, and the tools and keys they share.

import { DigitDesk } from "./digit.js";
import { handInk, takeInk } from "./handed_ink.js";
import { NumberDesk } from "./number.js";
import { takePictures } from "./pictures.js";

const part = (id) => document.getElementById(id);
const desks = { digit: new DigitDesk(), number: new NumberDesk() };
let desk = desks.digit;

// The mode stands in the address, so that it can be linked to and comes back with "back" and "reload".
const modeOfAddress = () => (location.hash === "#number" ? "number" : "digit");

function enter(mode) {
  desk = desks[mode];
  document.body.dataset.mode = mode;
  document.title = desk.title;
  part("purpose").textContent = desk.purpose;
  part("mode").querySelector(`[value="${mode}"]`).checked = true;
  showUndo();
}

function turnTo(mode) {
  if (mode !== modeOfAddress()) history.pushState(null, "", mode === "number" ? "#number" : location.pathname + location.search);
  enter(mode);
}

function showUndo() {
  part("undo").setAttribute("aria-disabled", String(!desk.sheet.canUndo));
}

part("mode").addEventListener("change", ({ target }) => turnTo(target.value));
for (const event of ["popstate", "hashchange"]) addEventListener(event, () => enter(modeOfAddress()));
for (const { sheet } of Object.values(desks)) sheet.addEventListener("change", showUndo);

part("recognise").addEventListener("click", () => desk.recognise());
part("clear").addEventListener("click", () => desk.clear());
part("undo").addEventListener("click", () => desk.sheet.undo());
part("as-number").addEventListener("click", () => {
  desks.number.adopt(desks.digit.sheet);
  turnTo("number");
});
part("width").addEventListener("input", ({ target }) => {
  for (const one of Object.values(desks)) one.pen(target.value / 100);
  target.setAttribute("aria-valuetext", `${target.value} of ${target.max}`);
});
takePictures(
  { choose: part("choose"), file: part("file"), shoot: part("shoot"), camera: part("camera") },
  (file) => desk.sheet.place(file),
);

document.addEventListener("keydown", (event) => {
  const { key, repeat, altKey, shiftKey, target } = event;
  const command = event.ctrlKey || event.metaKey;
  const writing = target.closest("input[type=text]"); // whose own undo and Escape are meant
  if (key === "Enter" && !repeat && !command && !altKey && !target.closest("a, button, select")) {
    desk.recognise();
  } else if (key === "Escape" && !command && !altKey && !writing && !target.closest("select")) {
    desk.clear();
  } else if (key.toLowerCase() === "z" && command && !altKey && !shiftKey && !writing) {
    event.preventDefault();
    desk.sheet.undo();
  }
});

handInk(desks.digit.sheet);
takeInk(desks.digit.sheet);
enter(modeOfAddress());
