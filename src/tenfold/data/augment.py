"""Another hand, pen and scanner for whole batches of normalised digits at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.types import Floats

SIDE = 28
Rng = np.random.Generator
Pixel = TypeVar("Pixel", np.uint8, np.float32)
# Pictures are warped as one tall strip: OpenCV addresses at most 32,767 rows at a time.
STRIP = 1024


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far to go, as standard deviations or as the share of pictures touched.

    Attributes:
        turn: Rotation, degrees.
        shear: Sideways shift of a row for one row down.
        scale: Natural logarithm of the size.
        stretch: Share of pictures made up to 1.7 times as wide for their height, or as narrow.
        shift: Translation, pixels.
        elastic: Local displacement (Simard, Steinkraus, Platt 2003), pixels.
        weight: Share of pictures whose strokes get thicker or thinner.
        soften: Share blurred, or seen by a coarse scanner.
        harden: Share cut to black and white.
        noise: Share with grain.
        hide: Share with a line or a patch hidden.
    """

    turn: float = 7.0
    shear: float = 0.14
    scale: float = 0.08
    stretch: float = 0.15
    shift: float = 0.7
    elastic: float = 0.75
    weight: float = 0.4
    soften: float = 0.12
    harden: float = 0.1
    noise: float = 0.06
    hide: float = 0.03

    def scaled(self, by: float) -> Augmentation:
        """The same, so many times as far or as often; lightness and contrast change as ever.

        Args:
            by: 0..1.
        """
        return Augmentation(**{one.name: by * getattr(self, one.name) for one in fields(self)})


def augment(batch: Floats, rng: Rng, how: Augmentation) -> Floats:
    """Change every picture by chance, each in its own way.

    Args:
        batch: float32 (n, 28, 28), 0..1.
        rng: Source of chance; the same state gives the same pictures.
        how: How far to go.

    Returns:
        float32 (n, 28, 28), 0..1; the input is left alone.
    """
    parts = [_augment(batch[start : start + STRIP], rng, how) for start in range(0, len(batch), STRIP)]
    return np.concatenate(parts) if parts else batch.copy()


def shifted(pictures: npt.NDArray[Pixel], moves: npt.NDArray[np.int64]) -> npt.NDArray[Pixel]:
    """Each picture shifted by its own number of whole pixels.

    Args:
        pictures: uint8 or float32 (n, 28, 28) or (n, 784).
        moves: int64 (n, 2): rows down, and columns to the right.

    Returns:
        Pictures of the same type and shape, with zeros where nothing was; the input is left alone.
    """
    reach = int(np.abs(moves).max(initial=0))
    roomy = np.pad(pictures.reshape(-1, SIDE, SIDE), ((0, 0), (reach, reach), (reach, reach)))
    windows = np.lib.stride_tricks.sliding_window_view(roomy, (SIDE, SIDE), axis=(1, 2))
    down, right = (reach - moves).T
    moved: npt.NDArray[Pixel] = windows[np.arange(len(pictures)), down, right].reshape(pictures.shape)
    return moved


def _augment(batch: Floats, rng: Rng, how: Augmentation) -> Floats:
    out = _warp(batch, rng, how)
    out = _weigh(out, rng, how.weight)
    out = _soften(out, rng, how.soften)
    out = _tone(out, rng, how)
    return np.clip(_hide(out, rng, how.hide), 0, 1)


def _warp(batch: Floats, rng: Rng, how: Augmentation) -> Floats:
    """Affine and elastic change in one resampling."""
    n = len(batch)
    angle = np.deg2rad(rng.normal(0, how.turn, n))
    size = np.exp(rng.normal(0, how.scale, (2, n)))
    stretched = rng.random(n) < how.stretch
    # Wider and lower by the same factor: what fills 20x20 still fits into 28x28.
    aspect = np.exp(rng.uniform(-0.27, 0.27, int(stretched.sum())))
    size[:, stretched] *= np.stack([aspect, 1 / aspect])
    shear = rng.normal(0, how.shear, n)
    cos, sin = np.cos(angle) / size, np.sin(angle) / size
    matrix = np.empty((n, 2, 2), np.float32)
    matrix[:, 0, 0], matrix[:, 0, 1] = cos[0], sin[0] + shear
    matrix[:, 1, 0], matrix[:, 1, 1] = -sin[1], cos[1]
    shift = rng.normal(0, how.shift, (n, 2)).astype(np.float32)

    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32) - (SIDE - 1) / 2
    grid = np.stack([columns.ravel(), rows.ravel()])
    source = matrix @ grid + shift[:, :, None] + (SIDE - 1) / 2
    source += _elastic(n, rng, how.elastic)
    x = source[:, 0].reshape(n * SIDE, SIDE)
    y = source[:, 1].reshape(n, SIDE, SIDE)
    # Rows beyond a picture would be rows of its neighbour in the strip: send them outside.
    inside = (y >= 0) & (y <= SIDE - 1)
    y = np.where(inside, y + np.arange(n, dtype=np.float32)[:, None, None] * SIDE, -9).reshape(n * SIDE, SIDE)
    strip = np.ascontiguousarray(batch.reshape(n * SIDE, SIDE))
    warped = cv2.remap(strip, x, y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(warped, np.float32).reshape(n, SIDE, SIDE)


def _elastic(n: int, rng: Rng, amount: float) -> Floats:
    """Smooth random displacements: float32 (n, 2, 784), from a coarse grid."""
    knots = rng.normal(0, amount, (n * 2, 5, 5)).astype(np.float32)
    # One interpolation matrix for both directions: cubic between the knots.
    up = cv2.resize(np.eye(5, dtype=np.float32), (5, SIDE), interpolation=cv2.INTER_CUBIC)
    field = np.einsum("ik,nkl,jl->nij", up, knots, up, optimize=True)
    return np.asarray(field, np.float32).reshape(n, 2, SIDE * SIDE)


def _some(n: int, rng: Rng, share: float) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.flatnonzero(rng.random(n) < share)


def _weigh(batch: Floats, rng: Rng, share: float) -> Floats:
    """Thicker or thinner strokes: a blend with the local maximum or minimum."""
    chosen = _some(len(batch), rng, share)
    half = len(chosen) // 2
    for picked, change in ((chosen[:half], cv2.dilate), (chosen[half:], cv2.erode)):
        if len(picked):
            strip = np.ascontiguousarray(batch[picked]).reshape(-1, SIDE)
            kernel = cv2.getStructuringElement(
                cv2.MORPH_CROSS if rng.random() < 0.5 or change is cv2.erode else cv2.MORPH_RECT, (3, 3)
            )
            changed = np.asarray(change(strip, kernel), np.float32).reshape(-1, SIDE, SIDE)
            part = rng.uniform(0.1, 0.85, (len(picked), 1, 1)).astype(np.float32)
            if change is cv2.erode:
                part *= 0.8  # thin strokes must not vanish
            batch[picked] += part * (changed - batch[picked])
    return batch


def _soften(batch: Floats, rng: Rng, share: float) -> Floats:
    """Out of focus, or from few pixels."""
    chosen = _some(len(batch), rng, share)
    half = len(chosen) // 2
    if half:
        strip = np.ascontiguousarray(batch[chosen[:half]]).reshape(-1, SIDE)
        sigma = float(rng.uniform(0.4, 1.1))
        batch[chosen[:half]] = cv2.GaussianBlur(strip, (5, 5), sigma).reshape(-1, SIDE, SIDE)
    if len(chosen) > half:
        picked = chosen[half:]
        few = int(rng.integers(13, 24))
        strip = np.ascontiguousarray(batch[picked]).reshape(-1, SIDE)
        small = cv2.resize(strip, (few, few * len(picked)), interpolation=cv2.INTER_AREA)
        batch[picked] = cv2.resize(small, (SIDE, SIDE * len(picked)), interpolation=cv2.INTER_LINEAR).reshape(
            -1, SIDE, SIDE
        )
    return batch


def _tone(batch: Floats, rng: Rng, how: Augmentation) -> Floats:
    """Lightness, black and white, grain."""
    n = len(batch)
    gamma = np.exp(rng.normal(0, 0.2, (n, 1, 1))).astype(np.float32)
    batch = np.clip(batch, 0, 1) ** gamma
    batch *= rng.uniform(0.9, 1.0, (n, 1, 1)).astype(np.float32)
    hard = _some(n, rng, how.harden)
    cut = rng.uniform(0.25, 0.6, (len(hard), 1, 1)).astype(np.float32)
    batch[hard] = np.clip((batch[hard] - cut) * 8 + 0.5, 0, 1)
    grain = _some(n, rng, how.noise)
    level = rng.uniform(0.01, 0.12, (len(grain), 1, 1)).astype(np.float32)
    batch[grain] += level * rng.standard_normal((len(grain), SIDE, SIDE)).astype(np.float32)
    return batch


def _hide(batch: Floats, rng: Rng, share: float) -> Floats:
    """A scratch of one pixel's width across, or a small patch gone."""
    for index in _some(len(batch), rng, share):
        place, size = int(rng.integers(4, 24)), int(rng.integers(3, 7))
        if rng.random() < 0.4:
            batch[index, place, :] = 0
        elif rng.random() < 0.5:
            batch[index, :, place] = 0
        else:
            row = int(rng.integers(4, 24))
            batch[index, row : row + size, place : place + size] = 0
    return batch
