// The step Testing: what came of the one look at the test digits.

import { element } from "../element.js";
import { named } from "../words.js";
import { largest, wilson } from "./maths.js";
import { paintInk } from "./samples.js";

const part = (id) => document.getElementById(id);

export function testingStep({ training, hand }) {
  function show() {
    const { tested } = training;
    part("testing-report").hidden = !tested;
    part("testing-absent").hidden = Boolean(tested);
    if (!tested) return;
    const { n, errors } = tested;
    const [low, high] = wilson(n - errors, n).map((share) => (100 * share).toFixed(1));
    const rest = (100 * training.checked.accuracy).toFixed(1);
    part("testing-accuracy").textContent = `${(100 * (1 - errors / n)).toFixed(2)}\u202f%`;
    part("testing-said").textContent =
      `of ${n.toLocaleString("en-GB")} test digits right, ${errors.toLocaleString("en-GB")} wrong. ` +
      `With other test digits of the same kind it would most likely lie between ${low} and ${high}\u202f%. On the validation digits it was ${rest}\u202f%.`;
    part("testing-confusion").replaceChildren(...confusion(tested.confusion));
    part("testing-mistakes").replaceChildren(...tested.worst.map((one) => mistake(one, hand)));
  }

  training.addEventListener("tested", show);
  show();
}

function confusion(counts) {
  const digits = [...counts.keys()];
  const most = Math.max(...counts.flatMap((row, right) => row.filter((_, said) => said !== right)), 1);
  const headline = element("tr");
  const corner = element("th", "", "it is \\ read as");
  corner.scope = "col";
  headline.append(corner, ...digits.map((digit) => heading(digit, "col")));
  const rows = counts.map((row, right) => {
    const line = element("tr");
    const cells = row.map((count, said) => {
      const cell = element("td", said === right ? "right" : count ? "wrong" : "", count || "·");
      if (said !== right) cell.style.setProperty("--shade", count / most);
      return cell;
    });
    line.append(heading(right, "row"), ...cells);
    return line;
  });
  return [headline, ...rows];
}

function heading(digit, scope) {
  const made = element("th", "", digit);
  made.scope = scope;
  return made;
}

function mistake({ pixels, label, probabilities }, hand) {
  const item = element("li");
  const button = element("button", "sample");
  button.type = "button";
  const bytes = Uint8ClampedArray.from(atob(pixels), (sign) => sign.charCodeAt(0));
  const canvas = element("canvas", "ink");
  paintInk(canvas, bytes);
  const said = largest(probabilities);
  const words = `${named(label)}, read as ${said}`;
  button.setAttribute("aria-label", `${words}: take it in hand`);
  button.append(canvas);
  button.addEventListener("click", () => hand.take({ pixels: bytes, label, place: 0 }));
  item.append(button, element("span", "", words), element("small", "", `${(100 * probabilities[said]).toFixed(0)}\u202f% sure`));
  return item;
}
