// The tour: one step shows at a time, and the picture in hand goes through all of them.

import { element } from "../element.js";
import { Hand } from "./hand.js";
import { Kernel } from "./kernel.js";
import { loadSamples } from "./samples.js";
import { convolutionStep, paddingStep } from "./steps_convolution.js";
import { dataStep, splitStep } from "./steps_data.js";
import { dropoutStep, flattenStep, poolingStep } from "./steps_layers.js";
import { oneHotStep, scalingStep } from "./steps_pixels.js";
import { softmaxStep } from "./steps_softmax.js";
import { testingStep } from "./testing.js";
import { Training } from "./training.js";

const part = (id) => document.getElementById(id);
const steps = [...document.querySelectorAll(".step")];
const title = (step) => step.querySelector("h2").textContent;

const samples = await loadSamples();
const hand = new Hand(samples);
const kernel = new Kernel(part("convolution-kernel"), part("convolution-preset"));
const tour = { hand, samples, kernel, network: null };
tour.training = new Training(tour);
tour.training.addEventListener("news", () => kernel.learned(Array.from({ length: 8 }, (_, at) => tour.network.kernel(at))));
for (const step of [dataStep, splitStep, scalingStep, oneHotStep, convolutionStep, paddingStep, poolingStep, dropoutStep, flattenStep, softmaxStep, testingStep]) step(tour);

// The step stands in the address, so that it can be linked to and comes back with "back" and "reload".
const placeOfAddress = () => Math.max(0, steps.findIndex(({ id }) => id === location.hash.slice(1)));

function enter(place, focus = true) {
  steps.forEach((step, at) => (step.hidden = at !== place));
  [...part("steps").children].forEach(({ firstChild: link }, at) => {
    if (at === place) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
  part("steps").children[place].scrollIntoView({ block: "nearest", inline: "nearest" });
  part("before").setAttribute("aria-disabled", String(place === 0));
  part("after").setAttribute("aria-disabled", String(place === steps.length - 1));
  part("place").textContent = `${place + 1} of ${steps.length}`;
  document.body.dataset.step = steps[place].id;
  document.title = `Tenfold – ${title(steps[place]).toLowerCase()}`;
  if (focus) {
    scrollTo({ top: 0 });
    steps[place].focus({ preventScroll: true });
  }
  if (steps[place].id === "training") tour.training.prepare();
}

function turn(by) {
  const next = steps[placeOfAddress() + by];
  if (next) location.hash = next.id;
}

part("steps").append(
  ...steps.map((step) => {
    const item = element("li");
    const link = element("a", "", title(step));
    link.href = `#${step.id}`;
    item.append(link);
    return item;
  }),
);
part("before").addEventListener("click", () => turn(-1));
part("after").addEventListener("click", () => turn(1));
addEventListener("hashchange", () => enter(placeOfAddress()));
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, dialog")) return; // whose own undo and Escape are meant
  if (event.key === "Escape") hand.sheet.clear();
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  hand.sheet.undo();
});
enter(placeOfAddress(), false);
document.body.dataset.ready = "true";
