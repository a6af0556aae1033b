// One correction, large: its picture, what was read, what was said, and why it is to be looked at.

import { ask } from "../ask.js";
import { element } from "../element.js";
import { briefly, decision, reason, shortly, spoken, whatWasRead, whence } from "./words.js";

const part = (id) => document.getElementById(id);
const NOT_KEPT = ["The picture is not kept.", "A server that runs with TENFOLD_KEEP_PICTURES_DAYS above 0 keeps them so long for this review."];
const NOT_THERE = ["The picture could not be fetched.", "It is tried again when you come back to it."];
// So many pictures are remembered; the newest are those around the one that shows.
const REMEMBERED = 8;

/** The pictures of corrections. An <img> cannot bring a token, so they are fetched. */
class Pictures {
  #fetched = new Map();

  /** @returns {Promise<{url?: string, trouble?: [string, string]}>} what is wrong, and what to do */
  get({ id, has_picture: kept }) {
    if (!kept) return Promise.resolve({ trouble: NOT_KEPT });
    if (!this.#fetched.has(id)) this.#fetched.set(id, this.#fetch(id));
    for (const old of [...this.#fetched.keys()].slice(0, -REMEMBERED)) this.#forget(old);
    return this.#fetched.get(id);
  }

  async #fetch(id) {
    const { answer, refusal } = await ask(`v1/feedback/${id}/picture`, { blob: true });
    if (answer) return { url: URL.createObjectURL(answer) };
    this.#fetched.delete(id); // may be there the next time
    return { trouble: refusal?.status === 404 ? NOT_KEPT : NOT_THERE };
  }

  #forget(id) {
    this.#fetched.get(id).then(({ url }) => URL.revokeObjectURL(url));
    this.#fetched.delete(id);
  }
}

export class ItemView {
  #pictures = new Pictures();
  #shown = null;

  /** Show a correction; the picture of the next one is fetched meanwhile. */
  show(one, next, place, count) {
    const { task, value, state } = one;
    this.#shown = one;
    part("item").dataset.task = task;
    part("said").replaceChildren("said to be ", element("b", value ? "" : "worded", shortly(task, value)));
    part("was").textContent = whatWasRead(one);
    part("decided").textContent = decision(one);
    part("reasons").replaceChildren(...one.reasons.map((code) => element("li", "", reason(code))));
    part("from").textContent = whence(one);
    part("place").textContent = `${place + 1} of ${count}`;
    part("accept").textContent = `Accept: ${briefly(task, value)}`;
    part("value").value = one.final ?? value;
    for (const [name, off] of [["before", place === 0], ["after", place === count - 1], ["reject", state === "rejected"]]) {
      part(name).setAttribute("aria-disabled", String(off));
    }
    this.#showPicture(one);
    if (next) this.#pictures.get(next);
  }

  async #showPicture(one) {
    const [picture, instead] = [part("picture"), part("no-picture")];
    picture.hidden = true;
    picture.removeAttribute("src");
    instead.hidden = false;
    instead.replaceChildren();
    const { url, trouble } = await this.#pictures.get(one);
    if (this.#shown !== one) return; // another shows by now
    picture.hidden = !url;
    instead.hidden = Boolean(url);
    instead.replaceChildren(...(trouble ?? []).map((part) => element("span", "", part)));
    if (url) picture.src = url;
    picture.alt = url ? `The picture that is said to be ${spoken(one.task, one.value)}` : "";
  }
}
