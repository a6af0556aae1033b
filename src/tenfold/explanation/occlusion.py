"""What each bit of ink says: patches of it are taken away, and the network is asked again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from tenfold.types import Floats

Ask = Callable[[Floats], Floats]
"""Probabilities (n, k) of pictures, float32 (n, 28, 28), 0..1."""

SIDE = 28
# The side of a patch, somewhat more than a stroke is wide, and how far apart patches are: chosen on validation digits
# by the deletion test of benchmarks/explain.py. Smaller ones say less, and more of them take longer.
PATCH, STEP = 5, 2
# Less ink than this in a patch, in pixels of full ink, says nothing.
LEAST_INK = 0.5
# What a probability is no smaller than: differences beyond say nothing any more.
FLOOR = 1e-20


def log_probabilities(ask: Ask, pictures: Floats) -> Floats:
    """The natural logarithms of what a network says, float32 (n, k), none below that of `FLOOR`."""
    return np.log(np.maximum(ask(pictures), np.float32(FLOOR)))


def evidence(ask: Ask, picture: Floats) -> Floats:
    """What the ink at each pixel says for each class.

    Occlusion (Zeiler & Fergus 2014, section 4.2): patches are taken out of the ink one by one, and what a class then
    loses in log-probability is what the patch said for it. A pixel says what the patches that took it away said, on
    average, each counted by how much of it that one took.

    Args:
        ask: The network.
        picture: float32 (28, 28), 0..1, bright ink on black.

    Returns:
        float32 (k, 28, 28), in nats; above zero where ink speaks for a class, zero where there is no ink.
    """
    windows = _windows()
    taken = windows * picture
    taken = taken[taken.sum(axis=(1, 2)) > LEAST_INK]
    said = log_probabilities(ask, np.concatenate([picture[None], picture - taken]))
    lost = said[0] - said[1:]
    flat = taken.reshape(len(taken), SIDE * SIDE)
    weight = flat.sum(axis=0)
    shares = np.divide(flat, weight, out=np.zeros_like(flat), where=weight > 0)
    return np.asarray((lost.T @ shares).reshape(-1, SIDE, SIDE), np.float32)


@lru_cache(maxsize=1)
def _windows() -> Floats:
    """All patches at all places, float32 (n, 28, 28), ones where a patch lies."""
    places = range(1 - PATCH, SIDE, STEP)
    found = np.zeros((len(places) ** 2, SIDE, SIDE), np.float32)
    for patch, (top, left) in zip(found, itertools.product(places, places), strict=True):
        patch[max(0, top) : top + PATCH, max(0, left) : left + PATCH] = 1
    return found
