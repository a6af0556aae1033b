"""Ink of a line by one hand: digits of a data set, pen strokes or a font, marks between them, words beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tenfold.data.augment import Augmentation, augment
from tenfold.data.clutter import scribble, texture
from tenfold.data.glyphs import DIGITS, LETTERS
from tenfold.data.line_texts import DIGIT_NAMES, OTHER
from tenfold.data.synth import draw, fonts, path, scrawl
from tenfold.types import Floats, Pixels, as_floats

Rng = np.random.Generator
# How digits are bent before they stand in a line.
BENT = Augmentation(turn=5, shear=0.08, scale=0.05, shift=0, elastic=0.9, weight=0.45, soften=0.1, noise=0, hide=0.01)
POOL = 4096
# How far digits stand from each other, as shares of their height: name, least, most.
GAPS = ((0.34, 0.08, 0.4), (0.1, 0.4, 1.3), (0.26, -0.02, 0.12), (0.3, -0.2, 0.02))
# Share of hands whose figures hang below the line and stand above it: size and fall of those that do either.
OLD_STYLE = 0.1
_OLD_STYLE = {
    **dict.fromkeys("012", (0.75, 0.0)),
    **dict.fromkeys("34579", (0.95, 0.22)),
    "6": (1.0, -0.02),
}
# Marks as the pen draws them: strokes in the unit box, and where that box stands: left, top, width, height in digit
# heights, y from the top of the digits.
_SHAPES: dict[str, tuple[tuple[str, ...], tuple[float, float]]] = {
    ".": (("48,50! 52,52!", "45,40 55,45 50,58 44,50"), (0.86, 0.08)),
    ",": (("60,0 62,40 20,100", "70,0! 20,100!"), (0.84, 0.3)),
    "-": (("0,50! 100,50!", "0,40! 100,60!", "0,55 50,40 100,50"), (0.42, 0.16)),
    "/": (("90,0! 10,100!", "70,0! 25,100!"), (-0.08, 1.16)),
    "=": (("0,0! 100,0! / 0,100! 100,100!", "0,10! 100,0! / 4,100! 96,92!"), (0.36, 0.26)),
    "#": (("35,0! 20,100! / 80,0! 65,100! / 5,32! 98,30! / 0,70! 95,68!",), (0.0, 1.0)),
    ":": (("50,0! 50,6! / 50,94! 50,100!",), (0.3, 0.55)),
    "$": (
        (
            "85,18 50,8 15,25 50,50 88,75 50,92 12,80 / 50,0! 50,100!",
            "80,20 40,12 20,32 80,68 60,90 15,82 / 60,0! 40,100!",
        ),
        (-0.08, 1.16),
    ),
    "€": (("95,10 55,0 22,50 55,100 95,90 / 5,38! 75,38! / 5,60! 70,60!",), (0.0, 1.0)),
    "£": (("85,20 60,0 38,20 38,60 20,100! 90,98! / 15,52! 65,52!",), (0.0, 1.0)),
}
_WIDTHS = {".": 0.08, ",": 0.14, "-": 0.4, "/": 0.45, "=": 0.42, "#": 0.7, ":": 0.08, "$": 0.6, "€": 0.65, "£": 0.6}


@dataclass
class Pens:
    """Where digits come from: normalised ones by label, bent anew now and then, and fonts.

    Attributes:
        pictures: uint8 (n, 28, 28), bright ink on black.
        labels: int64 (n,).
        hands: Font files of handwriting.
    """

    pictures: Pixels
    labels: np.ndarray[tuple[int], np.dtype[np.int64]]
    hands: list[str] = field(default_factory=list)
    _pool: list[list[Floats]] = field(default_factory=list)

    def digit(self, digit: int, rng: Rng) -> Floats:
        """One digit, bent by chance and cut to its ink: float32 (h, w), 0..1."""
        if not self._pool or not self._pool[digit]:
            chosen = rng.integers(len(self.labels), size=POOL)
            bent = augment(as_floats(self.pictures[chosen]), rng, BENT)
            self._pool = [list(bent[self.labels[chosen] == label]) for label in range(10)]
        return _cut(self._pool[digit].pop())

    def forget_bent(self) -> None:
        """Bend digits anew from now on, so that what follows depends on nothing that was before."""
        self._pool = []


def written(text: str, pens: Pens, height: int, rng: Rng) -> Floats:
    """A text by one hand: digits of a data set, pen strokes, or a font."""
    kind = rng.random()
    if kind < 0.13 and OTHER not in text:
        return _typed(text, pens, height, rng)
    from_strokes = kind < 0.38
    pen = float(np.exp(rng.uniform(np.log(0.04), np.log(0.2))))
    styles = {name: int(rng.integers(99)) for name in DIGIT_NAMES}
    wild = float(np.clip(np.exp(rng.normal(-0.1, 0.3)), 0.4, 1.4))
    share = np.array([gap[0] for gap in GAPS])
    _, least, most = GAPS[rng.choice(len(GAPS), p=share)]
    usual = rng.uniform(least, most)
    uneven = rng.uniform(0.02, 0.1)
    size_spread = rng.choice((0.04, 0.09, 0.2), p=(0.4, 0.5, 0.1))
    old = rng.random() < OLD_STYLE
    glyphs, lifts = [], []
    for name in text:
        size = height * float(np.exp(rng.normal(0, size_spread)))
        lift = rng.normal(0, 0.05) * height
        if old and name in DIGIT_NAMES:
            shrink, fall = _OLD_STYLE.get(name, (1.0, 0.0))
            size, lift = size * shrink, lift + fall * height
        if name in DIGIT_NAMES or name == OTHER:
            digit = int(rng.integers(10)) if name == OTHER else int(name)
            if from_strokes:
                shapes = DIGITS[digit]
                glyph = _drawn(shapes[styles[str(digit)] % len(shapes)], pen, wild, rng)
            else:
                glyph = pens.digit(digit, rng)
            glyph = _to_size(glyph, size)
            if name == OTHER:
                glyph = _strike(glyph, rng)
            lifts.append(lift)
        else:
            glyph, fall = _mark(name, size, pen if from_strokes else float(rng.uniform(0.07, 0.14)), rng)
            lifts.append(lift + fall * size)
        glyphs.append(glyph)
    gaps = [round(height * (usual + rng.normal(0, uneven))) for _ in glyphs]
    if len(text) > 3 and rng.random() < 0.1:
        # In groups, with a space between.
        gaps[rng.integers(1, len(text) - 1)] += round(height * rng.uniform(0.3, 0.9))
    for place, name in enumerate(text):
        if name in ".,:":
            gaps[place] = max(gaps[place], round(0.03 * height))
            gaps[place - 1] = max(gaps[place - 1], round(0.03 * height))
    return _in_a_row(glyphs, lifts, gaps, height)


def _in_a_row(glyphs: list[Floats], lifts: list[float], gaps: list[int], height: int) -> Floats:
    """Glyphs standing on one line, each lowered by so many pixels, with gaps after them (negative: overlapping)."""
    room = 2 * height
    start, spots = 2, []
    for glyph, lift, gap in zip(glyphs, lifts, gaps, strict=True):
        top = int(np.clip(room // 2 + height + lift - glyph.shape[0], 0, 10_000))
        spots.append((start, top))
        start = max(start + 1, start + glyph.shape[1] + gap)
    width = max(x + glyph.shape[1] for (x, _), glyph in zip(spots, glyphs, strict=True)) + 4
    tall = max(y + glyph.shape[0] for (_, y), glyph in zip(spots, glyphs, strict=True)) + 4
    canvas = np.zeros((tall, width), np.float32)
    for (x, y), glyph in zip(spots, glyphs, strict=True):
        region = canvas[y : y + glyph.shape[0], x : x + glyph.shape[1]]
        np.maximum(region, glyph, out=region)
    return canvas


def _cut(ink: Floats) -> Floats:
    x, y, width, height = cv2.boundingRect((ink > 0.15).astype(np.uint8))
    return ink[y : y + height, x : x + width] if width and height else np.ones((4, 2), np.float32)


def _to_size(glyph: Floats, size: float) -> Floats:
    """To a height in pixels, but not much wider than high; edges as sharp as a pen's."""
    tall, wide = glyph.shape
    scale = min(size / tall, 1.3 * size / wide)
    to = (max(2, round(wide * scale)), max(3, round(tall * scale)))
    out = cv2.resize(glyph, to, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    if scale > 1.2:
        out = (out - np.float32(0.45)) * np.float32(scale) + np.float32(0.45)
    return np.asarray(np.clip(out, 0, 1), np.float32)


def _drawn(shape: str, pen: float, wild: float, rng: Rng) -> Floats:
    ink = draw(scrawl(path(shape), rng, wild), rng, pen=pen * float(np.exp(rng.normal(0, 0.1))))
    return _cut(np.asarray(ink, np.float32) / np.float32(255))


def _mark(name: str, size: float, pen: float, rng: Rng) -> tuple[Floats, float]:
    """A separator or filler, and how far below the digits' foot it ends, in digit heights."""
    shapes, (top, tall) = _SHAPES[name]
    shape = shapes[rng.integers(len(shapes))]
    wide = _WIDTHS[name] * float(np.exp(rng.normal(0, 0.25)))
    tall *= float(np.exp(rng.normal(0, 0.15)))
    thick = max(1, round(pen * size))
    edge = thick + 2
    canvas = np.zeros((round(tall * size) + 2 * edge, round(wide * size) + 2 * edge), np.uint8)
    turn = np.array([1, rng.normal(0, 0.08)])
    for points in path(shape):
        moved = points * (wide * size, tall * size) + edge + (points[:, 1:] - 0.5) * turn[1] * size * (1, 0)
        fixed = np.rint(moved * 16).astype(np.int32)
        cv2.polylines(canvas, [fixed.reshape(-1, 1, 2)], False, 255, thick, cv2.LINE_AA, 4)
    return _cut(np.asarray(canvas, np.float32) / np.float32(255)), top + tall - 1 + float(rng.normal(0, 0.03))


def _strike(glyph: Floats, rng: Rng) -> Floats:
    """Strike out a digit."""
    tall, wide = glyph.shape
    out = np.pad(glyph, ((0, 0), (wide // 4 + 1, wide // 4 + 1)))
    thick = max(1, round(tall * rng.uniform(0.06, 0.14)))
    for _ in range(rng.integers(1, 4)):
        ends = rng.uniform((0, 0.25), (0.2, 0.95), 2), rng.uniform((0.8, 0.1), (1, 0.75), 2)
        first, last = ((round(x * out.shape[1]), round(y * tall)) for x, y in ends)
        cv2.line(out, first, last, 1.0, thick, cv2.LINE_AA)
    return out


def _typed(text: str, pens: Pens, height: int, rng: Rng) -> Floats:
    """A text in a font of handwriting or, less often, of print."""
    printed = fonts()
    files = pens.hands if pens.hands and (rng.random() < 0.75 or not printed) else printed
    if not files:
        return written(text, pens, height, rng)
    return letters_of(text, files[rng.integers(len(files))], height, rng)


def letters_of(text: str, file: str, height: int, rng: Rng) -> Floats:
    """A text in a font whose digits are so many pixels high: float32 (h, w), 0..1."""
    font = _font(file, max(8, round(height * 1.4)))
    space = rng.uniform(-0.04, 0.25) * height if rng.random() < 0.5 else 0.0
    left, top, right, bottom = font.getbbox(text)
    room = Image.new("L", (int(right - left + len(text) * max(space, 0)) + 8, int(bottom - top) + 8))
    pen = ImageDraw.Draw(room)
    if space > 0:
        x = 4.0 - left
        for letter in text:
            pen.text((x, 4 - top), letter, font=font, fill=255)
            x += font.getlength(letter) + space
    else:
        pen.text((4 - left, 4 - top), text, font=font, fill=255)
    ink = np.asarray(room, np.float32) / np.float32(255)
    return np.asarray(cv2.GaussianBlur(ink, (3, 3), 0) if height > 30 else ink, np.float32)


_FONTS: dict[tuple[str, int], ImageFont.FreeTypeFont] = {}


def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    key = file, size
    if key not in _FONTS:
        _FONTS[key] = ImageFont.truetype(file, size)
    return _FONTS[key]


# Letters no digit could be taken for, though in a word any may stand.
PRINTED_LETTERS = "ACDEFHKMNPRTUVWXYadefhkmnprtuvwxy"
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnprstvwyz"


def some_words(pens: Pens, height: int, rng: Rng) -> Floats:
    """One to three words in a font of handwriting or print, a few letters by pen, a scribble, a signature."""
    kind = rng.random()
    printed = fonts()
    if kind < 0.8 and (pens.hands or printed):
        words = []
        for _ in range(rng.integers(1, 4)):
            word = "".join(
                str(rng.choice(list(_CONSONANTS if place % 2 else _VOWELS)))
                for place in range(int(rng.integers(2, 9)) + int(rng.integers(2)))
            )
            style = rng.random()
            words.append(word.capitalize() if style < 0.5 else word.upper() if style < 0.65 else word)
        text = " ".join(words)[: int(rng.integers(3, 18))].strip() or "ab"
        files = pens.hands if pens.hands and (rng.random() < 0.75 or not printed) else printed
        return letters_of(text, files[rng.integers(len(files))], height, rng)
    if kind < 0.9:
        names = list(LETTERS)
        pen, wild = float(rng.uniform(0.05, 0.15)), 0.8
        glyphs = [
            _to_size(
                _drawn(LETTERS[names[rng.integers(len(names))]][0], pen, wild, rng), height * rng.uniform(0.6, 1.1)
            )
            for _ in range(rng.integers(2, 6))
        ]
        return _in_a_row(glyphs, [0.0] * len(glyphs), [round(height * rng.uniform(-0.05, 0.3))] * len(glyphs), height)
    ink = np.asarray(scribble(rng), np.float32) / np.float32(255)
    wide = int(height * rng.uniform(1.2, 4))
    return np.asarray(cv2.resize(_cut(ink), (wide, height), interpolation=cv2.INTER_AREA), np.float32)


def letter(pens: Pens, height: int, rng: Rng) -> Floats:
    """One letter, or two, that no digit could be taken for: all that a picture's edge left of a word."""
    text = "".join(rng.choice(list(PRINTED_LETTERS), int(rng.integers(1, 3))))
    files = pens.hands if pens.hands and (rng.random() < 0.8 or not fonts()) else fonts()
    if not files:
        return some_words(pens, height, rng)
    return letters_of(text, files[rng.integers(len(files))], height, rng)


def no_writing(height: int, rng: Rng) -> tuple[Floats, str]:
    """Blots, grain, a crumb of a line: nothing to read."""
    if rng.random() < 0.5:
        ink = np.asarray(texture(rng), np.float32) / np.float32(255)
        return np.asarray(cv2.resize(ink, (int(height * rng.uniform(0.5, 4)), height)), np.float32), OTHER
    canvas = np.zeros((height, int(height * rng.uniform(0.6, 5))), np.float32)
    for _ in range(rng.integers(1, 6)):
        first = rng.uniform(0, 1, 2) * canvas.shape[::-1]
        last = first + rng.normal(0, 0.15, 2) * height * (3, 1)
        ends = [tuple(int(value) for value in np.rint(end)) for end in (first, last)]
        cv2.line(canvas, ends[0], ends[1], float(rng.uniform(0.4, 1)), max(1, round(height * 0.04)), cv2.LINE_AA)
    return canvas, OTHER


def side_by_side(parts: list[Floats]) -> Floats:
    """Pieces of ink standing on one line."""
    tall = max(part.shape[0] for part in parts)
    return np.concatenate([np.pad(part, ((tall - part.shape[0], 0), (0, 0))) for part in parts], axis=1)
