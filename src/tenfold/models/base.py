"""The classifier protocol, the model card, and the null classifier."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tenfold.types import Floats


class ModelCard(BaseModel):
    """What is known of a model; stored beside the weights as JSON.

    Attributes:
        name: Short name, e.g. ``"digit"``.
        task: ``"digit"`` gives ten probabilities; ``"gate"`` gives three: one digit, several, neither.
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
        scores: Measured figures, by name.
        parity: Certificate of the export: images compared, equal digits, largest difference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    task: Literal["digit", "gate"] = "digit"
    summary: str = ""
    recipe: str = ""
    data: str = ""
    licence: str = ""
    commit: str = ""
    seed: int | None = None
    parameters: int = 0
    normalization: str = ""
    sha256: str = ""
    output: Literal["logits", "probabilities"] = "probabilities"
    temperature: float = Field(1.0, gt=0)
    thresholds: tuple[tuple[float, float], ...] = ()
    scores: dict[str, float] = Field(default_factory=dict)
    parity: dict[str, float] = Field(default_factory=dict)

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


class NullClassifier:
    """Knows nothing: every digit equally likely. For tests, and as the baseline of baselines."""

    card = ModelCard(name="null", summary="Every digit equally likely", sha256="0" * 64)

    def predict_proba(self, batch: Floats) -> Floats:
        return np.full((len(batch), 10), 0.1, np.float32)
