// Takes a drawing along from one page of Tenfold to another, in the tab's own memory and for that one step.

const NAME = "tenfold-ink";

/** Whoever follows a link with `data-takes-ink` takes along what is drawn on this sheet. */
export function handInk(sheet) {
  for (const link of document.querySelectorAll("a[data-takes-ink]")) {
    link.addEventListener("click", () => sessionStorage.setItem(NAME, JSON.stringify(sheet.strokes)));
  }
}

/** Put on this sheet what was taken along, if anything was. */
export function takeInk(sheet) {
  const taken = sessionStorage.getItem(NAME);
  sessionStorage.removeItem(NAME);
  const strokes = taken ? JSON.parse(taken) : [];
  if (strokes.length) sheet.write(strokes);
}
