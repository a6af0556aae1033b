"""Claim: at severity 3 of 5, over ten ways a picture goes wrong, `digit` is right on at least 97 % of the digits.

MNIST's test digits are drawn four times as large, dark on paper, on a sheet with room around them, spoilt in one way at
one of five severities, and sent through the whole path. Beside them stands the report's network, fed as its window
does: the whole sheet squeezed into 28x28. What training does to digits too is named and averaged apart from what it
never does. Right is a digit whose best reading is right, answered or not: the gate is not asked.

    python benchmarks/robustness.py [--digits 2000]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from _claim import ROOT, Figure, arguments, open_report, report

from tenfold.config import load_settings
from tenfold.data.held_out import open_data
from tenfold.imaging.normalize import VERSION, normalize
from tenfold.models.onnx import load_onnx
from tenfold.types import Floats, Picture, Pixels, as_floats

LEAST = 97.0
JUDGED = 3
SHEET, SIZE = 200, 112
PAPER, INK = 235.0, 30.0
SEED = 2718
CLAIM = "At severity 3 of 5, over ten ways a picture goes wrong, at least 97 % of the digits are read right."

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way a picture goes wrong.

    Attributes:
        name: What to call it.
        trained: Whether training changes digits in this way too.
        steps: Its strength at severity 1 to 5.
        unit: What the strength is measured in.
        spoil: Ink 0..1 (112, 112), strength and chance to a sheet float32 (200, 200), 0..255.
    """

    name: str
    trained: bool
    steps: tuple[float, float, float, float, float]
    unit: str
    spoil: Callable[[Floats, float, Rng], Floats]


def sheet(ink: Floats, dx: float = 0, dy: float = 0, ink_tone: float = INK) -> Floats:
    """Ink on paper, its middle so far from the middle of the sheet."""
    height, width = ink.shape
    canvas = np.zeros((SHEET, SHEET), np.float32)
    top = int(np.clip((SHEET - height) // 2 + round(dy), 0, SHEET - height))
    left = int(np.clip((SHEET - width) // 2 + round(dx), 0, SHEET - width))
    canvas[top : top + height, left : left + width] = ink
    return (PAPER - (PAPER - ink_tone) * canvas).astype(np.float32)


def shifted(ink: Floats, far: float, rng: Rng) -> Floats:
    """Off the middle, any way."""
    angle = rng.uniform(0, 2 * np.pi)
    return sheet(ink, far * np.cos(angle), far * np.sin(angle))


def turned(ink: Floats, degrees: float, rng: Rng) -> Floats:
    """Turned, either way."""
    sign = rng.choice([-1, 1])
    matrix = cv2.getRotationMatrix2D(((SIZE - 1) / 2, (SIZE - 1) / 2), float(sign * degrees), 1.0)
    return sheet(np.asarray(cv2.warpAffine(ink, matrix, (SIZE, SIZE)), np.float32))


def shrunk(ink: Floats, side: float, rng: Rng) -> Floats:
    """Small on its sheet."""
    return sheet(np.asarray(cv2.resize(ink, (int(side), int(side)), interpolation=cv2.INTER_AREA), np.float32))


def penned(ink: Floats, change: float, rng: Rng) -> Floats:
    """Half of them written with a thicker pen, half with a thinner one."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(change), int(change)))
    if rng.random() < 0.5:
        return sheet(np.asarray(cv2.dilate(ink, disc), np.float32))
    # Less than is added: ink no thicker than what is taken is gone.
    less = max(1, round(change * 2 / 3))
    return sheet(np.asarray(cv2.erode(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (less, less))), np.float32))


def paled(ink: Floats, contrast: float, rng: Rng) -> Floats:
    """Faint ink, with a trace of grain."""
    return sheet(ink, ink_tone=PAPER - contrast) + rng.normal(0, 2, (SHEET, SHEET)).astype(np.float32)


def grained(ink: Floats, sigma: float, rng: Rng) -> Floats:
    """Grain all over the sheet."""
    return sheet(ink) + rng.normal(0, sigma, (SHEET, SHEET)).astype(np.float32)


def blurred(ink: Floats, sigma: float, rng: Rng) -> Floats:
    """Out of focus."""
    return np.asarray(cv2.GaussianBlur(sheet(ink), (0, 0), sigma), np.float32)


def crossed(ink: Floats, width: float, rng: Rng) -> Floats:
    """A line of bare paper through the digit, as a fold or a scratch leaves it."""
    angle, middle = rng.uniform(0, np.pi), SIZE / 2 + rng.normal(0, SIZE / 12, 2)
    way = np.array([np.cos(angle), np.sin(angle)]) * SIZE
    ends = [np.rint((middle + sign * way) * 16).astype(int).tolist() for sign in (-1, 1)]
    left = ink.copy()
    cv2.line(left, ends[0], ends[1], 0.0, int(width), cv2.LINE_AA, 4)
    return sheet(left)


def shaded(ink: Floats, darkest: float, rng: Rng) -> Floats:
    """Light that falls off across the sheet."""
    y, x = np.mgrid[-1 : 1 : SHEET * 1j, -1 : 1 : SHEET * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    along = (x * np.cos(angle) + y * np.sin(angle)) / np.sqrt(2)
    light = darkest + (1 - darkest) * (along + 1) / 2
    return (sheet(ink) * light).astype(np.float32)


def squeezed(ink: Floats, quality: float, rng: Rng) -> Floats:
    """Grey ink, squeezed by JPEG."""
    page = np.clip(sheet(ink, ink_tone=120.0), 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.float32)


CORRUPTIONS = (
    Corruption("shift", True, (8, 16, 24, 34, 44), "pixels of 200", shifted),
    Corruption("rotation", True, (6, 12, 18, 24, 30), "degrees", turned),
    Corruption("scale", True, (88, 64, 44, 32, 24), "pixels a side", shrunk),
    Corruption("pen width", True, (3, 5, 7, 9, 11), "pixels of 112", penned),
    Corruption("contrast", False, (120, 80, 50, 35, 25), "levels of 255", paled),
    Corruption("noise", True, (10, 20, 30, 40, 50), "levels of 255", grained),
    Corruption("blur", True, (1.5, 2.5, 3.5, 5, 6.5), "pixels of 112, sigma", blurred),
    Corruption("occluding line", True, (3, 5, 8, 11, 14), "pixels of 112", crossed),
    Corruption("uneven light", False, (0.7, 0.5, 0.35, 0.25, 0.15), "darkest light", shaded),
    Corruption("JPEG", False, (40, 20, 12, 7, 4), "quality", squeezed),
)


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, digits=2000)
    test = open_data("mnist:test", load_settings())
    count = 50 if given.quick else given.digits
    chosen = np.sort(np.random.default_rng(SEED).choice(len(test), count, replace=False))
    labels = test.labels[chosen]
    inks = [large(test.images[index]) for index in chosen]
    ours, theirs = load_onnx("digit", VERSION), open_report(ROOT / "runs" / "report" / "mnist.onnx").classifier

    def right(pages: list[Pixels]) -> tuple[float, float]:
        inks = [normalize(Picture(page)) for page in pages]
        found = ours.predict_proba(as_floats(np.stack([ink.pixels for ink in inks]))).argmax(axis=1)
        # What is taken for an empty sheet is not read, whatever the network says of black.
        found[[ink.empty for ink in inks]] = -1
        window = np.stack([255 - cv2.resize(page, (28, 28), interpolation=cv2.INTER_AREA) for page in pages])
        return share(found, labels), share(theirs.predict_proba(as_floats(window)).argmax(axis=1), labels)

    found: dict[str, list[tuple[float, float]]] = {}
    for corruption in CORRUPTIONS:
        rng = np.random.default_rng(SEED)
        found[corruption.name] = [
            right([np.clip(corruption.spoil(ink, step, rng), 0, 255).astype(np.uint8) for ink in inks])
            for step in corruption.steps
        ]
        print(f"  {corruption.name}: {', '.join(f'{value:.1f}' for value, _ in found[corruption.name])}", flush=True)

    def average(which: list[str], place: int) -> float:
        return float(np.mean([found[name][JUDGED - 1][place] for name in which]))

    every = [one.name for one in CORRUPTIONS]
    groups = {
        "Ten ways a picture goes wrong, severity 3": every,
        "Of these, what training does to digits too": [one.name for one in CORRUPTIONS if one.trained],
        "Of these, what training never does": [one.name for one in CORRUPTIONS if not one.trained],
    }
    window = "the report's network as its window feeds it"
    figures = [
        Figure(
            what=what,
            value=average(which, 0),
            unit="%",
            n=count * len(which),
            baseline=average(which, 1),
            baseline_what=window,
            asked=f"at least {LEAST:g} %" if which is every else "",
            met=average(which, 0) >= LEAST or which is not every,
        )
        for what, which in groups.items()
    ]
    figures += [
        Figure(
            what=f"{one.name[0].upper()}{one.name[1:]}, {one.steps[JUDGED - 1]:g} {one.unit}",
            value=found[one.name][JUDGED - 1][0],
            unit="%",
            n=count,
            baseline=found[one.name][JUDGED - 1][1],
            baseline_what=window,
            more={
                f"{whose} at {step:g}": values[place]
                for place, whose in enumerate(("Tenfold", "report"))
                for step, values in zip(one.steps, found[one.name], strict=True)
            },
        )
        for one in CORRUPTIONS
    ]
    report("robustness", CLAIM, figures, quick=given.quick)


def large(picture: Pixels) -> Floats:
    """A digit of MNIST four times as large, its edges as crisp as before: float32 (112, 112), 0..1."""
    wide = np.asarray(cv2.resize(picture.astype(np.float32) / 255, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC))
    return np.asarray(np.clip((wide - 0.5) * 2 + 0.5, 0, 1), np.float32)


def share(found: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    """Share of right answers in %."""
    return 100 * float((found == labels).mean())


if __name__ == "__main__":
    main()
