"""Claim: whole numbers on photos and scans are read as often as asked, and the doubtful ones are marked.

Each set is read whole, one call a picture, nothing told of what kind it is; right is a picture whose numbers are
exactly those that stand there. Beside them stands rapidocr, run in the same minutes on the same pictures, once with
its recognition alone and once with detection before it; the better of the two counts for each set. Its other
characters are dropped and its pieces joined. Numbers of five digits are composed of MNIST's test digits as they are,
with bare ground between them or overlapping.

    python benchmarks/reader.py --data-dir DIR --peer PYTHON [--numbers 2000]

DIR holds the four sets; PYTHON is an interpreter of an environment with rapidocr and onnxruntime in it.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from _claim import ROOT, Figure, arguments, report, stop
from PIL import Image

from tenfold import Recognizer
from tenfold.config import load_settings
from tenfold.data.held_out import open_data
from tenfold.data.lines import ROWS, row_of_digits
from tenfold.models.onnx import WEIGHTS
from tenfold.training.metrics import calibration_error, wilson
from tenfold.types import Page, Pixels

FLOORS = {
    "score_sheets": 96.0,
    "photo_cards": 100.0,
    "paper_strings": 97.5,
    "register_rows": 80.0,
    "spaced": 98.8,
    "touching": 95.0,
}
ROW_NAMES = {
    "spaced": "five MNIST test digits, bare ground between them",
    "touching": "the same, touching or overlapping",
}
BUDGET = 0.01
SEED = 1998
# Composed numbers that rapidocr reads too: it takes half a second for each.
FEW = 40
PAGE_SECONDS = 1.5
CALIBRATED = 3.0
PEER = "rapidocr, the better of recognition alone and after detection"
PEAK = """
import resource, sys, tenfold
for page in tenfold.Recognizer().read_pages(sys.argv[1]):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""
CLAIM = "Whole numbers are read as often as asked, as quickly as general OCR, with models a tenth of its size."


@dataclass(frozen=True, slots=True)
class Job:
    """A set of pictures with the numbers that stand on them."""

    name: str
    files: list[str]
    truths: list[str]


def main() -> None:
    """Read all sets and write the figures."""
    given = arguments(CLAIM, data_dir="", peer="", numbers=2000)
    if not given.data_dir or not Path(given.data_dir).is_dir():
        stop("Name the folder of the sets: --data-dir DIR")
    count = 60 if given.quick else given.numbers
    settings = load_settings()
    test = open_data("mnist:test", settings)
    pixels = test.network_pixels(settings)
    recognizer = Recognizer()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tenfold-") as folder:
        jobs = [real(Path(given.data_dir) / name) for name in list(FLOORS)[:4]]
        jobs += [composed(kind, pixels, test.labels, count, Path(folder)) for kind in ROWS]
        surely: list[tuple[float, bool]] = []
        for job in jobs:
            few = job.files[: FEW if job.name in ROWS else None]
            peer = ask_peer(given.peer, few, Path(folder)) if given.peer else None
            pages, waits = read_all(recognizer, job)
            figures.append(share_right(job, pages, peer))
            figures.append(marked(job, pages))
            if job.name in ROWS:
                surely += confidences(job, pages)
            if job.name == "paper_strings" and peer:
                figures += against(waits, peer)
    figures.append(calibration(surely))
    figures.append(a4(pixels, test.labels, recognizer))
    figures.append(memory(10 if given.quick else 100))
    report("reader", CLAIM, figures, quick=given.quick)


def real(folder: Path) -> Job:
    """A set of real pictures."""
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Job(folder.name, [str(folder / row["file"]) for row in rows], [row["text"] for row in rows])


def composed(kind: str, pixels: Pixels, labels: Any, count: int, folder: Path) -> Job:
    """Numbers of five test digits."""
    rng = np.random.default_rng(SEED)
    files, truths = [], []
    for number in range(count):
        picture, text = row_of_digits(pixels, labels, rng, kind)
        files.append(str(folder / f"{kind}-{number}.png"))
        truths.append(text)
        cv2.imwrite(files[-1], picture)
    return Job(kind, files, truths)


def read_all(recognizer: Recognizer, job: Job) -> tuple[list[Page], list[float]]:
    """All pages of a set, and how long each took in milliseconds."""
    pages, waits = [], []
    for file in job.files:
        start = time.perf_counter()
        pages.append(recognizer.read(file, error_budget=BUDGET))
        waits.append(1e3 * (time.perf_counter() - start))
    return pages, waits


def ask_peer(python: str, files: list[str], folder: Path) -> dict[str, Any]:
    """What rapidocr reads on the same pictures."""
    names = folder / "names.json"
    names.write_text(json.dumps(files), "utf-8")
    script = Path(__file__).with_name("_rapidocr.py")
    done = subprocess.run([python, str(script), str(names)], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def said(page: Page) -> str:
    """The numbers of a page, as the sets' truths have them."""
    return " / ".join(number.value for number in page.numbers)


def share_right(job: Job, pages: list[Page], peer: dict[str, Any] | None) -> Figure:
    """How many pictures are read exactly."""
    right = [said(page) == truth for page, truth in zip(pages, job.truths, strict=True)]
    more: dict[str, float] = {}
    if peer:
        truths = [truth.replace(" / ", "") for truth in job.truths[: len(peer["alone"])]]
        alone = np.mean([one == truth for one, truth in zip(peer["alone"], truths, strict=True)])
        both = np.mean(["".join(one) == truth for one, truth in zip(peer["both"], truths, strict=True)])
        more = {"recognition alone %": 100 * float(alone), "after detection %": 100 * float(both), "its n": len(truths)}
    low, high = wilson(sum(right), len(right))
    floor = FLOORS[job.name]
    return Figure(
        what=f"{ROW_NAMES.get(job.name, job.name)}: numbers read exactly",
        value=100 * sum(right) / len(right),
        unit="%",
        n=len(right),
        spread=(100 * low, 100 * high),
        baseline=max(more.get("recognition alone %", 0.0), more.get("after detection %", 0.0)),
        baseline_what=PEER,
        asked=f"at least {floor:g} %",
        met=100 * sum(right) / len(right) >= floor,
        more=more,
    )


def marked(job: Job, pages: list[Page]) -> Figure:
    """Of the pictures on which no digit is marked as doubtful, how many are read wrongly."""
    sure = [bool(page.numbers) and all(number.sure for number in page.numbers) for page in pages]
    wrong = [said(page) != truth for page, truth in zip(pages, job.truths, strict=True)]
    given = sum(sure)
    errors = sum(one and other for one, other in zip(sure, wrong, strict=True))
    low, high = wilson(errors, given) if given else (0.0, 1.0)
    real_set = job.name not in ROWS
    return Figure(
        what=f"{ROW_NAMES.get(job.name, job.name)}: wrong among those without `?`, error budget 1 %",
        value=100 * errors / max(1, given),
        unit="%",
        n=given,
        spread=(100 * low, 100 * high),
        baseline=100 * sum(wrong) / len(wrong),
        baseline_what="wrong among all",
        asked="1 % within the 95 % interval" if real_set else "at most 1 %",
        met=low <= BUDGET if real_set else errors <= BUDGET * max(1, given),
        more={"coverage %": 100 * given / len(pages)},
    )


def confidences(job: Job, pages: list[Page]) -> list[tuple[float, bool]]:
    """The confidence of each number that stands alone on its picture, and whether it is right."""
    pairs = zip(pages, job.truths, strict=True)
    return [(page.numbers[0].confidence, said(page) == truth) for page, truth in pairs if len(page.numbers) == 1]


def calibration(surely: list[tuple[float, bool]]) -> Figure:
    """Whether the confidence in a whole number means what it says."""
    sure, right = np.array([one for one, _ in surely]), np.array([other for _, other in surely])
    error = 100 * calibration_error(sure, right)
    return Figure(
        what="Numbers of five test digits: expected calibration error of the whole number's confidence",
        value=error,
        unit="%",
        n=len(right),
        baseline=100 * abs(1 - float(right.mean())),
        baseline_what="the same if every number were called certain",
        asked=f"at most {CALIBRATED:g} %",
        met=error <= CALIBRATED,
    )


def against(waits: list[float], peer: dict[str, Any]) -> list[Figure]:
    """Time for a line and size of the models, beside rapidocr's."""
    ours, theirs = statistics.median(waits), peer["median_alone_ms"]
    size = sum((WEIGHTS / f"{name}.onnx").stat().st_size for name in ("reader", "digit", "gate")) / 1e6
    quarter = statistics.quantiles(waits, n=4)
    return [
        Figure(
            what="A picture of one line to its number, file to answer, one thread",
            value=ours,
            unit="ms",
            n=len(waits),
            spread=(quarter[0], quarter[2]),
            baseline=theirs,
            baseline_what="rapidocr's recognition alone, all threads, picture decoded before",
            ratio=theirs / ours,
            asked="at least as quick",
            met=theirs >= ours,
        ),
        Figure(
            what="The models that read numbers: reader, digit and gate",
            value=size,
            unit="MB",
            n=1,
            baseline=peer["bytes"] / 1e6,
            baseline_what="rapidocr's detection and recognition",
            ratio=peer["bytes"] / 1e6 / size,
            asked="a tenth of its size",
            met=peer["bytes"] / 1e6 >= 10 * size,
        ),
    ]


def a4(pixels: Pixels, labels: Any, recognizer: Recognizer) -> Figure:
    """A page of 2480x3508 pixels with thirty numbers."""
    rng = np.random.default_rng(SEED)
    sheet = np.full((3508, 2480), 250, np.uint8)
    truths = []
    for place in range(30):
        picture, text = row_of_digits(pixels, labels, rng, "spaced", 4)
        large = cv2.resize(picture, None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)
        top, left = 200 + 320 * (place // 3), 150 + 760 * (place % 3)
        sheet[top : top + large.shape[0], left : left + large.shape[1]] = np.minimum(large, 250)
        truths.append(text)
    sheet = np.clip(sheet.astype(np.float32) + rng.normal(0, 2, sheet.shape), 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".png", sheet)
    data = coded.tobytes()
    waits, decoding = [], []
    for _ in range(5):
        start = time.perf_counter()
        page = recognizer.read(data)
        waits.append(time.perf_counter() - start)
        start = time.perf_counter()
        recognizer.load(data)
        decoding.append(time.perf_counter() - start)
    right = sum(number.value == text for number, text in zip(page.numbers, truths, strict=False))
    wait = statistics.median(waits)
    return Figure(
        what="An A4 page of 300 dots an inch with 30 numbers, PNG to answer, one thread",
        value=wait,
        unit="s",
        n=len(waits),
        spread=(min(waits), max(waits)),
        baseline=statistics.median(decoding),
        baseline_what="decoding the PNG alone",
        asked=f"at most {PAGE_SECONDS:g} s",
        met=wait <= PAGE_SECONDS,
        more={"numbers found": len(page.numbers), "right": right},
    )


def memory(pages: int) -> Figure:
    """Peak memory over a PDF of many pages, beside one of two."""
    with Image.open(ROOT / "examples" / "pages" / "notebook.jpg") as page, tempfile.TemporaryDirectory() as folder:
        grey = page.convert("L")
        peaks = []
        for count in (2, pages):
            path = Path(folder) / f"{count}.pdf"
            grey.save(path, save_all=True, append_images=[grey] * (count - 1), resolution=75)
            done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
            peaks.append(float(done.stdout))
    return Figure(
        what=f"Peak memory while a PDF of {pages} pages is read",
        value=peaks[1],
        unit="MB",
        n=1,
        baseline=peaks[0],
        baseline_what="while one of two pages is",
        ratio=peaks[0] / peaks[1],
        asked="no more than for few pages, within a tenth",
        met=peaks[1] <= 1.1 * peaks[0],
    )


if __name__ == "__main__":
    main()
