"""Accepted corrections for training: which are learned, which judge, and which are copies and left out."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from tenfold.errors import UnreadableImage, UsageError
from tenfold.imaging.load import load
from tenfold.imaging.look import look_of
from tenfold.imaging.normalize import normalize
from tenfold.store.store import Store
from tenfold.store.suspicion import NEAR
from tenfold.training.fit import Labels
from tenfold.training.progress import say
from tenfold.types import Pixels

# So many corrections are needed at least; of so many one judges.
FEWEST, JUDGES = 20, 4
# Up to this mean difference of their pixels, of 255, two pictures are one in two copies: scaled, or with another pen.
# What one hand writes over and over is farther apart, and has to be on both sides.
COPY = 6.0
MOST = 100_000

Looks = np.ndarray[tuple[int], np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True)
class Corrected:
    """Accepted corrections: uint8 (n, 28, 28), int64 (n,), and which of them judge, not learned from: bool (n,)."""

    pixels: Pixels
    labels: Labels
    judges: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def hash(self) -> str:
        """Changes with anything of it."""
        return sha256(self.pixels.tobytes() + self.labels.tobytes() + self.judges.tobytes()).hexdigest()[:16]


def accepted(store: Store) -> Corrected:
    """The accepted corrections of single digits whose pictures are kept, through the normalisation.

    Whether one judges follows from its own look and from no other, so that it stays, whatever comes or goes. Copies of
    one picture judge once, as the first of them; what is a copy of a judge is not learned.

    Raises:
        UsageError: If there are fewer than `FEWEST`, or all are on one side.
    """
    pixels, labels, gone = [], [], 0
    for one in sorted(store.listed("accepted", MOST), key=lambda one: (one.at, one.id)):
        if one.task != "digit" or not one.final:
            continue
        picture = store.picture(one.id) if one.has_picture else None
        if picture is None:
            gone += 1
            continue
        try:
            ink = normalize(load(picture))
        except UnreadableImage:
            continue
        if not ink.empty:
            pixels.append(ink.pixels)
            labels.append(int(one.final))
    if gone:
        say(f"{gone} accepted corrections have no picture, or none any more: they are not learned from.")
    if len(labels) < FEWEST:
        raise UsageError(
            f"{len(labels)} accepted corrections of digits have a picture; at least {FEWEST} are needed.",
            "Keep pictures (TENFOLD_KEEP_PICTURES_DAYS), and review corrections: tenfold feedback review",
        )
    return divided(np.stack(pixels), np.array(labels, np.int64))


def divided(pixels: Pixels, labels: Labels) -> Corrected:
    """What is learned and what judges; copies of judges are in neither.

    Args:
        pixels: uint8 (n, 28, 28), in the order in which they came.
        labels: int64 (n,).

    Raises:
        UsageError: If nothing is left to learn, or to judge.
    """
    names = [look_of(one) for one in pixels]
    looks = np.array([int(name, 16) for name in names], np.uint64)
    judging = np.array([int(sha256(name.encode()).hexdigest(), 16) % JUDGES == 0 for name in names])
    places = np.flatnonzero(judging)
    firsts = np.array(_first_copies(pixels[places], looks[places]), np.int64)
    learned = [place for place in np.flatnonzero(~judging).tolist() if not len(_copies(place, places, pixels, looks))]
    judges = places[firsts == np.arange(len(places))]
    if not len(judges) or not learned:
        raise UsageError(
            "The accepted corrections are too much alike: some have to be learned, and others to judge.",
            "Accept corrections of more different pictures.",
        )
    kept = np.sort(np.concatenate([judges, learned]))
    return Corrected(pixels[kept], labels[kept], judging[kept])


def _copies(place: int, others: Labels, pixels: Pixels, looks: Looks) -> Labels:
    """Which of other places hold a copy of what is in this one.

    Looks are quick to compare: pixels are only where looks are near.
    """
    near = others[np.bitwise_count(looks[others] ^ looks[place]) <= NEAR]
    apart = np.abs(pixels[near].astype(np.int16) - pixels[place]).mean(axis=(1, 2))
    return np.asarray(near[apart <= COPY])


def _first_copies(pixels: Pixels, looks: Looks) -> list[int]:
    """For each picture the place of the first that it is a copy of, directly or by way of other copies.

    Args:
        pixels: uint8 (n, 28, 28).
        looks: Theirs, (n,).
    """
    firsts = list(range(len(looks)))
    for place in range(len(looks)):
        copies = {firsts[other] for other in _copies(place, np.arange(place), pixels, looks).tolist()}
        if copies:
            least = min(copies)
            firsts = [least if first in copies or here == place else first for here, first in enumerate(firsts)]
    return firsts
