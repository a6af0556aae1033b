"""What can be asked of each picture, and the row that answers: one digit, or all numbers on it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

from tenfold.errors import UnreadableImage
from tenfold.imaging.load import Source
from tenfold.output import record
from tenfold.recognizer import Recognizer
from tenfold.scale.pictures import Opened
from tenfold.types import Page, Prediction

Task = Literal["predict", "read"]
Row = dict[str, Any]
# Pictures that go through the networks together.
TOGETHER = 256


def answer(task: Task, recognizer: Recognizer, opened: Iterable[Opened]) -> Iterator[Row]:
    """A row a picture, of plain JSON types: ``file`` and the fields of `Prediction`, or of `Page`.

    Args:
        task: ``"predict"`` for one digit a picture, ``"read"`` for all numbers on it.
        recognizer: Who reads.
        opened: The pictures; each is done with before the next is taken.
    """
    if task == "read":
        yield from (_page(recognizer, *one) for one in opened)
        return
    rest = iter(opened)
    while rows := _digits(recognizer, itertools.islice(rest, TOGETHER)):
        yield from rows


def reader_identity(task: Task, recognizer: Recognizer) -> str:
    """``name@hash`` of the network that does the task."""
    return recognizer.model if task == "predict" else recognizer.number_reader.model


def _digits(recognizer: Recognizer, opened: Iterable[Opened]) -> list[Row]:
    names: list[str] = []
    refused: dict[int, Prediction] = {}

    def readable() -> Iterator[Source]:
        for name, _, source in opened:
            if isinstance(source, UnreadableImage):
                refused[len(names)] = Prediction("unreadable_image", reason=str(source), model=recognizer.model)
            names.append(name)
            if not isinstance(source, UnreadableImage):
                yield source

    answers = iter(recognizer.predict_batch(readable()))
    return [record(name, refused.get(index) or next(answers)) for index, name in enumerate(names)]


def _page(recognizer: Recognizer, name: str, number: int, source: Source | UnreadableImage) -> Row:
    try:
        if isinstance(source, UnreadableImage):
            raise source
        page = recognizer.read(recognizer.load(source))
    except UnreadableImage as error:
        page = Page("unreadable_image", reason=str(error), model=recognizer.number_reader.model)
    return {"file": name, **replace(page, page=number).to_dict()}
