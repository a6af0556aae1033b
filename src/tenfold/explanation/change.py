"""What would make ink another digit: the smallest change found after which the network says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from tenfold.explanation.occlusion import FLOOR, SIDE, Ask
from tenfold.explanation.prototypes import OF_EACH, prototypes
from tenfold.types import Floats, Pixels

# So many training digits lead the way: those that look most alike, and those the network finds most alike.
LOOK_ALIKE, FOUND_ALIKE = 4, 2
# By how many pixels a training digit is moved at most, to lie on the ink as well as it can.
REACH = 2
# Patches have their middles so many pixels apart, and fade over about as many.
STEP, FADE = 3, 1.8
# Less change than this in a patch, in pixels of full ink, is none.
LEAST_CHANGE = 0.35
# How many of the shortest ways are made shorter still.
FINALISTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A change after which the network says the digit.

    Attributes:
        changed: The changed picture: uint8 (28, 28).
        ink: How much was added and taken away, in pixels of full ink.
        place: Which of the prototypes led the way.
    """

    changed: Pixels
    ink: float
    place: int


def find_ways(ask: Ask, picture: Floats, digit: int, least: float, distances: Floats) -> list[Way]:
    """Changes after which the network says a digit, the smallest first.

    Towards each of some training digits of that kind the picture is changed patch by patch: those patches first that
    gain most for their ink, until the network says so; then each patch is given back that it can do without.

    Args:
        ask: The network.
        picture: float32 (28, 28), 0..1, bright ink on black.
        digit: What it is to become, 0..9.
        least: The probability it has to have then.
        distances: float32 (1000,), how far each prototype is from the picture; see `Gallery.distances`.

    Returns:
        None if there is none.
    """
    starts = [_Start.towards(picture, place, pixels) for place, pixels in _leaders(picture, digit, distances)]
    starts = [start for start in starts if len(start.patches)]
    if not starts:
        return []
    single = _gains(ask, digit, [picture + start.patches for start in starts])
    orders = [
        np.argsort(-(gains - gains.min()) / np.sqrt(start.costs), kind="stable")
        for start, gains in zip(starts, single, strict=True)
    ]
    along = [picture + np.cumsum(start.patches[order], axis=0) for start, order in zip(starts, orders, strict=True)]
    ways = []
    for start, order, probabilities in zip(starts, orders, _ask_all(ask, along), strict=True):
        there = np.flatnonzero(_says(probabilities, digit, least))
        if len(there):
            ways.append((float(start.costs[order[: there[0] + 1]].sum()), start, order[: there[0] + 1]))
    ways.sort(key=lambda way: way[0])
    shorter = [_give_back(ask, picture, digit, least, start, chosen) for _, start, chosen in ways[:FINALISTS]]
    return sorted(shorter, key=lambda way: way.ink)


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """All patches of the way to one prototype: float32 (k, 28, 28), added up the whole way; and their ink."""

    place: int
    patches: Floats
    costs: Floats

    @classmethod
    def towards(cls, picture: Floats, place: int, pixels: Floats) -> _Start:
        difference = pixels - picture
        # What is one pixel wide is the edge of strokes that lie on each other, not ink that one lacks.
        kept = [
            cv2.morphologyEx(np.maximum(part, 0), cv2.MORPH_OPEN, np.ones((2, 2))) for part in (difference, -difference)
        ]
        patches = _fields() * (kept[0] - kept[1])
        costs = np.abs(patches).sum(axis=(1, 2))
        worth = costs > LEAST_CHANGE
        return cls(place, patches[worth], costs[worth])


def _leaders(picture: Floats, digit: int, distances: Floats) -> list[tuple[int, Floats]]:
    """Training digits of one kind that are like the picture, each moved to lie on it: places, and float32 (28, 28)."""
    places = np.arange(digit * OF_EACH, (digit + 1) * OF_EACH)
    shown = prototypes().pixels[places].astype(np.float32) / np.float32(255)
    moves = [(down, right) for down in range(-REACH, REACH + 1) for right in range(-REACH, REACH + 1)]
    moved = np.stack([np.roll(shown, move, (1, 2)) for move in moves])
    apart = np.abs(moved - picture).sum(axis=(2, 3))
    best, apart = apart.argmin(axis=0), apart.min(axis=0)
    chosen = [
        *np.argsort(apart, kind="stable")[:LOOK_ALIKE],
        *np.argsort(distances[places], kind="stable")[:FOUND_ALIKE],
    ]
    return [(int(places[one]), moved[best[one], one]) for one in dict.fromkeys(int(one) for one in chosen)]


def _give_back(ask: Ask, picture: Floats, digit: int, least: float, start: _Start, chosen: np.ndarray) -> Way:
    """The shortest part of a way that still leads there: patches are given back one by one, the dearest first."""
    kept = list(chosen)
    while len(kept) > 1:
        whole = picture + start.patches[kept].sum(axis=0)
        probabilities = ask(_as_given(whole - start.patches[kept]))
        spare = np.flatnonzero(_says(probabilities, digit, least))
        if not len(spare):
            break
        costs = start.costs[kept]
        kept.pop(int(spare[np.argmax(costs[spare])]))
    changed = _as_given(picture + start.patches[kept].sum(axis=0))
    return Way(np.rint(changed * 255).astype(np.uint8), float(np.abs(changed - picture).sum()), start.place)


def _says(probabilities: Floats, digit: int, least: float) -> np.ndarray:
    return (probabilities.argmax(axis=1) == digit) & (probabilities[:, digit] >= least)


def _gains(ask: Ask, digit: int, stacks: list[Floats]) -> list[Floats]:
    """The log-odds of a digit in each picture."""
    odds = []
    for said in _ask_all(ask, stacks):
        others = said.sum(axis=1) - said[:, digit]
        odds.append(np.log(np.maximum(said[:, digit], FLOOR)) - np.log(np.maximum(others, FLOOR)))
    return odds


def _ask_all(ask: Ask, stacks: list[Floats]) -> list[Floats]:
    """One call of the network for several stacks of pictures."""
    ends = np.cumsum([len(stack) for stack in stacks])[:-1]
    return np.split(ask(_as_given(np.concatenate(stacks))), ends)


def _as_given(pictures: Floats) -> Floats:
    """As the networks are given pictures: 256 steps from 0 to 1."""
    return np.asarray(np.rint(np.clip(pictures, 0, 1) * 255) / np.float32(255), np.float32)


@lru_cache(maxsize=1)
def _fields() -> Floats:
    """Soft patches that together are one everywhere: float32 (k, 28, 28)."""
    middles = np.arange(0, SIDE + STEP, STEP)
    away = (np.arange(SIDE)[None] - middles[:, None]) ** 2
    along = np.exp(-away / (2 * FADE**2))
    fields = np.einsum("ay,bx->abyx", along, along).reshape(-1, SIDE, SIDE)
    return np.asarray(fields / fields.sum(axis=0), np.float32)
