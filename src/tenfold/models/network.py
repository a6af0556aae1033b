"""A fitted network as a classifier of the literature: the bytes of its ONNX file, answered by ONNX Runtime."""

from __future__ import annotations

from typing import Any, ClassVar

from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier
from tenfold.predictors.base import Predictor
from tenfold.types import Floats

# How many lots of pictures are worked on at once.
THREADS = 2


class Network(Predictor):
    """A network that gives probabilities.

    Args:
        weights: The ONNX file: float32 (n, 28, 28) to (n, classes), rows that sum to 1.
        parameters: How many numbers fitting has set, where that is known.

    Raises:
        ModelError: If ONNX Runtime cannot load it.
    """

    suffix: ClassVar[str] = ".onnx"

    def __init__(self, weights: bytes, parameters: int = 0) -> None:
        self._weights, self._parameters = weights, parameters
        self._network = OnnxClassifier(weights, ModelCard("network"), THREADS)

    def predict_proba(self, pictures: Floats) -> Floats:
        return self._network.raw(pictures)

    def to_bytes(self) -> bytes:
        return self._weights

    @property
    def parameters(self) -> int:
        return self._parameters

    def __reduce__(self) -> tuple[Any, ...]:
        # A session cannot be copied, or sent to another process; what it was made of can.
        return Network, (self._weights, self._parameters)
