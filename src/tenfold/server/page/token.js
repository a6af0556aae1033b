// The token of a server that has one: asked for in a dialog, and kept as long as this tab is open.

import { element } from "./element.js";

const KEY = "tenfold-token";
// What can stand in a header; anything else is no token.
const POSSIBLE = /^[\x21-\x7e]+$/;

const WANTED = "This server answers those who bring its token: a password that whoever runs it gave out.";
const WRONG = "That is not the token of this server. Look whether it was copied whole, and try again.";

let kept = read();
let asking = null;
let declined = false;

export const token = () => kept;

/** Whether the person was asked and gave none; then nothing asks again of its own accord. */
export const wasDeclined = () => declined;

/**
 * Get another token than the one that was refused. However many ask, the person is asked once.
 * @param {string} used the one that was refused; empty if there was none
 * @returns {Promise<boolean>} whether there is another now
 */
export function renew(used) {
  if (kept !== used) return Promise.resolve(true);
  asking ??= fromPerson(used ? WRONG : "").finally(() => (asking = null));
  return asking;
}

async function fromPerson(trouble) {
  const given = await new Promise((resolve) => openDialog(trouble, resolve));
  declined = given === null;
  if (!declined) keep(given);
  return !declined;
}

function openDialog(trouble, resolve) {
  const dialog = element("dialog", "token");
  dialog.setAttribute("aria-labelledby", "token-title");
  const form = element("form");
  const title = element("h2", "", "Token");
  title.id = "token-title";
  const said = element("p", "trouble", trouble);
  said.id = "token-trouble";
  said.setAttribute("role", "alert");
  const label = element("label", "", "Token");
  label.htmlFor = "token";
  const field = element("input");
  Object.assign(field, { type: "password", id: "token", autocomplete: "off", required: true });
  field.setAttribute("aria-describedby", said.id);
  const buttons = element("div", "pair");
  const [later, send] = [element("button", "", "Not now"), element("button", "chief", "Go on")];
  later.type = "button";
  buttons.append(later, send);
  form.append(title, element("p", "", WANTED), label, field, said, element("p", "", "It is forgotten when this tab is closed."), buttons);
  dialog.append(form);

  let given = null;
  form.noValidate = true; // the page says itself what is missing
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // it goes into a header, and nowhere else
    const text = field.value.trim();
    if (POSSIBLE.test(text)) {
      given = text;
      dialog.close();
    } else {
      said.textContent = text ? WRONG : "Enter the token, or choose “Not now”.";
      field.focus();
    }
  });
  later.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the page's own keys are not meant
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(given);
  });
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
}

// Browsers may forbid keeping anything: then it is known until the page is left.
function read() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function keep(given) {
  kept = given;
  try {
    sessionStorage.setItem(KEY, given);
  } catch {
    // known until the page is left
  }
}
