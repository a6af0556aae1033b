"""Take away ruled lines, leaving the strokes that cross them."""

from __future__ import annotations

import cv2
import numpy as np

from tenfold.imaging.pieces import find_pieces, without_specks
from tenfold.types import Pixels

# Smaller pictures are crops of a digit: what runs along their edge is the digit.
LEAST_SIDE = 48
# A ruled line runs across at least this share of the picture, and is at most this thick.
LINE_LENGTH = 0.8
LINE_THICKNESS = 0.06
MOST_LINES = 24


def remove_rules(mask: Pixels) -> Pixels:
    """Erase lines that run across the picture, leaving the strokes that cross them.

    Args:
        mask: uint8 (h, w), 1 where there is ink.

    Returns:
        The mask without ruled lines; the given one if there are none, or if nothing else would be left.
    """
    if min(mask.shape) < LEAST_SIDE:
        return mask
    left = _without_lines(mask)
    return np.ascontiguousarray(_without_lines(np.ascontiguousarray(left.T)).T)


def _without_lines(mask: Pixels) -> Pixels:
    """Erase near-horizontal lines that run across the picture."""
    height, width = mask.shape
    # Only ink that reaches from side to side can be a ruled line: a quick look spares most pictures the search.
    edge = max(2, width // 50)
    if not (mask[:, :edge].any() and mask[:, -edge:].any()):
        return mask
    left, lines = mask, 0
    while lines < MOST_LINES:
        line = _longest_line(left)
        erased = _erase_line(left, *line) if line else None
        if erased is None or not _worth_keeping(erased):
            break
        left, lines = erased, lines + 1
    # In a tight crop the bar of a 7 runs from side to side too, but there the rest reaches a side as well.
    rest = without_specks(find_pieces(left)).mask()
    if lines == 0 or (lines < 3 and (rest[:, : edge + 1].any() or rest[:, -edge - 1 :].any())):
        return mask
    return left


def _longest_line(mask: Pixels) -> tuple[float, float] | None:
    """Height at the left edge and slope of the strongest line from side to side, or None."""
    height, width = mask.shape
    # Shear so that a line of each slope becomes a row, and take the fullest row.
    columns = np.arange(width)
    ys, xs = np.nonzero(mask)
    best: tuple[float, float, float] | None = None
    for slope in np.linspace(-0.09, 0.09, 37):
        rows = np.rint(ys - slope * (xs - columns[-1] / 2)).astype(np.int64)
        counts = np.bincount(rows[(rows >= 0) & (rows < height)], minlength=height)
        row = int(counts.argmax())
        if best is None or counts[row] > best[0]:
            best = (float(counts[row]), row + slope * (0 - columns[-1] / 2), float(slope))
    if best is None or best[0] < LINE_LENGTH * width:
        return None
    return best[1], best[2]


def _erase_line(mask: Pixels, start: float, slope: float) -> Pixels | None:
    """Erase the runs of ink along a line that are no thicker than the line; None if it is no thin line."""
    height, width = mask.shape
    columns = np.arange(width)
    centre = np.clip(np.rint(start + slope * columns), 0, height - 1).astype(np.int64)
    above = _run(mask, centre, columns, -1)
    below = _run(mask, centre, columns, +1)
    thickness = above + below - 1
    on_line = (above > 0) & (below > 0)
    if not on_line.any():
        return None
    usual = float(np.median(thickness[on_line]))
    if usual > max(2.0, LINE_THICKNESS * height):
        return None
    erased = mask.copy()
    thin = on_line & (thickness <= 1.6 * usual + 1)
    for column in columns[thin]:
        erased[centre[column] - above[column] + 1 : centre[column] + below[column], column] = 0
    return erased if thin.any() else None


def _run(mask: Pixels, centre: Pixels, columns: Pixels, direction: int) -> Pixels:
    """Length of the ink run from the centre row in one direction, for each column."""
    height = mask.shape[0]
    reach = max(4, int(3 * LINE_THICKNESS * height))
    steps = np.clip(centre[None] + direction * np.arange(reach)[:, None], 0, height - 1)
    ink = mask[steps, columns[None]] > 0
    return np.asarray(np.where(ink.all(axis=0), reach, ink.argmin(axis=0)))


def _worth_keeping(erased: Pixels) -> bool:
    """Whether what is left could be a digit: not just crumbs of the line."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(erased, connectivity=8)
    if count <= 1:
        return False
    extent = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max()
    return bool(extent >= 0.1 * min(erased.shape))
