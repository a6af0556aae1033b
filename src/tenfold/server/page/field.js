// What may stand in each number: a choice, and for some of them a count or a pattern to write.

// What is to be written beside a choice: its name for screen readers, and an example.
const OWN = {
  digits: { label: "How many digits", start: "4", placeholder: "4 or 2-6" },
  regex: { label: "Pattern, a regular expression", start: "", placeholder: "19\\d\\d" },
};

/** Sends "change" events when another field is meant. */
export class FieldChoice extends EventTarget {
  #kind = document.getElementById("field-kind");
  #own = document.getElementById("field-own");
  #written = {};

  constructor() {
    super();
    this.#kind.addEventListener("change", () => this.#choose());
    this.#own.addEventListener("change", () => this.#changed());
    this.#offer();
  }

  /** As the query `field` has it; empty for any number. */
  get value() {
    const kind = this.#kind.value;
    if (!OWN[kind]) return kind;
    const own = this.#own.value.trim();
    return own && `${kind}:${own}`;
  }

  #choose() {
    this.#offer();
    if (!this.#own.hidden) this.#own.select();
    this.#changed();
  }

  #offer() {
    const kind = this.#kind.value;
    const own = OWN[kind];
    this.#own.hidden = !own;
    if (!own) return;
    this.#own.value = this.#written[kind] ?? own.start;
    this.#own.placeholder = own.placeholder;
    this.#own.setAttribute("aria-label", own.label);
  }

  #changed() {
    if (!this.#own.hidden) this.#written[this.#kind.value] = this.#own.value;
    this.dispatchEvent(new Event("change"));
  }
}
