"""Synthetic lines of writing: numbers and what stands beside them, on paper, as a camera or scanner sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tenfold.data.augment import Augmentation, augment
from tenfold.data.clutter import scribble, texture
from tenfold.data.glyphs import DIGITS, LETTERS
from tenfold.data.paper import on_paper, rules
from tenfold.data.synth import draw, fonts, path, scrawl
from tenfold.imaging.line_picture import line_picture
from tenfold.imaging.page import page_ink
from tenfold.types import Box, Floats, Pixels

Rng = np.random.Generator

DIGIT_NAMES = "0123456789"
SEPARATORS = ".,-/=#:$€£"
OTHER = "*"
"""A word, a letter, a signature, a digit struck out: writing that is no digit, however long."""
ALPHABET = DIGIT_NAMES + SEPARATORS + OTHER

# How digits are bent before they stand in a line.
BENT = Augmentation(turn=5, shear=0.08, scale=0.05, shift=0, elastic=0.9, weight=0.45, soften=0.1, noise=0, hide=0.01)
POOL = 4096
# Lines longer than this, in pixels of the line picture, are not made.
LONGEST = 480
# How far digits stand from each other, as shares of their height: name, least, most.
GAPS = ((0.34, 0.08, 0.4), (0.1, 0.4, 1.3), (0.26, -0.02, 0.12), (0.3, -0.2, 0.02))
LENGTHS = (0, 12, 16, 12, 15, 14, 9, 6, 9, 3, 2, 1, 1)

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


ROWS = ("spaced", "touching")
"""How `row_of_digits` sets digits: with bare ground between them, or touching and overlapping."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line picture and what stands in it.

    Attributes:
        pixels: uint8 (32, W), as `tenfold.imaging.line_picture` gives it.
        text: Of `ALPHABET`.
    """

    pixels: Pixels
    text: str


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
            bent = augment(self.pictures[chosen].astype(np.float32) / np.float32(255), rng, BENT)
            self._pool = [list(bent[self.labels[chosen] == label]) for label in range(10)]
        return _cut(self._pool[digit].pop())

    def forget_bent(self) -> None:
        """Bend digits anew from now on, so that what follows depends on nothing that was before."""
        self._pool = []


@dataclass(frozen=True, slots=True)
class World:
    """What lines are met with.

    Attributes:
        harsh: How often what makes writing hard to see befalls a line, 0..1.
        repeats: Share of digits that are the one before once more.
        plain: Share of lines that are digits of a data set as they are, in a row, dark on white.
    """

    harsh: float = 1.0
    repeats: float = 0.0
    plain: float = 0.0


WIDE = World()
MILD = World(harsh=0.4, repeats=0.15, plain=0.3)


def make_lines(pens: Pens, rng: Rng, world: World = WIDE) -> Iterator[Line]:
    """Lines of any text by any hand, without end.

    Args:
        pens: Where digits come from.
        rng: Source of chance.
        world: What they are met with.
    """
    while True:
        line = _line(pens, rng, world)
        if line is not None:
            yield line


def row_of_digits(
    pictures: Pixels, labels: np.ndarray[tuple[int], np.dtype[np.int64]], rng: Rng, kind: str, count: int = 5
) -> tuple[Pixels, str]:
    """Single digits as they are, set in a row: what a number reader is measured with.

    Args:
        pictures: uint8 (n, 28, 28), bright ink on black.
        labels: int64 (n,).
        rng: Source of chance.
        kind: One of `ROWS`: 3 to 10 pixels of bare ground between the digits, or 0 to 4 pixels of overlap.
        count: How many digits.

    Returns:
        Dark ink on white, uint8 (h, w), and the digits.
    """
    chosen = rng.integers(len(labels), size=count)
    cuts = []
    for picture in pictures[chosen]:
        x, y, width, height = cv2.boundingRect((picture > 40).astype(np.uint8))
        cuts.append(picture[y : y + height, x : x + width])
    gaps = rng.integers(3, 11, count) if kind == "spaced" else -rng.integers(0, 5, count)
    return _set_in_a_row(cuts, gaps, rng), "".join(str(label) for label in labels[chosen])


def _set_in_a_row(cuts: list[Pixels], gaps: np.ndarray[tuple[int], np.dtype[np.int64]], rng: Rng) -> Pixels:
    """Digits cut to their ink, at most 20 pixels high, in a row with gaps after them: dark ink on white."""
    count = len(cuts)
    tops = 12 + rng.integers(-2, 3, count)
    starts = 10 + np.concatenate([[0], np.cumsum([cut.shape[1] + gap for cut, gap in zip(cuts, gaps, strict=True)])])
    canvas = np.zeros(
        (44, int(max(start + cut.shape[1] for start, cut in zip(starts, cuts, strict=False))) + 10), np.uint8
    )
    for cut, start, top in zip(cuts, starts, tops, strict=False):
        middle = top + (20 - cut.shape[0]) // 2
        region = canvas[middle : middle + cut.shape[0], start : start + cut.shape[1]]
        np.maximum(region, cut, out=region)
    return 255 - canvas


def _line(pens: Pens, rng: Rng, world: World) -> Line | None:
    if world.plain and rng.random() < world.plain:
        return _plain(pens, rng, world)
    height = int(np.exp(rng.uniform(np.log(15), np.log(64))))
    kind = rng.random()
    if kind < 0.03:
        ink, text = _letter(pens, height, rng), OTHER
    elif kind < 0.11:
        ink, text = _words(pens, height, rng), OTHER
    elif kind < 0.14:
        ink, text = _no_writing(height, rng)
    else:
        text = _repeating(any_text(rng), rng, world.repeats)
        ink = _written(text, pens, height, rng)
        if kind < 0.2:
            words = _words(pens, int(height * rng.uniform(0.7, 1.2)), rng)
            gap = np.zeros((1, int(height * rng.uniform(0.4, 1.2))), np.float32)
            before = rng.random() < 0.6
            ink = _side_by_side([words, gap, ink] if before else [ink, gap, words])
            text = OTHER + text if before else text + OTHER
    return photographed(ink, text, height, rng, world.harsh)


def _plain(pens: Pens, rng: Rng, world: World) -> Line | None:
    """Digits of a data set, bent a little, in a row without anything else."""
    text = _repeating(digits(int(rng.integers(1, 10)), rng), rng, world.repeats)
    gaps = rng.integers(-5, 14) + rng.integers(-2, 3, len(text))
    picture = _set_in_a_row([_twenty_high(pens.digit(int(sign), rng)) for sign in text], gaps, rng)
    found = page_ink(picture)
    if found is None:
        return None
    x, y, width, height = cv2.boundingRect(found.mask)
    pixels = line_picture(found.strength, found.mask, Box(x, y, width, height)).pixels
    return Line(pixels, text) if pixels.shape[1] <= LONGEST else None


def _twenty_high(glyph: Floats) -> Pixels:
    """Fitted to 20x20, as MNIST's digits are."""
    scale = 20 / max(glyph.shape)
    size = (max(1, round(glyph.shape[1] * scale)), max(1, round(glyph.shape[0] * scale)))
    return np.asarray(cv2.resize(glyph, size, interpolation=cv2.INTER_AREA) * 255, np.uint8)


def _repeating(text: str, rng: Rng, share: float) -> str:
    """The same with some digits made like the digit before: what a reader of rows overlooks most easily."""
    signs = list(text)
    for place in range(1, len(signs)):
        both = signs[place] in DIGIT_NAMES and signs[place - 1] in DIGIT_NAMES
        if share and both and rng.random() < share:
            signs[place] = signs[place - 1]
    return "".join(signs)


def photographed(ink: Floats, text: str, height: int, rng: Rng, harsh: float = 1.0) -> Line | None:
    """Ink on paper, seen by a camera, through the reader's own way of finding ink; None if nothing could be made out.

    Args:
        ink: float32 (h, w), 0..1.
        text: What it says.
        height: Height of a digit in it.
        rng: Source of chance.
        harsh: As in `World`.
    """
    ink = _bend(ink, height, rng)
    x, y, width, tall = cv2.boundingRect((ink > 0.2).astype(np.uint8))
    if width < 2 or tall < 3:
        return None
    top, bottom, left, right = (int(height * rng.uniform(0.12, 0.7)) for _ in range(4))
    canvas = np.zeros((tall + top + bottom, width + left + right), np.float32)
    canvas[top : top + tall, left : left + width] = ink[y : y + tall, x : x + width]
    box = Box(left, top, width, tall)
    canvas = rules(canvas, box, height, rng, harsh)
    picture, scale = on_paper(canvas, height, rng, harsh)
    found = page_ink(picture)
    if found is None or not _made_out(found.mask, canvas, box):
        return None
    # A box as it would be found: not quite this one.
    off = rng.normal(0, 0.03, 4) * height
    if rng.random() < 0.08:
        # With an underline, or a stroke of another line.
        more = rng.uniform(0.1, 0.4, 2) * height * (rng.random(2) < 0.6)
        off[1], off[3] = off[1] - more[0], off[3] + more.sum()
    box = Box(
        round((box.x + off[0]) * scale),
        round((box.y + off[1]) * scale),
        max(2, round((box.width + off[2]) * scale)),
        max(3, round((box.height + off[3]) * scale)),
    )
    pixels = line_picture(found.strength, found.mask, box).pixels
    return Line(pixels, text) if pixels.shape[1] <= LONGEST else None


def _made_out(mask: Pixels, ink: Floats, box: Box) -> bool:
    """Whether what was found is what was written: most of it, and in its box not much else."""
    whole = cv2.resize(mask, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_NEAREST)
    window = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
    written, seen = ink[window] > 0.5, np.asarray(whole[window] > 0, bool)
    inked = max(1, int(written.sum()))
    near = np.asarray(cv2.dilate(written.astype(np.uint8), np.ones((5, 5), np.uint8)), bool)
    return bool((written & seen).sum() > 0.6 * inked and (seen & ~near).sum() < inked)


def any_text(rng: Rng) -> str:
    """Digits, an amount, a date, a number with a full stop, a postcode: what people write."""
    kind = rng.random()
    if kind < 0.6:
        return digits(int(rng.choice(len(LENGTHS), p=np.array(LENGTHS) / sum(LENGTHS))), rng)
    if kind < 0.7:
        return digits(int(rng.integers(1, 5)), rng) + "."
    if kind < 0.84:
        return _amount(rng)
    if kind < 0.91:
        mark = str(rng.choice(list("./-")))
        year = digits(4 if rng.random() < 0.5 else 2, rng)
        return mark.join([digits(int(rng.integers(1, 3)), rng), digits(int(rng.integers(1, 3)), rng), year])
    if kind < 0.96:
        mark = str(rng.choice(list("-/.:,")))
        return mark.join(digits(int(rng.integers(1, 5)), rng) for _ in range(rng.integers(2, 4)))
    text = list(digits(int(rng.integers(2, 7)), rng))
    text[rng.integers(len(text))] = OTHER
    return "".join(text)


def digits(count: int, rng: Rng) -> str:
    """So many digits by chance."""
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def _amount(rng: Rng) -> str:
    groups = [digits(int(rng.integers(1, 4)), rng)] + [
        digits(3, rng) for _ in range(rng.choice(3, p=(0.55, 0.35, 0.1)))
    ]
    thousands, point = (",", ".") if rng.random() < 0.5 else (".", ",")
    text = (thousands if rng.random() < 0.6 else "").join(groups)
    end = rng.random()
    if end < 0.5:
        text += point + digits(2, rng)
    elif end < 0.7:
        text += str(rng.choice([".-", ",-", "/-", "=", "-", ",="]))
    if rng.random() < 0.35:
        text = str(rng.choice(list("$€£"))) + text
    if rng.random() < 0.3:
        filler = str(rng.choice(["#", "##", "=", "-", "--", "=="]))
        text = filler + text + (filler if rng.random() < 0.7 else "")
    return text


def _written(text: str, pens: Pens, height: int, rng: Rng) -> Floats:
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
        return _written(text, pens, height, rng)
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


def _words(pens: Pens, height: int, rng: Rng) -> Floats:
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


def _letter(pens: Pens, height: int, rng: Rng) -> Floats:
    """One letter, or two, that no digit could be taken for: all that a picture's edge left of a word."""
    text = "".join(rng.choice(list(PRINTED_LETTERS), int(rng.integers(1, 3))))
    files = pens.hands if pens.hands and (rng.random() < 0.8 or not fonts()) else fonts()
    if not files:
        return _words(pens, height, rng)
    return letters_of(text, files[rng.integers(len(files))], height, rng)


def _no_writing(height: int, rng: Rng) -> tuple[Floats, str]:
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


def _side_by_side(parts: list[Floats]) -> Floats:
    tall = max(part.shape[0] for part in parts)
    return np.concatenate([np.pad(part, ((tall - part.shape[0], 0), (0, 0))) for part in parts], axis=1)


def _bend(ink: Floats, height: int, rng: Rng) -> Floats:
    """A line's own slant and slope, and the wave of a hand without rules."""
    tall, wide = ink.shape
    # Most hands write upright; those who learned to write with a steel pen lean far to the right.
    slant = rng.normal(0.05, 0.15) if rng.random() < 0.78 else rng.uniform(0.2, 0.75)
    slope = rng.normal(0, 0.02)
    wave, length, phase = abs(rng.normal(0, 0.04)) * height, rng.uniform(2, 8) * height, rng.uniform(0, 2 * np.pi)
    margin = int(abs(slant) * tall + 4)
    above = int(abs(slope) * wide + 2 * wave + 4)
    y, x = np.mgrid[: tall + 2 * above, : wide + 2 * margin].astype(np.float32)
    source_x = x - margin + np.float32(slant) * (y - above - tall / 2)
    source_y = y - above - np.float32(slope) * (x - margin - wide / 2)
    source_y += np.float32(wave) * np.sin(x * np.float32(2 * np.pi / length) + np.float32(phase))
    bent = cv2.remap(ink, source_x, source_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(bent, np.float32)
