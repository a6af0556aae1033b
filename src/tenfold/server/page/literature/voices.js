// What the chosen classifiers say of the drawing, side by side.

import { Asker } from "../asker.js";
import { element } from "../element.js";
import { Sheet } from "../sheet.js";
import { named, percent, strokesIn } from "../words.js";

const part = (id) => document.getElementById(id);
const WELCOME = "Their answers appear here as you draw.";
const TROUBLE = {
  404: "One of them is not here any more: press “Look again” below.",
  429: "Tenfold has too much to do just now. Wait a moment, then draw on.",
  503: "It took too long: choose fewer, or wait until all are loaded, then draw on.",
};
const UNREAD = {
  not_a_digit: "Tenfold says that this is no digit. The classifiers know nothing but digits:",
  several_digits: "Tenfold says that these are several digits. The classifiers know one at a time:",
};
// A first answer may have to wait until dozens are loaded.
const PATIENCE = 60_000;

export class Voices {
  #rows = [];
  #asked = "";
  #cards = new Map();

  constructor() {
    this.sheet = new Sheet({ canvas: part("pad"), photo: part("photo"), photoName: part("photo-name") });
    this.asker = new Asker("v1/compare", (question, outcome) => this.#hear(question, outcome), { patience: PATIENCE, busy: () => this.sheet.drawing });
    this.sheet.addEventListener("change", () => this.#drawn());
    part("clear").addEventListener("click", () => this.sheet.clear());
    part("undo").addEventListener("click", () => this.sheet.undo());
    document.addEventListener("keydown", (event) => {
      if (event.target.closest("input[type=text], select")) return;
      if (event.key === "Escape") this.sheet.clear();
      else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
        event.preventDefault();
        this.sheet.undo();
      }
    });
    part("said").textContent = WELCOME;
  }

  /** Ask these from now on; of those that are not here it is said how they come. */
  choose(rows) {
    const before = this.#asked;
    this.#rows = rows;
    this.#asked = this.#present.join();
    const cards = rows.map((row) => this.#card(row));
    part("voices").replaceChildren(...cards);
    if (before !== this.#asked) this.#askAgain();
  }

  #card(row) {
    let card = this.#cards.get(row.name);
    if (!card || card.here !== row.here) {
      const item = element("li", row.here ? "voice" : "voice absent");
      const [digit, name, sure, bars] = [element("b", "digit-said"), element("code", "", row.name), element("span", "sure-of-it"), element("span", "ten")];
      bars.setAttribute("aria-hidden", "true");
      bars.append(...Array.from({ length: 10 }, () => element("i")));
      if (!row.here) sure.textContent = "not here";
      item.append(digit, name, sure, bars);
      card = { item, digit, sure, bars, here: row.here };
      this.#cards.set(row.name, card);
    }
    return card.item;
  }

  get #present() {
    return this.#rows.filter(({ here }) => here).map(({ name }) => name);
  }

  #drawn() {
    const { sheet } = this;
    part("invite").hidden = !sheet.blank;
    part("undo").setAttribute("aria-disabled", String(!sheet.canUndo));
    part("pad").setAttribute("aria-label", `Drawing area, ${strokesIn(sheet.strokes.length, "nothing drawn yet")}`);
    this.#askAgain();
  }

  #askAgain() {
    const { sheet } = this;
    if (!sheet.blank && this.#present.length) {
      if (!sheet.drawing) part("said").textContent = "They are being asked …";
      const query = { models: this.#present.join(",") };
      this.asker.ask({ version: sheet.version, body: () => sheet.toBlob(), query, wanted: false }, sheet.drawing ? 200 : 0);
      return;
    }
    this.asker.drop();
    this.#show([]);
    part("said").textContent = sheet.blank ? WELCOME : "None of those chosen is here: tick others, or bring them as it says below.";
  }

  #hear({ version }, { answer, refusal }) {
    if (this.sheet.blank) return;
    if (!answer) {
      part("said").textContent = refusal ? (TROUBLE[refusal.status] ?? refusal.error.message) : "Tenfold does not answer. Is “tenfold serve” still running?";
      return;
    }
    this.#show(answer.answers);
    for (const { name, message } of answer.failed) {
      const card = this.#cards.get(name);
      if (card) Object.assign(card.sure, { textContent: "cannot be used", title: message });
    }
    // Of half a digit nothing is said.
    if (version === this.sheet.version && !this.sheet.drawing) part("said").textContent = verdict(answer);
  }

  #show(answers) {
    const said = new Map(answers.map((one) => [one.name, one]));
    const most = majority(answers);
    for (const [name, { item, digit, sure, bars, here }] of this.#cards) {
      const one = said.get(name);
      item.classList.toggle("differs", Boolean(one) && one.digit !== most);
      item.classList.toggle("unsure", one?.status === "uncertain");
      digit.textContent = one?.digit ?? "";
      if (here) sure.textContent = one ? `${percent(one.confidence)}${one.status === "uncertain" ? ", unsure" : ""}` : "";
      [...bars.children].forEach((bar, place) => {
        bar.style.setProperty("--share", one?.probabilities[place] ?? 0);
        bar.classList.toggle("best", place === one?.digit);
      });
    }
  }
}

function majority(answers) {
  const counts = new Array(10).fill(0);
  for (const { digit } of answers) counts[digit]++;
  return counts.indexOf(Math.max(...counts));
}

// What they say together, in a sentence.
function verdict({ status, answers }) {
  if (status === "empty") return "Nothing is written here yet: draw a digit with a bold line.";
  const first = UNREAD[status] ? `${UNREAD[status]} ` : "";
  const counts = new Map();
  for (const { digit } of answers) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const order = [...counts].sort(([, one], [, other]) => other - one);
  if (!order.length) return "None of them could answer.";
  if (order.length === 1) return `${first}${answers.length === 1 ? "It says" : `All ${answers.length} say`}: ${named(order[0][0])}.`;
  const [[best, count], ...others] = order;
  const rest = others.map(([digit, number]) => `${number} ${number === 1 ? "says" : "say"} ${named(digit)}`).join(", ");
  return `${first}${count} of ${answers.length} say: ${named(best)}; ${rest}.`;
}
