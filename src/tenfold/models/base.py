"""The classifier protocol and the model card."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np

from tenfold.predictors.base import softmax
from tenfold.types import Floats

Task = Literal["digit", "gate", "reader"]
Output = Literal["logits", "probabilities"]
# Between these lie the intervals whose shares a card gives of its confidence: fine where most of it is.
CONFIDENCE_EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 1.0)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model; stored beside the weights as JSON.

    Attributes:
        name: Short name, e.g. ``"digit"``.
        task: ``"digit"`` gives ten probabilities; ``"gate"`` gives three: one digit, several, neither; ``"reader"``
            gives for every other column of a line one for each sign of its alphabet, and one for none.
        summary: One sentence saying what it is.
        recipe: The command that rebuilds it.
        data: What it was trained on.
        licence: Licence of the weights.
        commit: Commit of the code that trained it; empty for a model from outside.
        seed: Seed of the training run, if known.
        parameters: Number of trained parameters.
        normalization: Version of the normalisation its inputs went through.
        sha256: SHA-256 of the weights file.
        output: Whether the last layer gives ``"logits"`` or ``"probabilities"``.
        temperature: Divides the logits before softmax (Guo et al. 2017, eq. 9).
        thresholds: Pairs (error budget, confidence below which an answer is uncertain), by rising
            budget, from the validation split.
        confidence: The share of the validation digits whose confidence lies in each interval of `CONFIDENCE_EDGES`.
        scores: Measured figures, by name.
        alphabet: The signs a reader knows, in the order of its answers.
        parity: Certificate of the export: images compared, equal digits, largest difference.

    Raises:
        ValueError: If a field has a value it cannot have.
    """

    name: str
    task: Task = "digit"
    summary: str = ""
    recipe: str = ""
    data: str = ""
    licence: str = ""
    commit: str = ""
    seed: int | None = None
    parameters: int = 0
    normalization: str = ""
    sha256: str = ""
    output: Output = "probabilities"
    temperature: float = 1.0
    thresholds: tuple[tuple[float, float], ...] = ()
    confidence: tuple[float, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    parity: dict[str, float] = field(default_factory=dict)
    alphabet: str = ""

    def __post_init__(self) -> None:
        texts = (self.name, self.summary, self.recipe, self.data, self.licence, self.commit, self.normalization)
        if not all(isinstance(text, str) for text in (*texts, self.sha256)) or not self.name:
            raise ValueError("name and all descriptions must be text")
        if self.task not in get_args(Task) or self.output not in get_args(Output):
            raise ValueError(f"task {self.task!r} or output {self.output!r} is unknown")
        if not self.temperature > 0:
            raise ValueError(f"temperature must be above 0, got {self.temperature!r}")
        pairs = tuple((float(budget), float(confidence)) for budget, confidence in self.thresholds)
        object.__setattr__(self, "thresholds", pairs)
        object.__setattr__(self, "confidence", tuple(float(share) for share in self.confidence))
        if len(self.confidence) not in (0, len(CONFIDENCE_EDGES) - 1):
            raise ValueError(f"confidence must have {len(CONFIDENCE_EDGES) - 1} shares, got {len(self.confidence)}")

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> ModelCard:
        """A card from plain JSON types.

        Raises:
            ValueError: If a field is missing, unknown, or has a value it cannot have.
        """
        try:
            return cls(**given)
        except TypeError as error:
            raise ValueError(str(error)) from error

    def to_dict(self) -> dict[str, Any]:
        """The card as plain JSON types; the inverse of `from_dict`."""
        thresholds = [list(pair) for pair in self.thresholds]
        return {**asdict(self), "thresholds": thresholds, "confidence": list(self.confidence)}

    def to_json(self) -> str:
        """The card as the file that lies beside the weights."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    @property
    def identity(self) -> str:
        """``name@hash`` with the first eight digits of the weights' SHA-256."""
        return f"{self.name}@{self.sha256[:8] or 'unsaved'}"


@runtime_checkable
class Classifier(Protocol):
    """Anything that turns normalised pictures into probabilities."""

    @property
    def card(self) -> ModelCard: ...

    def predict_proba(self, batch: Floats) -> Floats:
        """Probabilities for a batch.

        Args:
            batch: float32 (n, 28, 28), 0..1, bright ink on black.

        Returns:
            float32 (n, 10), rows sum to 1.
        """
        ...


class Calibrated(ABC):
    """A classifier whose answers a temperature makes honest.

    Attributes:
        card: What is known of it.
    """

    card: ModelCard

    @abstractmethod
    def raw(self, batch: Floats) -> Floats:
        """What it gives by itself, logits or probabilities as its card says: float32 (n, k)."""

    def logits(self, batch: Floats) -> Floats:
        """What a temperature divides: float32 (n, k); of one that gives probabilities, their logarithms."""
        return self._logits(self.raw(batch))

    def predict_proba(self, batch: Floats) -> Floats:
        """Calibrated probabilities; see `Classifier.predict_proba`."""
        return self.calibrated(self.raw(batch))

    def calibrated(self, output: Floats) -> Floats:
        """The probabilities that are made of what `raw` gives: float32 (n, k)."""
        if self.card.output == "probabilities" and self.card.temperature == 1.0:
            return output
        return softmax(self._logits(output) / np.float32(self.card.temperature))

    def _logits(self, output: Floats) -> Floats:
        return output if self.card.output == "logits" else np.log(np.maximum(output, 1e-30))
