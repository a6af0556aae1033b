"""Take away ruled lines, leaving the strokes that cross them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.pieces import Pieces, find_pieces, without_specks
from tenfold.types import Pixels

Places = npt.NDArray[np.int64]

# Smaller pictures are crops of a digit: what runs along their edge is the digit.
LEAST_SIDE = 48
# A ruled line runs across at least this share of the picture, and is at most this thick.
LINE_LENGTH = 0.8
LINE_THICKNESS = 0.06
MOST_LINES = 24
# Slopes of ruled lines, rise over run, the level ones first.
SLOPES = tuple(sorted((step / 200 for step in range(-18, 19)), key=abs))
# So many parallel lines are the paper's, whatever else.
RULED = 3


def remove_rules(mask: Pixels) -> Pixels:
    """Erase lines that run across the picture, leaving the strokes that cross them.

    Args:
        mask: uint8 (h, w), 1 where there is ink.

    Returns:
        The mask without ruled lines; the given one if there are none.
    """
    if min(mask.shape) < LEAST_SIDE:
        return mask
    left = _without_lines(mask) if _reaches_across(mask) else mask
    if not _reaches_across(left.T):
        return left
    turned = np.ascontiguousarray(left.T)
    upright = _without_lines(turned)
    return left if upright is turned else np.ascontiguousarray(upright.T)


def _reaches_across(mask: Pixels) -> bool:
    """Whether ink reaches from side to side: without that there is no ruled line to search for."""
    edge = _edge(mask)
    return bool(mask[:, :edge].any() and mask[:, -edge:].any())


def _edge(mask: Pixels) -> int:
    return max(2, int(mask.shape[1]) // 50)


def _without_lines(mask: Pixels) -> Pixels:
    """Erase near-horizontal lines that run across the picture."""
    left, lines, thickest = mask, 0, 0.0
    for start, slope in _lines(mask):
        erased = _erase_line(left, start, slope)
        if erased is not None:
            left, thickness = erased
            lines, thickest = lines + 1, max(thickest, thickness)
    if lines == 0:
        return mask
    pieces = find_pieces(left)
    if not _worth_keeping(pieces):
        # Ruled paper with nothing on it; but a line or two alone may have been written.
        return left if lines >= RULED else mask
    # In a tight crop the bar of a 4 or 7 runs from side to side too; but a pen that drew the bar
    # drew the rest, and where a rule ends the rest seldom does.
    rest = without_specks(pieces).mask()
    pen = 2 * float(cv2.distanceTransform(rest, cv2.DIST_L2, 3).max())
    edge = _edge(mask)
    at_side = rest[:, : edge + 1].any() or rest[:, -edge - 1 :].any()
    if lines < RULED and (at_side or pen < 1.5 * thickest + 1):
        return mask
    return left


def _lines(mask: Pixels) -> list[tuple[float, float]]:
    """Height at the left edge and slope of the lines from side to side; ruled lines are parallel."""
    height, width = mask.shape
    middle = (width - 1) / 2
    # Some columns tell as much as all of them.
    columns = np.arange(0, width, max(1, width // 80))
    few = mask[:, columns]
    # A thin line steps from one row to the next and back: what counts is ink in either of two rows.
    ys, which = np.nonzero(few[:-1] | few[1:])
    xs = columns[which]
    # Shear so that lines of one slope become rows; at the right slope the fullest row is fullest.
    best, slope, profile = 0, 0.0, np.zeros(height, np.int64)
    for candidate in SLOPES:
        rows = np.rint(ys - candidate * (xs - middle)).astype(np.int64)
        counts = np.bincount(rows[(rows >= 0) & (rows < height)], minlength=height)
        if counts.max() > best:
            best, slope, profile = int(counts.max()), float(candidate), counts
        if best >= 0.97 * len(columns):
            break  # no slope can be much better
    full = np.concatenate([[False], profile >= LINE_LENGTH * len(columns), [False]])
    starts, ends = np.flatnonzero(full[1:] & ~full[:-1]), np.flatnonzero(full[:-1] & ~full[1:])
    return [((first + last) / 2 - slope * middle, slope) for first, last in zip(starts, ends, strict=True)][:MOST_LINES]


def _erase_line(mask: Pixels, start: float, slope: float) -> tuple[Pixels, float] | None:
    """Erase the runs of ink along a line that are no thicker than it.

    Returns:
        The mask without it and its thickness in pixels, or None if it is no thin line.
    """
    height, width = mask.shape
    columns = np.arange(width, dtype=np.int64)
    centre = np.clip(np.rint(start + slope * columns), 1, height - 2).astype(np.int64)
    # A line drawn or scanned is never quite straight: where it misses, its neighbour row may hit.
    for step in (-1, 1):
        centre = np.where((mask[centre, columns] == 0) & (mask[centre + step, columns] > 0), centre + step, centre)
    thickest = max(2.0, LINE_THICKNESS * height)
    # A band along the line: narrow at first, as most lines are thin; wide enough for the thickest if that one is full.
    for reach in (5, 2 + int(2 * thickest)):
        band = centre + np.arange(-reach, reach + 1)[:, None]
        rows = np.clip(band, 0, height - 1)
        ink = (mask[rows, columns] > 0) & (rows == band)
        above, below = _run(ink[reach::-1]), _run(ink[reach:])
        thickness = above + below - 1
        on_line = (above > 0) & (below > 0)
        if not on_line.any():
            return None
        # Where the line meets a stroke the run is longer, so the thinner runs tell how thick the line is.
        usual = float(np.sort(thickness[on_line])[int(on_line.sum()) // 4])
        if 1.6 * usual + 1 < reach:
            break
    if usual > thickest:
        return None
    erased = mask.copy()
    thin = on_line & (thickness <= 1.6 * usual + 1)
    away = np.arange(-reach, reach + 1)[:, None]
    row, column = np.nonzero(thin & (away > -above) & (away < below))
    erased[rows[row, column], column] = 0
    return (erased, usual) if thin.any() else None


def _run(ink: npt.NDArray[np.bool_]) -> Places:
    """Length of the run of ink from the first row on, for each column."""
    return np.asarray(np.where(ink.all(axis=0), len(ink), ink.argmin(axis=0)), np.int64)


def _worth_keeping(pieces: Pieces) -> bool:
    """Whether what is left could be a digit: not just crumbs of the line."""
    return bool(pieces.boxes[:, 2:4].max(initial=0) >= 0.1 * min(pieces.shape))
