"""Take the straight lines of forms, tables and ruled paper off a page."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.types import Pixels

# A rule is at least so long, in pixels or as a share of a small picture's side, and so many times as long as thick.
LONG = 120
LONG_SHARE = 0.35
SHORTEST = 40
SLENDER = 22
STOUT = 8
# A comb has at least so many.
COMB = 3
# So far from its end, in pixels, another rule may be, and so much may those of a comb differ.
MEETS = 4
BROKEN = 5
# Rules that run at an angle are looked for on a copy of this side, and turned level if they all turn alike.
SKEW_SIDE = 900
MOST_SKEW = 16.0
LEAST_SKEW = 0.4
# A camera sees parallel rules at angles so many degrees apart.
ALIKE = 2.0
# A lower picture is a crop of one line: what is straight on it is writing.
LEAST_SIDE = 160


@dataclass(frozen=True, slots=True)
class Ruled:
    """What is left of the ink, and where rules were.

    Attributes:
        mask: uint8 (h, w), 1 where there is ink that is no rule.
        erased: uint8 (h, w), 1 where a rule was.
        upright: int32 (n, 4): left, top, width, height of the upright rules.
    """

    mask: Pixels
    erased: Pixels
    upright: npt.NDArray[np.int32]


def skew_of(mask: Pixels) -> float:
    """By how many degrees the rules on a page fall to the right; 0 if there are none, or they do not agree.

    Args:
        mask: uint8 (h, w), 1 where there is ink.
    """
    if min(mask.shape) < LEAST_SIDE:
        return 0.0
    scale = min(1.0, SKEW_SIDE / max(mask.shape))
    small = mask
    if scale < 1:
        size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
        small = np.asarray(cv2.resize(mask * 255, size, interpolation=cv2.INTER_AREA) > 50, np.uint8)
    least = max(60, round(0.3 * small.shape[1]))
    found = cv2.HoughLinesP(small * 255, 1, np.pi / 720, least // 2, minLineLength=least, maxLineGap=4)
    if found is None:
        return 0.0
    ends = found.reshape(-1, 4).astype(np.float64)
    dx, dy = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    angles, lengths = np.degrees(np.arctan2(dy, dx)), np.hypot(dx, dy)
    level = np.abs(angles) <= MOST_SKEW
    if not level.any():
        return 0.0
    angles, lengths = angles[level], lengths[level]
    order = np.argsort(angles)
    middle = float(angles[order][np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)])
    alike = lengths[np.abs(angles - middle) < ALIKE].sum()
    sure = alike > 0.5 * lengths.sum() and alike > small.shape[1] and lengths.max() > 0.5 * small.shape[1]
    return middle if sure and abs(middle) > LEAST_SKEW else 0.0


def without_page_rules(mask: Pixels) -> Ruled:
    """Erase straight level and upright lines, leaving the strokes that cross them.

    Args:
        mask: uint8 (h, w), 1 where there is ink.
    """
    left, level, _ = _without_level(mask, 0)
    # An upright rule may be broken: below each other stand no strokes that a bridge could join.
    turned, upright, boxes = _without_level(np.ascontiguousarray(left.T), BROKEN)
    if level.any():
        turned, comb, more = _without_level(turned, BROKEN, np.ascontiguousarray(level.T))
        upright, boxes = np.asarray(cv2.bitwise_or(upright, comb), np.uint8), np.concatenate([boxes, more])
    erased = cv2.bitwise_or(level, np.ascontiguousarray(upright.T))
    return Ruled(np.ascontiguousarray(turned.T), np.asarray(erased, np.uint8), boxes[:, [1, 0, 3, 2]])


def _without_level(
    mask: Pixels, gap: int, across: Pixels | None = None
) -> tuple[Pixels, Pixels, npt.NDArray[np.int32]]:
    """Erase level rules, also those with gaps of so many pixels: what is left, what went, and the rules' boxes.

    Given the rules `across`, those that run from one of them to another, though shorter and less slender: a comb's.
    """
    height, width = mask.shape
    long = SHORTEST if across is not None else int(max(SHORTEST, min(LONG, LONG_SHARE * width)))
    nothing = np.zeros_like(mask)
    none = np.zeros((0, 4), np.int32)
    if width < long:
        return mask, nothing, none
    # A line that is a little out of true steps from row to row.
    joined = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    if gap:
        joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, np.ones((1, gap + 1), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, long), np.uint8), borderValue=(0,))
    if not runs.any():
        return mask, nothing, none
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(runs, np.uint8), connectivity=8)
    left, erased = mask.copy(), nothing
    boxes: list[tuple[int, int, int, int]] = []
    for index in range(1, count):
        x, y, wide, tall, area = (int(value) for value in stats[index])
        thick = max(1.0, area / wide - 2)
        if wide < (SLENDER if across is None else STOUT) * thick or tall > max(12, 0.3 * wide):
            continue
        # A short upright one runs from edge to edge, or from rule to rule: else it may be a 1.
        if gap and across is None and wide < LONG and not (x <= MEETS and x + wide >= width - MEETS):
            continue
        if across is not None and not (
            _spans(across, x, y, wide, tall) and _alike(np.asarray(stats[1:], np.int32), x, wide) >= COMB
        ):
            continue
        rows, columns = slice(max(0, y - 1), min(height, y + tall + 1)), slice(x, x + wide)
        on_rule = np.asarray(labels[rows, columns] == index, np.uint8)
        ink = mask[rows, columns] & np.asarray(cv2.dilate(on_rule, np.ones((3, 1), np.uint8)), np.uint8)
        # A stroke that crosses stands out above or below, and has no gap before the rule.
        reach = max(2, round(0.6 * thick) + 1)
        start, end = on_rule.argmax(axis=0), len(on_rule) - 1 - on_rule[::-1].argmax(axis=0)
        places = np.arange(x, x + wide)

        def out(edge: npt.NDArray[np.intp], by: int, places: npt.NDArray[np.intp] = places) -> Pixels:
            return mask[np.clip(edge + by, 0, height - 1), places]

        above, below = rows.start + start, rows.start + end
        near = np.ones((2 * reach + 1, 1), np.uint8)
        met = [
            out(edge, side * reach) & np.asarray(cv2.dilate(out(edge, side), near), np.uint8).reshape(-1)
            for edge, side in ((above, -1), (below, 1))
        ]
        crossing = np.asarray(cv2.dilate(met[0] | met[1], np.ones((3, 1), np.uint8)), np.uint8).reshape(1, -1)
        gone = ink & (1 - crossing)
        left[rows, columns] &= 1 - gone
        erased[rows, columns] |= gone
        boxes.append((x, y, wide, tall))
    return left, erased, np.array(boxes, np.int32).reshape(-1, 4)


def _spans(across: Pixels, x: int, y: int, wide: int, tall: int) -> bool:
    """Whether a level line begins and ends at rules that run across it."""
    rows = slice(max(0, y - MEETS), y + tall + MEETS)
    ends = (slice(max(0, x - MEETS), x + MEETS), slice(max(0, x + wide - MEETS), x + wide + MEETS))
    return all(bool(across[rows, end].any()) for end in ends)


def _alike(stats: npt.NDArray[np.int32], x: int, wide: int) -> int:
    """How many lines begin and end about there."""
    begin, end = stats[:, 0], stats[:, 0] + stats[:, 2]
    return int(((np.abs(begin - x) <= 2 * MEETS) & (np.abs(end - x - wide) <= 2 * MEETS)).sum())
