"""The values that pass between the stages: frozen, and made of numpy arrays and plain Python only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt

Status = Literal["ok", "uncertain", "empty", "not_a_digit", "several_digits", "unreadable_image"]
STATUSES: tuple[Status, ...] = get_args(Status)

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

NO_PROBABILITIES: tuple[float, ...] = (0.0,) * 10


def as_floats(pixels: Pixels) -> Floats:
    """Pixels as networks take them: uint8 as float32, 0..1."""
    return pixels.astype(np.float32) / np.float32(255)


def _known(status: Any) -> Status:
    if status not in STATUSES:
        raise ValueError(f"status must be one of {', '.join(STATUSES)}, got {status!r}")
    return cast(Status, status)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the given image: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    def to_dict(self) -> dict[str, int]:
        """The rectangle as plain JSON types; `Box(**…)` is the inverse."""
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, upright, without transparency.

    Attributes:
        pixels: uint8, (H, W) grey or (H, W, 3) RGB, 0..255.
        source: Where it came from, for messages: a path, or ``"array"``, ``"bytes"``, ``"strokes"``.
    """

    pixels: Pixels
    source: str = "array"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One movement of the pen: x and y in any unit, y downwards; t in milliseconds where known.

    Raises:
        ValueError: If the lengths of x, y and t differ, or a coordinate is no finite number.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    t: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a stroke nobody could draw."""
        lengths = {len(axis) for axis in (self.x, self.y, self.t) if axis is not None}
        if len(lengths) > 1:
            raise ValueError(f"x has {len(self.x)} values, y {len(self.y)}; they, and t if given, must be equally many")
        if not np.isfinite([*self.x, *self.y]).all():
            raise ValueError("coordinates must be finite numbers")


@dataclass(frozen=True, slots=True)
class Strokes:
    """Tablet ink: what the pen did, instead of a picture of it.

    Attributes:
        strokes: The pen movements in the order of writing.
    """

    strokes: tuple[Stroke, ...] = ()

    @classmethod
    def of(cls, data: Sequence[Any]) -> Strokes:
        """Build from plain lists.

        Args:
            data: A sequence of strokes; each is a mapping with ``x``, ``y`` and optional ``t``, or a
                sequence of two or three equally long lists ``[xs, ys]`` or ``[xs, ys, ts]``.

        Raises:
            ValueError: If a stroke has no x or y, or their lengths differ, or a value is no finite number.
        """
        if isinstance(data, str | bytes) or not isinstance(data, Sequence | np.ndarray):
            raise ValueError(f"expected a list of strokes, got {data!r:.80}")
        return cls(tuple(_stroke(item, number) for number, item in enumerate(data)))


def _numbers(values: Any) -> tuple[float, ...]:
    if isinstance(values, str | bytes) or any(isinstance(value, str | bytes | bool) for value in values):
        raise TypeError("not a list of numbers")
    return tuple(float(value) for value in values)


def _stroke(item: Any, number: int) -> Stroke:
    if isinstance(item, Stroke):
        return item
    try:
        parts = [item["x"], item["y"], item.get("t")] if hasattr(item, "keys") else [*item, None][:3]
        x, y = _numbers(parts[0]), _numbers(parts[1])
        t = None if parts[2] is None else _numbers(parts[2])
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"stroke {number}: expected x and y as lists of numbers, got {item!r:.80}") from error
    try:
        return Stroke(x, y, t)
    except ValueError as error:
        raise ValueError(f"stroke {number}: {error}") from error


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of the same ink, with its calibrated probability (0..1)."""

    digit: int
    probability: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer for one picture.

    Attributes:
        status: One of `STATUSES`; only ``"ok"`` carries a digit.
        digit: 0..9, or None.
        confidence: Calibrated probability (0..1) that the best reading is right; 0 if there is none.
        probabilities: Ten floats that sum to 1; ten zeros where no digit was looked for.
        alternatives: Other readings, most probable first; with ``"uncertain"`` the best guess leads.
        reason: One sentence saying why there is no digit; empty when ok.
        model: ``name@hash`` of the network that answered.
        one_digit: Probability (0..1) that the ink is one digit at all, whichever it may be; 0 if nothing is
            written or nothing could be seen.
    """

    status: Status
    digit: int | None = None
    confidence: float = 0.0
    probabilities: tuple[float, ...] = NO_PROBABILITIES
    alternatives: tuple[Alternative, ...] = ()
    reason: str = ""
    model: str = ""
    one_digit: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain JSON types; the inverse of `from_dict`."""
        return {
            "status": self.status,
            "digit": self.digit,
            "confidence": self.confidence,
            "probabilities": list(self.probabilities),
            "alternatives": [{"digit": a.digit, "probability": a.probability} for a in self.alternatives],
            "reason": self.reason,
            "model": self.model,
            "one_digit": self.one_digit,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Prediction:
        """Rebuild an answer from `to_dict`'s result.

        Raises:
            ValueError: If the status is not one of `STATUSES`.
        """
        return cls(
            status=_known(data["status"]),
            digit=data["digit"],
            confidence=data["confidence"],
            probabilities=tuple(data["probabilities"]),
            alternatives=tuple(Alternative(a["digit"], a["probability"]) for a in data["alternatives"]),
            reason=data["reason"],
            model=data["model"],
            one_digit=data.get("one_digit", 0.0),
        )


@dataclass(frozen=True, slots=True)
class Normalized:
    """What `tenfold.imaging.normalize` made of a picture.

    Attributes:
        pixels: uint8 (28, 28), bright ink on black, or all zero when empty.
        empty: True if nothing was written (nothing, a dot, plain paper).
        reason: One sentence saying why it is empty; otherwise empty text.
        box: Where the ink stands in the given picture; None if empty.
        parts: The ink cut at its gaps, each normalised by itself, left to right, when it could be
            several digits side by side: uint8 (k, 28, 28), k = 0 or at least 2.
    """

    pixels: Pixels
    empty: bool = False
    reason: str = ""
    box: Box | None = None
    parts: Pixels = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit of a number.

    Attributes:
        digit: 0..9, the best reading.
        confidence: Calibrated probability (0..1) that it is right.
        box: Where it stands in the given picture.
    """

    digit: int
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class NumberAlternative:
    """Another reading of the same number, with its calibrated probability (0..1)."""

    value: str
    probability: float


@dataclass(frozen=True, slots=True)
class Number:
    """A number on a page.

    Attributes:
        text: What stands there, separators and all; ``?`` for a digit nobody could be sure of, ``*`` for what is no
            digit in between.
        value: The best reading, digits only.
        confidence: Calibrated probability (0..1) that the whole value is right.
        box: Where it stands in the given picture.
        digits: Its digits from left to right, as many as in `value`.
        alternatives: Other readings, most probable first.
        note: What is to be said of it: that its check digit is wrong, or that it made another reading come first.
        page: Number of the page it stands on, from 1.
    """

    text: str
    value: str
    confidence: float
    box: Box
    digits: tuple[Digit, ...]
    alternatives: tuple[NumberAlternative, ...] = ()
    note: str = ""
    page: int = 1

    @property
    def sure(self) -> bool:
        """Whether every digit is read for sure."""
        return "?" not in self.text

    def to_dict(self) -> dict[str, Any]:
        """The number as plain JSON types."""
        return {
            "text": self.text,
            "value": self.value,
            "confidence": self.confidence,
            "box": self.box.to_dict(),
            "digits": [
                {"digit": one.digit, "confidence": one.confidence, "box": one.box.to_dict()} for one in self.digits
            ],
            "alternatives": [{"value": one.value, "probability": one.probability} for one in self.alternatives],
            "note": self.note,
            "page": self.page,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Number:
        """Rebuild a number from `to_dict`'s result."""
        return cls(
            text=data["text"],
            value=data["value"],
            confidence=data["confidence"],
            box=Box(**data["box"]),
            digits=tuple(Digit(one["digit"], one["confidence"], Box(**one["box"])) for one in data["digits"]),
            alternatives=tuple(NumberAlternative(one["value"], one["probability"]) for one in data["alternatives"]),
            note=data.get("note", ""),
            page=data.get("page", 1),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """What was read on one picture, or on one page of a document.

    Attributes:
        status: ``"ok"`` if there are numbers, ``"uncertain"`` if none of them is sure, ``"empty"`` if nothing is
            written, ``"not_a_digit"`` if what is written is no number, ``"unreadable_image"``.
        width: Of the given picture, in pixels; 0 if it could not be opened.
        height: Likewise.
        numbers: From top to bottom and left to right.
        reason: One sentence saying why there are no numbers; empty if there are.
        model: ``name@hash`` of the reader.
        page: Number of the page in its document, from 1.
        turned: By how many degrees clockwise the picture had to be turned to be read: 0, 90, 180 or 270.
    """

    status: Status
    width: int = 0
    height: int = 0
    numbers: tuple[Number, ...] = ()
    reason: str = ""
    model: str = ""
    page: int = 1
    turned: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The page as plain JSON types; the inverse of `from_dict`."""
        return {
            "status": self.status,
            "width": self.width,
            "height": self.height,
            "numbers": [number.to_dict() for number in self.numbers],
            "reason": self.reason,
            "model": self.model,
            "page": self.page,
            "turned": self.turned,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Page:
        """Rebuild a page from `to_dict`'s result.

        Raises:
            ValueError: If the status is not one of `STATUSES`.
        """
        return cls(
            status=_known(data["status"]),
            width=data["width"],
            height=data["height"],
            numbers=tuple(Number.from_dict(one) for one in data["numbers"]),
            reason=data["reason"],
            model=data["model"],
            page=data.get("page", 1),
            turned=data.get("turned", 0),
        )
