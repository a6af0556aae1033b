"""What would make ink another digit: the smallest change found after which the network says so."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tenfold.explanation.occlusion import FLOOR, SIDE, Ask
from tenfold.explanation.prototypes import OF_EACH, prototypes
from tenfold.types import Floats, Pixels, as_floats

Places = npt.NDArray[np.int64]

# So many training digits lead the way: those that look most alike, and those the network finds most alike; and so many
# more of both where none of these leads anywhere.
LOOK_ALIKE, FOUND_ALIKE = 3, 1
MORE = 6
# By how many pixels a training digit is moved at most, to lie on the ink as well as it can.
REACH = 2
# Patches have their middles so many pixels apart, and fade over about as many.
STEP, FADE = 3, 1.8
# Less change than this in a patch, in pixels of full ink, is none.
LEAST_CHANGE = 0.35
# How many of the shortest ways are made shorter still.
FINALISTS = 2


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


def find_ways(ask: Ask, picture: Floats, digit: int, least: float, distances: Floats) -> Iterator[Way]:
    """Changes after which the network says a digit.

    Towards each of some training digits of that kind the picture is changed patch by patch: those patches first that
    gain most for their ink, until the network says so; then each patch is given back that it can do without.

    Args:
        ask: The network.
        picture: float32 (28, 28), 0..1, bright ink on black.
        digit: What it is to become, 0..9.
        least: The probability it has to have then.
        distances: float32 (1000,), how far each prototype is from the picture; see `Gallery.distances`.

    Yields:
        Those that the first few leaders led to, the smallest first; then those that more of them lead to.
    """
    leaders = _leaders(picture, digit, distances)
    for some in (leaders[: LOOK_ALIKE + FOUND_ALIKE], leaders[LOOK_ALIKE + FOUND_ALIKE :]):
        yield from sorted(_ways(ask, picture, digit, least, some), key=lambda way: way.ink)


def _ways(ask: Ask, picture: Floats, digit: int, least: float, leaders: list[tuple[int, Floats]]) -> list[Way]:
    """The ways that some training digits lead, a few of the shortest."""
    starts = [_Start.towards(picture, place, pixels) for place, pixels in leaders]
    starts = [start for start in starts if len(start.patches)]
    if not starts:
        return []
    # Those first that gain most, and more for less ink.
    gains = _odds(ask, digit, [picture + start.patches for start in starts])
    orders = [
        np.argsort((one.min() - one) / np.sqrt(start.costs), kind="stable")
        for start, one in zip(starts, gains, strict=True)
    ]
    along = [picture + np.cumsum(start.patches[order], axis=0) for start, order in zip(starts, orders, strict=True)]
    found: list[tuple[float, _Start, Places]] = []
    for start, order, said in zip(starts, orders, _ask_all(ask, along), strict=True):
        there = np.flatnonzero(_says(said, digit, least))
        if len(there):
            first = order[: there[0] + 1]
            found.append((float(start.costs[first].sum()), start, first))
    found.sort(key=lambda way: way[0])
    return [_give_back(ask, picture, digit, least, start, chosen) for _, start, chosen in found[:FINALISTS]]


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """All patches of the way to one prototype: float32 (k, 28, 28), added up the whole way; and their ink."""

    place: int
    patches: Floats
    costs: Floats

    @classmethod
    def towards(cls, picture: Floats, place: int, pixels: Floats) -> _Start:
        patches = _fields() * (pixels - picture)
        costs = np.abs(patches).sum(axis=(1, 2))
        worth = costs > LEAST_CHANGE
        return cls(place, patches[worth], costs[worth])


def _leaders(picture: Floats, digit: int, distances: Floats) -> list[tuple[int, Floats]]:
    """Training digits of one kind that are like the picture, each moved to lie on it: places, and float32 (28, 28)."""
    places = np.arange(digit * OF_EACH, (digit + 1) * OF_EACH)
    shown = as_floats(prototypes().pixels[places])
    moves = list(itertools.product(range(-REACH, REACH + 1), repeat=2))
    # To move the picture the other way is to move them all; and their squares do not change by it.
    apart = (shown**2).sum(axis=(1, 2))[:, None] - 2 * shown.reshape(OF_EACH, -1) @ np.stack(
        [np.roll(picture, (-down, -right), (0, 1)).ravel() for down, right in moves], axis=1
    )
    best, apart = apart.argmin(axis=1), apart.min(axis=1)
    look, found = np.argsort(apart, kind="stable").tolist(), np.argsort(distances[places], kind="stable").tolist()
    chosen = look[:LOOK_ALIKE] + found[:FOUND_ALIKE] + look[LOOK_ALIKE : LOOK_ALIKE + MORE] + found[FOUND_ALIKE:MORE]
    return [(int(places[one]), np.roll(shown[one], moves[best[one]], (0, 1))) for one in dict.fromkeys(chosen)]


def _give_back(ask: Ask, picture: Floats, digit: int, least: float, start: _Start, chosen: Places) -> Way:
    """The shortest part of a way that still leads there: what it can do without is given back, the dearest first."""
    kept = chosen
    while len(kept) > 1:
        whole = picture + start.patches[kept].sum(axis=0)
        spare = np.flatnonzero(_says(ask(_as_given(whole - start.patches[kept])), digit, least))
        if not len(spare):
            break
        # What each could be spared, all together may not: as many as can.
        spare = spare[np.argsort(-start.costs[kept[spare]], kind="stable")][: len(kept) - 1]
        fewer = whole - np.cumsum(start.patches[kept[spare]], axis=0)
        most = np.flatnonzero(_says(ask(_as_given(fewer)), digit, least)).max(initial=0)
        kept = np.delete(kept, spare[: most + 1])
    changed = _as_given(picture + start.patches[kept].sum(axis=0))
    return Way(np.rint(changed * 255).astype(np.uint8), float(np.abs(changed - picture).sum()), start.place)


def _says(probabilities: Floats, digit: int, least: float) -> npt.NDArray[np.bool_]:
    return np.asarray((probabilities.argmax(axis=1) == digit) & (probabilities[:, digit] >= least), np.bool_)


def _odds(ask: Ask, digit: int, stacks: list[Floats]) -> list[Floats]:
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
