"""Claim: the page that `tenfold export digit --to html` writes answers as Python does, in at most 10 ms a digit.

The page is opened from its file in Chromium, without a network, and given 2,000 picture files: MNIST's test digits as
they are and on papers of many colours, and synthetic digits, clutter, blanks, several digits and hostile pictures.
Python answers the same files with the same rounded weights. What rounding costs is measured on all of MNIST's test
digits.

The time is what those who draw wait for: from the pixels on a canvas of 280x280, as large as the page's own, to the
answer. Reading them from the canvas, normalisation, gate, network and decision are in it; the page has answered before,
as after a first stroke. Measured are strokes of the page's pen, and MNIST's digits ten times enlarged, whose edges
are so soft as no pen leaves them, which takes longer.

    python benchmarks/html_export.py [--pictures 2000]
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from _claim import ROOT, Figure, arguments, report, timed
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(ROOT))

from tests.browser.chromium import launch
from tests.browser.strokes import DIGITS, smooth
from tests.browser.taken_away import ask, opened, with_rounded_weights
from tests.imaging.kinds import coloured, pictures, placed, sized

from tenfold import Prediction, Recognizer
from tenfold.config import load_settings
from tenfold.data.dataset import Dataset
from tenfold.data.held_out import test_data
from tenfold.training.convert import convert
from tenfold.types import Pixels, as_floats

CLAIM = "One file of at most 600 kB answers in a browser as Python does, in at most 10 ms a digit."
SIDES = (24, 480)
# Of the pictures, so many of a hundred are MNIST's test digits.
FROM_MNIST = 30
AT_ONCE = 50
DRAWN, TIMED = 280, 400
# Of what is drawn with the pen, in sides of the sheet.
SIZES, PENS = (0.6, 0.8, 1.0), (0.04, 0.07, 0.1)
LARGEST, SLOWEST, NEAR, LOST = 600_000, 10.0, 1e-3, 0.02
SEED = 31


def png(pixels: Pixels) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def penned(digit: int, size: float, width: float) -> Pixels:
    """A digit in strokes of the page's pen, black on white: size and width of the pen in sides of the sheet."""
    fine = 4 * DRAWN
    sheet = Image.new("L", (fine, fine), 255)
    pen, dot = ImageDraw.Draw(sheet), round(width * fine)
    for stroke in DIGITS[digit]:
        places = [(fine * (0.5 + size * (x - 0.5)), fine * (0.5 + size * (y - 0.5))) for x, y in smooth(stroke)]
        pen.line(places, 0, dot, "curve")
        for x, y in (places[0], places[-1]):
            pen.ellipse((x - dot / 2, y - dot / 2, x + dot / 2, y + dot / 2), 0)
    return np.asarray(sheet.resize((DRAWN, DRAWN), Image.Resampling.BOX))


def on_grounds(digits: list[Pixels]) -> Iterator[Pixels]:
    """Digits as they are, dark on white, and somewhere on a sheet of any two colours, one after the other."""
    rng = np.random.default_rng(SEED)
    for number, digit in enumerate(digits):
        kind = number % 3
        if kind == 0:
            yield digit
        elif kind == 1:
            yield np.asarray(255 - sized(digit, int(rng.integers(28, 200))), np.uint8)
        else:
            yield coloured(placed(digit, rng, int(rng.integers(40, 400))), rng)


def differs(here: dict[str, Any], there: Prediction) -> bool:
    """Whether the page says another status or digit than Python."""
    return (here["status"], here["digit"]) != (there.status, there.digit)


def answered(what: str, times: list[float], exact: Recognizer, files: list[bytes]) -> Figure:
    """Milliseconds an answer took in the browser, beside Python's of the same pictures."""
    python = []
    for picture in map(exact.load, files):
        start = time.perf_counter()
        exact.examine(picture)
        python.append(1000 * (time.perf_counter() - start))
    asked, met = f"at most {SLOWEST:g} ms", statistics.median(times) <= SLOWEST
    more = {"95th percentile": float(np.quantile(times, 0.95))}
    # Nobody chooses between the two: how many times quicker one is says nothing.
    return replace(timed(what, "ms", times, python, "Python", asked=asked, met=met, more=more), ratio=None)


def said_alike(found: list[dict[str, Any]], expected: list[Prediction], plain: list[Prediction]) -> list[Figure]:
    """How far the page says what Python says with the same rounded weights, beside Python with those it rounds.

    Args:
        found: The page's answers.
        expected: Python's with rounded weights.
        plain: Python's with the weights as they are.
    """
    pairs = list(zip(found, expected, strict=True))
    for number, (here, there) in enumerate(pairs):
        if differs(here, there):
            print(f"  Picture {number}: {here['status']} {here['digit']}, Python {there.status} {there.digit}")
    same = [not differs(here, there) for here, there in pairs]
    both = list(zip(expected, plain, strict=True))
    unrounded = [(one.status, one.digit) == (two.status, two.digit) for one, two in both]
    farthest = max(apart(here["probabilities"], there.probabilities) for here, there in pairs)
    statuses = {status: sum(one.status == status for one in expected) for status in {one.status for one in expected}}
    return [
        Figure(
            what="Pictures answered with Python's status and digit by the page",
            value=100 * float(np.mean(same)),
            unit="%",
            n=len(found),
            baseline=100 * float(np.mean(unrounded)),
            baseline_what="Python with rounded and with unrounded weights",
            asked="100 %",
            met=all(same),
            more={f"status {name}": number for name, number in sorted(statuses.items())},
        ),
        Figure(
            what="Largest difference between a probability of the page and Python's",
            value=farthest,
            unit="",
            n=len(found),
            baseline=max(apart(one.probabilities, two.probabilities) for one, two in both if one.status == two.status),
            baseline_what="Python with rounded and with unrounded weights",
            asked=f"at most {NEAR:g}",
            met=farthest <= NEAR,
        ),
    ]


def apart(one: Sequence[float], other: Sequence[float]) -> float:
    """The largest difference between two answers' probabilities."""
    return float(np.abs(np.subtract(one, other)).max())


def rounding(digits: Dataset, rounded: Recognizer, exact: Recognizer) -> Figure:
    """What rounding the weights costs on MNIST's test digits."""
    shown = as_floats(digits.network_pixels())
    right, before = (
        100 * float((one.classifier.predict_proba(shown).argmax(1) == digits.labels).mean()) for one in (rounded, exact)
    )
    return Figure(
        what="MNIST test digits read right with rounded weights",
        value=right,
        unit="%",
        n=len(digits.labels),
        baseline=before,
        baseline_what="digit",
        asked=f"at most {LOST:g} points below digit",
        met=right >= before - LOST,
    )


def size_of(page: int) -> Figure:
    """The page's bytes beside those of its networks."""
    networks = [ROOT / f"src/tenfold/models/weights/{name}.onnx" for name in ("digit", "gate")]
    return Figure(
        what="Size of the page",
        value=page / 1000,
        unit="kB",
        n=1,
        baseline=sum(file.stat().st_size for file in networks) / 1000,
        baseline_what="the two networks alone, as they are",
        asked=f"at most {LARGEST / 1000:g} kB",
        met=page <= LARGEST,
    )


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, pictures=2000)
    count = 100 if given.quick else given.pictures
    settings = load_settings()
    digits = test_data(settings)
    known = count * FROM_MNIST // 100
    files = [png(one) for one in on_grounds([np.asarray(one) for one in digits.images[:known]])]
    files += [png(one) for _, one in pictures(count - known, SEED, SIDES)]
    drawn = [
        png(np.asarray(255 - sized(np.asarray(one), DRAWN), np.uint8)) for one in digits.images[: min(count, TIMED)]
    ]
    strokes = [png(penned(digit, size, width)) for digit in DIGITS for size in SIZES for width in PENS]
    rounded, exact = with_rounded_weights("digit"), Recognizer("digit")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "digit.html"
        print(convert("digit", "html", file, settings))
        size = file.stat().st_size
        browser = launch(playwright)
        with opened(browser, file) as page:
            found = [row for at in range(0, count, AT_ONCE) for row in ask(page, files[at : at + AT_ONCE])]
            ask(page, drawn[:AT_ONCE], drawn=True)  # unmeasured
            times = [row["milliseconds"] for row in ask(page, drawn, drawn=True)]
            rounds = range(max(1, len(drawn) // len(strokes)))
            pen_times = [row["milliseconds"] for _ in rounds for row in ask(page, strokes, drawn=True)]
        browser.close()
    expected, plain = ([one.predict(picture) for picture in files] for one in (rounded, exact))
    figures = [
        *said_alike(found, expected, plain),
        rounding(digits, rounded, exact),
        answered(f"From the pixels of a {DRAWN}x{DRAWN} drawing to the answer, in Chromium", pen_times, exact, strokes),
        answered(f"The same of an enlarged digit of MNIST, {DRAWN}x{DRAWN}", times, exact, drawn),
        size_of(size),
    ]
    report("html_export", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
