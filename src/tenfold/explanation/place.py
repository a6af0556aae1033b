"""Where what the networks saw stands in the picture that was given, and which stroke it came from."""

from __future__ import annotations

import cv2
import numpy as np

from tenfold.imaging.draw import draw_digit
from tenfold.types import Box, Floats, Pixels, Strokes, as_floats

# Fainter than this is no more than the soft edge of ink.
FAINT = 30


def ink_box(seen: Pixels) -> Box | None:
    """The bounds of the ink in a 28x28; None if there is none."""
    left, top, width, height = cv2.boundingRect(np.asarray(seen > FAINT, np.uint8))
    return Box(left, top, width, height) if width else None


def onto_picture(values: Floats, seen_box: Box, box: Box, shape: tuple[int, int]) -> Floats:
    """Values of the 28x28 laid on the given picture.

    Args:
        values: float32 (28, 28).
        seen_box: Where the ink stands there.
        box: Where the same ink stands in the picture.
        shape: The picture's height and width.

    Returns:
        float32 (height, width), zero outside of the box.
    """
    part = values[seen_box.y : seen_box.y + seen_box.height, seen_box.x : seen_box.x + seen_box.width]
    laid = np.zeros(shape, np.float32)
    size = (max(1, box.width), max(1, box.height))
    window = laid[box.y : box.y + size[1], box.x : box.x + size[0]]
    window[:] = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)[: window.shape[0], : window.shape[1]]
    return laid


def stroke_ink(strokes: Strokes, seen: Pixels, seen_box: Box, box: Box) -> Floats:
    """Which part of the ink of the 28x28 each stroke has drawn.

    Args:
        strokes: What was drawn, k strokes.
        seen: uint8 (28, 28), what the networks saw of it.
        seen_box: Where the ink stands there.
        box: Where it stands in Tenfold's drawing of the strokes.

    Returns:
        float32 (k, 28, 28), 0..1, together the ink of `seen`; what several drew is shared among them.
    """
    drawn = np.stack([_drawn(strokes, number, seen_box, box) for number in range(len(strokes.strokes))])
    every = drawn.sum(axis=0)
    # Ink may be made thicker than it was drawn: what nobody drew belongs to who drew nearest.
    near = np.stack([_spread(one) for one in drawn])
    total = near.sum(axis=0)
    shares = np.where(every > 0.05, drawn / np.maximum(every, 1e-6), near / np.maximum(total, 1e-6))
    return np.asarray(shares * (seen / np.float32(255)), np.float32)


def _drawn(strokes: Strokes, number: int, seen_box: Box, box: Box) -> Floats:
    """One stroke as it stands in the 28x28, 0..1."""
    ink = as_floats(255 - draw_digit(strokes, number))
    part = ink[box.y : box.y + box.height, box.x : box.x + box.width]
    laid = np.zeros((28, 28), np.float32)
    laid[seen_box.y : seen_box.y + seen_box.height, seen_box.x : seen_box.x + seen_box.width] = cv2.resize(
        part, (seen_box.width, seen_box.height), interpolation=cv2.INTER_AREA
    )
    return laid


def _spread(drawn: Floats) -> Floats:
    """Weights that fall with the distance from a stroke, above zero everywhere as long as there is any."""
    away = cv2.distanceTransform(np.asarray(drawn < 0.3, np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.exp(-2 * away) * bool((drawn >= 0.3).any()), np.float32)
