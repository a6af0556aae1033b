// Number mode: joins the wide sheet, POST /v1/read, and the answer about what was written or about a picture.

import { Desk, part } from "./desk.js";
import { FieldChoice } from "./field.js";
import { NumberView } from "./number_view.js";
import { numberStatus } from "./number_words.js";
import { Sheet } from "./sheet.js";
import { strokesIn } from "./words.js";

// A photo of a whole page may take its time on a busy machine.
const PATIENCE = 60_000;
// How many times as wide as high; a phone held upright needs the height. It stays: ink must not fall off the sheet.
const ASPECT = matchMedia("(max-width: 30rem)").matches ? 2 : 3;
// The same pen is finer here: more is written on the same height.
const FINER = 0.75;

export class NumberDesk extends Desk {
  title = "Tenfold – write a number";
  purpose = "reads handwritten numbers, and says how sure it is.";
  pause = 250; // reading a line takes longer than reading a digit
  statusOf = numberStatus;
  #field = new FieldChoice();

  constructor() {
    const [canvas, photo, photoName] = ["number-pad", "number-photo", "number-photo-name"].map(part);
    super("v1/read", new Sheet({ canvas, photo, photoName, aspect: ASPECT }), new NumberView(), PATIENCE);
    document.body.style.setProperty("--aspect", ASPECT);
    this.pen(this.sheet.penWidth);
    this.#field.addEventListener("change", () => {
      if (!this.sheet.blank) this.recognise();
    });
  }

  pen(width) {
    this.sheet.penWidth = FINER * width;
  }

  /** Take over what lies on a square sheet, in the middle of the wide one. */
  adopt({ strokes, picture }) {
    if (picture) return this.sheet.place(picture);
    const along = (ASPECT - 1) / 2;
    const moved = ({ points, width }) => ({ width, points: points.map(([x, y]) => [x + along, y]) });
    this.sheet.write(strokes.map(moved));
  }

  extras() {
    const field = this.#field.value;
    return { field, query: field ? { field } : {} };
  }

  concerns({ field }) {
    return field === this.#field.value;
  }

  show(outcome, { picture, field }, settled) {
    this.view.show(outcome, picture, settled, field);
    if (outcome.answer) this.showAsRead(picture, { sheet: true });
  }

  changed() {
    const { sheet } = this;
    part("number-invite").hidden = !sheet.blank;
    const written = sheet.picture ? "showing your picture" : strokesIn(sheet.strokes.length, "nothing written yet");
    part("number-pad").setAttribute("aria-label", `Writing area, ${written}`);
    this.view.lay(sheet.picture);
    if (sheet.blank || sheet.picture) this.asker.drop(); // what is under way is about something else
    if (sheet.blank) this.view.wait();
    else this.askAgain();
  }
}
