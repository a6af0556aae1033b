"""Claim: `tenfold batch` reads a million digits in memory that stays flat, and loses none when a Ray worker is killed.

A million digits in synthetic hands, 72x72 PNGs, lie in one Parquet file. Each engine reads all of them as a command of
its own, the time with everything: starting, listing, reading, joining. Beside it stands a plain loop over
`Recognizer.predict` on a sample. The memory is that of all processes of the command together, shared pages counted once
(PSS), asked for again and again; its peak until a tenth of the pictures is done is compared with its peak in the end.
Half-way one of Ray's workers is killed. Both engines' files must be the same, byte by byte, with a row a picture.
What the plan for a billion pictures in docs/scaling.md needs besides is measured on the way: bytes in and out, the time
until the first part is there, and that after the last one, when one process joins all of them.

    python benchmarks/batch.py [--count 1000000] [--sample 2000]
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _claim import TENFOLD, Figure, arguments, report, stop

from tenfold import Recognizer
from tenfold.data.synth import written_digit
from tenfold.scale.batch import PARTS, SIZES

CLAIM = "`tenfold batch` reads a million digits in flat memory, and loses none when a Ray worker is killed."
# Rows of a row group: as many as a part has, as docs/scaling.md asks for.
LOT = SIZES["predict"][1]
QUICK = 2_000
# How often memory is asked for, in seconds; and when it is compared and a worker killed, as shares of the parts.
EVERY, EARLY, KILL = 0.5, 0.1, 0.5
FLAT = 1.1


@dataclass(frozen=True)
class Measured:
    """One engine's run.

    Attributes:
        seconds: From start to end.
        early: Peak memory until a tenth was done, in MB.
        peak: Peak memory, in MB.
        killed: How many workers were killed.
        begun: Seconds until the first part was there.
        joining: Seconds after the last part was there, within the time between two looks.
        listing: Bytes of the listing.
    """

    seconds: float
    early: float
    peak: float
    killed: int
    begun: float
    joining: float
    listing: int


def make_digits(path: Path, count: int) -> None:
    """A Parquet file of PNGs, a row group a lot; drawn by a process a processor."""
    schema = pa.schema([("image", pa.binary()), ("label", pa.int8())])
    lots = [range(start, min(start + LOT, count)) for start in range(0, count, LOT)]
    with ProcessPoolExecutor() as pool, pq.ParquetWriter(path, schema) as writer:
        for numbers, pictures in zip(lots, pool.map(drawn, lots), strict=True):
            writer.write_table(pa.table([pictures, [number % 10 for number in numbers]], schema))


def drawn(numbers: range) -> list[bytes]:
    """The digits of a lot as PNGs."""
    rng = np.random.default_rng(numbers.start)
    return [cv2.imencode(".png", written_digit(number % 10, rng))[1].tobytes() for number in numbers]


def family(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:  # gone meanwhile
            continue
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def held(processes: list[int]) -> float:
    """The memory of some processes together, in MB."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:  # gone meanwhile
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


def kill_a_worker(processes: list[int]) -> int:
    """End one of Ray's readers without farewell; how many were ended: 1, or 0 if none was there."""
    for process in processes:
        try:
            if "RangeReader" in Path(f"/proc/{process}/cmdline").read_text():
                os.kill(process, signal.SIGKILL)
                return 1
        except OSError:  # gone meanwhile
            continue
    return 0


@dataclass
class Watch:
    """What is seen of a run, look by look.

    Attributes:
        parts: How many parts the run has.
        most: How many were done, at most. When all are joined they are removed, one after the other, while the process
            lives on: then few are there, and the run is not at its beginning again.
        early: Peak memory until a tenth was done, in MB.
        peak: Peak memory, in MB.
        begun: Seconds until the first part was there; 0 before.
        unfinished: Seconds at the latest look at which a part was missing.
    """

    parts: int
    most: int = 0
    early: float = 0.0
    peak: float = 0.0
    begun: float = 0.0
    unfinished: float = 0.0

    def look(self, now: float, done: int, memory: float) -> None:
        """Note what is there now.

        Args:
            now: Seconds since the start.
            done: How many parts lie in the folder.
            memory: Of all processes, in MB.
        """
        self.most = max(self.most, done)
        self.peak = max(self.peak, memory)
        self.begun = self.begun or (now if done else 0.0)
        if self.most < self.parts:
            self.unfinished = now
        if self.most <= EARLY * self.parts:
            self.early = self.peak

    @property
    def half_way(self) -> bool:
        """Whether half of the parts are done, and not all."""
        return KILL * self.parts <= self.most < self.parts


def measure(source: Path, output: Path, count: int, engine: str) -> Measured:
    """Run an engine, watch its memory, and kill one of Ray's workers half-way."""
    low, high = SIZES["predict"]
    watch = Watch(-(-count // max(low, min(high, -(-count // PARTS)))))
    folder = output.with_name(f"{output.name}.parts")
    killed = listing = 0
    start = time.perf_counter()
    process = subprocess.Popen(
        [TENFOLD, "batch", source, output, "--engine", engine], stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    while process.poll() is None:
        processes = family(process.pid)
        memory = held(processes)
        done = len(list(folder.glob("part-*[0-9]")))
        # Parts that were not all seen before they went were joined between two looks.
        done = watch.parts if output.exists() else done
        watch.look(time.perf_counter() - start, done, memory)
        listing = max(listing, sum(size_of(file) for file in folder.glob("listing.jsonl")))
        if engine == "ray" and not killed and watch.half_way:
            killed = kill_a_worker(processes)
        time.sleep(EVERY if count > QUICK else EVERY / 10)
    if process.returncode:
        stop(f"The engine {engine} ended with {process.returncode}.")
    seconds = time.perf_counter() - start
    return Measured(seconds, watch.early, watch.peak, killed, watch.begun, seconds - watch.unfinished, listing)


def size_of(file: Path) -> int:
    """Bytes of a file; 0 for one that is gone."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def rows_lost(output: Path, count: int) -> int:
    """How many pictures have no row, or more than one."""
    seen = np.zeros(count, np.int8)
    with output.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            seen[int(row["file"].rpartition("#")[2]) - 1] += 1
    return int((seen != 1).sum())


def plain_loop(source: Path, sample: int) -> float:
    """Pictures a second by a loop over `predict`."""
    recognizer = Recognizer()
    pictures = next(pq.ParquetFile(source).iter_batches(sample, columns=["image"])).column(0).to_pylist()
    recognizer.predict(pictures[0])
    start = time.perf_counter()
    for picture in pictures:
        recognizer.predict(picture)
    return len(pictures) / (time.perf_counter() - start)


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, count=1_000_000, sample=2_000)
    count = min(given.count, QUICK) if given.quick else given.count
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "digits.parquet"
        make_digits(source, count)
        plain = plain_loop(source, min(given.sample, count))
        outputs = {engine: Path(folder) / f"{engine}.csv" for engine in ("local", "ray")}
        measured = {engine: measure(source, output, count, engine) for engine, output in outputs.items()}
        lost = {engine: rows_lost(output, count) for engine, output in outputs.items()}
        same = outputs["local"].read_bytes() == outputs["ray"].read_bytes()
        moved = {
            "bytes in a picture": size_of(source) / count,
            "bytes out a picture": size_of(outputs["local"]) / count,
        }
    figures = [figure for engine in measured for figure in of_engine(engine, measured[engine], count, plain, moved)]
    figures.append(
        Figure(
            what=f"Pictures without exactly one row, after {measured['ray'].killed} of Ray's workers was killed",
            value=float(lost["ray"]),
            unit="",
            n=count,
            baseline=float(lost["local"]),
            baseline_what="the local engine, undisturbed",
            asked="none, one worker killed, and the same file as the local engine's",
            met=not any(lost.values()) and same and measured["ray"].killed == 1,
        )
    )
    report("batch", CLAIM, figures, quick=given.quick)


def of_engine(engine: str, found: Measured, count: int, plain: float, moved: dict[str, float]) -> list[Figure]:
    """An engine's rate and memory, and what the plan for a billion is made from."""
    rate = count / found.seconds
    more = {
        "seconds in all": found.seconds,
        "seconds until the first part": found.begun,
        "seconds after the last part": found.joining,
        "processes": len(os.sched_getaffinity(0)),
        "bytes of the listing": found.listing,
        **moved,
    }
    return [
        Figure(
            what=f"Pictures a second, engine {engine}",
            value=rate,
            unit="/s",
            n=count,
            baseline=plain,
            baseline_what="a loop over Recognizer.predict",
            ratio=rate / plain,
            more=more,
        ),
        Figure(
            what=f"Peak memory of all processes, engine {engine}",
            value=found.peak,
            unit="MB",
            n=count,
            baseline=found.early,
            baseline_what="the peak until a tenth of the pictures was done",
            ratio=found.early / found.peak if found.peak else None,
            asked=f"at most {FLAT:g} times that of the first tenth",
            met=found.peak <= FLAT * found.early,
        ),
    ]


if __name__ == "__main__":
    main()
