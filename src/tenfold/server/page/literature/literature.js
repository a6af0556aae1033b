// The literature: what was measured of each classifier, and what those that are here say of a drawing.

import { ask } from "../ask.js";
import { Plot } from "./plot.js";
import { Table } from "./table.js";
import { Voices } from "./voices.js";

const part = (id) => document.getElementById(id);
// Training of at most so many seconds is counted among the quick ones.
const QUICK = 60;

const rows = await (await fetch(new URL("figures.json", import.meta.url))).json();
const chosen = new Set();
const table = new Table(rows, chosen);
const plot = new Plot(rows, chosen);
const voices = new Voices();

function show() {
  const family = part("family").value;
  const shown = rows.filter((row) => !family || row.family === family);
  table.show(shown);
  plot.show(shown);
  voices.choose(rows.filter(({ name }) => chosen.has(name)));
}

function toggle(name) {
  if (!chosen.delete(name)) chosen.add(name);
  show();
}

function choose(some) {
  chosen.clear();
  for (const { name } of some) chosen.add(name);
  show();
}

/** Ask which classifiers are here. */
async function look() {
  const { answer } = await ask("v1/compare");
  const here = new Map((answer?.models ?? []).map((one) => [one.name, one]));
  for (const row of rows) row.here = here.get(row.name)?.whence ?? null;
  return Boolean(answer);
}

function offer() {
  const missing = rows.filter(({ here, fit_seconds: seconds }) => !here && seconds !== null);
  const quick = missing.filter(({ fit_seconds: seconds }) => seconds <= QUICK);
  const names = (quick.length ? quick : missing).map(({ name }) => name);
  document.querySelector(".bring").hidden = !names.length;
  part("bring-command").textContent = `tenfold train ${names.join(",")}`;
  const seconds = rows.filter(({ name }) => names.includes(name)).reduce((sum, row) => sum + row.fit_seconds, 0);
  const minutes = Math.max(1, Math.round(seconds / 60));
  part("bring-words").textContent =
    `A classifier that is not here is trained by one command, in the folder in which Tenfold serves; then it answers, too. ` +
    `These ${names.length} took ${minutes === 1 ? "a minute" : `${minutes} minutes`} in all, besides being measured; it needs the extra [train].`;
}

table.addEventListener("toggle", ({ detail }) => toggle(detail));
plot.addEventListener("toggle", ({ detail }) => toggle(detail));
part("across").addEventListener("change", ({ target }) => plot.turn(target.value));
part("family").append(...[...new Set(rows.map(({ family }) => family))].map((family) => new Option(family)));
part("family").addEventListener("change", show);
part("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(part("bring-command").textContent);
    part("copied").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(part("bring-command"));
    part("copied").textContent = "Marked: copy it from there.";
  }
});
part("look").addEventListener("click", async () => {
  const before = rows.filter(({ here }) => here).length;
  const heard = await look();
  const more = rows.filter(({ here }) => here).length - before;
  part("copied").textContent = !heard ? "Tenfold does not answer." : more ? `${more} more are here now.` : "No others are here yet.";
  offer();
  show();
});

// A table that is wider than its place is moved by hand or by keys, and says so.
const sides = new ResizeObserver(() => {
  const scroll = part("scroll");
  const wider = scroll.scrollWidth > scroll.clientWidth;
  part("sideways").hidden = !wider;
  for (const [name, value] of [["tabindex", "0"], ["aria-describedby", "sideways"]]) {
    if (wider) scroll.setAttribute(name, value);
    else scroll.removeAttribute(name);
  }
});
for (const name of ["scroll", "table"]) sides.observe(part(name));

await look();
part("all-here").addEventListener("click", () => choose(rows.filter(({ here }) => here)));
part("none").addEventListener("click", () => choose([]));
for (const { name, here } of rows) if (here) chosen.add(name);
offer();
show();
document.body.dataset.ready = "true";
