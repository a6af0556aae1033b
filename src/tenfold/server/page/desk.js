// What both desks share: a sheet, the asking about what lies on it, and a view that shows what came back.

import { ask } from "./ask.js";
import { Asker } from "./asker.js";

export const part = (id) => document.getElementById(id);

/**
 * A desk says in `pause` how often it asks at most while the hand moves (milliseconds), in `statusOf(outcome)` which
 * state an outcome is, in `show(outcome, question, settled)` what to do with it, in `changed()` what a changed sheet
 * means, and may add to a question in `extras()` and refuse one in `concerns(question)`.
 */
export class Desk {
  /** @param {number} [patience] milliseconds after which an answer is not waited for */
  constructor(path, sheet, view, patience) {
    Object.assign(this, { sheet, view });
    const manner = { patience, busy: () => sheet.drawing };
    this.asker = new Asker(path, (question, outcome) => this.#hear(question, outcome), manner);
    sheet.addEventListener("change", () => this.changed());
  }

  recognise() {
    if (!this.sheet.drawing) this.ask(0, true);
  }

  clear() {
    this.sheet.clear();
    this.asker.drop();
    this.view.wait();
  }

  /** @param {boolean} wanted whether the person asked for it, and not just drew */
  ask(pause, wanted = false) {
    const { sheet } = this;
    const { version, era, picture } = sheet;
    this.view.expect(picture);
    this.asker.ask({ version, era, picture, wanted, body: () => sheet.toBlob(), ...this.extras() }, pause);
  }

  /** Ask about a sheet that has changed: at once when the pen is lifted, now and then while it moves. */
  askAgain() {
    this.ask(this.sheet.drawing ? this.pause : 0);
  }

  /** If browsers do not show the file on the sheet, as strokes or TIFF: show what Tenfold read. */
  async showAsRead(file, query = {}) {
    if (!file || (await this.sheet.isShown()) || file !== this.sheet.picture) return;
    const form = new FormData();
    form.append("image", file, file.name);
    const { answer } = await ask("v1/picture", { form, query, blob: true, quiet: () => true });
    if (answer) this.sheet.showBy(file, answer);
  }

  extras() {
    return {};
  }

  concerns() {
    return true;
  }

  #hear(question, outcome) {
    const { sheet } = this;
    if (question.era !== sheet.era || !this.concerns(question)) return;
    const settled = question.version === sheet.version && !sheet.drawing;
    // While the hand moves, an answer may show already; that half a digit is none yet is nobody's news.
    if (!settled && !(sheet.drawing && ["ok", "uncertain"].includes(this.statusOf(outcome)))) return;
    this.show(outcome, question, settled);
  }
}
