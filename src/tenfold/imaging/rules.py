"""Take away ruled lines, leaving the strokes that cross them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.pieces import Pieces, find_pieces, without_specks
from tenfold.types import Floats, Pixels

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
    turned = np.asarray(cv2.transpose(left), np.uint8)
    upright = _without_lines(turned)
    return left if upright is turned else np.asarray(cv2.transpose(upright), np.uint8)


def _reaches_across(mask: Pixels) -> bool:
    """Whether ink reaches from side to side: without that there is no ruled line to search for."""
    edge = _edge(mask)
    return bool(mask[:, :edge].any() and mask[:, -edge:].any())


def _edge(mask: Pixels) -> int:
    return max(2, int(mask.shape[1]) // 50)


def _without_lines(mask: Pixels) -> Pixels:
    """Erase near-horizontal lines that run across the picture."""
    left, lines, thickest = erase_lines(mask, *_lines(mask))
    if lines == 0 or lines >= RULED:
        return left
    # A line or two may have been written.
    pieces = find_pieces(left)
    if not _worth_keeping(pieces):
        return mask
    # In a tight crop the bar of a 4 or 7 runs from side to side too; but a pen that drew the bar
    # drew the rest, and where a rule ends the rest seldom does.
    rest = without_specks(pieces).mask()
    x, y, width, height = cv2.boundingRect(rest)
    # Nothing is measured to the picture's own edge: beyond a border of bare ground there is none.
    near = rest[max(0, y - 1) : y + height + 1, max(0, x - 1) : x + width + 1]
    pen = 2 * float(cv2.distanceTransform(near, cv2.DIST_L2, 3).max())
    edge = _edge(mask)
    at_side = rest[:, : edge + 1].any() or rest[:, -edge - 1 :].any()
    return mask if at_side or pen < 1.5 * thickest + 1 else left


def _lines(mask: Pixels) -> tuple[Floats, float]:
    """Heights at the left edge of the lines from side to side, and their slope: ruled lines are parallel."""
    height, width = mask.shape
    middle = (width - 1) / 2
    # Some columns tell as much as all of them.
    step = max(1, width // 80)
    few = mask[:, ::step]
    most = few.shape[1]
    # A thin line steps from one row to the next and back: what counts is ink in either of two rows.
    either = few[:-1] | few[1:]
    if not either.any():
        return np.zeros(0, np.float32), 0.0
    across, down = cv2.findNonZero(either).reshape(-1, 2).T.astype(np.float64, order="C")
    across = across * step - middle
    # Shear so that lines of one slope become rows; at the right slope the fullest row is fullest.
    best, slope, profile = 0, 0.0, np.zeros(height, np.int64)
    beyond = int(max(SLOPES) * middle) + 2
    for candidate in SLOPES:
        rows = np.rint(down - candidate * across).astype(np.int64)
        counts = np.bincount(rows + beyond, minlength=height + 2 * beyond)[beyond : beyond + height]
        if counts.max() > best:
            best, slope, profile = int(counts.max()), float(candidate), counts
        if best >= 0.97 * most:
            break  # no slope can be much better
    full = np.concatenate([[False], profile >= LINE_LENGTH * most, [False]])
    starts, ends = np.flatnonzero(full[1:] & ~full[:-1]), np.flatnonzero(full[:-1] & ~full[1:])
    return ((starts + ends) / 2 - slope * middle)[:MOST_LINES].astype(np.float32), slope


def erase_lines(mask: Pixels, starts: Floats, slope: float) -> tuple[Pixels, int, float]:
    """Erase the runs of ink along lines that are no thicker than the line.

    Args:
        mask: uint8 (h, w), 1 where there is ink.
        starts: float32 (n,), heights of the lines at the left edge, from the top down.
        slope: Their rise over run.

    Returns:
        The mask without them, how many thin lines there were, and the thickness of the thickest in pixels.
    """
    if len(starts) == 0:
        return mask, 0, 0.0
    height, width = mask.shape
    columns = np.arange(width, dtype=np.int64)
    centre = np.clip(np.rint(starts[:, None] + slope * columns), 1, height - 2).astype(np.int64)
    limit = max(2.0, LINE_THICKNESS * height)
    # Along each line a band is looked at: narrow at first, as most lines are thin; wide enough for the thickest where
    # that is full. Bare ground above and below the picture, so that every place has its band.
    narrow, wide = 5, 2 + int(2 * limit)
    bare = wide + 1
    ink = np.asarray(cv2.copyMakeBorder(mask, bare, bare, 0, 0, cv2.BORDER_CONSTANT, value=(0,)), np.uint8).ravel()
    places = (centre + bare) * width + columns
    # A line drawn or scanned is never quite straight: where it misses, its neighbour row may hit.
    for step in (-width, width):
        places += step * (ink[places] < ink[places + step])
    left, lines, thickest = ink, 0, 0.0
    for reach in (narrow, wide):
        above, below = _run(ink, places, -width, reach), _run(ink, places, width, reach)
        thickness = above + below - 1
        on_line = above > 0
        # Where the line meets a stroke the run is longer, so the thinner runs tell how thick the line is.
        order = np.sort(np.where(on_line, thickness, height), axis=1)
        usual = order[np.arange(len(order)), on_line.sum(axis=1) // 4]
        # The edge of a rough stroke looks like lines of its own: where runs reach up to the line before, that one has
        # them already.
        shared = on_line[1:] & on_line[:-1] & (above[1:] * width > places[1:] - places[:-1])
        again = np.concatenate([[False], 2 * shared.sum(axis=1) > on_line[1:].sum(axis=1)])
        full = on_line.any(axis=1) & (1.6 * usual + 1 >= reach) & (reach == narrow)
        thin = on_line & (thickness <= 1.6 * usual[:, None] + 1) & ((usual <= limit) & ~full & ~again)[:, None]
        if thin.any():
            left = ink.copy() if left is ink else left
            erased = places[thin]
            for step, run in ((-width, above[thin]), (width, below[thin])):
                for away in range(run.max()):
                    left[erased[run > away] + step * away] = 0
            found = thin.any(axis=1)
            lines, thickest = lines + int(found.sum()), max(thickest, float(usual[found].max()))
        if not full.any():
            break
        places = places[full]
    return left.reshape(-1, width)[bare:-bare] if lines else mask, lines, thickest


def _run(ink: Pixels, places: Places, step: int, reach: int) -> Places:
    """Length of the run of ink from each place on, at most `reach` steps beyond it.

    Args:
        ink: uint8 (n,), 1 where there is ink.
        places: Where to begin in it.
        step: From one pixel of a run to the next.
        reach: How many steps to go.
    """
    going = ink[places]
    length = going.astype(np.int64)
    for away in range(1, reach + 1):
        going &= ink[places + step * away]
        if not going.any():
            break
        length += going
    return length


def _worth_keeping(pieces: Pieces) -> bool:
    """Whether what is left could be a digit: not just crumbs of the line."""
    return bool(pieces.boxes[:, 2:4].max(initial=0) >= 0.1 * min(pieces.shape))
