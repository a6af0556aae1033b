// The keys of the review, and the sheet that shows them.

const part = (id) => document.getElementById(id);
const STEPS = { ArrowRight: 1, ArrowDown: 1, j: 1, ArrowLeft: -1, ArrowUp: -1, k: -1 };

/** @param {Record<string, (what?: any) => void>} does what each key is for */
export function followKeys(does) {
  const keys = part("keys");
  part("show-keys").addEventListener("click", () => keys.showModal());
  part("hide-keys").addEventListener("click", () => keys.close());

  document.addEventListener("keydown", (event) => {
    const { key, repeat, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (key.startsWith("Arrow") && target.closest("input[type=radio]")) return; // they choose there
    if (target.closest("input[type=text]")) {
      if (key === "Enter" && !repeat) does.acceptValue();
      else if (key === "Escape") target.blur();
      return;
    }
    const small = key.length === 1 ? key.toLowerCase() : key;
    if (small === "Enter" && target.closest("a, button")) return; // which it presses
    if (STEPS[small]) {
      does.move(STEPS[small]);
    } else if (repeat) {
      return; // a key held down decides once
    } else if (small === "Enter" || small === "a") {
      does.accept();
    } else if (small === "r" || small === "Delete") {
      does.reject();
    } else if (/^[0-9]$/.test(small)) {
      does.acceptAs(small);
      return; // where a number is written, the digit pressed is its first
    } else if (small === "n") {
      does.acceptNone();
    } else if (small === "?") {
      keys.showModal();
    } else {
      return;
    }
    event.preventDefault();
  });
}
