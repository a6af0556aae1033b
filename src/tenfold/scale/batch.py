"""A batch run: list the input, read it part by part, join the parts; it can be killed at any point and go on."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from tenfold import __version__
from tenfold.config import load_settings
from tenfold.errors import MissingImage, TenfoldError, UnknownName, UsageError
from tenfold.models.load import find_model
from tenfold.models.onnx import shipped_names
from tenfold.recognizer import Recognizer
from tenfold.scale import local, ray_engine
from tenfold.scale.alone import alone
from tenfold.scale.engines import check_engine
from tenfold.scale.entries import ranges, to_line
from tenfold.scale.files import URL, open_place
from tenfold.scale.formats import Format, find_format
from tenfold.scale.listing import list_entries
from tenfold.scale.part import Part, Range, Reading, load_recognizer
from tenfold.scale.parts import Manifest, Parts
from tenfold.scale.progress import show_progress
from tenfold.scale.tasks import Task, reader_identity

# The fewest and most pictures of a part: enough to keep the networks busy, few enough to lose with a kill. Between
# them an input makes some 32 parts, so that there is something for every worker.
SIZES: dict[Task, tuple[int, int]] = {"predict": (64, 1000), "read": (1, 50)}
PARTS = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A batch run as it is asked for.

    Attributes:
        input: A folder, or a zip, TIFF, PDF, Parquet or picture file; a path or a URL.
        output: The file to write; ends in .csv, .jsonl or .parquet.
        engine: ``"local"`` or ``"ray"``.
        address: Of a Ray cluster; None for this machine.
        resume: Go on with an unfinished run, if there is one.
        overwrite: Begin anew where an output or an unfinished run is there; the output stays until the new is whole.
        model: As for `Recognizer`, by name or path.
        error_budget: As for `Recognizer`.
        column: The column of pictures in Parquet files; by default the only one that can be.
        task: ``"predict"`` for one digit a picture, ``"read"`` for all numbers on it.
        workers: Processes or actors; None for one a processor.
    """

    input: str
    output: Path
    engine: str = "local"
    address: str | None = None
    resume: bool = False
    overwrite: bool = False
    model: str | None = None
    error_budget: float | None = None
    column: str | None = None
    task: str = "predict"
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        pictures: Rows of the output.
        unreadable: How many of them have the status ``unreadable_image``.
        earlier: How many an earlier run had read.
        seconds: How long this one took to read the others.
    """

    pictures: int
    unreadable: int
    earlier: int
    seconds: float


def run(job: Job) -> Outcome | None:
    """Read every picture of an input into one file.

    Args:
        job: What to do.

    Returns:
        How it ended; None if there was nothing to go on with because the output is there.

    Raises:
        UsageError: If an option is wrong, the output is there already, or what is to be resumed was begun otherwise.
        UnreadableImage: If the input is missing, holds nothing, or is one document that cannot be opened.
        DataError: If the input is one archive or Parquet file, and damaged.
        MissingExtra: If a format, URL or engine needs the extra ``[scale]`` and it is not installed.
    """
    task = _checked(job)
    kind = find_format(job.output.suffix.lower(), task)
    parts = Parts(job.output.parent.resolve() / job.output.name)
    with alone(parts.output):
        return _run(job, task, parts, kind) if _may_begin(job, parts) else None


def _run(job: Job, task: Task, parts: Parts, kind: Format) -> Outcome:
    suffix = job.output.suffix.lower()
    reading = Reading(_place(job.input), task, suffix, _for_workers(job.model), job.error_budget, load_settings())
    recognizer = load_recognizer(reading)
    if job.overwrite:  # not before there is a network to begin with; the output is replaced when the new one is whole
        parts.remove()
    manifest = _begin(job, reading, recognizer, parts)

    done = parts.done()
    earlier = sum(min(manifest.part, manifest.pictures - number * manifest.part) for number in done)
    begun = time.monotonic()
    try:
        with show_progress(earlier, manifest.pictures) as progress:
            for part in _read(job, reading, recognizer, parts, manifest):
                parts.write(part)
                done[part.number] = part.unreadable
                progress.advance(part.rows)
    except TenfoldError:
        if not done:  # it did not even begin: nothing is there to go on with
            parts.remove()
        raise
    seconds = time.monotonic() - begun
    parts.join(kind)
    return Outcome(manifest.pictures, sum(done.values()), earlier, seconds)


def _checked(job: Job) -> Task:
    check_engine(job.engine, job.workers, job.address)
    if job.task not in get_args(Task):
        raise UnknownName("task", job.task, list(get_args(Task)))
    if job.resume and job.overwrite:
        raise UsageError("--resume and --overwrite exclude each other.", "Give one of them.")
    if URL.match(str(job.output)) or job.output.is_dir():
        raise UsageError(f"{job.output} is no file on this machine, as the output is.", "Give the name of a file.")
    return cast(Task, job.task)


def _may_begin(job: Job, parts: Parts) -> bool:
    """Whether there is anything to do."""
    there = job.output.exists()
    if job.resume:
        if not parts.begun:
            parts.remove()
            return not there
    elif job.overwrite:
        return True
    elif parts.folder.exists():
        raise UsageError(
            f"An unfinished run of {job.output} is there.", "Go on with --resume, or begin anew with --overwrite."
        )
    elif there:
        raise UsageError(f"{job.output} is there already.", "Give another name, or --overwrite.")
    return True


def _place(given: str) -> str:
    """The input as workers find it, wherever they were started."""
    if URL.match(given):
        return given
    path = Path(given)
    return str(path.resolve() if path.is_dir() else path.absolute())


def _for_workers(model: str | None) -> str | None:
    """The model as workers find it: shipped ones by name, others by their path."""
    path = None if model is None or model in shipped_names() else find_model(model)
    return model if path is None else str(path.absolute())


def _begin(job: Job, reading: Reading, recognizer: Recognizer, parts: Parts) -> Manifest:
    files, path = open_place(reading.place)
    settings = recognizer.settings
    ours = {str(parts.output), str(parts.folder)}
    try:
        pictures, listing = parts.list(list_entries(files, path, settings, job.column, ours))
        if not pictures:
            raise MissingImage(f"{job.input} holds no pictures.", "Name a folder or file that does.")
    except TenfoldError:
        if not parts.begun:
            parts.remove()
        raise
    low, high = SIZES[reading.task]
    manifest = Manifest(
        tenfold=__version__,
        input=reading.place,
        task=reading.task,
        model=reader_identity(reading.task, recognizer),
        error_budget=settings.error_budget if reading.task == "predict" else settings.number_error_budget,
        max_bytes=settings.max_bytes,
        max_pixels=settings.max_pixels,
        max_document_bytes=settings.max_document_bytes,
        pictures=pictures,
        part=max(low, min(high, -(-pictures // PARTS))),
        listing=listing,
    )
    parts.begin(manifest)
    return manifest


def _read(job: Job, reading: Reading, recognizer: Recognizer, parts: Parts, manifest: Manifest) -> Iterator[Part]:
    """The parts that are not done, in any order."""
    done = set(parts.done())
    left = -(-manifest.pictures // manifest.part) - len(done)
    given = _ranges(parts, manifest.part, done)
    if not left:
        return iter(())
    if job.engine == "ray":
        return ray_engine.read_parts(reading, given, job.workers, job.address)
    return local.read_parts(reading, given, min(job.workers or _processors(), left), recognizer)


def _ranges(parts: Parts, size: int, done: Collection[int]) -> Iterator[Range]:
    for number, entries in enumerate(ranges(parts.entries(), size)):
        if number not in done:
            yield Range(number, tuple(map(to_line, entries)))


def _processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # no Linux
        return os.cpu_count() or 1
