"""POST /v1/compare: one picture, and what each of several classifiers says of it; GET says which can be asked.

Those that can be asked are shipped, or were trained here into ``runs/NAME``. They are found by looking which there are,
never by a path out of a request, loaded when they are first asked, and the ones longest unused are put away when those
in memory become too many or too large.
"""

from __future__ import annotations

import logging
import time
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from tenfold.decide import read_digit, threshold
from tenfold.errors import ModelError, UnknownName, UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.arrays import load_npz
from tenfold.models.base import Calibrated, Classifier, ModelCard
from tenfold.models.load import models_here
from tenfold.models.onnx import card_path, load_onnx, read_card
from tenfold.server.body import Asked, admitted
from tenfold.server.desk import Desk
from tenfold.server.errors import PICTURE_REFUSALS
from tenfold.server.predict import BODY
from tenfold.server.room import Room
from tenfold.types import Normalized, Status, as_floats

router = APIRouter(prefix="/v1/compare")

# In memory at once: so many classifiers, and so many bytes of their arrays.
KEPT, MOST_BYTES = 48, 600_000_000
# Names in one request.
MOST = 48
SHIPPED, TRAINED = "shipped", "trained here"


class Comparable(BaseModel):
    """A classifier that can be asked."""

    name: str
    model: str = Field(description="name@hash")
    whence: Literal["shipped", "trained here"]
    summary: str
    data: str = Field(description="What it was trained on")


class Compared(BaseModel):
    """The classifiers that can be asked."""

    models: list[Comparable]


class Voice(BaseModel):
    """What one classifier says."""

    name: str
    model: str = Field(description="name@hash of the classifier")
    status: Status = Field(description="`ok`, or `uncertain` where its own card asks for more confidence")
    digit: int = Field(description="Its best reading, 0 to 9, however unsure")
    confidence: float = Field(description="Calibrated probability of the best reading")
    probabilities: list[float] = Field(description="One for each digit, 0 to 9")
    milliseconds: float = Field(description="Time of this one answer; the first one after loading takes longer")


class Unasked(BaseModel):
    """One that could not be asked."""

    name: str
    message: str


class SideBySide(BaseModel):
    """One picture, and what each says of it."""

    id: str = Field(description="The handle of what the server's own model reads")
    status: Status = Field(description="What the server's own model makes of it; classifiers know digits only")
    reason: str
    saw: list[int] = Field(description="The 28x28 all of them were given, row by row, 0 to 255")
    answers: list[Voice] = Field(description="In the order asked for; none where nothing is written")
    failed: list[Unasked]


@dataclass(frozen=True, slots=True)
class _Kept:
    classifier: Calibrated
    changed: int
    size: int


class Cabinet:
    """The classifiers in reach, each loaded when it is first asked.

    Args:
        most: Classifiers kept in memory.
        most_bytes: Bytes their arrays take in memory, together.
    """

    def __init__(self, most: int = KEPT, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[Path, _Kept] = OrderedDict()
        self._lock = Lock()

    def cards(self) -> list[tuple[str, ModelCard, bool]]:
        """Name and card of each that can be asked, and whether it is shipped; one with a broken card is left out."""
        found = []
        for name, (path, shipped) in sorted(models_here().items()):
            try:
                card = read_card(card_path(path))
            except ModelError:
                continue
            if card.task == "digit":
                found.append((name, card, shipped))
        return found

    def find(self, names: list[str]) -> dict[str, Path]:
        """The file of each classifier; what there is is looked up once for all of them.

        Raises:
            UnknownName: If there is one without.
        """
        here = models_here()
        for name in names:
            if name not in here or not self._reads_digits(here[name][0]):
                raise UnknownName("classifier here called", name, [])
        return {name: here[name][0] for name in names}

    def get(self, path: Path) -> Classifier:
        """The classifier in a file that was found.

        Raises:
            ModelError: If it cannot be trusted, or is too large.
            OSError: If it went away meanwhile.
        """
        changed = path.stat().st_mtime_ns
        with self._lock:
            kept = self._kept.pop(path, None)
            if kept and kept.changed != changed:
                kept = None
            # Loaded under the lock: two at once would take the memory of both.
            self._kept[path] = kept or self._load(path, changed)
            return self._kept[path].classifier

    def _reads_digits(self, path: Path) -> bool:
        try:
            return path in self._kept or read_card(card_path(path)).task == "digit"
        except ModelError:  # that is said of it when it is to be loaded
            return True

    def _load(self, path: Path, changed: int) -> _Kept:
        size = _size_in_memory(path)
        if size > self._most_bytes:
            raise ModelError(f"{path.stem} takes {size:,} bytes of memory; at most {self._most_bytes:,} are used here.")
        # Others go before, not after: at no time is there more in memory than may be.
        while len(self._kept) >= self._most or sum(one.size for one in self._kept.values()) > self._most_bytes - size:
            self._kept.popitem(last=False)
        loaded = load_npz(path, VERSION) if path.suffix == ".npz" else load_onnx(path, VERSION)
        return _Kept(loaded, changed, size)

    def ask(self, names: list[str], room: Room, asked: Asked, error_budget: float | None) -> SideBySide:
        """What each says of a picture; blocking work.

        Args:
            names: The classifiers.
            room: Its own recogniser prepares the picture, and says whether it is a digit at all.
            asked: Has the picture.
            error_budget: None for that of the settings.
        """
        recognizer = room.shelf.recognizer
        budget = error_budget or recognizer.settings.error_budget
        files = self.find(names)
        picture = recognizer.load(asked.reading())
        own, ink = recognizer.examine(picture)
        answers: list[Voice] = []
        failed: list[Unasked] = []
        for name, path in files.items() if not ink.empty else ():
            try:
                answers.append(_voice(name, self.get(path), ink, budget, own.one_digit))
            except ModelError:  # its message names places of this machine
                failed.append(Unasked(name=name, message="Its file cannot be used here."))
            except OSError:
                failed.append(Unasked(name=name, message="Its file went away meanwhile."))
            except Exception:  # whatever it is: the others are asked all the same
                logging.getLogger(__name__).exception("%s cannot be asked", name)
                failed.append(Unasked(name=name, message="It cannot be used here."))
        # Several are asked about what is hard to read: that says nothing of how answers have drifted.
        handle = room.answered(asked.address, own, ink, room.cutting(picture, ink), drifts=False)
        saw = ink.pixels.ravel().tolist()
        return SideBySide(id=handle, status=own.status, reason=own.reason, saw=saw, answers=answers, failed=failed)


def _voice(name: str, classifier: Classifier, ink: Normalized, error_budget: float, one_digit: float) -> Voice:
    began = time.perf_counter()
    (row,) = classifier.predict_proba(as_floats(ink.pixels[None]))
    seconds = time.perf_counter() - began
    card = classifier.card
    answer = read_digit(row, threshold(card.thresholds, error_budget), card.identity, one_digit)
    return Voice(
        name=name,
        model=card.identity,
        status=answer.status,
        digit=int(row.argmax()),
        confidence=answer.confidence,
        probabilities=list(answer.probabilities),
        milliseconds=round(1000 * seconds, 3),
    )


def _size_in_memory(path: Path) -> int:
    """What the arrays of a file take, or about so."""
    if path.suffix != ".npz":
        return 2 * path.stat().st_size
    try:
        with zipfile.ZipFile(path) as packed:
            return sum(one.file_size for one in packed.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path.name}: not a classifier's .npz file.") from error


@router.get("", response_model=Compared)
def comparable(request: Request) -> Compared:
    """The classifiers that `POST /v1/compare` takes."""
    cabinet: Cabinet = request.app.state.cabinet
    return Compared(
        models=[
            Comparable(
                name=name,
                model=card.identity,
                whence=SHIPPED if shipped else TRAINED,
                summary=card.summary,
                data=card.data,
            )
            for name, card, shipped in cabinet.cards()
        ]
    )


@router.post("", response_model=SideBySide, responses=PICTURE_REFUSALS, openapi_extra={"requestBody": BODY})
async def compare(
    request: Request,
    models: Annotated[str, Query(max_length=2000, description="Names with commas between: `tiny,linear,j48`")],
    error_budget: Annotated[
        float | None, Query(gt=0, le=1, description="Largest share of wrong answers among those given")
    ] = None,
) -> SideBySide:
    """What several classifiers say of one picture, or of strokes."""
    cabinet: Cabinet = request.app.state.cabinet
    desk: Desk = request.app.state.comparing
    names = list(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    if not 1 <= len(names) <= MOST:
        raise UsageError(f"Between 1 and {MOST} classifiers are asked at once, got {len(names)}.", "GET lists them.")
    async with admitted(request, desk) as asked:
        return await desk.run(partial(cabinet.ask, names, Room.of(request), asked, error_budget))
