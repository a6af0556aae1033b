// Digit mode: joins the square sheet, POST /v1/predict and the answer with its evidence.

import { Desk, part } from "./desk.js";
import { Hand } from "./hand.js";
import { HandPanel } from "./hand_panel.js";
import { Sheet } from "./sheet.js";
import { AnswerView } from "./view.js";
import { WhyPanel } from "./why.js";
import { statusOf, strokesIn } from "./words.js";

export class DigitDesk extends Desk {
  title = "Tenfold – draw a digit";
  purpose = "reads one handwritten digit, and says how sure it is.";
  pause = 120;
  statusOf = statusOf;
  hand = new Hand();
  #box = null;

  constructor() {
    const sheet = new Sheet({ canvas: part("pad"), photo: part("photo"), photoName: part("photo-name") });
    super("v1/predict", sheet, new AnswerView());
    this.panel = new HandPanel(this.hand, part("hand"));
    this.why = new WhyPanel(part("why"), () => ({ sheet, profile: this.hand.handle }));
    // With another profile it may be another digit.
    this.hand.addEventListener("change", () => sheet.blank || this.askAgain());
    part("photo").addEventListener("load", () => this.#showFound()); // the answer may come before the picture shows
  }

  pen(width) {
    this.sheet.penWidth = width;
    this.panel.pen(width);
  }

  extras() {
    return { profile: this.hand.handle };
  }

  show(outcome, { picture, profile }, settled) {
    if (profile && this.hand.refused(outcome)) return; // it is asked again, without
    this.view.show(outcome, picture ? "picture" : "drawing", settled);
    this.why.offer(outcome, settled);
    this.#box = picture ? outcome.answer?.box : null;
    this.#showFound();
    if (outcome.answer) this.showAsRead(picture);
  }

  changed() {
    const { sheet } = this;
    part("invite").hidden = !sheet.blank;
    const drawn = sheet.picture ? "showing your picture" : strokesIn(sheet.strokes.length, "nothing drawn yet");
    part("pad").setAttribute("aria-label", `Drawing area, ${drawn}`);
    this.why.withdraw();
    if (sheet.blank) {
      this.asker.drop();
      this.view.wait();
    } else {
      this.askAgain();
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
