// Digit mode: joins the square sheet, POST /v1/predict and the answer with its evidence.

import { Asker } from "./asker.js";
import { Sheet } from "./sheet.js";
import { AnswerView } from "./view.js";
import { statusOf } from "./words.js";

// While the hand moves, ask this often at most.
const LIVE_PAUSE = 120;

const part = (id) => document.getElementById(id);

export class DigitDesk {
  title = "Tenfold – draw a digit";
  purpose = "reads one handwritten digit, and says how sure it is.";
  sheet = new Sheet({ canvas: part("pad"), photo: part("photo"), photoName: part("photo-name") });
  #view = new AnswerView();
  #asker = new Asker(new URL("v1/predict", document.baseURI), (question, outcome) => this.#hear(question, outcome));
  #box = null;

  constructor() {
    this.sheet.addEventListener("change", () => this.#changed());
    part("photo").addEventListener("load", () => this.#showFound()); // the answer may come before the picture shows
  }

  pen(width) {
    this.sheet.penWidth = width;
  }

  recognise() {
    if (!this.sheet.drawing) this.#ask(0);
  }

  clear() {
    this.sheet.clear();
    this.#asker.drop();
    this.#view.wait();
  }

  #ask(pause) {
    this.#view.expect();
    const { sheet } = this;
    const { version, era, picture } = sheet;
    this.#asker.ask({ version, era, kind: picture ? "picture" : "drawing", body: () => sheet.toBlob() }, pause);
  }

  #hear(question, outcome) {
    const { sheet } = this;
    if (question.era !== sheet.era) return;
    const settled = question.version === sheet.version && !sheet.drawing;
    // While the hand moves, a digit may show already; that half a digit is none yet is nobody's news.
    if (!settled && !(sheet.drawing && ["ok", "uncertain"].includes(statusOf(outcome)))) return;
    this.#view.show(outcome, question.kind, settled);
    this.#box = question.kind === "picture" ? outcome.answer?.box : null;
    this.#showFound();
  }

  #changed() {
    const { sheet } = this;
    const strokes = sheet.strokes.length;
    part("invite").hidden = !sheet.blank;
    const drawn = strokes === 0 ? "nothing drawn yet" : strokes === 1 ? "one stroke" : `${strokes} strokes`;
    part("pad").setAttribute("aria-label", `Drawing area, ${sheet.picture ? "showing your picture" : drawn}`);
    if (sheet.blank) {
      this.#asker.drop();
      this.#view.wait();
    } else {
      this.#ask(sheet.drawing ? LIVE_PAUSE : 0);
    }
    this.#box = null;
    this.#showFound();
  }

  // Where the ink was found, as a frame over the picture, which lies in the middle of the square sheet.
  #showFound() {
    const { naturalWidth: width, naturalHeight: height } = part("photo");
    const [box, found] = [this.#box, part("found")];
    found.hidden = !box || part("photo").hidden;
    if (found.hidden) return;
    const side = Math.max(width, height);
    const share = (value) => `${(100 * value) / side}%`;
    found.style.left = share(box.x + (side - width) / 2);
    found.style.top = share(box.y + (side - height) / 2);
    found.style.width = share(box.width);
    found.style.height = share(box.height);
  }
}
