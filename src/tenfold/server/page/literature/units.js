// Times and sizes as people read them.

/** Seconds: "3.2 µs", "1.2 ms", "85 s", "4.9 min". */
export function seconds(value) {
  if (value < 1e-3) return `${figures(1e6 * value)}\u202fµs`;
  if (value < 1) return `${figures(1e3 * value)}\u202fms`;
  return value < 120 ? `${figures(value)}\u202fs` : `${figures(value / 60)}\u202fmin`;
}

/** Bytes: "27.9 kB", "1.03 MB". */
export const size = (bytes) => (bytes < 1e6 ? `${figures(bytes / 1e3)}\u202fkB` : `${figures(bytes / 1e6)}\u202fMB`);

export const percent2 = (value) => value.toFixed(2);

const figures = (value) => (value >= 100 ? String(Math.round(value)) : Number(value.toPrecision(3)).toString());
