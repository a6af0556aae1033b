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
# Of a page with more ink than this share only runs of so many pixels are looked at, of which rules consist that turn
# by less than `MOST_SKEW`: the search takes time for each pixel.
MOST_INK = 0.1
RUN = 4
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
    if cv2.countNonZero(small) > MOST_INK * small.size:
        # Noise, or a dark place: what takes part in no run from side to side is left out.
        small = np.asarray(cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((1, RUN), np.uint8)), np.uint8)
        if cv2.countNonZero(small) > MOST_INK * small.size:
            return 0.0
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
    level = [run for run in _runs(mask, _long(mask)) if run.slender(SLENDER)]
    left, erased = _without(mask, level)
    # Upright rules as level ones, on the page turned over its diagonal. They may be broken: below each other stand no
    # strokes that a bridge could join. A short one runs from edge to edge: else it may be a 1.
    turned = np.ascontiguousarray(left.T)
    long = _long(turned)
    upright = [
        run
        for run in _runs(turned, long, BROKEN)
        if run.slender(SLENDER) and (run.wide >= LONG or run.reaches(0, turned.shape[1]))
    ]
    turned, gone = _without(turned, upright)
    if level:
        # Those of a comb are shorter and stouter, but run from one level rule to another, several alike.
        across = np.ascontiguousarray(erased.T)
        runs = _runs(turned, SHORTEST, BROKEN)
        comb = [run for run in runs if run.slender(STOUT) and _spans(across, run) and _alike(runs, run) >= COMB]
        turned, more = _without(turned, comb)
        upright, gone = upright + comb, gone | more
    boxes = np.array([(run.y, run.x, run.tall, run.wide) for run in upright], np.int32).reshape(-1, 4)
    return Ruled(np.ascontiguousarray(turned.T), np.ascontiguousarray(erased | gone.T), boxes)


@dataclass(frozen=True, slots=True)
class _Run:
    """A level line that may be a rule.

    Attributes:
        x: Left edge.
        y: Top edge.
        wide: Length.
        tall: How far it reaches from its highest place to its lowest.
        thick: Its own thickness, more or less.
        place: uint8 (tall + 2, wide), 1 on the line; from one row above it to one below, within the picture.
        top: Row of the picture in which `place` begins.
    """

    x: int
    y: int
    wide: int
    tall: int
    thick: float
    place: Pixels
    top: int

    def slender(self, times: float) -> bool:
        """Whether it is so many times as long as thick, and straight."""
        return self.wide >= times * self.thick and self.tall <= max(12, 0.3 * self.wide)

    def reaches(self, first: int, last: int) -> bool:
        """Whether it runs from about one column to about another."""
        return self.x <= first + MEETS and self.x + self.wide >= last - MEETS


def _long(mask: Pixels) -> int:
    """How long a level rule is at least."""
    return int(max(SHORTEST, min(LONG, LONG_SHARE * mask.shape[1])))


def _runs(mask: Pixels, long: int, gap: int = 0) -> list[_Run]:
    """Level lines at least so long, also those with gaps of so many pixels."""
    height, width = mask.shape
    if width < long:
        return []
    # A line that is a little out of true steps from row to row.
    joined = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    if gap:
        joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, np.ones((1, gap + 1), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, long), np.uint8), borderValue=(0,))
    if not runs.any():
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(runs, np.uint8), connectivity=8)
    found = []
    for index in range(1, count):
        x, y, wide, tall, area = (int(value) for value in stats[index])
        top = max(0, y - 1)
        place = np.asarray(labels[top : min(height, y + tall + 1), x : x + wide] == index, np.uint8)
        # The dilation above made it two pixels thicker.
        found.append(_Run(x, y, wide, tall, max(1.0, area / wide - 2), place, top))
    return found


def _without(mask: Pixels, runs: list[_Run]) -> tuple[Pixels, Pixels]:
    """Erase lines, leaving the strokes that cross them: what is left, and what went."""
    left, erased = mask.copy(), np.zeros_like(mask)
    for run in runs:
        window = slice(run.top, run.top + len(run.place)), slice(run.x, run.x + run.wide)
        ink = mask[window] & np.asarray(cv2.dilate(run.place, np.ones((3, 1), np.uint8)), np.uint8)
        gone = ink & (1 - _crossing(mask, run))
        left[window] &= 1 - gone
        erased[window] |= gone
    return left, erased


def _crossing(mask: Pixels, run: _Run) -> Pixels:
    """In which columns a stroke crosses a line: it stands out above or below, and has no gap before the line."""
    reach = max(2, round(0.6 * run.thick) + 1)
    first, last = run.place.argmax(axis=0), len(run.place) - 1 - run.place[::-1].argmax(axis=0)
    columns = np.arange(run.x, run.x + run.wide)
    near = np.ones((2 * reach + 1, 1), np.uint8)
    met = np.zeros(run.wide, np.uint8)
    for edge, side in ((run.top + first, -1), (run.top + last, 1)):
        far, next_to = (mask[np.clip(edge + side * by, 0, len(mask) - 1), columns] for by in (reach, 1))
        met |= far & np.asarray(cv2.dilate(next_to, near), np.uint8).reshape(-1)
    return np.asarray(cv2.dilate(met, np.ones((3, 1), np.uint8)), np.uint8).reshape(1, -1)


def _spans(across: Pixels, run: _Run) -> bool:
    """Whether a level line begins and ends at rules that run across it."""
    rows = slice(max(0, run.y - MEETS), run.y + run.tall + MEETS)
    end = run.x + run.wide
    ends = (slice(max(0, run.x - MEETS), run.x + MEETS), slice(max(0, end - MEETS), end + MEETS))
    return all(bool(across[rows, part].any()) for part in ends)


def _alike(runs: list[_Run], one: _Run) -> int:
    """How many lines begin and end where one does."""
    near = 2 * MEETS
    return sum(abs(run.x - one.x) <= near and abs(run.x + run.wide - one.x - one.wide) <= near for run in runs)
