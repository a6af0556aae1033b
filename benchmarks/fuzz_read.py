"""Claim: no picture or PDF, however broken, stops the reader: every one is answered or refused, soon, in little memory.

The example pages and digits, in every format, are mutated: bits flipped, cut off, headers spliced, pieces swapped
between files, resized, cropped, drowned in noise, and PDFs likewise. Each goes the whole way, through
`Recognizer.examine_pages`, in one process. An exception other than Tenfold's own, an answer that takes longer than
5 s of a processor, and memory beyond the bound are failures; each is printed with the number that makes it again. The
baseline is Pillow and PDFium alone: they open the same bytes and do nothing more.

    python benchmarks/fuzz_read.py [--cases 10000] [--seed 1] [--only NUMBER]
"""

from __future__ import annotations

import io
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from _claim import ROOT, Figure, arguments, report
from PIL import Image

from tenfold import Recognizer, TenfoldError
from tenfold.config import Settings

Rng = np.random.Generator

MOST_SECONDS = 5.0
# Beyond what the process holds after reading every seed as it is: two pictures at the limit of pixels, in colour.
MOST_MEGABYTES = 600.0
# Smaller than the settings' own, so that a case that comes near them does not take all of the time.
SETTINGS = Settings(max_pixels=12_000_000, max_document_bytes=50_000_000)
SIDES = (1, 2, 3, 7, 31, 100, 333, 1000, 2600)
CLAIM = "No picture or PDF, however broken, stops the reader: each is answered or refused within 5 s, in little memory."


@dataclass
class Found:
    """What came of all cases.

    Attributes:
        statuses: How often each status was answered.
        failures: What went wrong, with the number of its case.
        seconds: How long each case took, of a processor: what else runs beside it does not count.
        plain: How long Pillow or PDFium took to open the same.
        megabytes: Memory at its peak beyond what the seeds took.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    megabytes: float = 0.0


def seeds() -> list[bytes]:
    """Sound files of every format to start from."""
    pages = sorted((ROOT / "examples" / "pages").iterdir())
    found = [path.read_bytes() for path in pages]
    found += [path.read_bytes() for path in sorted((ROOT / "examples" / "digits").glob("*.png"))[:3]]
    notebook = Image.open(io.BytesIO(next(path for path in pages if path.suffix == ".jpg").read_bytes()))
    small = notebook.convert("RGB").resize((365, 465))
    grey = small.convert("L")
    for image, kind, options in (
        (small, "WebP", {"quality": 60}),
        (small, "BMP", {}),
        (grey, "GIF", {}),
        (small, "TIFF", {"compression": "tiff_lzw"}),
        (grey.point(lambda tone: 255 * (tone > 120)).convert("1"), "TIFF", {"compression": "group4"}),
        (small.convert("RGBA"), "PNG", {}),
        (grey, "PNG", {"bits": 4}),
        (grey, "PDF", {"resolution": 80}),
    ):
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        found.append(buffer.getvalue())
    return found


# ---- mutations: of bytes, and of what they show ------------------------------------------------------


def flip_bits(data: bytes, rng: Rng, _: list[bytes]) -> bytes:
    """A few bits, or many."""
    out = bytearray(data)
    for _ in range(int(np.exp(rng.uniform(0, 6)))):
        out[rng.integers(len(out))] ^= 1 << int(rng.integers(8))
    return bytes(out)


def flip_in_header(data: bytes, rng: Rng, _: list[bytes]) -> bytes:
    """Bytes of the first 200, where sizes stand."""
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 6))):
        out[rng.integers(min(200, len(out)))] = int(rng.integers(256))
    return bytes(out)


def cut_off(data: bytes, rng: Rng, _: list[bytes]) -> bytes:
    """The beginning alone, or now and then the end."""
    at = int(rng.integers(len(data)))
    return data[:at] if rng.random() < 0.8 else data[at:]


def splice(data: bytes, rng: Rng, others: list[bytes]) -> bytes:
    """The header of one file, the rest of another."""
    other = others[rng.integers(len(others))]
    at, to = int(rng.integers(1, min(400, len(data)))), int(rng.integers(min(400, len(other))))
    return data[:at] + other[to:]


def swap_piece(data: bytes, rng: Rng, others: list[bytes]) -> bytes:
    """A piece of one file within another, or a piece twice."""
    other = others[rng.integers(len(others))]
    long = int(rng.integers(1, 3000))
    start, at = int(rng.integers(max(1, len(other) - long))), int(rng.integers(len(data)))
    return data[:at] + other[start : start + long] + data[at + (long if rng.random() < 0.5 else 0) :]


def change_numbers(data: bytes, rng: Rng, _: list[bytes]) -> bytes:
    """A PDF's numbers made others: lengths, counts, boxes, references; of other files, bytes that look like digits."""
    out = bytearray(data)
    places = [place for place, byte in enumerate(out[:200_000]) if 48 <= byte <= 57]
    for _ in range(min(len(places), int(rng.integers(1, 30)))):
        out[places[rng.integers(len(places))]] = int(rng.integers(48, 58))
    return bytes(out)


def pixels_of(data: bytes) -> np.ndarray:
    """What a file shows; of a PDF, and of what is broken already, something else."""
    try:
        shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # of a size that OpenCV refuses
        shown = None
    return np.random.default_rng(len(data)).integers(0, 256, (300, 200, 3), np.uint8) if shown is None else shown


def resized(data: bytes, rng: Rng, _: list[bytes]) -> np.ndarray:
    """Any width and height."""
    to = (int(rng.choice(SIDES)), int(rng.choice(SIDES)))
    return cv2.resize(pixels_of(data), to, interpolation=int(rng.integers(0, 4)))


def cropped(data: bytes, rng: Rng, _: list[bytes]) -> np.ndarray:
    """Any part, also one row or column."""
    shown = pixels_of(data)
    top, left = (int(rng.integers(side)) for side in shown.shape[:2])
    high, wide = (int(np.exp(rng.uniform(0, np.log(side + 1)))) for side in shown.shape[:2])
    return np.ascontiguousarray(shown[top : top + high, left : left + wide])


def spoiled(data: bytes, rng: Rng, _: list[bytes]) -> np.ndarray:
    """Turned, inverted, noisy, blotted, hard black and white, in stripes."""
    shown = pixels_of(data)
    kind = int(rng.integers(6))
    if kind == 0:
        middle, scale = (shown.shape[1] / 2, shown.shape[0] / 2), rng.uniform(0.3, 3)
        turn = cv2.getRotationMatrix2D(middle, rng.uniform(0, 360), scale)
        return cv2.warpAffine(shown, turn, shown.shape[1::-1], borderMode=int(rng.integers(0, 5)))
    if kind == 1:
        return 255 - shown
    if kind == 2:
        return np.clip(shown + rng.normal(0, rng.uniform(5, 120), shown.shape), 0, 255).astype(np.uint8)
    if kind == 3:
        for _ in range(int(rng.integers(1, 200))):
            x, y = (int(rng.integers(side)) for side in shown.shape[1::-1])
            cv2.circle(shown, (x, y), int(rng.integers(1, 60)), rng.integers(0, 256, 3).tolist(), -1)
        return shown
    if kind == 4:
        return np.where(shown > rng.integers(1, 255), 255, 0).astype(np.uint8)
    stripes = np.arange(shown.shape[1]) // int(rng.integers(1, 9)) % 2
    return np.asarray(shown ^ (255 * stripes[None, :, None]).astype(np.uint8))


MUTATIONS: tuple[Callable[[bytes, Rng, list[bytes]], bytes | np.ndarray], ...] = (
    flip_bits,
    flip_in_header,
    cut_off,
    splice,
    swap_piece,
    change_numbers,
    resized,
    cropped,
    spoiled,
)


def case(number: int, seed: int, sources: list[bytes]) -> bytes | np.ndarray:
    """A case by its number: the same whenever it is asked for."""
    rng = np.random.default_rng([seed, number])
    given: bytes | np.ndarray = sources[rng.integers(len(sources))]
    for _ in range(1 if rng.random() < 0.7 else 2):
        if isinstance(given, bytes) and given:
            given = MUTATIONS[rng.integers(len(MUTATIONS))](given, rng, sources)
    if isinstance(given, np.ndarray) and rng.random() < 0.3:
        done, coded = cv2.imencode(".jpg", given, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(1, 60))])
        given = flip_bits(coded.tobytes(), rng, sources) if done and rng.random() < 0.5 else given
    return given


# ---- the whole way -----------------------------------------------------------------------------------


def opened_plainly(given: bytes | np.ndarray) -> None:
    """The baseline."""
    if isinstance(given, np.ndarray):
        return
    try:
        if given[:5] == b"%PDF-":
            import pypdfium2

            pypdfium2.PdfDocument(given).close()
        else:
            with Image.open(io.BytesIO(given)) as image:
                image.load()
    except Exception:  # whatever it is, there the plain way ends
        return


def try_all(numbers: Iterator[int], seed: int) -> Found:
    """Read every case.

    Args:
        numbers: Of the cases.
        seed: Of all of them.
    """
    sources = seeds()
    recognizer = Recognizer(settings=SETTINGS)
    for source in sources:
        list(recognizer.examine_pages(source))
    before, found = peak_megabytes(), Found()
    for number in numbers:
        given, took = case(number, seed, sources), 0.0
        start = time.process_time()
        try:
            for _, page in recognizer.examine_pages(given):
                found.statuses[page.status] += 1
                # Of a document with several pages, the slowest counts: each is answered by itself.
                took, start = max(took, time.process_time() - start), time.process_time()
        except TenfoldError as error:
            found.statuses[error.code] += 1
        except Exception as error:  # which is what is looked for
            found.failures.append(f"case {number}: {type(error).__name__}: {error!s:.200}")
        took = max(took, time.process_time() - start)
        found.seconds.append(took)
        if took > MOST_SECONDS:
            found.failures.append(f"case {number}: {took:.1f} s")
        start = time.process_time()
        opened_plainly(given)
        found.plain.append(time.process_time() - start)
    found.megabytes = peak_megabytes() - before
    if found.megabytes > MOST_MEGABYTES:
        found.failures.append(f"{found.megabytes:.0f} MB more than the seeds took")
    return found


def peak_megabytes() -> float:
    """The most memory this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, cases=10_000, seed=1, only=-1)
    if given.only >= 0:
        found = try_all(iter([given.only]), given.seed)
        print(dict(found.statuses), *found.failures, f"{found.seconds[0]:.2f} s", sep="\n")
        return
    count = 200 if given.quick else given.cases
    found = try_all(iter(range(count)), given.seed)
    print(*found.failures, sep="\n")
    slowest = 1e3 * max(found.seconds)
    figures = [
        Figure(
            what="Mutated pictures and PDFs that ended otherwise than with an answer or a refusal, or too late",
            value=float(len(found.failures)),
            unit="",
            n=count,
            baseline=0.0,
            baseline_what="none",
            asked="none",
            met=not found.failures,
            more={f"status {name}": float(number) for name, number in sorted(found.statuses.items())},
        ),
        Figure(
            what="The slowest of them",
            value=slowest,
            unit="ms",
            n=count,
            spread=(1e3 * float(np.quantile(found.seconds, 0.25)), 1e3 * float(np.quantile(found.seconds, 0.75))),
            baseline=1e3 * max(found.plain),
            baseline_what="Pillow or PDFium, opening it and no more",
            asked=f"at most {MOST_SECONDS:g} s",
            met=slowest <= 1e3 * MOST_SECONDS,
        ),
        Figure(
            what="Memory at its peak, beyond what reading the sound files took",
            value=found.megabytes,
            unit="MB",
            n=count,
            baseline=MOST_MEGABYTES,
            baseline_what="the bound",
            asked=f"at most {MOST_MEGABYTES:g} MB",
            met=found.megabytes <= MOST_MEGABYTES,
        ),
    ]
    report("fuzz_read", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
