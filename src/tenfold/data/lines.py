"""Synthetic lines of writing: numbers and what stands beside them, on paper, as a camera or scanner sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.data.line_ink import Pens, Rng, letter, no_writing, side_by_side, some_words, written
from tenfold.data.line_texts import OTHER, any_text, digits, repeating
from tenfold.data.paper import on_paper, rules
from tenfold.imaging.line_picture import LinePicture, line_picture
from tenfold.imaging.page import page_ink
from tenfold.types import Box, Floats, Pixels

# Lines longer than this, in pixels of the line picture, are not made.
LONGEST = 480
ROWS = ("spaced", "touching")
"""How `row_of_digits` sets digits: with bare ground between them, or touching and overlapping."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line picture and what stands in it.

    Attributes:
        picture: As the reader is given it.
        text: Of `ALPHABET`.
    """

    picture: LinePicture
    text: str

    @property
    def pixels(self) -> Pixels:
        """uint8 (32, W), as the network is given it."""
        return self.picture.pixels


@dataclass(frozen=True, slots=True)
class World:
    """What lines are met with.

    Attributes:
        harsh: How often what makes writing hard to see befalls a line, 0..1.
        repeats: Share of digits that are the one before once more.
        plain: Share of lines that are digits of a data set as they are, in a row, dark on white.
        apart: Such digits, 20 pixels high, stand from 5 pixels of overlap to fewer than so many apart on average.
    """

    harsh: float = 1.0
    repeats: float = 0.0
    plain: float = 0.0
    apart: int = 14


def make_lines(pens: Pens, rng: Rng, world: World = World()) -> Iterator[Line]:
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
    return set_in_a_row(cuts, gaps, rng), "".join(str(label) for label in labels[chosen])


def set_in_a_row(cuts: list[Pixels], gaps: np.ndarray[tuple[int], np.dtype[np.int64]], rng: Rng) -> Pixels:
    """Digits cut to their ink, at most 20 pixels high, in a row with gaps after them: dark ink on white."""
    count = len(cuts)
    tops = 12 + rng.integers(-2, 3, count)
    starts = 10 + np.concatenate([[0], np.cumsum([cut.shape[1] + gap for cut, gap in zip(cuts, gaps, strict=True)])])
    # Where narrow digits overlap by more than they are wide, the row runs back beyond where it began.
    starts += max(0, 10 - int(starts.min()))
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
        ink, text = letter(pens, height, rng), OTHER
    elif kind < 0.11:
        ink, text = some_words(pens, height, rng), OTHER
    elif kind < 0.14:
        ink, text = no_writing(height, rng)
    else:
        text = repeating(any_text(rng), rng, world.repeats)
        ink = written(text, pens, height, rng)
        if kind < 0.2:
            words = some_words(pens, int(height * rng.uniform(0.7, 1.2)), rng)
            gap = np.zeros((1, int(height * rng.uniform(0.4, 1.2))), np.float32)
            before = rng.random() < 0.6
            ink = side_by_side([words, gap, ink] if before else [ink, gap, words])
            text = OTHER + text if before else text + OTHER
    return photographed(ink, text, height, rng, world.harsh)


def _plain(pens: Pens, rng: Rng, world: World) -> Line | None:
    """Digits of a data set, bent a little, in a row without anything else."""
    text = repeating(digits(int(rng.integers(1, 10)), rng), rng, world.repeats)
    gaps = rng.integers(-5, world.apart) + rng.integers(-2, 3, len(text))
    picture = set_in_a_row([_twenty_high(pens.digit(int(sign), rng)) for sign in text], gaps, rng)
    found = page_ink(picture)
    if found is None:
        return None
    x, y, width, height = cv2.boundingRect(found.mask)
    line = Line(line_picture(found.strength, found.mask, Box(x, y, width, height)), text)
    return line if line.pixels.shape[1] <= LONGEST else None


def _twenty_high(glyph: Floats) -> Pixels:
    """Fitted to 20x20, as MNIST's digits are."""
    scale = 20 / max(glyph.shape)
    size = (max(1, round(glyph.shape[1] * scale)), max(1, round(glyph.shape[0] * scale)))
    return np.asarray(cv2.resize(glyph, size, interpolation=cv2.INTER_AREA) * 255, np.uint8)


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
    line = Line(line_picture(found.strength, found.mask, box), text)
    return line if line.pixels.shape[1] <= LONGEST else None


def _made_out(mask: Pixels, ink: Floats, box: Box) -> bool:
    """Whether what was found is what was written: most of it, and in its box not much else."""
    whole = cv2.resize(mask, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_NEAREST)
    window = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
    written, seen = ink[window] > 0.5, np.asarray(whole[window] > 0, bool)
    inked = max(1, int(written.sum()))
    near = np.asarray(cv2.dilate(written.astype(np.uint8), np.ones((5, 5), np.uint8)), bool)
    return bool((written & seen).sum() > 0.6 * inked and (seen & ~near).sum() < inked)


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
