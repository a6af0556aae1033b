"""What a version that learned from corrections has to show before it answers by itself."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np

from tenfold.data.dataset import Dataset
from tenfold.models.base import Calibrated
from tenfold.store.versions import Check
from tenfold.training.accepted import Corrected
from tenfold.training.family import Ready, answers
from tenfold.training.fit import Labels
from tenfold.training.recipes import TrainOptions
from tenfold.types import Pixels

# What may be lost: one picture, or this share of them.
TOLERANCE = 0.003
# A version that is no better on corrections would seem so by chance with at most this probability, and so many judges
# are needed at least: with fewer not even one that reads all of them right after all were wrong could show it.
LEVEL, FEWEST_JUDGES = 0.05, 5

Right = np.ndarray[tuple[int], np.dtype[np.bool_]]


def compared(
    before: Calibrated,
    after: Calibrated,
    ready: Ready,
    foreign: Sequence[Dataset],
    corrected: Corrected,
    options: TrainOptions,
    shipped: Calibrated | None = None,
) -> list[Check]:
    """What the new version is compared in with the one that answers, and with the shipped one.

    Best readings alone count, so that the temperatures of the networks do not matter.

    Args:
        before: The version that answers.
        after: The new one.
        ready: Has the validation digits.
        foreign: Validating parts of foreign sets.
        corrected: Its judges judge.
        options: Of the run.
        shipped: The shipped network, if another version answers: what each version may lose must not add up.

    Returns:
        The checks; the last is of the corrections that judge.
    """
    pixels, labels = ready.held
    parts = [
        (f"{digit} among MNIST's validation digits", pixels[labels == digit], labels[labels == digit])
        for digit in range(10)
        if (labels == digit).any()
    ]
    parts += [(part.name, part.network_pixels(options.settings), part.labels) for part in foreign]
    judges = (
        "corrections it has not learned from",
        corrected.pixels[corrected.judges],
        corrected.labels[corrected.judges],
    )
    checks = []
    for part in [*parts, judges]:
        new = _right(after, part)
        if shipped is not None:
            old = _right(shipped, part)
            checks.append(_check(f"{part[0]}, beside the shipped network", old, new, hardly_worse(old, new)))
        old = _right(before, part)
        checks.append(_check(part[0], old, new, better(old, new) if part is judges else hardly_worse(old, new)))
    return checks


def hardly_worse(old: Right, new: Right) -> bool:
    """Whether no more was lost than one picture or `TOLERANCE` of them."""
    return int(old.sum()) - int(new.sum()) <= max(1, TOLERANCE * len(new))


def better(old: Right, new: Right) -> bool:
    """Whether more is right than before, and not by chance: a one-sided sign test of what only one reads right."""
    return len(new) >= FEWEST_JUDGES and sign_test(int((new & ~old).sum()), int((old & ~new).sum())) <= LEVEL


def sign_test(won: int, lost: int) -> float:
    """How likely at least so many of `won + lost` are won if each is won or lost by the toss of a coin: 0..1."""
    pairs = won + lost
    return float(sum(comb(pairs, count) for count in range(won, pairs + 1)) / 2**pairs)


def _right(network: Calibrated, part: tuple[str, Pixels, Labels]) -> Right:
    _, pixels, labels = part
    return np.asarray(answers(network, pixels).argmax(axis=1) == labels)


def _check(what: str, old: Right, new: Right, passed: bool) -> Check:
    return Check(what, len(new), float(old.mean()), float(new.mean()), passed)
