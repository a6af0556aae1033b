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
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from _claim import ROOT, Figure, arguments, report
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(ROOT))

from tests.browser.chromium import launch
from tests.browser.strokes import DIGITS, smooth
from tests.browser.taken_away import ask, opened, with_rounded_weights
from tests.imaging.kinds import coloured, pictures, placed, sized

from tenfold import Prediction, Recognizer
from tenfold.config import load_settings
from tenfold.data.held_out import test_data
from tenfold.training.convert import convert
from tenfold.types import Pixels

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


def differs(here: dict[str, object], there: Prediction) -> bool:
    """Whether the page says another status or digit than Python."""
    return (here["status"], here["digit"]) != (there.status, there.digit)


def timed(what: str, times: list[float], exact: Recognizer, files: list[bytes]) -> Figure:
    """Milliseconds an answer took in the browser, beside Python's of the same pictures."""
    python = []
    for picture in map(exact.load, files):
        start = time.perf_counter()
        exact.examine(picture)
        python.append(1000 * (time.perf_counter() - start))
    first, median, third = statistics.quantiles(times, n=4, method="inclusive")
    return Figure(
        what=what,
        value=median,
        unit="ms",
        n=len(times),
        spread=(first, third),
        baseline=statistics.median(python),
        baseline_what="Python",
        asked=f"at most {SLOWEST:g} ms",
        met=median <= SLOWEST,
        more={"95th percentile": float(np.quantile(times, 0.95))},
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
    expected = [rounded.predict(one) for one in files]
    plain = [exact.predict(one) for one in files]
    same = [not differs(here, there) for here, there in zip(found, expected, strict=True)]
    unrounded = [(one.status, one.digit) == (two.status, two.digit) for one, two in zip(expected, plain, strict=True)]
    farthest = max(
        float(np.abs(np.array(here["probabilities"]) - there.probabilities).max())
        for here, there in zip(found, expected, strict=True)
    )
    shown = digits.network_pixels().astype(np.float32) / np.float32(255)
    right, before = (
        100 * float((one.classifier.predict_proba(shown).argmax(1) == digits.labels).mean()) for one in (rounded, exact)
    )
    statuses = {status: sum(one.status == status for one in expected) for status in {one.status for one in expected}}
    figures = [
        Figure(
            what="Pictures answered with Python's status and digit by the page",
            value=100 * float(np.mean(same)),
            unit="%",
            n=count,
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
            n=count,
            baseline=max(
                float(np.abs(np.array(one.probabilities) - two.probabilities).max())
                for one, two in zip(expected, plain, strict=True)
                if one.status == two.status
            ),
            baseline_what="Python with rounded and with unrounded weights",
            asked=f"at most {NEAR:g}",
            met=farthest <= NEAR,
        ),
        Figure(
            what="MNIST test digits read right with rounded weights",
            value=right,
            unit="%",
            n=len(digits.labels),
            baseline=before,
            baseline_what="digit",
            asked=f"at most {LOST:g} points below digit",
            met=right >= before - LOST,
        ),
        timed(f"From the pixels of a {DRAWN}x{DRAWN} drawing to the answer, in Chromium", pen_times, exact, strokes),
        timed(f"The same of an enlarged digit of MNIST, {DRAWN}x{DRAWN}", times, exact, drawn),
        Figure(
            what="Size of the page",
            value=size / 1000,
            unit="kB",
            n=1,
            baseline=sum(
                (ROOT / f"src/tenfold/models/weights/{name}.onnx").stat().st_size for name in ("digit", "gate")
            )
            / 1000,
            baseline_what="the two networks alone, as they are",
            asked=f"at most {LARGEST / 1000:g} kB",
            met=size <= LARGEST,
        ),
    ]
    for number, (here, there) in enumerate(zip(found, expected, strict=True)):
        if differs(here, there):
            print(f"  Picture {number}: {here['status']} {here['digit']}, Python {there.status} {there.digit}")
    report("html_export", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
