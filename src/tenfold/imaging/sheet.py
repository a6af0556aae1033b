"""The sheet of paper that lies in the picture, on a table of another tone."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.histogram import count_levels, otsu, quantile, sample
from tenfold.types import Pixels

# Smaller pictures are crops: nobody sees a table on them.
LEAST_SIDE = 96
# The sheet is looked for on a copy about this large.
LOOK_SIDE = 64
# A sheet takes at least this share of the picture, is at least so much of one tone, and fills at least this share of
# the narrowest rectangle around it, turned as it may be. In a photograph it is a quadrangle, no more than so much of it
# beyond its four corners: what is rounder is a thick 0 or 8 with a small hole. A rectangle needs no search for corners.
LEAST_SHARE = 0.15
LEAST_PLAIN = 0.78
LEAST_SQUARE = 0.8
MOST_ROUND = 0.08
A_RECTANGLE = 0.95
TOLERANCES = (0.015, 0.02, 0.025, 0.03, 0.04, 0.06)
# Longer ones are rather a thick 1.
LEAST_ASPECT = 0.5
# On a table all of the picture's rim is table, but for this share.
MOST_OF_RIM = 0.1
# By so many of 255 levels a table differs from the sheet.
LEAST_STEP = 30
# What lies on the sheet's edge is the table's: so much of the picture's side is given up.
EDGE = 0.02
WIDER_THAN_STROKES = 9


def without_table(tone: Pixels) -> Pixels:
    """Give what lies around a sheet of paper the tone of the sheet beside it.

    A sheet is plain, has four corners, and lies wholly in the picture; around it there is nothing but table.

    Args:
        tone: uint8 (h, w).

    Returns:
        The picture with nothing but the sheet; the given one if no sheet lies on it.
    """
    if min(tone.shape) < LEAST_SIDE:
        return tone
    few = sample(tone, LOOK_SIDE)
    cut = otsu(count_levels(few))
    rim = np.concatenate([few[0], few[-1], few[1:-1, 0], few[1:-1, -1]])
    light = float(np.count_nonzero(rim > cut)) / len(rim)
    if min(light, 1 - light) > MOST_OF_RIM:
        return tone
    inner = (few > cut if light < 0.5 else few <= cut).view(np.uint8)
    if cv2.countNonZero(inner) < LEAST_SHARE * LEAST_PLAIN * inner.size:
        return tone
    outline = _sheet(inner)
    if outline is None:
        return tone
    level = quantile(count_levels(few, inner), 0.5)
    if abs(level - float(np.median(rim))) < LEAST_STEP:
        return tone
    # A pixel of the copy stands for the first of those it was taken from.
    step = -(-max(tone.shape) // LOOK_SIDE)
    inside = np.zeros_like(tone)
    cv2.fillConvexPoly(inside, outline * step + step // 2, (1,))
    reach = 2 * (step // 2 + max(1, round(EDGE * max(tone.shape)))) + 1
    inside = np.asarray(cv2.erode(inside, np.ones((reach, reach), np.uint8)))
    return np.where(inside > 0, tone, _paper(tone, inside, step)) if inside.any() else tone


def _paper(tone: Pixels, inside: Pixels, step: int) -> Pixels:
    """The tone of the sheet carried on beyond its edges: one tone for all would draw the edge of a half-lit sheet.

    Args:
        tone: uint8 (h, w).
        inside: Not 0 where the sheet is.
        step: Pixels of the picture for one of the copy that it is worked out on.
    """
    few, here = tone[::step, ::step], np.asarray(inside[::step, ::step] == 0, np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(here, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    tones = np.zeros(int(nearest.max()) + 1, np.uint8)
    tones[nearest[here == 0]] = few[here == 0]
    # Strokes near the edge are narrower than half of this, and vanish.
    plain = cv2.medianBlur(tones[nearest], WIDER_THAN_STROKES)
    whole = cv2.resize(plain, (plain.shape[1] * step, plain.shape[0] * step), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[: tone.shape[0], : tone.shape[1]], np.uint8)


def _sheet(inner: Pixels) -> npt.NDArray[np.int32] | None:
    """The convex outline, int32 (n, 1, 2), of what is not table, if that is a sheet."""
    outlines, _ = cv2.findContours(inner, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(outlines, key=cv2.contourArea)
    outline: npt.NDArray[np.int32] = np.asarray(cv2.convexHull(largest), np.int32)
    sides = cv2.minAreaRect(outline)[1]
    filled = np.zeros_like(inner)
    cv2.fillConvexPoly(filled, outline, (1,))
    area = cv2.countNonZero(filled)
    around = (sides[0] + 1) * (sides[1] + 1)
    plain = cv2.countNonZero(cv2.bitwise_and(inner, filled))
    is_sheet = (
        area >= LEAST_SHARE * inner.size
        and area >= LEAST_SQUARE * around
        and min(sides) >= LEAST_ASPECT * max(sides)
        and plain >= LEAST_PLAIN * area
        and (area >= A_RECTANGLE * around or _is_quadrangle(outline))
    )
    return outline if is_sheet else None


def _is_quadrangle(outline: npt.NDArray[np.int32]) -> bool:
    """Whether four corners tell all of a convex outline."""
    around, area = cv2.arcLength(outline, closed=True), cv2.contourArea(outline)
    # How much of a corner the few pixels of the copy leave differs: whichever tolerance finds four will do.
    tried = (cv2.approxPolyDP(outline, share * around, closed=True) for share in TOLERANCES)
    return any(len(corners) == 4 and cv2.contourArea(corners) >= (1 - MOST_ROUND) * area for corners in tried)
