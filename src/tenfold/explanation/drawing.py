"""An explanation in pictures: ink in the colours of what it says, changes, and the maps of layers."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.explanation.place import onto_picture
from tenfold.explanation.value import Change, Explanation, Layer
from tenfold.types import Floats, Picture, Pixels, as_floats

# Legible on white and on black, and by those who do not tell red from green.
FOR, AGAINST, NEUTRAL = (28, 126, 201), (217, 95, 20), (138, 132, 124)
# The longest side a given picture is shown with.
LARGEST = 448
# How strongly the loudest ink is coloured over a given picture.
STRENGTH = 0.9
PALE = 0.35
# Maps of a layer stand in so many columns at most.
COLUMNS = 28


def coloured(ink: Pixels, values: Floats) -> Pixels:
    """Ink in the colours of what it says.

    Args:
        ink: uint8 (h, w), bright ink on black.
        values: float32 (h, w), above zero for, below against.

    Returns:
        uint8 (h, w, 4), RGBA: the ink is opaque, everything else clear.
    """
    return _rgba(_colours(values), ink)


def changed(seen: Pixels, change: Change) -> Pixels:
    """What is changed: ink that stays is grey, ink to add has the colour that speaks for, ink to take away the other.

    Returns:
        uint8 (28, 28, 4), RGBA.
    """
    added, removed = (as_floats(part) for part in (change.add, change.remove))
    return _rgba(_colours(added - removed, 1.0), np.maximum(seen, change.changed))


def over_picture(picture: Picture, why: Explanation) -> Pixels:
    """The given picture in grey, with what its ink says laid over it in colours.

    Returns:
        uint8 (h, w, 3), RGB, no side longer than `LARGEST`.
    """
    pixels = picture.pixels
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8) if pixels.ndim == 3 else pixels
    # Paler than it is, so that the colours stand out, and no colour is mistaken for a verdict.
    shown = np.repeat((PALE + (1 - PALE) * grey.astype(np.float32) / 255)[..., None] * 255, 3, axis=2)
    if why.box is not None and why.seen_box is not None:
        values = onto_picture(why.map, why.seen_box, why.box, grey.shape[:2])
        strength = STRENGTH * _inked(grey) * np.abs(values) / max(float(np.abs(values).max()), 1e-6)
        colours = np.where(values[..., None] >= 0, np.array(FOR, np.float32), np.array(AGAINST, np.float32))
        shown += strength[..., None] * (colours - shown)
    scale = min(1.0, LARGEST / max(shown.shape[:2]))
    size = (max(1, round(shown.shape[1] * scale)), max(1, round(shown.shape[0] * scale)))
    small = cv2.resize(shown, size, interpolation=cv2.INTER_AREA) if scale < 1 else shown
    return np.asarray(np.rint(np.clip(small, 0, 255)), np.uint8)


def _inked(grey: Pixels) -> Floats:
    """How far each pixel is from the ground, 0..1: colours belong on the ink, not beside it."""
    away = np.abs(grey.astype(np.float32) - np.float32(np.median(grey)))
    return np.asarray(np.clip(2 * away / max(float(away.max()), 1.0), 0, 1), np.float32)


def plain(pixels: Pixels) -> Pixels:
    """Ink in grey: uint8 (h, w) to RGBA (h, w, 4)."""
    return coloured(pixels, np.zeros(pixels.shape, np.float32))


def sheet(layer: Layer) -> Pixels:
    """All maps of a layer side by side, each value as strong as it is large, below zero in the other colour.

    Returns:
        uint8 (h, w, 4), RGBA.
    """
    values = layer.values if layer.values.ndim == 3 else layer.values.reshape(-1, 1, 1)
    count, height, width = values.shape
    columns = min(count, max(1, COLUMNS if width == 1 else round((count * 3) ** 0.5)))
    rows = -(-count // columns)
    laid = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1), np.float32)
    for place, one in enumerate(values):
        top, left = place // columns * (height + 1), place % columns * (width + 1)
        laid[top : top + height, left : left + width] = one
    most = max(float(np.abs(laid).max()), 1e-6)
    strength = np.asarray(np.rint(255 * np.abs(laid) / most), np.uint8)
    return _rgba(_colours(np.sign(laid), 1.0), strength)


def png(pixels: Pixels) -> bytes:
    """Grey, RGB or RGBA as the bytes of a PNG file."""
    # OpenCV has the colours the other way round.
    turned = pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, *range(3, pixels.shape[2])]]
    _, data = cv2.imencode(".png", turned, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return data.tobytes()


def _colours(values: Floats, most: float | None = None) -> npt.NDArray[np.float32]:
    """From grey at zero to the full colours at `most`, by default the largest there is."""
    share = np.clip(values / max(float(np.abs(values).max()) if most is None else most, 1e-6), -1, 1)[..., None]
    ends = np.where(share >= 0, np.array(FOR, np.float32), np.array(AGAINST, np.float32))
    grey = np.array(NEUTRAL, np.float32)
    return np.asarray(grey + np.abs(share) * (ends - grey), np.float32)


def _rgba(colours: npt.NDArray[np.float32], strength: Pixels) -> Pixels:
    return np.concatenate([np.rint(colours).astype(np.uint8), strength[..., None]], axis=2)
