"""Claim: the ink an explanation names is the ink the answer rests on, and a change it shows does change the answer.

The deletion test (Petsiuk, Das & Saenko 2018, section 4.3): ink is taken away in the map's order, that first which
speaks most for the answer, and the answer's probability is asked for after every twentieth of the ink. The sooner it
falls, the smaller the area under its curve, the more the map knew. Beside it the same with the ink in random order, the
brightest first, and in the map's order turned round. And for some digits every other one is asked for: the share of
changes that were found, confirmed by the recogniser, gate and error budget included.

On MNIST's validation digits, which neither the network nor the prototypes have seen; one draw of digits a seed.

    python benchmarks/explain.py
"""

from __future__ import annotations

import statistics

import numpy as np
import numpy.typing as npt
from _claim import Figure, arguments, report

from tenfold import Recognizer
from tenfold.config import load_settings
from tenfold.data.splits import training_data
from tenfold.explanation.explain import explain_with
from tenfold.types import Floats, Pixels, as_floats

CLAIM = "Ink that an explanation names is what the answer rests on; the changes it shows change the answer."
STEPS = 20
# Changes are asked of so many digits of each draw, as they take nine searches each.
CHANGED = 10

Order = npt.NDArray[np.float64]


def area(recognizer: Recognizer, seen: Pixels, order: Order, answer: int) -> float:
    """The mean probability of an answer while ink is taken away.

    Args:
        recognizer: Who is asked.
        seen: uint8 (28, 28).
        order: float (28, 28): ink goes where it is highest, first.
        answer: The digit.
    """
    ink = as_floats(seen.ravel())
    written = np.flatnonzero(ink)
    turn = written[np.argsort(-order.ravel()[written], kind="stable")]
    gone = np.cumsum(ink[turn]) / ink.sum()
    pictures: list[Floats] = [ink]
    for share in np.linspace(0, 1, STEPS + 1)[1:]:
        left = ink.copy()
        left[turn[: int(np.searchsorted(gone, share - 1e-6)) + 1]] = 0
        pictures.append(left)
    said = recognizer.classifier.predict_proba(np.stack(pictures).reshape(-1, 28, 28))[:, answer]
    return float(np.trapezoid(said, dx=1 / STEPS))


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, digits=200, seeds=3)
    digits, seeds, changed = (10, 1, 1) if given.quick else (given.digits, given.seeds, CHANGED)
    validation = training_data(load_settings())[1]
    images = np.asarray(validation.images)
    recognizer = Recognizer()
    areas: dict[str, list[list[float]]] = {name: [] for name in ("map", "random", "brightest", "turned")}
    asked = found = 0
    inks: list[float] = []
    for seed in range(seeds):
        chance = np.random.default_rng(seed)
        rows: dict[str, list[float]] = {name: [] for name in areas}
        for place in chance.choice(len(images), digits, replace=False):
            why = explain_with(recognizer, images[place], changes=(), with_layers=False)
            if why.answer is None:
                continue
            orders = {
                "map": why.map.astype(float),
                "random": chance.random((28, 28)),
                # Equally bright ink in no order.
                "brightest": why.seen + 0.5 * chance.random((28, 28)),
                "turned": -why.map.astype(float),
            }
            for name, order in orders.items():
                rows[name].append(area(recognizer, why.seen, order, why.answer))
        for name, values in rows.items():
            areas[name].append(values)
        for place in chance.choice(len(images), changed, replace=False):
            why = explain_with(recognizer, images[place], changes=range(10), with_layers=False)
            asked += len(why.changes)
            found += sum(change.found for change in why.changes)
            inks += [change.ink for change in why.changes if change.found]
    means = {name: [statistics.mean(values) for values in draws] for name, draws in areas.items()}
    whole = {name: [value for values in draws for value in values] for name, draws in areas.items()}
    mean = {name: statistics.mean(values) for name, values in whole.items()}
    plain = min(mean["random"], mean["brightest"])
    figures = [
        Figure(
            what="Mean probability of the answer (0 to 1) while ink is taken away in the map's order",
            value=mean["map"],
            unit="",
            n=len(whole["map"]),
            spread=(min(means["map"]), max(means["map"])),
            baseline=plain,
            baseline_what="the lower of random order and the brightest first",
            ratio=plain / mean["map"],
            asked="less than in random order and than brightest first, with every seed",
            met=all(
                ours < min(others)
                for ours, *others in zip(means["map"], means["random"], means["brightest"], strict=True)
            ),
            more={
                "random order": mean["random"],
                "brightest first": mean["brightest"],
                "the map's order turned round": mean["turned"],
                "standard error, map": statistics.stdev(whole["map"]) / len(whole["map"]) ** 0.5,
                "standard error, random order": statistics.stdev(whole["random"]) / len(whole["random"]) ** 0.5,
                "digits for which the map's is less than random %": 100
                * statistics.mean(ours < theirs for ours, theirs in zip(whole["map"], whole["random"], strict=True)),
                "seeds": seeds,
            },
        ),
        Figure(
            what="Changes into another digit that were found and that the recogniser confirms",
            value=100 * found / asked,
            unit="%",
            n=asked,
            baseline=0.0,
            baseline_what="no change",
            asked="at least 95 %",
            met=found >= 0.95 * asked,
            more={
                "digits": asked / 9,
                "median change, % of the ink": 100 * statistics.median(inks),
                "90 % change less than, % of the ink": 100 * float(np.quantile(inks, 0.9)),
            },
        ),
    ]
    report("explain", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
