"""Loss and accuracy as small curves for a terminal, drawn with the dots of braille."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDEST, ROWS = 36, 5
# A sign of braille has two dots across and four down; which bit of U+2800 each dot is.
ACROSS, DOWN = 2, 4
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
TRAINED, HELD = "cyan", "yellow"
# Room for the figures at the sides, and between the two pictures.
_MARGIN = 10


def curves(history: Mapping[str, Sequence[float]], epochs: int, console: Console) -> Table | None:
    """Loss and accuracy side by side, training and validation in two colours.

    Args:
        history: For each of ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy`` that there is a number an epoch.
        epochs: How many epochs there will be: the width of the picture.
        console: Where it will stand.

    Returns:
        What Rich prints; None as long as no curve has two points, or where the terminal has no braille or no room.
    """
    shown = [
        (name, kept)
        for name in ("loss", "accuracy")
        if (kept := {key: history[key] for key in (name, f"val_{name}") if len(history.get(key, ())) > 1})
    ]
    width = min(WIDEST, console.width // 2 - _MARGIN)
    if not shown or console.options.ascii_only or width < 10:
        return None
    grid = Table.grid(padding=(0, 2))
    grid.add_row(*(_picture(name, kept, epochs, width) for name, kept in shown))
    return grid


def _picture(name: str, kept: Mapping[str, Sequence[float]], epochs: int, width: int) -> Text:
    values = [value for series in kept.values() for value in series]
    low, high = min(values), max(values)
    text = Text().append(f"{name:>{_MARGIN - 1}}", "bold")
    for key in kept:
        text.append(" validation" if key.startswith("val_") else " training", _colour(key))
    drawn = {key: dots(series, low, high, epochs, width) for key, series in kept.items()}
    for row in range(ROWS):
        label = f"{high:.4f}" if row == 0 else f"{low:.4f}" if row == ROWS - 1 else ""
        text.append(f"\n{label:>{_MARGIN - 2}} ", "dim")
        for column in range(width):
            signs = {key: picture[row][column] for key, picture in drawn.items() if picture[row][column]}
            # Where both pass, the last one, validation, gives the colour, and all dots are there.
            every = 0
            for bits in signs.values():
                every |= bits
            text.append(chr(0x2800 + every), _colour(list(signs)[-1]) if signs else "")
    return text


def _colour(key: str) -> str:
    return HELD if key.startswith("val_") else TRAINED


def dots(series: Sequence[float], low: float, high: float, epochs: int, width: int) -> list[list[int]]:
    """A curve as braille.

    Args:
        series: A number an epoch, two or more.
        low: The number at the bottom.
        high: That at the top.
        epochs: How many fill the width.
        width: In signs.

    Returns:
        `ROWS` rows of `width` signs, each as the bits of its dots.
    """
    picture = [[0] * width for _ in range(ROWS)]
    last = width * ACROSS - 1
    places = [round(number / max(1, max(epochs, len(series)) - 1) * last) for number in range(len(series))]
    heights = [_height(value, low, high) for value in series]
    before = round(heights[0])
    for (left, start), (right, end) in itertools.pairwise(zip(places, heights, strict=True)):
        for x in range(left, right + 1):
            y = round(start + (end - start) * (x - left) / max(1, right - left))
            # Where it is steep, the dots between as well.
            for each in range(min(y, before), max(y, before) + 1):
                picture[each // DOWN][x // ACROSS] |= _BITS[each % DOWN][x % ACROSS]
            before = y
    return picture


def _height(value: float, low: float, high: float) -> float:
    """How many dots below the top."""
    if not high > low:
        return (ROWS * DOWN - 1) / 2
    return (high - value) / (high - low) * (ROWS * DOWN - 1)
