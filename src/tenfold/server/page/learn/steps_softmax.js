// The step Softmax: ten scores to move, and what becomes of them.

import { element } from "../element.js";
import { largest, short, softmax } from "./maths.js";
import { follow } from "./tables.js";

const part = (id) => document.getElementById(id);
const FIRST = [0, 1, 2, -1, 4, -2, 0, 1, 0, 3];
// Scores that can be set.
const MOST = 10;

export function softmaxStep(tour) {
  const rows = FIRST.map((score, digit) => {
    const [item, slider, bar, value] = [element("li"), element("input"), element("span", "bar"), element("span", "value")];
    item.value = digit;
    Object.assign(slider, { type: "range", min: -MOST, max: MOST, step: 0.1, value: score });
    slider.setAttribute("aria-label", `Score of ${digit}`);
    slider.addEventListener("input", show);
    bar.setAttribute("aria-hidden", "true");
    item.append(element("b", "", digit), slider, element("output"), bar, value);
    part("softmax-scores").append(item);
    return { item, slider, value };
  });
  // The slider's steps are even in the logarithm: from a tenth to ten.
  const temperature = () => 10 ** (part("softmax-temperature").value / 10);

  function show() {
    const scores = rows.map(({ slider }) => Number(slider.value));
    const chances = softmax(scores, temperature());
    const best = largest(scores);
    rows.forEach(({ item, slider, value }, digit) => {
      item.querySelector("output").textContent = short(scores[digit], 1);
      item.style.setProperty("--share", chances[digit]);
      item.classList.toggle("best", digit === best);
      value.textContent = `${(100 * chances[digit]).toFixed(1)}\u202f%`;
      slider.setAttribute("aria-valuetext", `${short(scores[digit], 1)}, which is ${value.textContent}`);
    });
    part("softmax-said").textContent =
      `e to the power of ${short(scores[best], 1)} / ${short(temperature(), 1)}, divided by the sum of all ten: ${(100 * chances[best]).toFixed(1)}\u202f% for ${best}.`;
  }

  part("softmax-mine").addEventListener("click", () => {
    const { network, hand } = tour;
    // Of a drawing Tenfold's own network has said how likely each digit is; the logarithms are scores that give that.
    const scores = network?.scores(hand.picture) ?? (hand.said ?? FIRST.map((_, digit) => (digit === hand.label ? 0.9 : 0.01))).map((chance) => Math.log(Math.max(chance, 1e-6)));
    const middle = network ? 0 : Math.max(...scores) - MOST / 2;
    rows.forEach(({ slider }, digit) => (slider.value = scores[digit] - middle));
    show();
  });
  follow(part("softmax-temperature"), () => short(temperature(), 1), show);
}
