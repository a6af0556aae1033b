"""What a data set holds, for `tenfold data show`: counts, sizes, and a sample of each digit drawn in characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tenfold.config import Settings
from tenfold.data.dataset import Dataset
from tenfold.types import Pixels

# By which of the two pixels of a cell are ink: upper, lower.
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_INK = 80
_GAP = "  "
_PER_ROW = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """What a data set holds.

    Attributes:
        name: The data set's name.
        counts: How many pictures there are of each digit, 0 to 9.
        smallest: Least height and least width of its pictures, in pixels.
        largest: Greatest height and greatest width of its pictures, in pixels.
        normalized: Whether the pictures go to a network as they are.
        samples: The first picture of each digit there is, as a network sees it: uint8 (28, 28).
    """

    name: str
    counts: tuple[int, ...]
    smallest: tuple[int, int]
    largest: tuple[int, int]
    normalized: bool
    samples: tuple[Pixels, ...]

    def to_dict(self) -> dict[str, Any]:
        """All but the samples, as plain JSON types."""
        return {
            "name": self.name,
            "n": sum(self.counts),
            "counts": list(self.counts),
            "smallest": list(self.smallest),
            "largest": list(self.largest),
            "normalized": self.normalized,
        }


def summarize(data: Dataset, settings: Settings) -> Summary:
    """Look at every picture of a data set.

    Args:
        data: The data set.
        settings: Limits for picture files.

    Raises:
        DataError: If one of its files cannot be opened as a picture, naming it.
    """
    if isinstance(data.images, np.ndarray):
        sizes = np.array([data.images.shape[1:]])
    else:
        sizes = np.array([picture.pixels.shape[:2] for picture in data.pictures(settings)])
    _, first = np.unique(data.labels, return_index=True)
    return Summary(
        name=data.name,
        counts=tuple(np.bincount(data.labels, minlength=10).tolist()),
        smallest=tuple(sizes.min(axis=0).tolist()),
        largest=tuple(sizes.max(axis=0).tolist()),
        normalized=data.normalized,
        samples=tuple(data.take(first).network_pixels(settings)),
    )


def describe(summary: Summary) -> str:
    """The summary in a few lines for people: name, number, size, and a table of counts."""
    low, high = (f"{width} x {height}" for height, width in (summary.smallest, summary.largest))
    size = f"{low} pixels" if low == high else f"from {low} to {high} pixels"
    use = "used as they are" if summary.normalized else "normalised before use"
    width = max(len(f"{max(summary.counts):,}"), 5)
    rows = (("digit", range(10)), ("count", summary.counts))
    table = "\n".join(f"  {title}" + "".join(f" {value:{width},}" for value in values) for title, values in rows)
    return f"{summary.name}: {sum(summary.counts):,} pictures, {size}, {use}\n{table}"


def draw(pixels: Pixels) -> list[str]:
    """A picture in block characters, each cell two pixels high.

    Args:
        pixels: uint8 (28, 28), bright ink on black.

    Returns:
        Seven lines of fourteen characters; half the picture's resolution.
    """
    ink = pixels.reshape(14, 2, 14, 2).mean(axis=(1, 3)) > _INK
    return [
        "".join(_BLOCKS[bool(up), bool(low)] for up, low in zip(*pair, strict=True)) for pair in ink.reshape(7, 2, 14)
    ]


def draw_all(pictures: tuple[Pixels, ...]) -> str:
    """Pictures as `draw` makes them, five side by side, which fits a terminal of 80 columns."""
    rows = [pictures[start : start + _PER_ROW] for start in range(0, len(pictures), _PER_ROW)]
    return "\n".join(_GAP.join(line).rstrip() for row in rows for line in zip(*map(draw, row), strict=True))


def drawable(encoding: str | None) -> bool:
    """Whether text in this encoding can hold the characters `draw` uses."""
    try:
        "".join(_BLOCKS.values()).encode(encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
