"""One classifier measured: fitted to more and more digits, judged on digits as they are, spoilt, and of other hands."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tenfold.comparison.material import Labels, Material, Part
from tenfold.comparison.memory import Peak
from tenfold.imaging.normalize import VERSION
from tenfold.literature.entries import Entry
from tenfold.models.arrays import PredictorClassifier
from tenfold.models.base import ModelCard
from tenfold.models.load import find_model, load_model
from tenfold.training.framework import need_keras
from tenfold.training.metrics import Readings, figures
from tenfold.types import Floats, as_floats

# Digits fitted to on the way to all of them, and how many of the test digits judge there.
CURVE, CURVE_TEST = (100, 1_000, 10_000), 2_000
# Families that are fitted by Keras, or may be.
WITH_KERAS = ("networks", "votes", "ours")
# Who has no time fits again, to fewer digits, only what took fewer seconds than this.
PATIENCE = 3.0
# The pairs the survey names (Ghosh & Maghari 2017).
PAIRS = ((1, 7), (3, 5), (3, 8), (5, 8), (5, 9), (6, 9))
# Pictures that are answered at once, and digits that are answered one by one to see how long one takes.
LOT, ALONE = 1000, 30
# Of what is answered so much may be wrong: how much has to be left out for that?
BUDGET = "0.005"

Tell = Callable[[str], None]
Answer = Callable[[Floats], Floats]


def measure(
    entry: Entry, material: Material, seed: int = 0, quick: bool = False, tell: Tell = lambda _: None
) -> dict[str, Any]:
    """All figures of one classifier, as plain JSON types.

    Args:
        entry: Which one.
        material: On what.
        seed: Of everything random in it.
        quick: Use its parameters for those who have no time.
        tell: Told what is being done.
    """
    began = time.perf_counter()
    if not entry.shipped and entry.family in WITH_KERAS:
        need_keras()  # its import is no cost of the first that needs it
    peak = Peak()
    answer, kept = _shipped(entry) if entry.shipped else _fitted(entry, material, seed, quick, tell)
    tell(f"reading {len(material.test.labels):,} test digits")
    start = time.perf_counter()
    said = _answers(answer, material.test)
    each = (time.perf_counter() - start) / len(said)
    judged = _judged(said, material.test.labels)
    costs = {"seconds_a_digit": each, "seconds_alone": _alone(answer, material.test), "peak_bytes": peak.bytes()}
    again = not entry.shipped and (not quick or kept["fit_seconds"] < PATIENCE)
    curve = _curve(entry, material, seed, quick, tell) if again else {}
    if kept["digits"]:
        curve[kept["digits"]] = judged["accuracy"]
    tell("reading spoilt digits and those of other hands")
    row = {
        **described(entry),
        **kept,
        "test": material.test.name,
        **judged,
        **costs,
        "digit_seconds": _yardstick(material.test),
        "learning_curve": {str(count): right for count, right in curve.items()},
        "spoilt": {
            name: {much: _accuracy(answer, part) for much, part in steps.items()}
            for name, steps in material.spoilt.items()
        },
        "foreign": {part.name: _accuracy(answer, part) for part in material.foreign},
    }
    return {**row, "seconds": time.perf_counter() - began}


def described(entry: Entry) -> dict[str, Any]:
    """What a row says of a classifier that need not be measured."""
    return {
        "name": entry.name,
        "title": entry.title,
        "family": entry.family,
        "published_error": entry.published,
        "source": entry.source,
        "note": entry.note,
    }


def _shipped(entry: Entry) -> tuple[Answer, dict[str, Any]]:
    """The shipped model of an entry, and what is known of it."""
    model, path = load_model(entry.shipped, VERSION, threads=2), find_model(entry.shipped)
    return model.predict_proba, {
        "fit_seconds": None,
        "digits": None,
        "parameters": model.card.parameters,
        "bytes": path.stat().st_size if path else 0,
        "learned_from": f"as shipped ({model.card.data})",
        "params": {},
    }


def _fitted(entry: Entry, material: Material, seed: int, quick: bool, tell: Tell) -> tuple[Answer, dict[str, Any]]:
    """An entry fitted to all there is, and what that took."""
    count = len(material.fitting.labels)
    tell(f"fitting to {count:,} digits")
    model = entry.make(seed, quick)
    start = time.perf_counter()
    model.fit(material.fitting.pictures, material.fitting.labels)
    seconds = time.perf_counter() - start
    return PredictorClassifier(model.predictor_, ModelCard(entry.name)).predict_proba, {
        "fit_seconds": seconds,
        "digits": count,
        "parameters": model.predictor_.parameters,
        "bytes": len(model.predictor_.to_bytes()),
        "learned_from": f"{count:,} digits",
        "params": {key: value for key, value in model.get_params(deep=False).items() if key != "classes"},
    }


def _curve(entry: Entry, material: Material, seed: int, quick: bool, tell: Tell) -> dict[int, float]:
    """Accuracy on the first test digits after fewer digits than all."""
    test, curve = material.test.first(CURVE_TEST), {}
    for count in CURVE:
        if count < len(material.fitting.labels):
            tell(f"fitting to {count:,} digits")
            few = _with_all_digits(material.fitting, count)
            model = entry.make(seed, quick).fit(few.pictures, few.labels)
            curve[count] = _accuracy(model.predict_proba, test)
    return curve


def _with_all_digits(part: Part, count: int) -> Part:
    """The first of each digit, and of the others the first, so many in all, in their order."""
    firsts = np.array([np.flatnonzero(part.labels == digit)[0] for digit in range(10)])
    others = np.setdiff1d(np.arange(count), firsts)[: count - len(firsts)]
    chosen = np.sort(np.concatenate([firsts, others]))
    return Part(part.name, part.pictures[chosen], part.labels[chosen])


def _answers(answer: Answer, part: Part) -> Floats:
    lots = range(0, len(part.labels), LOT)
    return np.concatenate([answer(as_floats(part.pictures[at : at + LOT])) for at in lots])


def _accuracy(answer: Answer, part: Part) -> float:
    return float((_answers(answer, part).argmax(axis=1) == part.labels).mean())


def _judged(said: Floats, labels: Labels) -> dict[str, Any]:
    found = figures(Readings(labels, said, np.ones(len(labels), np.bool_)))
    table = found["confusion"]
    return {
        **found,
        "reject_rate_at_0.5": 1.0 - found["coverage_at_error"][BUDGET],
        "pairs": {f"{one}-{other}": table[one][other] + table[other][one] for one, other in PAIRS},
        "answers": "".join(map(str, said.argmax(axis=1))),
    }


def _alone(answer: Answer, test: Part) -> float:
    """Seconds one digit takes when it comes alone: the median of some."""
    taken = []
    for picture in test.pictures[:ALONE]:
        shown = as_floats(picture[None])
        start = time.perf_counter()
        answer(shown)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _yardstick(test: Part) -> float:
    """Seconds a digit takes `digit`, the shipped network, in the same minute: what other times are told in."""
    shown = as_floats(test.first(LOT).pictures)
    digit = load_model("digit", VERSION, threads=2)
    digit.predict_proba(shown)
    start = time.perf_counter()
    digit.predict_proba(shown)
    return (time.perf_counter() - start) / len(shown)
