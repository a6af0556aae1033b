// The steps Data and Split: samples to look at, and what they are used for.

import { element } from "../element.js";
import { named } from "../words.js";
import { lots, sum } from "./maths.js";
import { EACH, paintInk } from "./samples.js";
import { coloursOf } from "./grid.js";
import { follow } from "./tables.js";

const part = (id) => document.getElementById(id);
const MNIST = 70_000;

export function dataStep({ hand, samples }) {
  const shelf = part("data-samples");
  const choices = Array.from({ length: 10 }, (_, digit) => {
    const label = element("label");
    const choice = element("input");
    Object.assign(choice, { type: "radio", name: "data-digit", value: digit, checked: digit === 4 });
    label.append(choice, ` ${digit}`);
    return label;
  });
  part("data-digit").append(...choices);

  function show(digit) {
    shelf.replaceChildren(
      ...samples.slice(EACH * digit, EACH * (digit + 1)).map((sample, number) => {
        const button = element("button", "sample");
        button.type = "button";
        button.setAttribute("aria-label", `${named(digit)}, sample ${number + 1} of ${EACH}`);
        const canvas = element("canvas", "ink");
        paintInk(canvas, sample.pixels);
        button.append(canvas);
        button.addEventListener("click", () => hand.take(sample));
        return button;
      }),
    );
    mark();
  }

  function mark() {
    const digit = Number(part("data-digit").querySelector(":checked").value);
    [...shelf.children].forEach((button, number) => {
      button.setAttribute("aria-pressed", String(samples[EACH * digit + number].pixels === hand.pixels));
    });
    const what = hand.label === null ? "is no digit Tenfold is sure of" : `is ${named(hand.label)}`;
    part("data-said").textContent = `The picture in hand ${what}: ${hand.pixels.length} numbers, 28 rows of 28.`;
  }

  part("data-digit").addEventListener("change", ({ target }) => show(Number(target.value)));
  hand.addEventListener("change", mark);
  show(4);
}

const KINDS = ["learns", "validates", "tests"];

export function splitStep({ samples }) {
  const sliders = { validation: part("split-validation"), test: part("split-test") };
  // The lots the samples have drawn stay the same, so that moving a cut moves that cut alone.
  const draw = lots(1998);
  const drawn = samples.map(() => draw());

  function kinds(validation, test) {
    const made = samples.map(() => "learns");
    const groups = part("split-shares").checked
      ? Array.from({ length: 10 }, (_, digit) => samples.filter(({ label }) => label === digit))
      : [samples];
    for (const group of groups) {
      const order = [...group].sort((one, other) => drawn[one.place] - drawn[other.place]);
      const [first, second] = [validation, validation + test].map((share) => Math.round(share * group.length));
      order.forEach(({ place }, at) => (made[place] = at < first ? "validates" : at < second ? "tests" : "learns"));
    }
    return made;
  }

  function show() {
    const [validation, test] = [sliders.validation, sliders.test].map(({ value }) => value / 100);
    const shares = [1 - validation - test, validation, test];
    shares.forEach((share, at) => part("split-bar").children[at].style.setProperty("flex-grow", share));
    const made = kinds(validation, test);
    paintWall(part("split-wall"), samples, made);
    const [learn, judge, examine] = shares.map((share) => Math.round(share * MNIST).toLocaleString("en-GB"));
    const each = Array.from({ length: 10 }, (_, digit) => sum(made.slice(EACH * digit, EACH * (digit + 1)).map((kind) => kind === "validates")));
    const fewest = Math.min(...each);
    const uneven = fewest === Math.max(...each) ? `${fewest} of each digit` : `${fewest} to ${Math.max(...each)} of a digit`;
    const chance = (100 * 1.96 * Math.sqrt((0.01 * 0.99) / (validation * MNIST))).toFixed(2);
    part("split-said").textContent =
      `Of MNIST's 70,000: ${learn} to learn from, ${judge} to validate, ${examine} to test. Of the samples, ${uneven} validate. ` +
      `A network that errs on 1 % will show 1 ± ${chance} % on so many validation digits.`;
  }

  for (const slider of Object.values(sliders)) follow(slider, (value) => `${value}\u202f%`, show);
  part("split-shares").addEventListener("change", show);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}

// All samples, twenty in a row, on a ground that says what they are for.
function paintWall(canvas, samples, kinds) {
  const side = 28;
  const columns = EACH;
  [canvas.width, canvas.height] = [columns * side, (samples.length / columns) * side];
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const grounds = Object.fromEntries(KINDS.map((kind) => [kind, style.getPropertyValue(`--${kind}`)]));
  const ink = element("canvas");
  samples.forEach(({ pixels }, place) => {
    const [left, top] = [(place % columns) * side, Math.floor(place / columns) * side];
    context.fillStyle = grounds[kinds[place]];
    context.fillRect(left, top, side, side);
    paintInk(ink, pixels);
    // The ink is black of some opacity: given the page's colour before it is laid on.
    const colour = ink.getContext("2d");
    colour.globalCompositeOperation = "source-in";
    colour.fillStyle = coloursOf(canvas).ink;
    colour.fillRect(0, 0, side, side);
    context.drawImage(ink, left, top);
  });
}
