"""Answers of a reader that never was: columns that say what a test wants, a line picture to go with them, drafts."""

from __future__ import annotations

import numpy as np

from tenfold.data.line_texts import ALPHABET
from tenfold.imaging.line_picture import LinePicture
from tenfold.reading.drafts import STEP, Draft, drafts_of
from tenfold.reading.fields import find_field
from tenfold.types import Floats, Pixels

BARE = 4
PLAIN = np.array([[1.0, 0, 0], [0, 1, 0]])
Sign = str | dict[str, float]


def columns(*signs: Sign, gap: int = BARE) -> Floats:
    """A column a sign, bare ground before, between and after.

    A string stands for its signs, each all but certain; a dict for one sign with these shares, the rest being nothing.
    """
    single: list[Sign] = [one for sign in signs for one in (list(sign) if isinstance(sign, str) else [sign])]
    rows = np.zeros((gap + len(single) * (gap + 1), len(ALPHABET) + 1), np.float32)
    rows[:, -1] = 1
    for place, sign in enumerate(single):
        row = rows[gap + place * (gap + 1)]
        for name, share in (sign if isinstance(sign, dict) else {sign: 1.0}).items():
            row[ALPHABET.index(name)] = share
            row[-1] = max(0.0, 1 - row[:-1].sum())
    return rows


def inked(rows: Floats) -> Pixels:
    """A line picture with a bar where there is a sign: uint8 (32, 2 n)."""
    line = np.zeros((32, len(rows) * STEP), np.uint8)
    for column in np.flatnonzero(rows[:, -1] < 0.99):
        line[4:28, column * STEP - 2 : column * STEP + 4] = 255
    return line


def drafts(rows: Floats, field: str = "") -> list[Draft]:
    """The drafts of the numbers on such a line."""
    return drafts_of(rows, ALPHABET, inked(rows), find_field(field) if field else None)


def draft(rows: Floats, field: str = "") -> Draft:
    """The one there is."""
    (one,) = drafts(rows, field)
    return one


def as_line(pixels: Pixels, back: np.ndarray = PLAIN) -> LinePicture:
    """A line that the page shows no finer than the reader sees it."""
    return LinePicture(pixels, back, pixels, PLAIN)
