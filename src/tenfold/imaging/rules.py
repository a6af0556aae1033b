"""Take away ruled lines, leaving the strokes that cross them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.pieces import Pieces, find_pieces, without_specks
from tenfold.types import Floats, Pixels

Places = npt.NDArray[np.int64]
Lengths = npt.NDArray[np.int32]

# Smaller pictures are crops of a digit: what runs along their edge is the digit.
LEAST_SIDE = 48
# A ruled line runs across at least this share of the picture, and is at most this thick.
LINE_LENGTH = 0.8
LINE_THICKNESS = 0.06
MOST_LINES = 24
# Slopes of ruled lines, rise over run, the level ones first.
SLOPES = tuple(sorted((step / 200 for step in range(-18, 19)), key=abs))
# Where a line has ink in so much of its length, no other slope can be much better.
ENOUGH = 0.97
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
    edge = _edge(left.shape[0])
    if not cv2.countNonZero(left[:edge]) or not cv2.countNonZero(left[-edge:]):
        return left
    turned = np.asarray(cv2.transpose(left), np.uint8)
    upright = _without_lines(turned)
    return left if upright is turned else np.asarray(cv2.transpose(upright), np.uint8)


def _reaches_across(mask: Pixels) -> bool:
    """Whether ink reaches from side to side: without that there is no ruled line to search for."""
    edge = _edge(mask.shape[1])
    return bool(cv2.countNonZero(mask[:, :edge]) and cv2.countNonZero(mask[:, -edge:]))


def _edge(side: int) -> int:
    return max(2, side // 50)


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
    edge = _edge(mask.shape[1])
    at_side = rest[:, : edge + 1].any() or rest[:, -edge - 1 :].any()
    return mask if at_side or pen < 1.5 * thickest + 1 else left


def _lines(mask: Pixels) -> tuple[Floats, float]:
    """Heights at the left edge of the lines from side to side, and their slope: ruled lines are parallel."""
    middle = (mask.shape[1] - 1) / 2
    # Some columns tell as much as all of them.
    step = max(1, mask.shape[1] // 80)
    few = np.ascontiguousarray(mask[:, ::step])
    most = few.shape[1]
    # A thin line steps from one row to the next and back: what counts is ink in either of two rows.
    either = np.asarray(cv2.bitwise_or(few[:-1], few[1:]), np.uint8)
    slope, profile = 0.0, np.asarray(cv2.reduce(either, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int64).ravel()
    if 0 < profile.max() < ENOUGH * most:
        slope, profile = _best_slope(either, np.arange(most) * step - middle, profile)
    full = np.zeros(len(profile) + 2, bool)
    np.greater_equal(profile, LINE_LENGTH * most, out=full[1:-1])
    changes = (full[1:] != full[:-1]).nonzero()[0]
    return ((changes[::2] + changes[1::2]) / 2 - slope * middle)[:MOST_LINES].astype(np.float32), slope


def _best_slope(either: Pixels, across: Floats, level: Places) -> tuple[float, Places]:
    """Shear so that lines of one slope become rows: at the right slope the fullest row is fullest.

    Args:
        either: uint8 (h, w), 1 where there is ink.
        across: (w,), how far right of the middle each column lies.
        level: (h,), how full the rows are, not sheared.

    Returns:
        The slope, and how full the rows are after shearing by it.
    """
    height, most = either.shape
    columns, down = cv2.findNonZero(either).reshape(-1, 2).T
    right, rows = across[columns], np.empty(len(down))
    down = down.astype(np.float64)
    best, slope, profile = int(level.max()), 0.0, level
    # What is sheared beyond the picture does not count.
    beyond = int(max(SLOPES) * -across[0]) + 2
    for candidate in SLOPES[1:]:
        np.subtract(down, np.multiply(right, candidate, out=rows), out=rows)
        np.rint(rows, out=rows)
        rows += beyond
        counts = np.bincount(rows.astype(np.int64), minlength=height + 1 + 2 * beyond)[beyond : beyond + height + 1]
        fullest = int(counts.max())
        if fullest > best:
            best, slope, profile = fullest, candidate, counts
            if best >= ENOUGH * most:
                break
    return slope, profile


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
    limit = max(2.0, LINE_THICKNESS * height)
    # Along each line a band is looked at: narrow at first, as most lines are thin; wide enough for the thickest where
    # that is full. Bare ground above and below the picture, so that every place has its band.
    narrow, wide = 5, 2 + int(2 * limit)
    bare = wide + 1
    ink = np.asarray(cv2.copyMakeBorder(mask, bare, bare, 0, 0, cv2.BORDER_CONSTANT, value=(0,)), np.uint8).ravel()
    columns = np.arange(width)
    rows = starts[:, None] + slope * columns
    np.minimum(np.maximum(np.rint(rows, out=rows), 1, out=rows), height - 2, out=rows)
    places = (rows.astype(np.int64) + bare) * width + columns
    # A line drawn or scanned is never quite straight: where it misses, its neighbour row may hit.
    here, over, under = ink.take(places), ink.take(places - width), ink.take(places + width)
    places += width * ((under > (here | over)).view(np.int8) - (over > here).view(np.int8)).astype(np.int64)
    left, lines, thickest = ink, 0, 0.0
    for reach in (narrow, wide):
        runs = _runs(ink, places, width, reach)
        on_line, thickness = runs[0] > 0, runs[0] + runs[1] - 1
        crossed, usual = _usual(thickness, 2 * reach + 1, height)
        # The edge of a rough stroke looks like lines of its own: where runs reach up to the line before, that one has
        # them already.
        shared = on_line[1:] & on_line[:-1] & (runs[0, 1:] * width > places[1:] - places[:-1])
        again = [False] * len(usual)
        if shared.any():
            again[1:] = (2 * np.count_nonzero(shared, axis=1) > crossed[1:]).tolist()
        full = [reach == narrow and 1.6 * thick + 1 >= reach and thick < height for thick in usual]
        most = [
            0 if thick > limit or full[line] or again[line] else int(1.6 * thick + 1)
            for line, thick in enumerate(usual)
        ]
        thin = on_line & (thickness <= np.array(most)[:, None])
        found = [thick for thick, some in zip(usual, thin.any(axis=1).tolist(), strict=True) if some]
        if found:
            left = ink.copy() if left is ink else left
            erased = thin.ravel().nonzero()[0]
            _erase(left, places.take(erased), width, runs.reshape(2, -1).take(erased, axis=1))
            lines, thickest = lines + len(found), max(thickest, *map(float, found))
        if not any(full):
            break
        places = places[full]
    return left.reshape(-1, width)[bare:-bare] if lines else mask, lines, thickest


def _erase(ink: Pixels, places: Places, width: int, runs: Lengths) -> None:
    """Erase the runs of ink upwards and downwards from each place; in place."""
    ink[places] = 0
    for step, run in ((-width, runs[0]), (width, runs[1])):
        for away in range(1, run.max()):
            ink[places[run > away] + step * away] = 0


def _usual(thickness: Lengths, most: int, none: int) -> tuple[Places, list[int]]:
    """In how many places each line has ink, and how thick it is: where it meets a stroke it is thicker than usual.

    Args:
        thickness: int32 (lines, places), -1 where there is no ink.
        most: The largest that there can be.
        none: The thickness of a line that has no ink at all.
    """
    count = len(thickness)
    firsts = np.arange(1, count * (most + 2), most + 2)[:, None]
    counts = np.bincount((thickness + firsts).ravel(), minlength=count * (most + 2)).reshape(count, -1)
    thinner = counts[:, 1:].cumsum(axis=1)
    crossed = thinner[:, -1]
    usual = (thinner > crossed[:, None] // 4).argmax(axis=1)
    return crossed, [thick or none for thick in usual.tolist()]


def _runs(ink: Pixels, places: Places, width: int, reach: int) -> Lengths:
    """Lengths of the runs of ink upwards and downwards from each place on, at most `reach` steps beyond it.

    Args:
        ink: uint8 (n,), 1 where there is ink.
        places: Where to begin in it.
        width: From one row to the next.
        reach: How many steps to go.

    Returns:
        int32, two of the places' shape.
    """
    inked = ink.view(np.bool_)
    begun = inked.take(places)
    lengths = np.empty((2, *places.shape), np.int32)
    lengths[:] = begun
    for length, step in ((lengths[0].reshape(-1), -width), (lengths[1].reshape(-1), width)):
        # Most runs are short: what goes on is fewer and fewer.
        going = (inked.take(places + step) & begun).ravel().nonzero()[0]
        at = places.take(going) + step
        for _ in range(reach):
            if len(going) == 0:
                break
            length[going] += 1
            at += step
            on = inked.take(at)
            going, at = going[on], at[on]
    return lengths


def _worth_keeping(pieces: Pieces) -> bool:
    """Whether what is left could be a digit: not just crumbs of the line."""
    return bool(pieces.boxes[:, 2:4].max(initial=0) >= 0.1 * min(pieces.shape))
