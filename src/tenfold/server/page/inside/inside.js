// Looking inside: while a digit is drawn, what each layer of a network makes of it, and how each number came about.

import { ask } from "../ask.js";
import { Asker } from "../asker.js";
import { element } from "../element.js";
import { handInk, takeInk } from "../handed_ink.js";
import { onCanvas } from "../ink.js";
import { Sheet } from "../sheet.js";
import { decodeNetwork } from "../web/network.js";
import { normalize } from "../web/normalize.js";
import { greyOf } from "../web/picture.js";
import { strokesIn } from "../words.js";
import { BarsView } from "./bars.js";
import { onColours } from "./colours.js";
import { Glass } from "./glass.js";
import { layersOf, sizeOf } from "./layers.js";
import { Looking } from "./looking.js";
import { MapsView } from "./maps.js";
import { aboutNetwork, labelOf, parametersOf, verdictOf } from "./words.js";

const part = (id) => document.getElementById(id);
const NETWORKS = Array.from(part("network").options, ({ value }) => value);
const BLANK = new Float32Array(28 * 28);
// While the pen moves, what is drawn is looked at so large: more is slower, and tells no more.
const DRAWN = 280;
// Frames are counted over so many milliseconds.
const WHILE = 1000;

class Inside {
  sheet = new Sheet({ canvas: part("pad"), photo: part("photo"), photoName: part("photo-name") });
  #asker = new Asker("v1/predict", (question, outcome) => this.#hear(question, outcome), { busy: () => this.sheet.drawing });
  #glass = new Glass();
  #looking = null;
  #views = [];
  #aim = null;
  #pixels = BLANK;
  #outcome = null;
  #frames = [];
  #awaited = null;
  #canvas = document.createElement("canvas");
  #loads = 0;

  constructor() {
    this.sheet.addEventListener("change", () => this.#changed());
    this.#glass.addEventListener("pick", ({ detail }) => this.#pick(this.#aim.view, detail));
    onColours(() => this.#show());
  }

  /** Look into another network. */
  async open(name) {
    const load = ++this.#loads;
    part("layers").setAttribute("aria-busy", "true");
    part("trouble").hidden = true;
    try {
      const looking = await fetched(name);
      if (load !== this.#loads) return; // another was chosen meanwhile
      this.#looking = looking;
      this.#lay();
    } catch (error) {
      if (load !== this.#loads) return;
      [this.#looking, this.#views, this.#aim] = [null, [], null];
      part("layers").replaceChildren();
      part("about").textContent = "";
      part("trouble").firstElementChild.textContent = error.message;
      part("trouble").hidden = false;
    }
    part("layers").setAttribute("aria-busy", "false");
  }

  /** One card a layer, in the order of the computation. */
  #lay() {
    const { layers, card } = this.#looking;
    part("about").textContent = aboutNetwork(card, layers);
    this.#glass.element.remove();
    this.#aim = null;
    this.#views = layers.map((layer) => {
      const view = new (layer.kind === "probabilities" ? BarsView : MapsView)(layer, labelOf(layer), "keys");
      view.addEventListener("pick", ({ detail }) => this.#pick(view, detail));
      return view;
    });
    part("layers").replaceChildren(...this.#views.map((view) => cardOf(view)));
    this.#look();
    this.#say();
  }

  #pick(view, cell) {
    const moved = this.#aim?.view !== view;
    if (moved) this.#aim?.view.select(null);
    this.#aim = { view, cell };
    view.select(cell);
    this.#glass.aim(view.layer, cell);
    if (moved) view.element.parentElement.after(this.#glass.element);
    part("news").textContent = this.#glass.show(this.#looking);
  }

  #changed() {
    const { sheet } = this;
    part("invite").hidden = !sheet.blank;
    part("undo").setAttribute("aria-disabled", String(!sheet.canUndo));
    part("pad").setAttribute("aria-label", `Drawing area, ${strokesIn(sheet.strokes.length, "nothing drawn yet")}`);
    if (sheet.blank) {
      this.#asker.drop();
      this.#outcome = null;
      this.#see(BLANK);
      this.#say();
      return;
    }
    // Once a frame, however many points come; while the pen moves nobody is asked.
    this.#awaited ??= requestAnimationFrame(() => this.#see(normalized(sheet.strokes, this.#canvas)));
    if (!sheet.drawing) this.#asker.ask({ version: sheet.version, body: () => sheet.toBlob() });
  }

  /** What Tenfold says of the drawing, and the picture that it saw, which is looked at from now on. */
  #hear({ version }, outcome) {
    if (version !== this.sheet.version) return; // drawn on meanwhile
    this.#outcome = outcome;
    if (outcome.answer) this.#see(outcome.answer.saw);
    this.#say();
  }

  /** Say what the network reads, and what became of the number that is looked at. */
  #say() {
    const shares = this.#looking?.values(this.#looking.layers.at(-1));
    part("verdict").textContent = verdictOf(this.#outcome, shares);
    if (this.#aim) part("news").textContent = this.#glass.show(this.#looking);
  }

  /** Look at another picture from now on. @param {ArrayLike<number>} pixels 784 of them, 0 to 255 */
  #see(pixels) {
    cancelAnimationFrame(this.#awaited);
    [this.#awaited, this.#pixels] = [null, Float32Array.from(pixels, (value) => value / 255)];
    this.#look();
  }

  #look() {
    if (!this.#looking) return;
    this.#looking.look(this.#pixels);
    this.#show();
    this.#count();
  }

  #show() {
    for (const view of this.#views) view.show(this.#looking.values(view.layer), this.sheet.drawing);
    if (this.#aim) this.#glass.show(this.#looking);
  }

  #count() {
    const now = performance.now();
    this.#frames = [...this.#frames, now].filter((then) => now - then < WHILE);
    if (!this.sheet.drawing || this.#frames.length < 2) return;
    const rate = (1000 * (this.#frames.length - 1)) / (now - this.#frames[0]);
    part("rate").textContent = `${Math.round(rate)} frames a second`;
  }
}

function cardOf(view) {
  const { place, title, note, parameters, tensor } = view.layer;
  const card = element("section", "layer");
  const head = element("h2", "", title);
  head.id = `layer-${place}`;
  card.setAttribute("aria-labelledby", head.id);
  card.dataset.tensor = tensor; // its name in the file
  const counted = parameters ? ` · ${parametersOf(parameters)}` : "";
  card.append(head, element("p", "size", `${sizeOf(view.layer)}${counted}`), element("p", "note", note), view.element);
  return card;
}

/** What a network is given of strokes: 784 pixels, 0 to 255, as the recogniser of the page that is taken away has them. */
function normalized(strokes, canvas) {
  return normalize(greyOf(onCanvas(strokes, DRAWN, 1, canvas))).pixels;
}

/** The network of a name, ready to look through. */
async function fetched(name) {
  const { models } = await answered("v1/models");
  const card = models.find((one) => one.name === name);
  if (!card) throw new Error(`This server has no network ${name}.`);
  const file = await answered(`v1/models/${name}/weights`, { query: { sha256: card.sha256 }, blob: true });
  const network = decodeNetwork(new Uint8Array(await file.arrayBuffer()));
  return Object.assign(new Looking(network, layersOf(network), card.temperature), { card });
}

async function answered(path, asking) {
  const { answer, refusal } = await ask(path, asking);
  if (answer) return answer;
  throw new Error(refusal ? `The network cannot be fetched: ${refusal.error.message}` : "Tenfold does not answer. Check that “tenfold serve” is still running.");
}

const inside = new Inside();
const { sheet } = inside;

// The network stands in the address, so that it can be linked to.
function named() {
  const name = location.hash.slice(1);
  return NETWORKS.includes(name) ? name : NETWORKS[0];
}

function enter() {
  part("network").value = named();
  inside.open(named());
}

part("network").addEventListener("change", ({ target }) => {
  history.pushState(null, "", target.value === NETWORKS[0] ? location.pathname + location.search : `#${target.value}`);
  enter();
});
for (const event of ["popstate", "hashchange"]) addEventListener(event, enter);
part("again").addEventListener("click", enter);
part("undo").addEventListener("click", () => sheet.undo());
part("clear").addEventListener("click", () => sheet.clear());
part("width").addEventListener("input", ({ target }) => {
  sheet.penWidth = target.value / 100;
  target.setAttribute("aria-valuetext", `${target.value} of ${target.max}`);
});
document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (event.key === "Escape" && !command && !event.target.closest("select, dialog")) sheet.clear();
  if (event.key.toLowerCase() !== "z" || !command || event.shiftKey || event.target.closest("dialog")) return;
  event.preventDefault();
  sheet.undo();
});

handInk(sheet);
takeInk(sheet);
enter();
