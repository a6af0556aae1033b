"""THE normalisation: find the ink, even out its weight, fit 20x20, centre of mass to the centre of 28x28."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from tenfold.imaging.ink import LEAST_CONTRAST, Ink, find_ink
from tenfold.imaging.pieces import Pieces, apart, find_pieces, without_frames, without_specks, without_underline
from tenfold.imaging.rules import remove_rules
from tenfold.types import Box, Floats, Normalized, Picture, Pixels

VERSION = "5"
"""Changes whenever the same picture could come out differently; every model's card names it."""

Kind = TypeVar("Kind", Floats, Pixels)

SIDE = 28
FIT = 20
# The side to which larger pictures are shrunk before looking for ink. A digit may then be a
# twentieth of the picture and still come out with more pixels than the 20 it is fitted to.
WORK_SIDE = 448
# Pictures of this side to twice as much are looked at quickly first, at half their size, where even the shorter side
# then is long enough for shade, rules and a sheet to be told. The look is enough for ink that fills nearly three times
# the 20 pixels it is fitted to, and leaves next to no fainter traces outside itself.
QUICK_SIDE = 200
QUICK_LEAST = 96
QUICK_ENOUGH = 56
QUICK_TRACES = 0.02
# Less than this share of full ink is no more than a soft edge.
FAINT = 0.12
# Stroke widths, in pixels of the 20x20, between which ink is left as it is: nine tenths of MNIST lie here.
THINNEST = 1.7
THICKEST = 4.2
# Strokes are made thicker or thinner on a copy about this large: fine enough for fractions of a pixel.
FINE = 96
# A dot: as long as wide, solid (so much of full ink, on average), and at most this share of the picture.
DOT_SHARE = 0.12
SOLID = 0.88
# Ink this far from any bare ground, as a share of the picture's shorter side, is shade.
SHADE_SHARE = 0.35
# Ink no larger than this share of the picture is a speck, whatever its shape.
SPECK_SHARE = 0.03

# What is beside a pixel.
SQUARE = np.ones((3, 3), np.uint8)

NOTHING = "Nothing is written here."
ONLY_A_DOT = "There is only a dot here."


def normalize(picture: Picture) -> Normalized:
    """Turn a picture into the 28x28 every network here is trained on and asked with.

    The form is MNIST's own (LeCun, Bottou, Bengio, Haffner 1998, section III.A): the ink fitted to
    20x20 with its aspect ratio kept, anti-aliased, the centre of mass at the centre of 28x28. Before
    that the ground is taken away with rules, frames and specks, and strokes much thinner or thicker
    than MNIST's are brought to its range. A 28x28 that has the form already is left as it is.

    Args:
        picture: uint8, (H, W) grey or (H, W, 3) RGB; ink darker or lighter than the ground.

    Returns:
        The 28x28 with bright ink on black, or an empty one that says why.
    """
    longer, shorter = max(picture.pixels.shape[:2]), min(picture.pixels.shape[:2])
    quick = QUICK_SIDE < longer <= 2 * QUICK_SIDE and shorter >= 2 * QUICK_LEAST
    found = _look_quickly(picture) if quick else None
    if found is None:
        ink = find_ink(picture.pixels, min(1.0, WORK_SIDE / longer))
        found = _find_writing(ink) if ink else NOTHING
    if isinstance(found, str):
        return _empty(found)
    digits = [found.fitted(piece.mask(), piece.box()) for piece in apart(found.pieces)]
    return Normalized(
        pixels=picture.pixels if _has_the_form(picture.pixels) else found.fitted(found.mask, found.box),
        box=_in_picture(found.box, found.ink.scale, picture),
        parts=np.stack(digits) if digits else np.zeros((0, SIDE, SIDE), np.uint8),
    )


def fit_ink(strength: Pixels, mask: Pixels) -> Pixels:
    """Ink that was found already as the 28x28 of a digit.

    Args:
        strength: uint8 (h, w), how far each pixel is from the ground.
        mask: uint8 (h, w), 1 where there is ink that counts; somewhere there must be some.
    """
    near = _near(_bounds(mask))
    return _fit(_only(strength[near], mask[near]))


def _has_the_form(pixels: Pixels) -> bool:
    """Whether a picture is one that this normalisation gives: it stays as it is, however often it comes by."""
    if pixels.shape != (SIDE, SIDE):
        return False
    _, _, width, height = cv2.boundingRect(pixels)
    weight = cv2.moments(pixels)
    off = max(abs(weight["m10"] / weight["m00"] - SIDE / 2), abs(weight["m01"] / weight["m00"] - SIDE / 2))
    return max(width, height) == FIT and off <= 0.55


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is written, without rules, frames and specks."""

    ink: Ink
    pieces: Pieces
    mask: Pixels
    box: Box

    def fitted(self, mask: Pixels, box: Box) -> Pixels:
        """Some of it, which a box holds, as the 28x28 of a digit."""
        near = _near(box)
        return _fit(_only(self.ink.strength(near), mask[near]))


def _look_quickly(picture: Picture) -> _Writing | str | None:
    """The writing at half the size, or why there is none; None if that is too coarse to say."""
    # A line one pixel wide is half as dark at half the size.
    ink = find_ink(picture.pixels, 0.5, LEAST_CONTRAST / 2)
    if ink is None:
        return NOTHING
    if ink.contrast < LEAST_CONTRAST or not _is_large(_bounds(ink.mask)):
        return None
    found = _find_writing(ink)
    if isinstance(found, str) or not _is_large(found.box) or _leaves_traces(ink):
        return None
    return found


def _is_large(box: Box) -> bool:
    """Whether a box is large enough for a quick look to tell what stands in it."""
    return max(box.width, box.height) >= QUICK_ENOUGH


def _leaves_traces(ink: Ink) -> bool:
    """Whether there is more than the ink: strokes so much thinner than the rest that they are faint at this size."""
    faint, near = ink.stronger(FAINT), cv2.dilate(ink.mask, SQUARE)
    most = QUICK_TRACES * cv2.countNonZero(ink.mask)
    if cv2.countNonZero(cv2.subtract(faint, near)) <= most:
        return False
    # Unless that is ruled paper, whose lines nobody will miss.
    return cv2.countNonZero(cv2.subtract(remove_rules(faint), near)) > most


def _find_writing(ink: Ink) -> _Writing | str:
    """What of the ink is writing, or why nothing is."""
    # Frames first: their sides would count as rules.
    pieces = without_frames(find_pieces(ink.mask))
    framed = pieces.mask()
    bare = remove_rules(framed)
    pieces = without_underline(without_specks(pieces if bare is framed else find_pieces(bare)))
    mask, box = pieces.mask(), pieces.box()
    return _nothing(mask, box, ink) or _Writing(ink, pieces, mask, box)


def _empty(reason: str) -> Normalized:
    return Normalized(np.zeros((SIDE, SIDE), np.uint8), empty=True, reason=reason)


def _bounds(mask: Pixels) -> Box:
    x, y, width, height = cv2.boundingRect(mask)
    return Box(x, y, width, height)


def _near(box: Box) -> tuple[slice, slice]:
    """The rows and columns of a box and of its soft edge."""
    return (
        slice(max(0, box.y - 1), box.y + box.height + 1),
        slice(max(0, box.x - 1), box.x + box.width + 1),
    )


def _nothing(mask: Pixels, box: Box, ink: Ink) -> str:
    """Why ink is no writing: specks, a dot, a shadow; empty text if it may be writing."""
    longer, shorter = max(box.width, box.height), min(box.width, box.height)
    if min(mask.shape) < 4 or box.width * box.height < 3:
        return NOTHING
    small = longer <= max(3.0, DOT_SHARE * max(mask.shape)) and longer <= 1.6 * shorter + 1
    if small and (longer <= SPECK_SHARE * max(mask.shape) or _is_solid(mask, box, ink)):
        return ONLY_A_DOT
    at_edge = box.x == 0 or box.y == 0 or box.x + box.width == mask.shape[1] or box.y + box.height == mask.shape[0]
    if at_edge and min(mask.shape) >= 48 and _edges(mask).mean() >= 0.2:
        # No pen is this wide: a part of the picture lies in the shade, and the shade goes on outside.
        room = cv2.distanceTransform(np.pad(mask, 1, mode="edge"), cv2.DIST_L2, 3)
        if float(room.max()) >= SHADE_SHARE * min(mask.shape):
            return NOTHING
    return ""


def _edges(mask: Pixels) -> Pixels:
    return np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])


def _is_solid(mask: Pixels, box: Box, ink: Ink) -> bool:
    """Whether ink fills its own convex hull, as a dot does: a small loop leaves a lighter place, if no hole."""
    window = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
    hull = cv2.convexHull(cv2.findNonZero(mask[window]))
    # The soft edge says nothing; in a loop of a few pixels every pixel counts.
    within = np.zeros((box.height, box.width), np.uint8)
    cv2.fillConvexPoly(within, hull, (1,))
    inner = cv2.erode(within, SQUARE, borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    if cv2.countNonZero(mask[window]) < SOLID * cv2.countNonZero(within):
        return False
    inside = ink.strength(window)[inner > 0]
    return len(inside) == 0 or float(inside.mean()) >= SOLID * float(inside.max())


def _only(strength: Pixels, mask: Pixels) -> Floats:
    """The strength where there is ink and on its soft edge, cut to its bounds and to `FINE`: 0..1."""
    kept = cv2.bitwise_and(strength, strength, mask=cv2.dilate(mask, SQUARE))
    # What was dropped (a frame, a rule) may have been darker than what is kept.
    full = max(int(kept.max()), 1)
    cut = _trim(np.asarray(kept, np.uint8), FAINT * full)
    if max(cut.shape) > FINE:
        cut = np.asarray(cv2.resize(cut, _scaled(cut, FINE / max(cut.shape)), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cut, np.float32) / np.float32(full)


def _trim(strength: Kind, faint: float) -> Kind:
    """Cut to the bounds of what is more than a faint edge."""
    _, more = cv2.threshold(strength, faint, 1, cv2.THRESH_BINARY)
    x, y, width, height = cv2.boundingRect(np.asarray(more, np.uint8))
    return strength[y : y + height, x : x + width]


def _in_picture(box: Box, scale: float, picture: Picture) -> Box:
    height, width = picture.pixels.shape[:2]
    x, y = round(box.x / scale), round(box.y / scale)
    right, bottom = round((box.x + box.width) / scale), round((box.y + box.height) / scale)
    return Box(x, y, min(right, width) - x, min(bottom, height) - y)


def _fit(strength: Floats) -> Pixels:
    """Ink cut to its bounds -> 28x28 uint8: even weight, 20x20, centre of mass in the middle."""
    even = _even_weight(strength)
    small = _resize(even, FIT / max(even.shape))
    small *= np.float32(255) / max(_full(small), 1e-6)
    np.minimum(np.maximum(small, 0, out=small), 255, out=small)
    return _centre(np.rint(small, out=small).astype(np.uint8))


def _full(small: Floats) -> float:
    """The level of full ink: most of a stroke reaches it, not just its strongest pixel."""
    inked = small[small > 0.3 * small.max()]
    return float(np.partition(inked, -1 - len(inked) // 6)[-1 - len(inked) // 6])


def stroke_width(strength: Floats) -> float:
    """Mean width of the strokes in pixels.

    A long stroke of width w has area w*l and edges of length 2*l, so w = 2 * area / edge length; the
    edge length is the total variation of the map (coarea formula), which soft edges do not upset.

    Args:
        strength: float32 (h, w), 0..1.
    """
    padded = cv2.copyMakeBorder(strength, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0.0,))
    dx = cv2.subtract(padded[:-1, 1:], padded[:-1, :-1])
    dy = cv2.subtract(padded[1:, :-1], padded[:-1, :-1])
    variation = cv2.sumElems(cv2.magnitude(dx, dy))[0]
    return float(2 * cv2.sumElems(strength)[0] / max(variation, 1e-6))


def _even_weight(strength: Floats) -> Floats:
    """Bring strokes much thinner or thicker than MNIST's to its range; others stay as they are."""
    relative = stroke_width(strength) * FIT / max(strength.shape)
    enlarged = FIT / max(strength.shape) > 1.12
    if THINNEST <= relative <= THICKEST and not enlarged:
        return strength
    fine = _crisp(strength)
    change = float(np.clip(relative, THINNEST, THICKEST)) - relative
    radius = abs(change) * FINE / FIT / 2
    if radius < 0.5:
        return fine
    if change > 0:
        # Thicker ink reaches beyond the box and is then shrunk with it: make up for that.
        radius *= 1 + 2 * radius / FINE
        margin = int(np.ceil(radius)) + 1
        wider = cv2.copyMakeBorder(fine, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(0.0,))
        even = cv2.dilate(wider, _disc(radius))
    else:
        even = cv2.erode(fine, _disc(radius), borderType=cv2.BORDER_CONSTANT, borderValue=0.0)
        if float(even.max()) < 0.5:
            return fine
    return _trim(np.asarray(even, np.float32), FAINT)


def _crisp(strength: Floats) -> Floats:
    """A copy of `FINE` pixels with edges as sharp as a pen leaves them, however few pixels there were."""
    factor = FINE / max(strength.shape)
    fine = _resize(strength, factor)
    if factor <= 1:
        return fine
    # Enlarging leaves slopes as wide as the factor; keep a slope of about three pixels around half strength.
    gain = min(max(1.0, factor / 3), 4.0)
    return np.asarray(np.clip((fine - 0.45) * gain + 0.45, 0, 1), np.float32)


def _disc(radius: float) -> Pixels:
    reach = max(1, round(radius))
    square = np.arange(-reach, reach + 1) ** 2
    return np.asarray(np.add.outer(square, square) <= (radius + 0.3) ** 2, np.uint8)


def _resize(strength: Floats, factor: float) -> Floats:
    size = _scaled(strength, factor)
    if size == strength.shape[::-1]:
        return strength.copy()
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(strength, size, interpolation=how), np.float32)


def _scaled(ink: Floats | Pixels, factor: float) -> tuple[int, int]:
    """Width and height after enlarging or shrinking by a factor."""
    height, width = ink.shape
    return max(1, round(width * factor)), max(1, round(height * factor))


def _centre(small: Pixels) -> Pixels:
    """Paste so that the centre of mass falls on the centre, by whole pixels as MNIST does."""
    height, width = small.shape
    weight = cv2.moments(small)
    middle = SIDE / 2
    top = min(max(round(middle - weight["m01"] / weight["m00"]), 0), SIDE - height)
    left = min(max(round(middle - weight["m10"] / weight["m00"]), 0), SIDE - width)
    out = np.zeros((SIDE, SIDE), np.uint8)
    out[top : top + height, left : left + width] = small
    return out
