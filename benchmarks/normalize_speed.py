"""Claim: finding, evening out and centring the ink of a 280x280 picture takes at most 1.5 ms.

The baseline is Pillow's plain resize of the same picture to 28x28, by turns in the same run.

    python benchmarks/normalize_speed.py [--trials 2000]
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
from _claim import ROOT, Figure, arguments, report
from PIL import Image

from tenfold.imaging.load import load
from tenfold.imaging.normalize import normalize
from tenfold.types import Picture

LIMIT = 1.5
SIDE = 280
CLAIM = "Normalising a 280x280 picture takes at most 1.5 ms."


def pictures() -> list[Picture]:
    """The example pictures at 280x280, in colour as they are."""
    found = []
    for path in sorted((ROOT / "examples" / "digits").glob("*.png")):
        pixels = cv2.resize(load(path).pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        found.append(Picture(np.ascontiguousarray(pixels), path.stem))
    return found


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - start) / 1e6


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, trials=2000)
    trials = 3 if given.quick else given.trials
    inks = pictures()
    images = [Image.fromarray(ink.pixels) for ink in inks]
    ours: dict[str, list[float]] = {ink.source: [] for ink in inks}
    plain: list[float] = []
    for trial in range(-len(inks), trials):  # one round unmeasured
        place = trial % len(inks)
        one = milliseconds(lambda: normalize(inks[place]))  # noqa: B023 - called at once
        other = milliseconds(lambda: images[place].convert("L").resize((28, 28)))  # noqa: B023 - called at once
        if trial >= 0:
            ours[inks[place].source].append(one)
            plain.append(other)
    every = [value for values in ours.values() for value in values]
    first, median, third = statistics.quantiles(every, n=4, method="inclusive")
    slowest = {f"median, {name}": statistics.median(values) for name, values in ours.items() if values}
    figure = Figure(
        what="Normalising a 280x280 picture",
        value=median,
        unit="ms",
        n=len(every),
        spread=(first, third),
        baseline=statistics.median(plain),
        baseline_what="Pillow's plain resize to 28x28",
        ratio=statistics.median(plain) / median,
        asked=f"at most {LIMIT:g} ms",
        met=median <= LIMIT,
        more=slowest,
    )
    report("normalize_speed", CLAIM, [figure], quick=given.quick)


if __name__ == "__main__":
    main()
