"""What an explanation says: frozen values of numpy arrays and plain Python only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tenfold.types import Box, Floats, Pixels, Prediction

SIDE = 28
# What training digits are compared by: what the network's last layer takes, or the pictures themselves.
Space = Literal["features", "pixels"]


def _no_map() -> Floats:
    return np.zeros((SIDE, SIDE), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """What the gate saw: three probabilities, and those of the pieces between gaps.

    Attributes:
        one: Probability (0..1) that the ink is one digit.
        several: That it is several.
        neither: That it is neither.
        least: The probability of one digit below which ink is turned away.
        parts: The pieces between the gaps, each normalised by itself, left to right: uint8 (k, 28, 28), k = 0 where
            nothing cuts the ink.
        parts_one: Probability that each piece is one digit: k floats.
    """

    one: float = 0.0
    several: float = 0.0
    neither: float = 0.0
    least: float = 0.0
    parts: Pixels = field(default_factory=lambda: np.zeros((0, SIDE, SIDE), np.uint8))
    parts_one: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {
            "one": self.one,
            "several": self.several,
            "neither": self.neither,
            "least": self.least,
            "parts": [{"pixels": rows(part), "one": one} for part, one in zip(self.parts, self.parts_one, strict=True)],
        }


@dataclass(frozen=True, slots=True)
class StrokeShare:
    """How one stroke spoke.

    Attributes:
        evidence: By how many nats the answer leads its rival less once the stroke is taken away; below zero if the
            stroke speaks for the rival.
        share: The same as a share of what all strokes said: -1..1; the sizes of all shares sum to 1.
    """

    evidence: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """A training digit that is like the ink.

    Attributes:
        digit: Which digit it is, 0..9, as its writer meant it.
        distance: How far it is, 0..2: between the two rows of features, or of pixels, each brought to length one.
        number: Its place among MNIST's 60,000 training digits, from 0.
        pixels: uint8 (28, 28), bright ink on black.
    """

    digit: int
    distance: float
    number: int
    pixels: Pixels

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {
            "digit": self.digit,
            "distance": self.distance,
            "number": self.number,
            "pixels": rows(self.pixels),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The smallest change that was found to make the ink another digit; found or not, nothing here is assumed.

    Attributes:
        digit: What it was to become, 0..9.
        prediction: What the recogniser answers to the changed picture; None if no change was found after which it
            answers `digit`, and then all else is empty.
        changed: The changed picture: uint8 (28, 28), bright ink on black.
        add: Ink to add: uint8 (28, 28).
        remove: Ink to take away: uint8 (28, 28).
        ink: How much is added and taken away, as a share of the ink there was.
        like: Number of the training digit that led the way, as `Neighbour.number`; -1 without a change.
    """

    digit: int
    prediction: Prediction | None = None
    changed: Pixels = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.uint8))
    add: Pixels = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.uint8))
    remove: Pixels = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.uint8))
    ink: float = 0.0
    like: int = -1

    @property
    def found(self) -> bool:
        """Whether there is such a change."""
        return self.prediction is not None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types; without pictures where no change was found."""
        pictures = {
            name: rows(pixels) if self.found else None
            for name, pixels in (("changed", self.changed), ("add", self.add), ("remove", self.remove))
        }
        return {
            "digit": self.digit,
            "found": self.found,
            "probability": self.prediction.confidence if self.prediction else 0.0,
            "ink": self.ink,
            **pictures,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What one step of the network made of the ink.

    Attributes:
        name: Of the tensor in the network's file.
        kind: What the step does, as ONNX calls it: ``"Conv"``, ``"Relu"``, ``"Gemm"``.
        values: float32 (maps, height, width), or (units,) where there is no place any more.
    """

    name: str
    kind: str
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why the answer is what it is.

    What spoke is measured by occlusion (Zeiler & Fergus 2014, section 4.2): a patch of ink is taken away, and the
    network asked again.

    Attributes:
        prediction: The answer that is explained.
        seen: What the networks were given: uint8 (28, 28), bright ink on black; all zero if nothing is written.
        answer: The best reading, 0..9, even of an uncertain answer; None where no digit was looked for.
        rival: The digit it is held against; None where `answer` is.
        evidence: For each class, by how many nats its log-probability falls when the ink around a pixel is taken
            away: float32 (k, 28, 28), zero where there is no ink. k is 10, the digits; or 3, one digit, several and
            neither, where the gate turned the ink away; or 0 where nothing is written.
        map: What speaks for the answer (above zero) and for the rival (below): float32 (28, 28),
            ``evidence[answer] - evidence[rival]``. Where the gate turned the ink away it speaks for what that took it
            for, and below zero for one digit.
        gate: What the gate saw.
        box: Where the ink stands in the given picture, or in Tenfold's drawing of the strokes that were given; None if
            nothing is written.
        seen_box: Where the same ink stands in `seen`; None if nothing is written.
        strokes: How each stroke spoke, in their order; empty unless strokes were given.
        nearest: Training digits like the ink, the nearest first.
        space: What they were compared by.
        changes: What would make it another digit, one for each that was asked for.
        layers: What each layer of the network made of the ink, from the first to the last; empty if not asked for.
    """

    prediction: Prediction
    seen: Pixels = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.uint8))
    answer: int | None = None
    rival: int | None = None
    evidence: Floats = field(default_factory=lambda: np.zeros((0, SIDE, SIDE), np.float32))
    map: Floats = field(default_factory=_no_map)
    gate: Gate = field(default_factory=Gate)
    box: Box | None = None
    seen_box: Box | None = None
    strokes: tuple[StrokeShare, ...] = ()
    nearest: tuple[Neighbour, ...] = ()
    space: Space = "features"
    changes: tuple[Change, ...] = ()
    layers: tuple[Layer, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types: the fields of `Prediction`, and all of the above but `evidence` and `layers`."""
        from tenfold.explanation.words import sentences

        return {
            **self.prediction.to_dict(),
            "answer": self.answer,
            "rival": self.rival,
            "sentences": sentences(self),
            "saw": rows(self.seen),
            "map": [round(float(value), 4) for value in self.map.ravel()],
            "gate": self.gate.to_dict(),
            "box": self.box and self.box.to_dict(),
            "saw_box": self.seen_box and self.seen_box.to_dict(),
            "strokes": [{"evidence": one.evidence, "share": one.share} for one in self.strokes],
            "nearest": [one.to_dict() for one in self.nearest],
            "space": self.space,
            "changes": [one.to_dict() for one in self.changes],
        }


def rows(pixels: Pixels) -> list[int]:
    """A picture row by row: 784 numbers from 0 to 255."""
    return [int(value) for value in pixels.ravel()]
