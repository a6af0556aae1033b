"""Reads one part of the listing at a time, wherever it runs: in this process, in another, in an actor of Ray."""

from __future__ import annotations

from dataclasses import dataclass

from tenfold.config import Settings
from tenfold.recognizer import Recognizer
from tenfold.scale.entries import from_line
from tenfold.scale.files import open_place
from tenfold.scale.formats import find_format
from tenfold.scale.pictures import Pictures
from tenfold.scale.tasks import Task, answer


@dataclass(frozen=True, slots=True)
class Reading:
    """How pictures are read; all that a worker needs to know.

    Attributes:
        place: The input, by path or URL.
        task: What is asked of each picture.
        suffix: The ending of the output's name, which says its format.
        model: See `Recognizer`.
        error_budget: See `Recognizer`.
        settings: Limits and defaults of the process that asked.
    """

    place: str
    task: Task
    suffix: str
    model: str | None
    error_budget: float | None
    settings: Settings


@dataclass(frozen=True, slots=True)
class Range:
    """A range of the listing.

    Attributes:
        number: Of the part, from 0.
        lines: Its entries, as lines of the listing.
    """

    number: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The answers of a range, ready to be written.

    Attributes:
        number: Of the part, from 0.
        data: Its rows in the output's format.
        rows: How many.
        unreadable: How many of them have the status ``unreadable_image``.
    """

    number: int
    data: bytes
    rows: int
    unreadable: int


class PartReader:
    """Loads the networks once and reads parts with them.

    Args:
        reading: How.
        recognizer: Who reads, if it is loaded already.
    """

    def __init__(self, reading: Reading, recognizer: Recognizer | None = None) -> None:
        self._task = reading.task
        self._recognizer = recognizer or load_recognizer(reading)
        self._format = find_format(reading.suffix, reading.task)
        self._pictures = Pictures(open_place(reading.place)[0], self._recognizer.settings)

    def read(self, given: Range) -> Part:
        """Read a range of the listing."""
        opened = self._pictures.of([from_line(line) for line in given.lines])
        rows = list(answer(self._task, self._recognizer, opened))
        unreadable = sum(row["status"] == "unreadable_image" for row in rows)
        return Part(given.number, self._format.encode(rows), len(rows), unreadable)

    def close(self) -> None:
        """Close the file that is open."""
        self._pictures.close()


def load_recognizer(reading: Reading) -> Recognizer:
    """The recogniser of a reading; see `Recognizer` for what it raises."""
    return Recognizer(reading.model, reading.error_budget, reading.settings)
