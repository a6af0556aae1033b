// A picture with the numbers on it: boxes over the picture, the list beside it, and taking the list away.

import { Boxes } from "./boxes.js";
import { NumberList } from "./list.js";
import { copyText, saveFile, toCsv } from "./take.js";

const part = (id) => document.getElementById(id);

/** Sends "change" events when the user corrected a number, and "say" when something is to be said of that. */
export class PageView extends EventTarget {
  #picture = null;
  #boxes = new Boxes(part("boxes"), part("number-photo"), part("page"));
  #list = new NumberList(part("list"), part("number-photo"));
  // What the user wrote about a picture stays with it, also while another lies on the sheet.
  #corrections = new WeakMap();

  constructor() {
    super();
    this.#boxes.addEventListener("point", ({ detail }) => this.#light(detail.place, detail.on, "list"));
    this.#boxes.addEventListener("pick", ({ detail }) => this.#list.focus(detail.place));
    this.#list.addEventListener("point", ({ detail }) => this.#light(detail.place, detail.on, "boxes"));
    this.#list.addEventListener("change", ({ detail }) => {
      this.#mark(detail.place);
      this.dispatchEvent(new Event("change"));
    });
    this.#list.addEventListener("say", ({ detail }) => this.dispatchEvent(new CustomEvent("say", { detail })));
    part("copy").addEventListener("click", () => this.#copy());
    part("download").addEventListener("click", () => this.#download());
  }

  get filled() {
    return this.#list.entries.length > 0;
  }

  /** How many numbers there are, and how many are still doubtful. */
  get count() {
    return [this.#list.entries.length, this.#list.entries.filter(({ doubtful }) => doubtful).length];
  }

  /** Lay a picture on the sheet, or take it away; tells whether it is another than before. */
  lay(picture) {
    const other = picture !== this.#picture;
    this.#picture = picture;
    part("page").hidden = !picture;
    if (other) this.clear();
    return other;
  }

  clear() {
    this.#boxes.clear();
    this.#list.clear();
    part("listing").hidden = true;
    part("took").textContent = "";
  }

  show(answer, picture) {
    if (!this.#corrections.has(picture)) this.#corrections.set(picture, new Map());
    part("listing").hidden = false;
    this.#boxes.show(answer);
    this.#list.show(answer, this.#corrections.get(picture));
    answer.numbers.forEach((_, place) => this.#mark(place));
  }

  #mark(place) {
    const { text, doubtful, corrected } = this.#list.entries[place];
    this.#boxes.mark(place, text, corrected ? "corrected" : doubtful ? "doubtful" : "sure");
  }

  #light(place, on, scroll) {
    this.#boxes.light(place, on);
    this.#list.light(place, on, scroll === "list");
  }

  async #copy() {
    const { entries } = this.#list;
    const copied = await copyText(entries.map(({ text }) => text).join("\n"));
    const what = entries.length === 1 ? "One number" : `${entries.length} numbers`;
    part("took").textContent = copied ? `${what} copied.` : "The browser does not allow copying: use Download CSV.";
  }

  #download() {
    const name = this.#picture.name || "picture";
    saveFile(`${name.replace(/\.[^.]*$/, "")}.csv`, toCsv(name, this.#list.entries), "text/csv");
    part("took").textContent = "";
  }
}
