"""What can be asked of each picture, and the row that answers: one digit, or all numbers on it."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

from tenfold.errors import TenfoldError, UnreadableImage
from tenfold.imaging.load import Source, strokes_in
from tenfold.imaging.normalize import normalize
from tenfold.output import record
from tenfold.recognizer import Recognizer
from tenfold.scale.pictures import Opened
from tenfold.types import Normalized, Page, Prediction

_log = logging.getLogger(__name__)

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
    inks: list[Normalized | Prediction] = []
    for name, _, source in opened:
        names.append(name)
        try:
            inks.append(normalize(recognizer.load(_given(source))))
        except Exception as error:  # whatever it is, it must not keep the other pictures; _reason tells it
            inks.append(Prediction("unreadable_image", reason=_reason(error, name), model=recognizer.model))
    return [record(name, answer) for name, answer in zip(names, recognizer.answer(inks), strict=True)]


def _page(recognizer: Recognizer, name: str, number: int, source: Source | UnreadableImage) -> Row:
    try:
        given = _given(source)
        # Strokes are drawn otherwise where they are a row of digits: as they are, the reader knows that.
        ink = strokes_in(given, recognizer.settings.max_bytes)
        page = recognizer.read(recognizer.load(given) if ink is None else ink)
    except Exception as error:  # as above
        page = Page("unreadable_image", reason=_reason(error, name), model=recognizer.number_reader.model)
    return {"file": name, **replace(page, page=number).to_dict()}


def _given(source: Source | UnreadableImage) -> Source:
    if isinstance(source, UnreadableImage):
        raise source
    return source


def _reason(error: Exception, name: str) -> str:
    if isinstance(error, TenfoldError):
        return str(error)
    _log.error("An accident while reading %s", name, exc_info=error)
    return f"An accident inside Tenfold while reading it: {type(error).__name__}."
