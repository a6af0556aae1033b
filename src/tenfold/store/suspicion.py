"""Which corrections deserve a look first: a correction is data under suspicion until somebody has seen it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Looks of 64 bits that differ in no more than so many are of nearly the same picture.
NEAR = 5
# More corrections than this from one client in an hour are too many.
MANY = 30
# Below this Tenfold was not sure either, and the correction is likely right.
UNSURE = 0.9


@dataclass(frozen=True, slots=True)
class Suspect:
    """A correction and what speaks for and against it.

    Attributes:
        answer: Id of the answer that is corrected.
        value: What it is said to be: digits, none for no digit.
        was: What Tenfold had read.
        confidence: Of that.
        probabilities: Ten, or none.
        look: 16 hexadecimal digits, or empty.
        of_client: How many corrections its client sent within the hour.
    """

    answer: str
    value: str
    was: str
    confidence: float
    probabilities: tuple[float, ...]
    look: str
    of_client: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a correction is to be looked at early.

    Attributes:
        score: The higher, the earlier.
        reasons: ``others_disagree``, ``contradicts_itself`` (nearly the same picture was said to be something else),
            ``tenfold_disagrees`` (it was sure of its reading), ``tenfold_unsure``, ``near_duplicate``,
            ``busy_client``.
    """

    score: float = 0.0
    reasons: tuple[str, ...] = ()


NONE = Suspicion()


def suspicions(suspects: Sequence[Suspect]) -> list[Suspicion]:
    """How suspicious each is, seen beside all others that wait."""
    said: dict[str, set[str]] = defaultdict(set)
    for one in suspects:
        said[one.answer].add(one.value)
    near, contradicted = _twins(suspects)
    found = []
    for place, one in enumerate(suspects):
        points: Counter[str] = Counter()
        if len(said[one.answer]) > 1:
            points["others_disagree"] = 8
        if place in contradicted:
            points["contradicts_itself"] = 6
        if one.of_client > MANY:
            points["busy_client"] = 4
        if one.was and one.was != one.value:
            if one.confidence >= UNSURE:
                points["tenfold_disagrees"] = 3
            else:
                points["tenfold_unsure"] = 1
        if place in near:
            points["near_duplicate"] = 2
        chance = one.probabilities[int(one.value)] if one.probabilities and one.value else 0.0
        # Of two alike in all else the one Tenfold thinks less likely comes first.
        found.append(Suspicion(sum(points.values()) + (1 - chance) / 2, tuple(points)))
    return found


def _twins(suspects: Sequence[Suspect]) -> tuple[set[int], set[int]]:
    """Which places are about nearly the same picture as another answer's, and which of these say something else."""
    places = np.array([place for place, one in enumerate(suspects) if one.look], np.int64)
    looks = np.array([int(suspects[place].look, 16) for place in places], np.uint64)
    names: dict[str, int] = {}
    answers = np.array([names.setdefault(suspects[place].answer, len(names)) for place in places], np.int64)
    values: dict[str, int] = {}
    said = np.array([values.setdefault(suspects[place].value, len(values)) for place in places], np.int64)
    near, contradicted = set(), set()
    for number, place in enumerate(places.tolist()):
        alike = (np.bitwise_count(looks ^ looks[number]) <= NEAR) & (answers != answers[number])
        if alike.any():
            near.add(place)
            if (alike & (said != said[number])).any():
                contradicted.add(place)
    return near, contradicted
