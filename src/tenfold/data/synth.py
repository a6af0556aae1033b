"""Synthetic ink: digits in many hands and prints, crossed out, and several together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tenfold.data.glyphs import DIGITS
from tenfold.imaging.normalize import normalize
from tenfold.types import Floats, Picture, Pixels

Rng = np.random.Generator
CANVAS = 72
# Shares of written digits drawn from point to point, in spots, and with few pixels.
ANGULAR, SPOTTED, COARSE = 0.12, 0.05, 0.2
# How much of print OpenCV letters, and in which faces.
LETTERED = 0.2
FACES = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
# More than this on average, of 255, is a slab and no strokes.
SLAB = 70


def path(glyph: str, angular: bool = False) -> list[Floats]:
    """A glyph's strokes as float32 (n, 2) points in the unit box, curves filled in (Catmull-Rom).

    Args:
        glyph: Strokes as in `tenfold.data.glyphs`.
        angular: Every point a corner, as from a mouse that stopped at each.
    """
    return [curve(stroke, angular) for stroke in glyph.split("/")]


def curve(stroke: str, angular: bool = False) -> Floats:
    """One stroke of a glyph, as in `tenfold.data.glyphs`: float32 (n, 2), a curve but for its corners."""
    corners, points = [], []
    for token in stroke.split():
        corners.append(angular or token.endswith("!"))
        points.append([float(value) / 100 for value in token.rstrip("!").split(",")])
    p = np.array(points, np.float32)
    if len(p) == 1:
        return p
    steps = np.linspace(0, 1, 9, dtype=np.float32)[1:, None]
    pieces = [p[:1]]
    for i in range(len(p) - 1):
        before = p[i] if corners[i] or i == 0 else p[i - 1]
        after = p[i + 1] if corners[i + 1] or i + 2 == len(p) else p[i + 2]
        a, b = p[i], p[i + 1]
        pieces.append(
            0.5
            * (
                2 * a
                + (b - before) * steps
                + (2 * before - 5 * a + 4 * b - after) * steps**2
                + (3 * a - before - 3 * b + after) * steps**3
            )
        )
    return np.concatenate(pieces)


def scrawl(strokes: list[Floats], rng: Rng, wild: float = 1.0) -> list[Floats]:
    """The same glyph by another hand: shaken, slanted, stretched, turned.

    Args:
        strokes: Points in the unit box.
        rng: Source of chance.
        wild: How far to go; 1 keeps a digit readable.
    """
    slant, turn = rng.normal(0, 0.16 * wild), rng.normal(0, 0.10 * wild)
    wide = np.exp(rng.normal(-0.25, 0.28 * wild))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[wide, -slant], [0, 1]])
    # A slow wobble of the plane: two sine waves a direction, the same for all strokes.
    wave = rng.normal(0, 0.035 * wild, (2, 2, 2))
    rate, phase = rng.uniform(1.5, 6, (2, 2)), rng.uniform(0, 2 * np.pi, (2, 2))
    moved = []
    for points in strokes:
        shifted = points - 0.5 + rng.normal(0, 0.02 * wild, 2)
        bend = np.zeros_like(shifted)
        for k in range(2):
            for axis in range(2):
                bend += np.sin(shifted[:, axis : axis + 1] * rate[k, axis] + phase[k, axis]) * wave[k, axis]
        moved.append(((shifted + bend) @ matrix.T).astype(np.float32))
    return moved


def draw(strokes: list[Floats], rng: Rng, pen: float | None = None) -> Pixels:
    """Draw strokes on a `CANVAS` with a margin: uint8, bright on black.

    Args:
        strokes: Points in any unit.
        rng: Source of chance.
        pen: Width as a share of the glyph's size; by default between a fine liner and a marker.
    """
    every = np.concatenate(strokes)
    low, span = every.min(axis=0), float(np.ptp(every, axis=0).max()) or 1.0
    pen = float(np.exp(rng.uniform(np.log(0.03), np.log(0.2)))) if pen is None else pen
    room = CANVAS * 0.8 / (1 + pen)
    thick = max(1, round(pen * room))
    scale = room / span
    offset = (CANVAS - np.ptp(every, axis=0) * scale) / 2
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    for line in strokes:
        fixed = np.rint(((line - low) * scale + offset) * 16).astype(np.int32)
        cv2.polylines(canvas, [fixed.reshape(-1, 1, 2)], False, 255, thick, cv2.LINE_AA, 4)
    return canvas


def written_digit(digit: int, rng: Rng) -> Pixels:
    """A synthetic handwritten digit by any hand, pen and screen: uint8 (n, n), bright on black, n at most `CANVAS`."""
    glyphs = DIGITS[digit]
    glyph = glyphs[rng.integers(len(glyphs))]
    # Most hands are tame; what the wildest write is hard to read, and is to be read.
    wild = float(np.clip(np.exp(rng.normal(0.1, 0.3)), 0.5, 1.7))
    strokes = scrawl(path(glyph, angular=bool(rng.random() < ANGULAR)), rng, wild)
    if rng.random() < SPOTTED:
        # Each spot a line that ends where it begins, a little more than a pen's width from the last.
        pen = float(rng.uniform(0.05, 0.1))
        strokes = [point for line in strokes for point in spots(line, pen * float(rng.uniform(1.1, 1.6)))]
        ink = draw(strokes, rng, pen)
    else:
        ink = draw(strokes, rng, pen=float(np.exp(rng.uniform(np.log(0.03), np.log(0.26)))))
    return _coarse(ink, rng) if rng.random() < COARSE else ink


def spots(line: Floats, step: float) -> list[Floats]:
    """Points along a line, so far from each other, as lines of their own: a slow canvas under a quick mouse."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.arange(0, along[-1] + step / 2, step)
    centres = np.stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)
    return [np.stack([centre, centre]) for centre in centres]


def _coarse(ink: Pixels, rng: Rng) -> Pixels:
    """The ink as 12 to 22 pixels a side hold it, hard-edged more often than not, and now and then stretched."""
    x, y, width, height = cv2.boundingRect(ink)
    side = int(rng.integers(12, 23))
    across, down = (max(2, round(side * part / max(width, height))) for part in (width, height))
    if rng.random() < 0.5:
        # As far towards a square as keeps a bar a bar.
        across, down = (min(side, round(2 * part)) for part in (across, down))
    small = cv2.resize(ink[y : y + height, x : x + width], (across, down), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.7:
        small = np.where(small > rng.uniform(70, 130), 255, 0).astype(np.uint8)
    out = np.zeros((side + 6, side + 6), np.uint8)
    top, left = (side + 6 - down) // 2, (side + 6 - across) // 2
    out[top : top + down, left : left + across] = small
    return out


@lru_cache(maxsize=1)
def fonts() -> list[str]:
    """Font files that come with matplotlib (DejaVu, STIX, Computer Modern); none without it."""
    try:
        import matplotlib as mpl
    except ImportError:
        return []
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return sorted(
        str(file)
        for file in folder.glob("*.ttf")
        if "Display" not in file.name and file.name.startswith(("DejaVuS", "STIXG"))
    )


@lru_cache(maxsize=512)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


def printed(text: str, rng: Rng) -> Pixels:
    """A printed character or word in a font by chance, fitted to the canvas: uint8, bright on black.

    Now and then plain ASCII is lettered as OpenCV does it.
    """
    if text.isascii() and rng.random() < LETTERED:
        return _lettered(text, rng)
    files = fonts()
    font = _font(files[rng.integers(len(files))], 52)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (max(1, int(right - left)) + 4, max(1, int(bottom - top)) + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, font=font, fill=255)
    return _to_canvas(np.asarray(image))


def _lettered(text: str, rng: Rng) -> Pixels:
    face = int(rng.choice(FACES)) | (cv2.FONT_ITALIC if rng.random() < 0.3 else 0)
    thick = int(rng.integers(1, 8))
    (width, height), below = cv2.getTextSize(text, face, 2.0, thick)
    image = np.zeros((height + below + 2 * thick + 20, width + 2 * thick + 40), np.uint8)
    cv2.putText(image, text, (thick + 15, height + thick + 10), face, 2.0, (255,), thick, cv2.LINE_AA)
    return _to_canvas(_cut(image))


def _to_canvas(ink: Pixels) -> Pixels:
    scale = CANVAS * 0.8 / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out = np.zeros((CANVAS, CANVAS), np.uint8)
    y, x = (CANVAS - size[1]) // 2, (CANVAS - size[0]) // 2
    out[y : y + size[1], x : x + size[0]] = small
    return out


def struck_out(digit: Pixels, rng: Rng) -> Pixels:
    """A digit crossed out: by one long line or two, a cross, or a zigzag over it.

    Args:
        digit: uint8 (h, w), bright on black; no 0, as a slash through that is a way to write it.
        rng: Source of chance.
    """
    ink = cv2.resize(digit, (48, 48), interpolation=cv2.INTER_CUBIC)
    canvas = np.pad(np.asarray(ink, np.uint8), 12)
    kind = rng.random()
    thick = int(rng.integers(2, 6))
    ys = rng.uniform(26, 46, 2)
    if kind < 0.25:
        # Longer than the bar of any 7, and through the middle.
        y = rng.uniform(30, 42)
        lines = [[(rng.uniform(2, 7), y + rng.normal(0, 3)), (rng.uniform(65, 70), y + rng.normal(0, 3))]]
    elif kind < 0.4:
        lines = [[(6, y + rng.normal(0, 3)), (66, y + rng.normal(0, 3))] for y in ys]
    elif kind < 0.55:
        lines = [[(10, 10), (62, 62)], [(62, 10), (10, 62)]]
    elif kind < 0.67:
        lines = [[(x, rng.uniform(15, 30) if i % 2 else rng.uniform(42, 57)) for i, x in enumerate(range(6, 70, 9))]]
    elif kind < 0.75:
        lines = [[(8, 58), (64, 14)], [(8, 64), (64, 22)]]
    else:
        ends = rng.uniform((4, 50), (16, 68)), rng.uniform((56, 4), (68, 22))
        rising = rng.random() < 0.7
        lines = [[(x if rising else 72 - x, y) for x, y in ends]]
    for line in lines:
        points = np.rint((np.array(line) + rng.normal(0, 1.5, (len(line), 2))) * 16).astype(np.int32)
        cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, 255, thick, cv2.LINE_AA, 4)
    return canvas


def ringed(digit: Pixels, rng: Rng) -> Pixels:
    """A digit with a ring drawn around it, as who chooses one of several does: uint8, bright on black."""
    canvas = np.zeros((96, 96), np.uint8)
    side = int(rng.integers(32, 49))
    start = (96 - side) // 2
    canvas[start : start + side, start : start + side] = cv2.resize(digit, (side, side), interpolation=cv2.INTER_AREA)
    middle, axes = 48 + rng.normal(0, 2, 2), side * rng.uniform(0.62, 0.85, 2)
    box = (tuple(map(float, middle)), tuple(map(float, 2 * np.minimum(axes, 44))), float(rng.uniform(0, 180)))
    cv2.ellipse(canvas, box, 255, int(rng.integers(2, 6)), cv2.LINE_AA)
    return canvas


def cut_out(digit: Pixels, rng: Rng) -> Pixels:
    """A digit left bare in a solid slab, as of a sheet of paper taken for ink: uint8, bright on black."""
    middle, square = CANVAS // 2, np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    while True:
        canvas, side = np.zeros((CANVAS, CANVAS), np.uint8), int(rng.integers(20, 45))
        corners = middle + square * rng.uniform(22, 32, 2) + rng.normal(0, 3, (4, 2))
        cv2.fillPoly(canvas, [np.rint(corners).astype(np.int32).reshape(-1, 1, 2)], 255, cv2.LINE_AA)
        top, left = middle - side // 2 + rng.integers(-5, 6, 2)
        window = canvas[top : top + side, left : left + side]
        np.subtract(window, np.minimum(window, cv2.resize(digit, (side, side))), out=window)
        # Now and then the slab is taken for paper all the same, and the digit is one.
        if normalize(Picture(canvas)).pixels.mean() > SLAB:
            return canvas


def spoiled(digit: Pixels, rng: Rng) -> Pixels:
    """A digit, but no 0, that is none any more: struck out, most often, or ringed, or cut out of a slab."""
    return (struck_out, ringed, cut_out)[rng.choice(3, p=(0.7, 0.15, 0.15))](digit, rng)


def together(rows: list[list[Pixels]], rng: Rng) -> Pixels:
    """Digits in rows, one row below the other, with gaps or touching: uint8, any size, bright on black."""
    # Each row is cut to its ink again, or the rows would never touch.
    lines = [_one_after_another([_to_height(digit, rng) for digit in row], 1, rng) for row in rows]
    return _one_after_another([_cut(line) for line in lines], 0, rng)


def _cut(ink: Pixels) -> Pixels:
    """Cut to what is more than a faint edge."""
    x, y, width, height = cv2.boundingRect((ink > 40).astype(np.uint8))
    return ink[y : y + height, x : x + width]


def _to_height(digit: Pixels, rng: Rng) -> Pixels:
    """A digit cut to its ink, about 40 pixels high."""
    cut = _cut(digit)
    height, width = cut.shape
    size = float(rng.uniform(0.8, 1.2)) * 40 / height
    return np.asarray(cv2.resize(cut, (max(4, round(width * size)), max(8, round(height * size)))), np.uint8)


def _one_after_another(parts: list[Pixels], axis: int, rng: Rng) -> Pixels:
    """Parts along an axis, not quite in line: each the same gap, or overlap, after the one before."""
    gap = int(rng.integers(-3, 14))
    across = 1 - axis
    room = max(part.shape[across] for part in parts) + 12
    shape = [room, room]
    shape[axis] = sum(part.shape[axis] + max(gap, 0) for part in parts) + 8
    canvas, start = np.zeros(shape, np.uint8), 4
    for part in parts:
        aside = int(np.clip((room - part.shape[across]) // 2 + rng.integers(-6, 7), 0, room - part.shape[across]))
        place = [slice(0), slice(0)]
        place[axis] = slice(start, start + part.shape[axis])
        place[across] = slice(aside, aside + part.shape[across])
        region = canvas[place[0], place[1]]
        np.maximum(region, part, out=region)
        start = max(0, start + part.shape[axis] + gap)
    return canvas


def normalized(make: Callable[[], Pixels], count: int) -> Iterator[Pixels]:
    """The first `count` pictures of a maker that are not empty, each through the normalisation: (28, 28) uint8."""
    made = 0
    while made < count:
        ink = normalize(Picture(make()))
        if not ink.empty:
            made += 1
            yield ink.pixels
