// The piece of a picture where a number stands, for the list beside it.

const TALL = 88;
const WIDEST = 320;
// What is shown around the number, as a share of its height.
const ROOM = 0.25;

/**
 * Draw a number's piece of the picture, upright as it was read.
 * @param {HTMLImageElement} photo the picture; where the browser cannot show it, there is no piece
 * @param {{width: number, turned: number}} answer
 * @param {{x: number, y: number, width: number, height: number}} box in pixels of the picture
 */
export function cut(canvas, photo, { width, turned }, box) {
  canvas.hidden = !photo.naturalWidth || photo.hidden;
  if (canvas.hidden) return;
  const scale = photo.naturalWidth / width;
  const lying = turned % 180 !== 0;
  const room = ROOM * (lying ? box.width : box.height);
  const [from, to] = [{ x: box.x - room, y: box.y - room }, { x: box.width + 2 * room, y: box.height + 2 * room }];
  const [wide, tall] = lying ? [to.y, to.x] : [to.x, to.y];
  const zoom = Math.min(TALL / tall, WIDEST / wide);
  [canvas.width, canvas.height] = [Math.round(wide * zoom), Math.round(tall * zoom)];
  const context = canvas.getContext("2d");
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turned * Math.PI) / 180);
  context.scale(zoom, zoom);
  context.drawImage(
    photo, from.x * scale, from.y * scale, to.x * scale, to.y * scale, -to.x / 2, -to.y / 2, to.x, to.y,
  );
}
