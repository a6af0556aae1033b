// "That was wrong" under a written number: a field for each number that was read, to be put right and sent.

import { areKept, correct, correctionSentence, isClosed } from "./correct.js";
import { element } from "./element.js";
import { digitsOf, inWords, isDoubtful } from "./number_words.js";

// More numbers than this on one sheet are corrected by writing them again.
const MOST = 4;

/** Send a number's value; gives the outcome and what is to be said of it. */
export async function sendValue(id, text) {
  const value = digitsOf(text);
  if (value === null) return { said: ["A correction is made of digits only.", `Take everything else out of “${text}”, then send it.`] };
  const outcome = await correct({ id, value });
  return { outcome, said: correctionSentence(outcome, inWords(value)) };
}

export class NumberFix {
  #era = 0;

  /**
   * @param {HTMLElement} line
   * @param {(what: string, advice: string) => void} say says it where the answer is said
   */
  constructor(line, say) {
    Object.assign(this, { line, say });
    this.fields = line.querySelector(".choices");
    this.withdraw();
  }

  /** Offer to correct an answer: its numbers, or itself where there are none. */
  offer({ id, numbers }) {
    this.#era++;
    const all = numbers.length ? numbers : [{ id, value: "", text: "" }];
    this.line.querySelector("span").textContent = numbers.some(isDoubtful) || !numbers.length ? "It is" : "Wrong? It is";
    this.fields.replaceChildren(...all.slice(0, MOST).flatMap((number, place) => this.#field(number, place, all.length)));
    this.line.classList.toggle("gone", !areKept());
  }

  /** Take the offer away: the answer is about something else than what is on the sheet now. */
  withdraw() {
    this.#era++;
    this.line.classList.add("gone");
  }

  #field(number, place, count) {
    const input = element("input");
    Object.assign(input, { type: "text", value: number.value, inputMode: "numeric", autocomplete: "off", maxLength: 64 });
    input.setAttribute("aria-label", count > 1 ? `What number ${place + 1} is` : "What the number is");
    const button = element("button", "", "Send");
    button.type = "button";
    button.setAttribute("aria-label", count > 1 ? `Send correction of number ${place + 1}` : "Send correction");
    let noted = isDoubtful(number) ? null : number.value; // what needs no sending
    const send = async () => {
      if (input.value === noted) return this.say(`That is ${noted ? `${noted} already` : "no number already"}.`, "Put it right, then send it.");
      const [era, text] = [this.#era, input.value];
      const { outcome, said } = await sendValue(number.id, text);
      if (era !== this.#era) return;
      if (outcome?.answer) noted = text;
      this.say(...said);
      if (outcome && isClosed(outcome)) this.withdraw();
    };
    button.addEventListener("click", send);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.stopPropagation(); // and asks nothing else
      send();
    });
    return [input, button];
  }
}
