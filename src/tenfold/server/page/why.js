// The panel "Why?": which ink spoke for the answer, which training digits it is like, and what would make it another.

import { ask } from "./ask.js";
import { element } from "./element.js";
import { inColours, pixelsIn, SIDE, tinted, write } from "./why_ink.js";
import { named, percent, statusOf } from "./words.js";

// What there is something to say of.
const EXPLAINED = ["ok", "uncertain", "not_a_digit", "several_digits"];
const LOOKING = ["Tenfold takes ink away, bit by bit, and looks again …", ""];
const FAILED = ["Something went wrong inside Tenfold.", "Close this and try again."];
const TROUBLE = {
  unreachable: ["Tenfold does not answer.", "Check that “tenfold serve” is still running."],
  busy: ["Tenfold has too much to do just now.", "Wait a moment, then try again."],
  locked: ["This server answers those who bring its token.", "Close this, and press Recognise to enter it."],
};

export class WhyPanel {
  #asked = 0;
  #rival = null;

  /**
   * @param {HTMLButtonElement} opener
   * @param {() => {sheet: import("./sheet.js").Sheet, profile: string}} matter what is explained
   */
  constructor(opener, matter) {
    Object.assign(this, { opener, matter });
    this.withdraw();
    opener.addEventListener("click", () => this.#open());
  }

  /** Offer to explain an outcome, if there is something to explain. */
  offer(outcome, settled) {
    this.opener.classList.toggle("gone", !settled || !EXPLAINED.includes(statusOf(outcome)));
  }

  withdraw() {
    this.opener.classList.add("gone");
  }

  #build() {
    const dialog = (this.dialog = element("dialog", "why"));
    dialog.setAttribute("aria-labelledby", "why-title");
    dialog.tabIndex = -1;
    this.title = element("h2");
    this.title.id = "why-title";
    this.said = element("p", "said");
    this.said.setAttribute("role", "status");

    this.ink = element("canvas", "ink");
    this.ink.setAttribute("role", "img");
    this.legend = element("p", "legend");
    this.rivals = element("select");
    this.rivals.id = "why-rival";
    this.rivals.autocomplete = "off";
    this.rivals.addEventListener("change", () => this.#ask(Number(this.rivals.value)));
    this.against = element("p", "against");
    const label = element("label", "", "Held against ");
    label.htmlFor = this.rivals.id;
    this.against.append(label, this.rivals);
    this.words = element("ul", "sentences");
    const reasons = element("div", "reasons");
    reasons.append(this.legend, this.against, this.words);
    this.top = element("div", "spoken");
    this.top.append(this.ink, reasons);

    this.change = part("change");
    this.like = part("like");
    this.pieces = part("pieces");
    const close = element("button", "chief", "Close");
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    this.parts = element("div", "parts");
    this.parts.append(this.top, this.pieces.all, this.change.all, this.like.all);
    dialog.append(this.title, this.said, this.parts, close);
    dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the page's own keys are not meant
    dialog.addEventListener("close", () => this.#asked++);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.why && this.#paint());
    document.body.append(dialog);
  }

  #open() {
    if (!this.dialog) this.#build();
    this.title.textContent = "Why?";
    this.why = null;
    this.parts.hidden = true;
    this.dialog.showModal();
    this.dialog.focus();
    this.#ask(null);
  }

  async #ask(rival) {
    const asked = ++this.#asked;
    const { sheet, profile } = this.matter();
    this.#tell(LOOKING);
    this.dialog.setAttribute("aria-busy", "true");
    const picture = await sheet.toBlob();
    const form = new FormData();
    form.append("image", picture, picture.name ?? "drawing.png");
    const outcome = await ask("v1/explain", { form, profile, query: rival === null ? {} : { against: rival } });
    if (asked !== this.#asked || !this.dialog.open) return;
    this.dialog.setAttribute("aria-busy", "false");
    if (outcome.answer) await this.#show(outcome.answer);
    else this.#tell(TROUBLE[statusOf(outcome)] ?? FAILED);
  }

  #tell([what, advice]) {
    this.said.replaceChildren(element("strong", "", what), " ", element("span", "", advice));
  }

  async #show(why) {
    this.why = why;
    const [first, ...rest] = why.sentences;
    const digit = why.answer;
    this.title.textContent = digit === null ? "Why is it no digit?" : `Why ${named(digit)}?`;
    this.#tell([first, ""]);
    this.words.replaceChildren(...rest.map((sentence) => element("li", "", sentence)));
    this.against.hidden = digit === null;
    if (digit !== null) this.#list(digit, why.rival);
    this.parts.hidden = false;
    await this.#paint();
  }

  #list(digit, rival) {
    const others = [...Array(10).keys()].filter((one) => one !== digit);
    this.rivals.replaceChildren(...others.map((one) => new Option(named(one), one, false, one === rival)));
  }

  async #paint() {
    const { why } = this;
    const colours = coloursOf(this.dialog);
    await inColours(this.ink, this.matter().sheet, why, colours);
    const [pro, contra] = sides(why);
    this.ink.setAttribute("aria-label", `The ink, coloured by what it says. ${why.sentences[1] ?? ""}`);
    const [one, other] = [element("i", "for"), element("i", "rival")];
    this.legend.replaceChildren(one, ` speaks for ${pro}; `, other, ` for ${contra}`);

    const nearest = why.nearest.map(({ digit, distance, number, pixels }) =>
      picture(pixels, `${named(digit)}, ${distance.toFixed(2)} away`, colours, `${named(digit)}, training digit ${number}`));
    this.like.fill("Training digits most like it", nearest);
    this.pieces.fill(
      "What stands between its gaps",
      why.gate.parts.map(({ pixels, one }) => picture(pixels, `one digit: ${percent(one)}`, colours, "A piece")),
    );
    const [change] = why.changes;
    this.change.fill(change ? `What would make it ${named(change.digit)}` : "", change ? changed(change, why, colours) : []);
  }
}

// A title with a row of pictures; there is none without pictures.
function part(style) {
  const all = element("section", style);
  const [title, list] = [element("h3"), element("ul", "pictures")];
  all.append(title, list);
  const fill = (text, items) => {
    title.textContent = text;
    list.replaceChildren(...items);
    all.hidden = items.length === 0;
  };
  return { all, fill };
}

function sides({ answer, rival, status }) {
  if (answer !== null) return [named(answer), named(rival)];
  return [status === "several_digits" ? "several digits" : "no digit", "one digit"];
}

function changed(change, why, colours) {
  if (!change.found) return [element("li", "", "No small change was found.")];
  const { add, remove } = change;
  const ink = why.saw.map((value, place) => Math.max(value, change.changed[place]));
  const values = add.map((value, place) => (value - remove[place]) / 255);
  const canvas = blank();
  write(canvas, ink, tinted(values, colours, 1));
  return [
    item(canvas, "add blue, take orange away", "Ink to add in blue, ink to take away in orange"),
    picture(change.changed, `${named(change.digit)}, ${percent(change.probability)}`, colours, "The changed ink"),
  ];
}

function picture(pixels, caption, colours, text) {
  const canvas = blank();
  write(canvas, pixels, tinted(Array(SIDE * SIDE).fill(0), colours, 1));
  return item(canvas, caption, text);
}

function blank() {
  const canvas = element("canvas");
  [canvas.width, canvas.height] = [SIDE, SIDE];
  return canvas;
}

function item(canvas, caption, text) {
  const made = element("li");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text);
  made.append(canvas, element("span", "", caption));
  return made;
}

function coloursOf(dialog) {
  const style = getComputedStyle(dialog);
  const colour = (name) => pixelsIn(style.getPropertyValue(name));
  return { pro: colour("--for"), contra: colour("--rival"), plain: colour("--plain"), paper: style.getPropertyValue("--paper") };
}
