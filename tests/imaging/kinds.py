"""Pictures of all kinds, by chance: digits on any ground, what is no digit, nothing, and what is meant to hurt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from tests.imaging.papers import papers

from tenfold.data.clutter import no_digit
from tenfold.data.paper import on_paper
from tenfold.data.synth import Rng, together, written_digit
from tenfold.types import Pixels

Maker = Callable[[Rng, int], Pixels]


def any_digit(rng: Rng) -> Pixels:
    return written_digit(int(rng.integers(10)), rng)


def sized(picture: Pixels, side: int) -> Pixels:
    """Its longer side so many pixels."""
    height, width = picture.shape[:2]
    size = max(1, round(width * side / max(height, width))), max(1, round(height * side / max(height, width)))
    how = cv2.INTER_AREA if side < max(height, width) else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def placed(ink: Pixels, rng: Rng, side: int) -> Pixels:
    """Ink somewhere on a sheet of any shape: uint8, bright on black."""
    height, width = (round(side * float(rng.uniform(0.55, 1))) for _ in range(2))
    small = sized(ink, max(6, round(min(height, width) * float(rng.uniform(0.3, 0.95)))))
    sheet = np.zeros((height, width), np.uint8)
    top, left = (int(rng.integers(0, room - have + 1)) for room, have in zip(sheet.shape, small.shape, strict=True))
    sheet[top : top + small.shape[0], left : left + small.shape[1]] = small
    return sheet


def coloured(ink: Pixels, rng: Rng) -> Pixels:
    """Ink of any colour on paper of any colour: uint8 (h, w, 3)."""
    paper, pen = rng.integers(0, 256, (2, 3))
    share = ink[..., None] / 255
    return np.asarray(np.rint(paper * (1 - share) + pen * share), np.uint8)


# -- kinds --------------------------------------------------------------------------------------------------


def plain(rng: Rng, side: int) -> Pixels:
    ink = placed(any_digit(rng), rng, side)
    return 255 - ink if rng.random() < 0.7 else ink


def in_colour(rng: Rng, side: int) -> Pixels:
    return coloured(placed(any_digit(rng), rng, side), rng)


def photographed(rng: Rng, side: int) -> Pixels:
    ink = placed(any_digit(rng), rng, side)
    return on_paper(ink.astype(np.float32) / np.float32(255), round(0.6 * side), rng)[0]


def on_stationery(rng: Rng, side: int) -> Pixels:
    found = papers(int(rng.choice([2, 4, 5, 7])), int(rng.integers(4, 30)))
    return sized(found[list(found)[int(rng.integers(len(found)))]], side)


def ruled(rng: Rng, side: int) -> Pixels:
    picture = plain(rng, side).astype(np.float64)
    flip = picture.mean() < 128
    paper = 255 - picture if flip else picture
    step, rise, tone, thick = rng.integers(9, 40), rng.uniform(-6, 6), rng.integers(60, 215), int(rng.integers(1, 3))
    lines = np.full(paper.shape, 255, np.uint8)
    for y in range(int(rng.integers(2, 12)), paper.shape[0] + 8, int(step)):
        cv2.line(lines, (0, y), (paper.shape[1], round(y + rise)), int(tone), thick)
    for x in range(int(rng.integers(2, 12)), paper.shape[1] if rng.random() < 0.4 else 0, int(step)):
        cv2.line(lines, (x, 0), (x, paper.shape[0]), int(tone), thick)
    if rng.random() < 0.3:
        cv2.rectangle(lines, (3, 3), (lines.shape[1] - 4, lines.shape[0] - 4), int(tone), 2)
    done = np.minimum(paper, lines)
    return np.asarray(255 - done if flip else done, np.uint8)


def on_a_table(rng: Rng, side: int) -> Pixels:
    """A sheet of paper that lies turned on something of another tone."""
    sheet = 255 - placed(any_digit(rng), rng, side).astype(np.float32) * float(rng.uniform(0.4, 0.95))
    height, width = sheet.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-30, 30)), float(rng.uniform(0.5, 0.75)))
    table = float(rng.integers(0, 190))
    seen = cv2.warpAffine(sheet, turn, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=table)
    light = np.linspace(1, float(rng.uniform(0.6, 1)), width, dtype=np.float32)
    return np.asarray(np.clip(seen * light + rng.normal(0, float(rng.choice([0, 3])), seen.shape), 0, 255), np.uint8)


def several(rng: Rng, side: int) -> Pixels:
    rows = [[any_digit(rng) for _ in range(int(rng.integers(1, 4)))] for _ in range(int(rng.integers(1, 3)))]
    return 255 - sized(together(rows, rng), side)


def clutter(rng: Rng, side: int) -> Pixels:
    return 255 - placed(no_digit(rng), rng, side)


def blank(rng: Rng, side: int) -> Pixels:
    tone = int(rng.integers(0, 256))
    picture = np.full((side, round(side * float(rng.uniform(0.5, 1)))), tone, np.float64)
    kind = int(rng.integers(4))
    if kind == 1:
        picture += np.linspace(0, float(rng.uniform(-120, 120)), picture.shape[1])
    elif kind == 2:
        picture += rng.normal(0, float(rng.uniform(0.5, 20)), picture.shape)
    elif kind == 3:
        at = tuple(int(rng.integers(0, n)) for n in picture.shape[::-1])
        cv2.circle(picture, at, int(rng.integers(1, max(2, side // 16))), float((tone + 128) % 256), -1)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def tiny(rng: Rng, side: int) -> Pixels:
    return sized(plain(rng, side), int(rng.integers(4, 40)))


def of_the_form(rng: Rng, side: int) -> Pixels:
    from tenfold.imaging.normalize import normalize
    from tenfold.types import Picture

    return normalize(Picture(plain(rng, side))).pixels


def ellipse(side: int, turn: int) -> Pixels:
    """Filled, or a ring of any pen."""
    sheet, middle = np.full((side, side), 255, np.uint8), (side // 2, side // 2)
    return np.asarray(cv2.ellipse(sheet, middle, (side // 4, side // 8), 6 * turn, 0, 360, 0, turn % 9 - 1), np.uint8)


def hostile(rng: Rng, side: int) -> Pixels:
    """One of many ways to be a picture that no digit would choose."""
    short = int(rng.integers(1, 30))
    half = side // 2
    makers: list[Callable[[], Pixels]] = [
        lambda: rng.integers(0, 256, (1, 1), np.uint8),
        lambda: rng.integers(0, 256, (1, side), np.uint8),
        lambda: rng.integers(0, 256, (side, 1), np.uint8),
        lambda: rng.integers(0, 256, (short, short), np.uint8),
        lambda: rng.integers(0, 256, (half, half, 3), np.uint8),
        lambda: np.uint8(255) * (rng.random((half, half)) < rng.uniform(0.001, 0.999)).astype(np.uint8),
        lambda: (np.indices((side, side)).sum(0) // max(1, short // 3) % 2 * 255).astype(np.uint8),
        lambda: np.tile((np.arange(side) // short % 2 * 255).astype(np.uint8), (side, 1)),
        lambda: np.tile((np.arange(side) // short % 2 * 255).astype(np.uint8)[:, None], (1, side)),
        lambda: np.where(placed(any_digit(rng), rng, side) > 128, 100 + short // 2, 100).astype(np.uint8),
        lambda: np.repeat(placed(any_digit(rng), rng, 32), max(2, short // 2), 0),
        lambda: np.repeat(placed(any_digit(rng), rng, 40), max(2, short // 3), 1),
        lambda: cv2.rectangle(plain(rng, side), (1, 1), (side // 3, side // 3), int(rng.integers(256)), short % 7 - 1),
        lambda: np.where(np.add.outer(np.arange(side), np.arange(side)) < side * rng.random() * 2, 90, 220).astype(
            np.uint8
        ),
        lambda: ellipse(side, short),
        lambda: np.pad(plain(rng, side), short, constant_values=int(rng.integers(256))),
        lambda: plain(rng, side) ^ np.uint8(rng.integers(256)),
    ]  # fmt: skip
    return np.ascontiguousarray(makers[int(rng.integers(len(makers)))](), np.uint8)


KINDS: dict[str, Maker] = {
    "plain": plain,
    "in colour": in_colour,
    "photographed": photographed,
    "stationery": on_stationery,
    "ruled": ruled,
    "on a table": on_a_table,
    "several": several,
    "clutter": clutter,
    "blank": blank,
    "tiny": tiny,
    "of the form": of_the_form,
    "hostile": hostile,
}


def pictures(count: int, seed: int, sides: tuple[int, int]) -> Iterator[tuple[str, Pixels]]:
    """So many pictures, kind after kind.

    Args:
        count: How many.
        seed: Of all chance.
        sides: Least and largest length of the longer side, about; longer ones are rarer.

    Yields:
        The kind, and uint8 (h, w) or (h, w, 3).
    """
    rng = np.random.default_rng(seed)
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        side = round(float(np.exp(rng.uniform(*np.log(sides)))))
        yield kind, np.ascontiguousarray(KINDS[kind](rng, side))
