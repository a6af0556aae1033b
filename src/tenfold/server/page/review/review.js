// The review: corrections one after the other, the most suspicious first, each accepted or rejected.

import { ask } from "../ask.js";
import { element } from "../element.js";
import { ItemView } from "./view.js";
import { followKeys } from "./keys.js";
import { howMany, MEANWHILE, NONE, spoken, trouble } from "./words.js";

const part = (id) => document.getElementById(id);
const STATES = ["waiting", "accepted", "rejected"];
const MOST = 100;

class Review {
  #view = new ItemView();
  #state = "waiting";
  #list = [];
  #place = 0;
  #counts = { waiting: 0, accepted: 0, rejected: 0 };
  #deciding = false;
  #loads = 0;

  /** Show the corrections in a state, from the first. */
  async load(state = this.#state) {
    const load = ++this.#loads;
    this.#state = state;
    const outcome = await this.#fetch();
    if (load !== this.#loads) return; // another state was chosen meanwhile
    if (!outcome.answer) return this.#plain(trouble(outcome), outcome.refusal?.error.code !== "no_store");
    this.#list = outcome.answer.corrections;
    this.#place = 0;
    this.#show();
  }

  /** Go on or back without deciding. */
  move(step) {
    const place = this.#place + step;
    if (!this.#list[place]) return;
    this.#place = place;
    this.#say("");
    this.#show();
  }

  get task() {
    return this.#list[this.#place]?.task;
  }

  /**
   * Decide about the correction that shows.
   * @param {boolean} accept
   * @param {string} [value] what it is, if it is accepted as something else than was said
   */
  async decide(accept, value) {
    const one = this.#list[this.#place];
    if (!one || this.#deciding || (!accept && one.state === "rejected")) return;
    this.#deciding = true; // one decision at a time, however fast the keys
    const json = { accept, seen: one.state, said: one.value, ...(value === undefined ? {} : { value }) };
    const outcome = await ask(`v1/feedback/${one.id}/review`, { json });
    this.#deciding = false;
    if (outcome.answer) return this.#decided(one, outcome.answer);
    const gone = { 404: trouble(outcome), 409: MEANWHILE }[outcome.refusal?.status];
    if (!gone) return this.#say(trouble(outcome), "wrong");
    await this.#fetch(1); // how many there are now
    this.#say(gone, "wrong");
    this.#leave(one);
  }

  #decided(one, answer) {
    this.#counts[one.state]--;
    this.#counts[answer.state]++;
    this.#say(answer.state === "accepted" ? `Accepted as ${spoken(answer.task, answer.final)}.` : "Rejected.");
    if (answer.state !== this.#state) return this.#leave(one);
    const place = this.#list.indexOf(one);
    if (place >= 0) this.#list[place] = { ...one, ...answer };
    this.#show();
  }

  // It is no longer of those that are looked at: the one after it takes its place.
  #leave(one) {
    this.#list = this.#list.filter((other) => other !== one);
    this.#place = Math.max(0, Math.min(this.#place, this.#list.length - 1));
    if (!this.#list.length && this.#counts[this.#state] > 0) this.load(); // there were more than come at once
    else this.#show();
  }

  async #fetch(most = MOST) {
    const outcome = await ask("v1/feedback", { query: { state: this.#state, most } });
    if (outcome.answer) this.#counts = outcome.answer.counts;
    return outcome;
  }

  #show() {
    part("counts").textContent = howMany(this.#counts);
    const one = this.#list[this.#place];
    if (!one) return this.#plain(NONE[this.#state], false);
    part("nothing").hidden = true;
    part("item").hidden = false;
    this.#view.show(one, this.#list[this.#place + 1], this.#place, this.#list.length);
    this.#focus(part("item"));
  }

  #plain(text, canTryAgain) {
    part("item").hidden = true;
    part("nothing").hidden = false;
    part("plain").textContent = text;
    part("again").hidden = !canTryAgain;
    this.#focus(part("nothing"));
  }

  // Away from the button pressed before: Enter would press it again, about another correction.
  #focus(where) {
    if (!part("state").contains(document.activeElement)) where.focus({ preventScroll: true });
  }

  #say(text, kind = "") {
    part("news").replaceChildren(element("span", kind, text));
  }
}

const review = new Review();

// Which of them are looked at stands in the address, so that it can be linked to.
function stateOfAddress() {
  const named = location.hash.slice(1);
  return STATES.includes(named) ? named : "waiting";
}

function enter(state) {
  part("state").querySelector(`[value="${state}"]`).checked = true;
  part("news").replaceChildren();
  review.load(state);
}

function acceptValue() {
  review.decide(true, part("value").value.trim());
}

part("state").addEventListener("change", ({ target }) => {
  history.pushState(null, "", target.value === "waiting" ? location.pathname + location.search : `#${target.value}`);
  enter(target.value);
});
for (const event of ["popstate", "hashchange"]) addEventListener(event, () => enter(stateOfAddress()));

part("digits").append(
  ...["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ""].map((digit) => {
    const button = element("button", digit ? "" : "none", digit || "no digit");
    button.type = "button";
    button.setAttribute("aria-label", `Accept as ${spoken("digit", digit)}`);
    button.addEventListener("click", () => review.decide(true, digit));
    return button;
  }),
);
part("accept").addEventListener("click", () => review.decide(true));
part("reject").addEventListener("click", () => review.decide(false));
part("accept-value").addEventListener("click", acceptValue);
part("accept-none").addEventListener("click", () => review.decide(true, ""));
part("before").addEventListener("click", () => review.move(-1));
part("after").addEventListener("click", () => review.move(1));
part("again").addEventListener("click", () => review.load());
followKeys({
  accept: () => review.decide(true),
  acceptAs: (digit) => (review.task === "number" ? part("value").select() : review.decide(true, digit)),
  acceptNone: () => review.decide(true, ""),
  acceptValue,
  reject: () => review.decide(false),
  move: (step) => review.move(step),
});

enter(stateOfAddress());
