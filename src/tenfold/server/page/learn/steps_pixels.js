// The steps Scaling and One-hot: a pixel's number, and a digit's ten.

import { named } from "../words.js";
import { Grid } from "./grid.js";
import { oneHot, scaled, short, under } from "./maths.js";
import { fillCells, fillTable, follow } from "./tables.js";

const part = (id) => document.getElementById(id);
// Along a side of the numbers that are shown.
const AROUND = 5;

export function scalingStep({ hand }) {
  const grid = new Grid(part("scaling-grid"), { frame: AROUND, label: "The picture in hand" });

  function show() {
    const after = document.querySelector("[name=scaling]:checked").value === "after";
    const bytes = under({ values: hand.pixels, columns: 28 }, grid.row, grid.column, AROUND);
    const middle = bytes[12];
    const numbers = after ? bytes.map((value) => value / 255) : bytes;
    fillTable(part("scaling-numbers"), numbers, AROUND, { lit: 12, digits: 3, shade: (value) => (after ? value : value / 255) });
    part("scaling-said").textContent =
      `Row ${grid.row + 2}, column ${grid.column + 2}: ${middle} before, ${middle} / 255 = ${short(middle / 255, 3)} after.`;
  }

  grid.addEventListener("move", show);
  for (const choice of document.querySelectorAll("[name=scaling]")) choice.addEventListener("change", show);
  hand.addEventListener("change", () => (grid.show(scaled(hand.pixels)), show()));
  grid.show(hand.picture);
  grid.put(11, 11);
  show();
}

export function oneHotStep({ hand }) {
  const slider = part("one-hot-digit");

  function show(digit) {
    fillCells(part("one-hot-cells"), oneHot(digit), digit);
    const wrong = (digit + 1) % 10;
    part("one-hot-said").textContent =
      `One-hot, ${named(digit)} is ${oneHot(digit).join(" ")}. ` +
      `Between it and ${named(wrong)} lie as many changed places as between any two digits: 2.`;
  }

  follow(slider, String, show);
  hand.addEventListener("change", () => {
    if (hand.label === null) return;
    slider.value = hand.label;
    slider.dispatchEvent(new Event("input"));
  });
}
