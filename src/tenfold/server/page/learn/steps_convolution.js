// The steps Convolution and Padding: a kernel slides over the picture.

import { Grid } from "./grid.js";
import { convolved, padded, places, short, sumOfProducts, under } from "./maths.js";
import { fillTable, follow } from "./tables.js";

const part = (id) => document.getElementById(id);

/** Put both frames where most of what the kernel looks for is, so that there is something to see at first. */
export function toTheMost(given, made, shown, stride) {
  const most = shown.values.indexOf(Math.max(...shown.values));
  const [row, column] = [Math.floor(most / shown.columns), most % shown.columns];
  made.put(row, column);
  given.put(row * stride, column * stride);
}

/** Let the frame on what is given and that on what is made of it move together. */
export function together(given, made, stride, show) {
  given.addEventListener("move", () => (made.put(given.row / stride(), given.column / stride()), show()));
  made.addEventListener("move", () => (given.put(made.row * stride(), made.column * stride()), show()));
}

export function convolutionStep({ hand, kernel }) {
  const given = new Grid(part("convolution-given"), { frame: 3, label: "The picture in hand" });
  const made = new Grid(part("convolution-made"), { label: "What the kernel makes of it" });

  function say() {
    const patch = under(hand.picture, given.row, given.column);
    const products = patch.map((pixel, place) => pixel * kernel.values[place]);
    fillTable(part("convolution-patch"), patch, 3, { shade: (value) => value });
    fillTable(part("convolution-products"), products, 3);
    const terms = patch.flatMap((pixel, place) => (pixel && kernel.values[place] ? [`${short(pixel)} · ${short(kernel.values[place])}`] : []));
    const all = short(sumOfProducts(patch, kernel.values));
    part("convolution-said").textContent =
      terms.length > 0
        ? `The sum, each number rounded: ${terms.join(" + ")} ≈ ${all}. It is row ${given.row}, column ${given.column} of the new picture, counted from 0.`
        : `Every product is 0 here, and so is their sum. Move the frame onto the ink.`;
  }

  function show() {
    given.show(hand.picture);
    made.show(convolved(hand.picture, kernel.values));
    say();
  }

  together(given, made, () => 1, say);
  for (const one of [hand, kernel]) one.addEventListener("change", show);
  show();
  toTheMost(given, made, convolved(hand.picture, kernel.values), 1);
  say();
}

export function paddingStep({ hand, kernel }) {
  const given = new Grid(part("padding-given"), { frame: 3, label: "The picture and its border" });
  const made = new Grid(part("padding-made"), { label: "What the kernel makes of it" });
  const stride = () => Number(part("padding-stride").value);
  const border = () => Number(part("padding-on").checked);

  function say() {
    const side = 28 + 2 * border();
    const out = places(side, stride());
    const left = (side - 3) % stride();
    const beyond = left ? ` ${left === 1 ? "A last row and column are" : `The last ${left} rows and columns are`} never reached.` : "";
    part("padding-said").textContent =
      `(28 + 2 · ${border()} \u2212 3) / ${stride()}${left ? ", rounded down," : ""} + 1 = ${out}: a picture of ${out} by ${out}.${beyond} ` +
      `The frame gives pixel (${made.row}, ${made.column}).`;
  }

  function show() {
    const picture = padded(hand.picture, border());
    given.border = border();
    given.step = stride();
    given.show(picture);
    made.show(convolved(picture, kernel.values, stride()));
    given.put(made.row * stride(), made.column * stride());
    part("padding-given-words").textContent = `${picture.rows} by ${picture.columns}${border() ? ", the border outside the dashes" : ""}`;
    const out = places(picture.rows, stride());
    part("padding-made-words").textContent = `${out} by ${out}`;
    say();
  }

  together(given, made, stride, say);
  part("padding-on").addEventListener("change", show);
  for (const one of [hand, kernel]) one.addEventListener("change", show);
  follow(part("padding-stride"), String, show);
}
