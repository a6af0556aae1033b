// Number mode: joins the wide sheet, POST /v1/read, and the answer about what was written or about a picture.

import { Asker } from "./asker.js";
import { FieldChoice } from "./field.js";
import { numberStatus } from "./number_words.js";
import { NumberView } from "./number_view.js";
import { Sheet } from "./sheet.js";

// While the hand moves, ask this often at most: reading a line takes longer than reading a digit.
const LIVE_PAUSE = 250;
// A photo of a whole page may take its time on a busy machine.
const PATIENCE = 60_000;
// How many times as wide as high; a phone held upright needs the height. It stays: ink must not fall off the sheet.
const ASPECT = matchMedia("(max-width: 30rem)").matches ? 2 : 3;
// The same pen is finer here: more is written on the same height.
const FINER = 0.75;

const part = (id) => document.getElementById(id);

export class NumberDesk {
  title = "Tenfold – write a number";
  purpose = "reads handwritten numbers, and says how sure it is.";
  sheet = new Sheet({
    canvas: part("number-pad"),
    photo: part("number-photo"),
    photoName: part("number-photo-name"),
    aspect: ASPECT,
  });
  #view = new NumberView();
  #field = new FieldChoice();
  #asker = new Asker(new URL("v1/read", document.baseURI), (question, outcome) => this.#hear(question, outcome), PATIENCE);

  constructor() {
    document.body.style.setProperty("--aspect", ASPECT);
    this.pen(this.sheet.penWidth);
    this.sheet.addEventListener("change", () => this.#changed());
    this.#field.addEventListener("change", () => {
      if (!this.sheet.blank) this.recognise();
    });
  }

  pen(width) {
    this.sheet.penWidth = FINER * width;
  }

  recognise() {
    if (!this.sheet.drawing) this.#ask(0);
  }

  clear() {
    this.sheet.clear();
    this.#asker.drop();
    this.#view.wait();
  }

  /** Take over what lies on a square sheet, in the middle of the wide one. */
  adopt({ strokes, picture }) {
    if (picture) return this.sheet.place(picture);
    const along = (ASPECT - 1) / 2;
    const moved = ({ points, width }) => ({ width, points: points.map(([x, y]) => [x + along, y]) });
    this.sheet.write(strokes.map(moved));
  }

  #ask(pause) {
    const { sheet } = this;
    const { version, era, picture } = sheet;
    const field = this.#field.value;
    this.#view.expect(picture);
    const question = { version, era, picture, field, query: field ? { field } : {}, body: () => sheet.toBlob() };
    this.#asker.ask(question, pause);
  }

  #hear(question, outcome) {
    const { sheet } = this;
    if (question.era !== sheet.era || question.field !== this.#field.value) return;
    const settled = question.version === sheet.version && !sheet.drawing;
    // While the hand moves, a number may show already; that half a digit is none yet is nobody's news.
    if (!settled && !(sheet.drawing && ["ok", "uncertain"].includes(numberStatus(outcome)))) return;
    this.#view.show(outcome, question.picture, settled, question.field);
  }

  #changed() {
    const { sheet } = this;
    const strokes = sheet.strokes.length;
    part("number-invite").hidden = !sheet.blank;
    const written = strokes === 0 ? "nothing written yet" : strokes === 1 ? "one stroke" : `${strokes} strokes`;
    part("number-pad").setAttribute("aria-label", `Writing area, ${sheet.picture ? "showing your picture" : written}`);
    this.#view.lay(sheet.picture);
    if (sheet.blank || sheet.picture) this.#asker.drop(); // what is under way is about something else
    if (sheet.blank) this.#view.wait();
    else this.#ask(sheet.drawing ? LIVE_PAUSE : 0);
  }
}
