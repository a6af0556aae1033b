// The steps Pooling, Dropout and Flatten, on what the kernel made of the picture in hand.

import { Grid } from "./grid.js";
import { convolved, lots, map, pooled, relu, short, sum, under } from "./maths.js";
import { PRESETS } from "./kernel.js";
import { together, toTheMost } from "./steps_convolution.js";
import { fillCells, fillTable, follow } from "./tables.js";

const part = (id) => document.getElementById(id);

export function poolingStep({ hand, kernel }) {
  const given = new Grid(part("pooling-given"), { frame: 2, step: 2, label: "After ReLU" });
  const made = new Grid(part("pooling-made"), { label: "After pooling" });
  const way = () => document.querySelector("[name=pooling]:checked").value;
  let activated;

  function say() {
    const block = under(activated, given.row, given.column, 2);
    const numbers = block.map((value) => short(value));
    const kept = way() === "max" ? `the largest is ${short(Math.max(...block))}` : `their mean is ${short(sum(block) / 4)}`;
    part("pooling-said").textContent =
      `Of ${numbers.slice(0, 3).join(", ")} and ${numbers[3]} ${kept}. It is pixel (${made.row}, ${made.column}); 676 numbers became 169.`;
  }

  function show() {
    activated = relu(convolved(hand.picture, kernel.values));
    given.show(activated);
    made.show(pooled(activated, way()));
    say();
  }

  // Where there was most before, there may be nothing in another picture.
  function anew() {
    show();
    toTheMost(given, made, pooled(activated), 2);
    say();
  }

  together(given, made, () => 2, say);
  for (const choice of document.querySelectorAll("[name=pooling]")) choice.addEventListener("change", show);
  for (const one of [hand, kernel]) one.addEventListener("change", anew);
  anew();
}

export function dropoutStep({ hand, kernel }) {
  const given = new Grid(part("dropout-given"), { label: "Before" });
  const made = new Grid(part("dropout-made"), { label: "After" });
  const rate = () => Number(part("dropout-rate").value) / 100;
  let [seed, before, after, silent] = [1, null, null, new Set()];

  function say() {
    const [place, used] = [given.row * 13 + given.column, part("dropout-used").checked];
    const louder = used ? 1 : 1 / (1 - rate());
    const whole = used
      ? "Nobody is silent, and everybody speaks as they are."
      : `${silent.size} of 169 are silent; the others speak ${short(louder)} times as loud.`;
    const here = silent.has(place) ? "is silent" : `goes from ${short(before.values[place])} to ${short(after.values[place])}`;
    const sums = `All together: ${short(sum(before.values), 1)} before, ${short(sum(after.values), 1)} after.`;
    part("dropout-said").textContent = `${whole} The one in the frame ${here}. ${sums}`;
  }

  function show() {
    before = pooled(relu(convolved(hand.picture, kernel.values)));
    const draw = lots(seed);
    // Each has drawn a lot; with a higher rate more of the lots lose.
    const drawn = Array.from({ length: 169 }, draw);
    silent = new Set(part("dropout-used").checked ? [] : drawn.flatMap((lot, place) => (lot < rate() ? [place] : [])));
    const louder = part("dropout-used").checked ? 1 : 1 / (1 - rate());
    after = map(13, 13, before.values.map((value, place) => (silent.has(place) ? 0 : value * louder)));
    given.show(before);
    made.show(after, silent);
    say();
  }

  together(given, made, () => 1, say);
  part("dropout-again").addEventListener("click", () => (seed++, show()));
  part("dropout-used").addEventListener("change", show);
  for (const one of [hand, kernel]) one.addEventListener("change", show);
  follow(part("dropout-rate"), (value) => `${value}\u202f%`, show);
  toTheMost(given, made, before, 1);
  say();
}

export function flattenStep({ hand }) {
  const slider = part("flatten-place");
  const maps = ["upright edges", "level edges"].map((name) => PRESETS[name]);

  function show() {
    const place = Number(slider.value);
    const blocks = maps.map((kernel) => under(pooled(relu(convolved(hand.picture, kernel))), 5, 5));
    const [cell, which] = [Math.floor(place / 2), place % 2];
    const [row, column] = [Math.floor(cell / 3), cell % 3];
    [part("flatten-first"), part("flatten-second")].forEach((table, number) => {
      fillTable(table, blocks[number], 3, { lit: number === which ? cell : -1 });
    });
    const flat = Array.from({ length: 18 }, (_, at) => blocks[at % 2][Math.floor(at / 2)]);
    fillCells(part("flatten-row"), flat, place);
    part("flatten-said").textContent =
      `Row ${row}, column ${column} of map ${which} is number (${row} · 3 + ${column}) · 2 + ${which} = ${place} of the row: ${short(flat[place])}. ` +
      `In the real network 13 · 13 · 8 = 1,352 numbers stand in the row.`;
  }

  hand.addEventListener("change", show);
  follow(slider, String, show);
}
