// The panel "My hand": asks for two of each digit, one after the other, and forgets them when told.

import { element } from "./element.js";
import { OF_EACH, OTHER } from "./hand.js";
import { Sheet } from "./sheet.js";
import { named } from "./words.js";

const WHAT = "Write twenty digits, two of each, and Tenfold reads your hand better.";
const KEPT = "The server keeps what the network saw in them, not the pictures, and nobody else’s answers change.";
const ALL = 10 * OF_EACH;
const FAILED = ["Something went wrong inside Tenfold.", "Press Keep to try again."];
const TROUBLE = {
  401: ["This server wants its token first.", "Press Keep to enter it."],
  404: ["Your digits are no longer kept.", "Begin again with this one."],
  409: ["Tenfold’s network has changed since you wrote these digits.", "Press Reset, then write them again."],
  413: ["This picture is too large.", "Crop it to the digit."],
  415: ["This file cannot be opened as a picture.", "Choose another, or write the digit."],
  422: ["This does not look like one digit.", "Write it again, large and by itself."],
  429: ["Tenfold has too much to do just now.", "Wait a moment, then press Keep."],
  503: ["Digits cannot be kept at the moment.", "Everything else goes on; try it again later."],
};
const UNREACHABLE = ["Tenfold does not answer.", "Check that “tenfold serve” is still running."];

const button = (text, style, act) => {
  const made = element("button", style, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
};

export class HandPanel {
  #busy = false;

  /**
   * @param {import("./hand.js").Hand} hand
   * @param {HTMLButtonElement} opener
   */
  constructor(hand, opener) {
    Object.assign(this, { hand, opener });
    this.#build();
    opener.addEventListener("click", () => this.#open());
    hand.addEventListener("change", () => this.#name());
    this.#name();
    hand.look();
  }

  pen(width) {
    this.sheet.penWidth = width;
  }

  #build() {
    const dialog = (this.dialog = element("dialog", "hand"));
    dialog.setAttribute("aria-labelledby", "hand-title");
    dialog.tabIndex = -1; // a click beside everything leaves the keys to the panel
    const title = element("h2", "", "My hand");
    title.id = "hand-title";
    this.said = element("p", "said");
    this.said.setAttribute("role", "status");

    this.paper = element("div", "sheet small");
    this.canvas = element("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    const [photo, photoName] = [element("img"), element("p", "photo-name")];
    photo.alt = "";
    photo.hidden = photoName.hidden = true;
    this.paper.append(this.canvas, photo, photoName);
    this.sheet = new Sheet({ canvas: this.canvas, photo, photoName });
    this.sheet.addEventListener("change", () => this.#show());
    this.canvas.addEventListener("pointerdown", () => this.canvas.focus({ preventScroll: true }));

    this.keep = button("Keep", "chief", () => this.#keep());
    this.writing = element("div", "pair");
    this.writing.append(button("Clear", "", () => this.sheet.clear()), this.keep);
    const file = element("input");
    Object.assign(file, { type: "file", accept: "image/*,.json,.inkml", hidden: true });
    file.setAttribute("aria-label", "Picture of the digit");
    file.addEventListener("change", () => {
      if (file.files[0]) this.sheet.place(file.files[0]);
      file.value = "";
    });
    this.choose = button("Choose a picture", "plain", () => file.click());
    this.again = button("Reset", "plain", () => this.#reset());
    const last = element("div", "last");
    last.append(this.choose, this.again, button("Close", "plain", () => dialog.close()), file);

    dialog.append(title, element("p", "", `${WHAT} ${KEPT}`), this.said, this.paper, this.writing, last);
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page's own keys are not meant
      if (event.key === "Enter" && !event.repeat && !event.target.closest("button")) this.#keep();
    });
    document.body.append(dialog);
  }

  #open() {
    this.sheet.clear();
    this.#show();
    this.#ask();
    this.dialog.showModal();
    (this.#closed ? this.again : this.canvas).focus();
  }

  // What the opener says: whether a profile is in use.
  #name() {
    const { total, trouble } = this.hand;
    this.opener.textContent = `My hand${trouble ? " (not in use)" : total ? ` (${total})` : ""}`;
  }

  #show() {
    const { next } = this.hand;
    this.paper.hidden = this.writing.hidden = this.choose.hidden = this.#closed;
    this.again.hidden = !this.hand.known;
    if (next < 0) return;
    this.keep.textContent = `Keep this ${next}`;
    this.keep.setAttribute("aria-disabled", String(this.sheet.blank || this.#busy));
    const drawn = this.sheet.blank ? "nothing drawn yet" : "something is drawn";
    this.canvas.setAttribute("aria-label", `Drawing area for ${named(next)}, ${drawn}`);
  }

  // Whether there is nothing to write: all are there, or they are of another network and have to go first.
  get #closed() {
    return this.hand.next < 0 || this.hand.trouble === OTHER;
  }

  #ask() {
    const { next, total, trouble } = this.hand;
    if (trouble) this.#say(...TROUBLE[trouble]);
    else if (next < 0) this.#say(`All ${ALL} are there.`, "Tenfold reads your hand by them from now on.");
    else this.#say(`Write ${named(next)}.`, `${total} of ${ALL} are there.`);
  }

  #say(what, advice) {
    this.said.replaceChildren(element("strong", "", what), " ", element("span", "", advice));
  }

  async #keep() {
    if (this.#busy || this.sheet.blank || this.sheet.drawing) return;
    const digit = this.hand.next;
    const { version } = this.sheet;
    this.#busy = true;
    this.#show();
    let outcome;
    try {
      outcome = await this.hand.add(digit, await this.sheet.toBlob());
    } finally {
      this.#busy = false;
    }
    if (outcome.answer && version === this.sheet.version) this.sheet.clear();
    this.#show();
    this.#tell(outcome);
    if (this.#closed) this.again.focus();
  }

  async #reset() {
    if (this.#busy) return; // what is being kept would come back
    const outcome = await this.hand.reset();
    this.sheet.clear();
    this.#show();
    if (this.hand.known) this.#tell(outcome);
    else this.#say("All is forgotten.", `Write ${named(0)} to begin again.`);
    (this.#closed ? this.again : this.canvas).focus();
  }

  #tell({ answer, refusal }) {
    if (answer) this.#ask();
    else this.#say(...(refusal ? (TROUBLE[refusal.status] ?? FAILED) : UNREACHABLE));
  }
}
