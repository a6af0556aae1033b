// The numbers of a picture as a list: each with its piece of the picture, and open to correction.

import { areKept, isClosed } from "./correct.js";
import { cut } from "./cut.js";
import { element } from "./element.js";
import { sendValue } from "./number_fix.js";
import { digitsOf, inWords, isDoubtful, spell } from "./number_words.js";
import { percent } from "./words.js";

// Readings less likely than this are not offered; beside a number that is sure, only likelier ones are.
const [LEAST, LEAST_BESIDE_SURE] = [0.01, 0.05];
const OFFERED = 3;

const keyOf = ({ x, y, width, height }) => [x, y, width, height].join();

/**
 * Sends "point" {place, on} when an entry is entered or left, "change" {place} when its text became another, and
 * "say" [what, advice] when a correction was sent.
 */
export class NumberList extends EventTarget {
  entries = [];
  #cuts = () => {};

  constructor(list, photo) {
    super();
    Object.assign(this, { list, photo });
    photo.addEventListener("load", () => this.#cuts());
  }

  clear() {
    this.entries = [];
    this.#cuts = () => {};
    this.list.replaceChildren();
  }

  /** @param {Map<string, string>} corrections of this picture, by the place of the number */
  show(answer, corrections) {
    this.entries = answer.numbers.map((number, place) => new Entry(number, place, corrections, this));
    this.list.replaceChildren(...this.entries.map(({ item }) => item));
    this.#cuts = () => this.entries.forEach(({ piece, number }) => cut(piece, this.photo, answer, number.box));
    this.#cuts();
  }

  light(place, on, scroll) {
    const { list, entries } = this;
    const item = entries[place]?.item;
    item?.classList.toggle("lit", on);
    if (!item || !on || !scroll) return;
    // Only the list may move under the pointer, never the page.
    const [top, seen] = [item.offsetTop, list.scrollTop];
    if (top < seen || top + item.offsetHeight > seen + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
  }

  /** Put the cursor into an entry, on its first doubtful digit. */
  focus(place) {
    const input = this.entries[place]?.input;
    if (!input) return;
    input.focus();
    const doubt = input.value.indexOf("?");
    if (doubt >= 0) input.setSelectionRange(doubt, doubt + 1);
    else input.select();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

class Entry {
  #noted = null; // what the server has noted of it
  #closed = false; // no correction can be kept now

  constructor(number, place, corrections, list) {
    Object.assign(this, { number, place, corrections, list });
    this.item = element("li", "entry");
    this.piece = element("canvas", "piece");
    this.piece.setAttribute("aria-hidden", "true");
    this.sure = element("span", "surety");
    this.sure.id = `surety-${place}`;
    this.input = this.#makeInput();
    this.more = element("p", "more");
    this.item.append(this.piece, this.input, this.sure, this.more);
    this.item.addEventListener("pointerenter", () => list.tell("point", { place, on: true }));
    this.item.addEventListener("pointerleave", () => list.tell("point", { place, on: this.item.contains(document.activeElement) }));
    this.item.addEventListener("focusin", () => list.tell("point", { place, on: true }));
    this.item.addEventListener("focusout", () => list.tell("point", { place, on: false }));
    this.#show();
  }

  /** What stands there by the user's own word, or else as it was read. */
  get text() {
    return this.corrections.get(keyOf(this.number.box)) ?? this.number.text;
  }

  get corrected() {
    return this.text !== this.number.text;
  }

  get doubtful() {
    return this.text.includes("?");
  }

  write(text) {
    const key = keyOf(this.number.box);
    if (text === this.number.text) this.corrections.delete(key);
    else this.corrections.set(key, text);
    this.#show();
    this.list.tell("change", { place: this.place });
  }

  #makeInput() {
    const input = element("input");
    Object.assign(input, { type: "text", value: this.text, autocomplete: "off", spellcheck: false, maxLength: 80 });
    input.setAttribute("aria-label", `Number ${this.place + 1}`);
    input.setAttribute("aria-describedby", this.sure.id);
    input.addEventListener("input", () => this.write(input.value));
    input.addEventListener("keydown", (event) => this.#key(event));
    return input;
  }

  #key(event) {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault(); // and Enter asks nothing here: it sends what was corrected, and goes on to the next
      if (event.key === "Enter" && this.#sendable) this.#send();
      this.list.focus(this.place + step);
    } else if (event.key === "Escape") {
      this.write(this.number.text);
    } else {
      return;
    }
    event.stopPropagation();
  }

  #show() {
    const { number, input, item, sure } = this;
    if (input.value !== this.text) input.value = this.text;
    item.dataset.state = this.corrected ? "corrected" : this.doubtful ? "doubtful" : "sure";
    sure.textContent = this.corrected ? "corrected" : percent(number.confidence);
    const parts = this.corrected ? this.#correction() : this.#offers();
    this.more.replaceChildren(...(number.note ? [element("span", "note", number.note)] : []), ...parts);
    this.more.hidden = this.more.childNodes.length === 0;
  }

  get #sendable() {
    return this.corrected && this.text !== this.#noted && areKept() && !this.#closed;
  }

  #correction() {
    const { number, text } = this;
    const back = this.#offer(number.text, "Take it back");
    if (text === this.#noted) return [`Read as ${number.text}, noted as ${inWords(digitsOf(text))}. `, back];
    if (!this.#sendable) return [`Read as ${number.text}. `, back];
    const send = this.#button(digitsOf(text) === "" ? "Send: no number" : "Send correction", () => this.#send());
    send.setAttribute("aria-label", `${send.textContent}, number ${this.place + 1}`);
    return [`Read as ${number.text}. `, back, send];
  }

  async #send() {
    const { text, number } = this;
    const { outcome, said } = await sendValue(number.id, text);
    if (outcome?.answer) this.#noted = text;
    if (outcome && isClosed(outcome)) this.#closed = true;
    if (!this.item.isConnected) return; // the list is another by now
    const here = this.more.contains(document.activeElement);
    this.#show();
    if (here) this.input.focus({ preventScroll: true }); // the button pressed is gone
    this.list.tell("say", said);
  }

  // The likeliest readings, to be taken with one press.
  #offers() {
    const { number } = this;
    const doubtful = isDoubtful(number);
    const best = doubtful ? [{ value: number.value, probability: number.confidence }] : [];
    const least = doubtful ? LEAST : LEAST_BESIDE_SURE;
    const worth = number.alternatives.filter(({ probability }) => probability >= least);
    return [...best, ...worth].slice(0, OFFERED).map(({ value, probability }) => {
      const text = spell(number, value);
      return this.#offer(text, text, percent(probability));
    });
  }

  #offer(text, said, probability = "") {
    const button = this.#button(said, () => {
      this.write(text);
      this.input.focus({ preventScroll: true });
    });
    if (probability) button.append(element("small", "", probability));
    return button;
  }

  #button(said, press) {
    const button = element("button", "offer", said);
    button.type = "button";
    button.addEventListener("click", press);
    return button;
  }
}
