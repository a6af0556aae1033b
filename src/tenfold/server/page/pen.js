// Mouse, finger and pen on the canvas, as one hand: begin, points, end.

/**
 * Follow one pointer at a time; a second finger is ignored until the first has left.
 * @param {HTMLCanvasElement} canvas
 * @param {{begin: () => void, points: (points: [number, number][]) => void, end: () => void}} hand
 */
export function followPen(canvas, hand) {
  let held = null;

  // Where an event lies on the sheet, in units of its height.
  const place = (event, frame) => [(event.clientX - frame.left) / frame.height, (event.clientY - frame.top) / frame.height];

  canvas.addEventListener("pointerdown", (event) => {
    if (held !== null || event.button !== 0) return;
    held = event.pointerId;
    canvas.setPointerCapture(held);
    event.preventDefault();
    // A button pressed before keeps the focus otherwise, and Enter would press it again.
    document.activeElement?.blur();
    hand.begin();
    hand.points([place(event, canvas.getBoundingClientRect())]);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    const frame = canvas.getBoundingClientRect();
    hand.points((coalesced.length ? coalesced : [event]).map((part) => place(part, frame)));
  });

  // Capture is lost after up and cancel alike, and also when the system takes the pointer away.
  canvas.addEventListener("lostpointercapture", (event) => {
    if (event.pointerId !== held) return;
    held = null;
    hand.end();
  });

  canvas.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press is a slow stroke
}
