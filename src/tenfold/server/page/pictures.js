// Pictures from outside: chosen, photographed, dropped anywhere on the page, or pasted.

/**
 * @param {{choose: HTMLElement, file: HTMLInputElement, shoot: HTMLElement, camera: HTMLInputElement}} parts
 * @param {(file: File) => void} take
 */
export function takePictures({ choose, file, shoot, camera }, take) {
  for (const [button, input] of [[choose, file], [shoot, camera]]) {
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      if (input.files.length) take(input.files[0]);
      input.value = ""; // so that the same file can be chosen again
    });
  }

  // What lies behind an open dialog is not meant.
  const covered = () => document.querySelector("dialog[open]") !== null;
  document.addEventListener("paste", (event) => {
    const [pasted] = event.clipboardData.files;
    if (pasted && !covered()) take(pasted);
  });

  const holdsFile = (event) => event.dataTransfer.types.includes("Files");
  const mark = (on) => document.body.classList.toggle("dropping", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault(); // also for what is no file: the browser would leave the page for it
    if (holdsFile(event)) mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(false); // left the window, not just an element
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const [dropped] = event.dataTransfer.files;
    if (dropped && !covered()) take(dropped);
  });
}
