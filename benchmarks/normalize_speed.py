"""Claim: finding, evening out and centring the ink of a 280x280 picture takes at most 1.5 ms, whatever is on it.

The example pictures are measured, and one of them with grain, on ruled paper, large and small, and in light that falls
off across the sheet; the slowest of all kinds is a figure of its own. The baseline is Pillow's plain resize of the same
pictures to 28x28, by turns in the same run.

    python benchmarks/normalize_speed.py [--trials 2000]
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from _claim import ROOT, arguments, report, timed
from PIL import Image

from tenfold.imaging.load import load
from tenfold.imaging.normalize import normalize
from tenfold.types import Picture

LIMIT = 1.5
SIDE = 280
# Dark pens on plain paper, as a drawing program or a page's canvas gives them.
CLEAN = ("four-felt-pen", "seven-crossed", "seven-thin-pen")
PLAIN = "Pillow's plain resize to 28x28"
CLAIM = "Normalising a 280x280 picture takes at most 1.5 ms, whatever is on it."


def pictures() -> list[Picture]:
    """The example pictures at 280x280, in colour as they are, and one of them as the world would have it."""
    found = []
    for path in sorted((ROOT / "examples" / "digits").glob("*.png")):
        pixels = cv2.resize(load(path).pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        found.append(Picture(np.ascontiguousarray(pixels), path.stem))
    drawing = next(picture.pixels for picture in found if picture.source == CLEAN[0])
    light = np.linspace(1.0, 0.4, SIDE).reshape(1, SIDE, *[1] * (drawing.ndim - 2))
    grain = np.random.default_rng(0).normal(0, 12, drawing.shape)
    ruled = drawing.copy()
    ruled[40::40] = 90
    corner = next(picture.pixels for picture in found if picture.source == "eight-in-a-corner").copy()
    corner[10::40] = 90
    worldly = {
        "gradient": drawing * light,
        "grain": np.clip(drawing + grain, 0, 255),
        "ruled-paper": ruled,
        "small-on-ruled-paper": corner,
    }
    return [*found, *(Picture(pixels.astype(np.uint8), name) for name, pixels in worldly.items())]


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - start) / 1e6


def plainly(image: Image.Image) -> Image.Image:
    """The baseline."""
    return image.convert("L").resize((28, 28))


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, trials=2000)
    inks = pictures()
    trials = 3 * len(inks) if given.quick else given.trials
    images = [Image.fromarray(ink.pixels) for ink in inks]
    ours: dict[str, list[float]] = {ink.source: [] for ink in inks}
    plain: dict[str, list[float]] = {ink.source: [] for ink in inks}
    for trial in range(-len(inks), trials):  # one round unmeasured
        place = trial % len(inks)
        one = milliseconds(partial(normalize, inks[place]))
        other = milliseconds(partial(plainly, images[place]))
        if trial >= 0:
            ours[inks[place].source].append(one)
            plain[inks[place].source].append(other)
    median = {name: statistics.median(values) for name, values in ours.items()}
    slowest = max(median, key=lambda name: median[name])
    clean = [value for name in CLEAN for value in ours[name]]
    figures = [
        timed(
            f"Normalising a clean {SIDE}x{SIDE} drawing",
            "ms",
            clean,
            [value for name in CLEAN for value in plain[name]],
            PLAIN,
            asked=f"at most {LIMIT:g} ms",
            met=statistics.median(clean) <= LIMIT,
            more={f"median, {name}": value for name, value in median.items()},
        ),
        timed(
            f"Normalising the slowest kind of {SIDE}x{SIDE} picture ({slowest})",
            "ms",
            ours[slowest],
            plain[slowest],
            PLAIN,
            asked=f"at most {LIMIT:g} ms",
            met=median[slowest] <= LIMIT,
        ),
    ]
    report("normalize_speed", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
