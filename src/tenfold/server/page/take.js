// Taking the list away: as lines of text, and as a CSV file.

const FIELDS = ["file", "text", "value", "confidence", "x", "y", "width", "height", "alternatives", "note", "read"];

/** The list as CSV, by the names `tenfold read --csv` has; `read` is what stood there before a correction. */
export function toCsv(file, entries) {
  const rows = entries.map(({ number, text, corrected }) => {
    const { x, y, width, height } = number.box;
    const value = corrected ? text.replace(/[^0-9]/g, "") : number.value;
    const others = number.alternatives.map((one) => `${one.value}:${one.probability.toFixed(4)}`).join(" ");
    return [file, text, value, number.confidence.toFixed(6), x, y, width, height, others, number.note, number.text];
  });
  return [FIELDS, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

function quoted(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hand a text to the user as a file. */
export function saveFile(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Put a text on the clipboard; tells whether that was allowed. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text); // no clipboard over plain HTTP from another machine
  }
}

function copyTheOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  before?.focus();
  return copied;
}
