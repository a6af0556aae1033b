"""The recogniser: load, normalise, classify, decide; and for whole numbers: load, find lines, read, decide."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.config import Settings, load_settings
from tenfold.decide import TURNED_AWAY, read_digit, threshold, turn_away
from tenfold.errors import NotOneDigit, UnreadableImage, UsageError
from tenfold.imaging.load import Source, load
from tenfold.imaging.normalize import VERSION, normalize
from tenfold.models.base import Classifier
from tenfold.models.load import find_model, load_model
from tenfold.models.onnx import card_path, load_onnx
from tenfold.models.personal import Personal, featured
from tenfold.models.profile import Profile
from tenfold.types import Floats, Normalized, Page, Picture, Pixels, Prediction, as_floats

if TYPE_CHECKING:
    from tenfold.reading.reader import NumberReader


class Recognizer:
    """Reads handwritten digits and numbers. Load it once, use it often; safe to share between threads.

    Args:
        model: A shipped name, one trained into ``runs/NAME``, the path of an ``.onnx`` or ``.npz`` file, or any
            `Classifier`; by default the one in the settings (``"digit"``).
        error_budget: Largest accepted share of wrong answers among those given (0 < p <= 1); a
            smaller budget makes more answers ``uncertain``. By default those in the settings: 0.01 for digits,
            0.02 for whole numbers.
        settings: Limits and defaults; by default those in force.

    Raises:
        UnknownName: If there is no such model.
        ModelError: If the model cannot be trusted or was made for another normalisation.
        UsageError: If the error budget is out of range, or one is asked of a model whose card has no thresholds; if
            the model reads no digits.
    """

    def __init__(
        self,
        model: str | Path | Classifier | None = None,
        error_budget: float | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.settings = settings or load_settings()
        if error_budget is not None:
            self.settings = replace(self.settings, error_budget=error_budget, number_error_budget=error_budget)
        if model is None:
            model = self.settings.model
        if isinstance(model, str | Path):
            model = load_model(model, VERSION, self.settings.threads)
        if not isinstance(model, Classifier):
            raise UsageError(f"model must be a name, a path or a classifier, got {type(model).__name__}.")
        if model.card.task != "digit":
            raise UsageError(f"Model {model.card.name!r} does not read digits.", "Name another: tenfold models list")
        if error_budget is not None and not model.card.thresholds:
            raise UsageError(
                f"Model {model.card.name!r} cannot keep an error budget: its card has no thresholds.",
                "Use an .onnx file whose card has them, as training writes it beside the Keras file.",
            )
        self.classifier: Classifier = model
        self._network: Classifier = model
        self._gate: Classifier = load_onnx("gate", VERSION, self.settings.threads)
        self._reader: NumberReader | None = None
        self._lock = Lock()

    @property
    def model(self) -> str:
        """``name@hash`` of the network in use."""
        return self.classifier.card.identity

    @property
    def network(self) -> Classifier:
        """The network for digits by itself, without the profile of any hand."""
        return self._network

    @property
    def gate(self) -> Classifier:
        """Tells one digit from several and from neither: float32 (n, 28, 28) to (n, 3), in this order."""
        return self._gate

    def with_classifier(self, classifier: Classifier) -> Recognizer:
        """The same with another network for digits."""
        other = copy(self)
        other.classifier = other._network = classifier
        return other

    def with_profile(self, profile: Profile) -> Recognizer:
        """The same for one hand: the digits in the profile have a say in `predict`, `predict_batch` and `examine`.

        A profile decides between digits alone: what is empty stays so, and what is no digit is none. Whole numbers are
        read as without it. With an empty profile all answers are those without one.

        Args:
            profile: As it is now; what is put into it later has no say here.

        Raises:
            OtherNetwork: If it belongs to another network.
            UsageError: If the network gives no features.
        """
        profile.check_model(self.model)
        if not len(profile):
            return copy(self)
        other = copy(self)
        other.classifier = Personal(featured(self._network), profile)
        return other

    def features(self, x: Source) -> Floats:
        """What a profile keeps of a digit: float32 (m,), what the network's last layer answers from.

        Args:
            x: One digit, as for `predict`.

        Raises:
            UnreadableImage: If the input cannot be opened.
            NotOneDigit: If nothing is written there, or not one digit.
            UsageError: If `x` is of a type Tenfold does not know, or the network gives no features.
        """
        network = featured(self._network)
        answer, ink = self.examine(self.load(x))
        if answer.status not in ("ok", "uncertain"):
            raise NotOneDigit(answer.reason, "A profile takes one digit at a time, large and by itself.")
        _, (row,) = network.look(as_floats(ink.pixels[None]))
        return np.asarray(row, np.float32)

    def predict(self, x: Source) -> Prediction:
        """Read one digit.

        Args:
            x: A path, the bytes of a picture file, a PIL image, an array (H, W), (H, W, 3) or
                (H, W, 4), or `Strokes`; also the path or the bytes of a file of strokes, JSON or InkML. Dark on light
                or light on dark.

        Returns:
            The answer; input that cannot be opened gives status ``unreadable_image``.

        Raises:
            UsageError: If `x` is of a type Tenfold does not know.
        """
        return self.predict_batch([x])[0]

    def predict_batch(self, xs: Iterable[Source]) -> list[Prediction]:
        """Read one digit from each input; one network call for all of them.

        Args:
            xs: Inputs as for `predict`.

        Returns:
            One answer an input, in the same order.

        Raises:
            UsageError: If an input is of a type Tenfold does not know, or `xs` is one input and no collection of them.
        """
        if isinstance(xs, str | bytes) or not isinstance(xs, Iterable):
            raise UsageError(
                f"predict_batch takes several inputs, got one {type(xs).__name__}.", "Use predict for one."
            )
        inks: list[Normalized | Prediction] = []
        for x in xs:
            try:
                inks.append(normalize(self.load(x)))
            except UnreadableImage as error:
                inks.append(Prediction("unreadable_image", reason=str(error), model=self.model))
        return self.answer(inks)

    def read(self, x: Source, field: str | None = None, error_budget: float | None = None) -> Page:
        """Read the numbers on a picture.

        Args:
            x: As for `predict`; also a PDF of one page, by path or as bytes.
            field: What may stand in each number: ``digits:4``, ``zip``, ``amount``, ``date``, ``luhn`` or a regular
                expression; see `tenfold.reading.fields.find_field`.
            error_budget: Overrides the recogniser's own for this call.

        Returns:
            The page with its numbers; input that cannot be opened gives status ``unreadable_image``.

        Raises:
            UsageError: If `x` is of a type Tenfold does not know, `field` is none, or `x` has several pages.
        """
        pages = list(itertools.islice(self.read_pages(x, field, error_budget), 2))
        if len(pages) > 1:
            raise UsageError("This document has several pages, and read takes one.", "Use read_pages, which gives all.")
        return pages[0]

    def read_pages(self, x: Source, field: str | None = None, error_budget: float | None = None) -> Iterator[Page]:
        """Read the numbers on each page of a document, one page at a time; a picture is a document of one page.

        Args:
            x: As for `read`, with any number of pages.
            field: As for `read`.
            error_budget: As for `read`.

        Yields:
            A page each; a page that cannot be opened has status ``unreadable_image``.

        Raises:
            UsageError: As for `read`.
        """
        for _, page in self.examine_pages(x, field, error_budget):
            yield page

    def examine_pages(
        self, x: Source, field: str | None = None, error_budget: float | None = None, refuse: bool = False
    ) -> Iterator[tuple[Picture | None, Page]]:
        """As `read_pages`, with the picture of each page for callers that show it; None if it could not be opened.

        Args:
            x: As for `read_pages`.
            field: As for `read`.
            error_budget: As for `read`.
            refuse: Raise what is wrong with an input instead of giving a page that says so.

        Raises:
            UnreadableImage: If an input cannot be opened, and `refuse` is set.
        """
        from tenfold.imaging.document import open_pages
        from tenfold.reading.fields import find_field

        wanted = find_field(field) if field else None
        budget = self.settings.number_error_budget if error_budget is None else error_budget
        reader = self.number_reader

        def failed(error: UnreadableImage, number: int) -> tuple[None, Page]:
            return None, Page("unreadable_image", reason=str(error), model=reader.model, page=number)

        try:
            for number, picture in enumerate(open_pages(x, self.settings), 1):
                if isinstance(picture, Picture):
                    yield picture, reader.read(picture, budget, wanted, number)
                elif refuse:
                    raise picture
                else:
                    yield failed(picture, number)
        except UnreadableImage as error:
            if refuse:
                raise
            yield failed(error, 1)

    @property
    def number_reader(self) -> NumberReader:
        """The reader of whole numbers, loaded when it is first asked for."""
        from tenfold.reading.reader import NumberReader

        with self._lock:
            if self._reader is None:
                self._reader = NumberReader(threads=self.settings.threads)
            return self._reader

    def examine(self, picture: Picture, error_budget: float | None = None) -> tuple[Prediction, Normalized]:
        """Read one digit and keep what the network was given, for callers that show both.

        Args:
            picture: What `load` gave.
            error_budget: Overrides the recogniser's own for this call.
        """
        ink = normalize(picture)
        return self.answer([ink], error_budget)[0], ink

    def load(self, x: Source) -> Picture:
        """Open an input within the limits of the settings.

        Raises:
            UnreadableImage: If it is no picture, damaged, missing or too large.
            UsageError: If `x` is of a type Tenfold does not know.
        """
        return load(x, max_bytes=self.settings.max_bytes, max_pixels=self.settings.max_pixels)

    def saw(self, x: Source) -> Pixels:
        """The 28x28 the network is given: uint8 (28, 28), bright ink on black; all zero when empty.

        Raises:
            UnreadableImage: If the input cannot be opened.
        """
        return normalize(self.load(x)).pixels

    def answer(self, inks: Sequence[Normalized | Prediction], error_budget: float | None = None) -> list[Prediction]:
        """Answers for ink that `tenfold.imaging.normalize` found, one each; one network call for all of it.

        Args:
            inks: What was found; where that is an answer already, as for what cannot be opened, it stays.
            error_budget: Overrides the recogniser's own for this call.
        """
        budget = self.settings.error_budget if error_budget is None else error_budget
        written = [ink for ink in inks if isinstance(ink, Normalized) and not ink.empty]
        stack = np.concatenate([np.zeros((0, 28, 28), np.uint8)] + [_pieces(ink) for ink in written])
        batch = as_floats(stack)
        whole = np.cumsum([0] + [1 + len(ink.parts) for ink in written])
        gates = self._gate.predict_proba(batch)
        digits = iter(self.classifier.predict_proba(batch[whole[:-1]]))
        verdicts = iter(itertools.pairwise(whole))
        sure = threshold(self.classifier.card.thresholds, budget)
        a_digit = threshold(self._gate.card.thresholds, TURNED_AWAY)

        answers = []
        for ink in inks:
            if isinstance(ink, Prediction):
                answers.append(ink)
            elif ink.empty:
                answers.append(Prediction("empty", reason=ink.reason, model=self.model))
            else:
                first, end = next(verdicts)
                row = next(digits)
                turned = turn_away(gates[first], gates[first + 1 : end], a_digit, self.model)
                answers.append(turned or read_digit(row, sure, self.model, float(gates[first, 0])))
        return answers


def _pieces(ink: Normalized) -> Pixels:
    return np.concatenate([ink.pixels[None], ink.parts])


def shared(model: str | Path | None = None) -> Recognizer:
    """A recogniser with the settings in force, loaded once a process, and again when its file has changed.

    Args:
        model: As for `Recognizer`, by name or path.

    Raises:
        UnknownName, ModelError, UsageError: As for `Recognizer`.
    """
    if model is None:
        return _default()
    file = find_model(model)
    files = [one for one in (file, card_path(file)) if one.exists()] if file else []
    return _loaded(model, tuple((one.resolve(), one.stat().st_mtime_ns) for one in files))


@lru_cache(maxsize=1)
def _default() -> Recognizer:
    return Recognizer()


@lru_cache(maxsize=4)
def _loaded(model: str | Path, _: tuple[tuple[Path, int], ...]) -> Recognizer:
    return Recognizer(model)


def read(x: Any, field: str | None = None) -> Page:
    """Read the numbers on a picture with the shipped models; see `Recognizer.read`."""
    return shared().read(x, field)


def predict(x: Any) -> Prediction:
    """Read one digit with the shipped model; see `Recognizer.predict`."""
    return shared().predict(x)
