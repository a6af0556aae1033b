"""Claim: the nearest neighbours, tangent distance and support vectors take all of MNIST in minutes on two cores.

Nearest neighbours: the 10,000 test digits among the 60,000 training digits, as a file just loaded answers them, beside
scikit-learn's KNeighborsClassifier of the same k by turns. Tangent distance: the same, beside the plain neighbours.
Support vectors: training the Gaussian machines on 60,000 digits; and on some of them, beside scikit-learn's plain SVC.

    python benchmarks/literature_speed.py [--trials 3] [--plain 20000]
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from _claim import Figure, arguments, report
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from tenfold.config import load_settings
from tenfold.data.held_out import test_data
from tenfold.data.splits import training_files
from tenfold.literature.entries import find_entry
from tenfold.types import as_floats

NEIGHBORS, TANGENT, SVM = 15.0, 240.0, 240.0
CLAIM = "Nearest neighbours, tangent distance and support vectors take all of MNIST in minutes on two cores."
# Answered at once, as `tenfold.literature.estimator` does.
LOT = 1000


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def answered(fitted: Any, pictures: np.ndarray) -> float:
    """Seconds until a fitted classifier has answered all; what it makes ready when first asked is made again."""
    fresh = replace(fitted)
    return seconds(lambda: [fresh.predict_proba(pictures[at : at + LOT]) for at in range(0, len(pictures), LOT)])


def flat(images: Any) -> np.ndarray:
    """Pictures as float32 rows, 0..1."""
    return as_floats(images.reshape(len(images), -1))


def timed(what: str, times: list[float], baselines: list[float], most: float, **more: Any) -> Figure:
    """The median of some trials, asked to be at most so many seconds."""
    value = statistics.median(times)
    given = {"asked": f"at most {most:g} s", "met": value <= most, **more}
    spread = (min(times), max(times)) if len(times) > 1 else None
    return Figure(
        what=what,
        value=value,
        unit="s",
        n=len(times),
        spread=spread,
        baseline=statistics.median(baselines),
        **given,
    )


def neighbours(train: Any, shown: np.ndarray, trials: int) -> tuple[Figure, Figure]:
    """Plain neighbours beside scikit-learn's, and tangent distance beside the plain ones."""
    plain = find_entry("knn").make().fit(train.images, train.labels).predictor_
    tangent = find_entry("tangent-distance").make().fit(train.images, train.labels).predictor_
    theirs = KNeighborsClassifier(plain.k, algorithm="brute", n_jobs=-1).fit(flat(train.images), train.labels)
    times: dict[str, list[float]] = {"plain": [], "theirs": [], "tangent": []}
    for _ in range(trials):
        times["plain"].append(answered(plain, shown))
        times["theirs"].append(seconds(lambda: theirs.predict_proba(shown)))
        times["tangent"].append(answered(tangent, shown))
    median = {name: statistics.median(values) for name, values in times.items()}
    size = f"{len(shown):,} digits among {len(train):,}"
    first = timed(
        f"Nearest neighbours, {size}",
        times["plain"],
        times["theirs"],
        NEIGHBORS,
        baseline_what="scikit-learn's KNeighborsClassifier, brute force",
        ratio=median["theirs"] / median["plain"],
        asked=f"at most {NEIGHBORS:g} s and no more than scikit-learn's",
        met=median["plain"] <= min(NEIGHBORS, median["theirs"]),
    )
    second = timed(
        f"Tangent distance, {size}",
        times["tangent"],
        times["plain"],
        TANGENT,
        baseline_what="our plain nearest neighbours",
    )
    return first, second


def machines(train: Any, some: int) -> Figure:
    """Training the Gaussian machines once; and on some of the digits, beside scikit-learn's SVC of the pixels."""
    model = find_entry("svm-rbf").make()
    whole = seconds(lambda: model.fit(train.images, train.labels))
    part = train.take(np.arange(min(some, len(train))))
    ours = seconds(lambda: find_entry("svm-rbf").make().fit(part.images, part.labels))
    plain = SVC(C=model.cost, gamma=model.gamma, cache_size=1000)
    theirs = seconds(lambda: plain.fit(flat(part.images), part.labels))
    return timed(
        f"Training svm-rbf on {len(train):,} digits",
        [whole],
        [theirs],
        SVM,
        baseline_what=f"scikit-learn's SVC of the pixels, on {len(part):,}",
        more={f"svm-rbf on {len(part):,}, s": ours, f"times quicker on {len(part):,}": theirs / ours},
    )


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, trials=3, plain=20_000)
    settings = load_settings()
    train, test = training_files(settings), test_data(settings)
    if given.quick:
        train, test = train.take(np.arange(3000)), test.take(np.arange(300))
    figures = neighbours(train, flat(test.images), 1 if given.quick else given.trials)
    machine = machines(train, 1000 if given.quick else given.plain)
    report("literature_speed", CLAIM, [*figures, machine], quick=given.quick)


if __name__ == "__main__":
    main()
