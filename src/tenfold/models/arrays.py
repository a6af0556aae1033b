"""Classifiers out of .npz files, run by numpy, with their cards checked first."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tenfold.errors import ModelError
from tenfold.models.base import Calibrated, ModelCard
from tenfold.models.onnx import read_model
from tenfold.models.votes import open_predictor
from tenfold.predictors.base import Predictor
from tenfold.types import Floats


class PredictorClassifier(Calibrated):
    """A fitted classifier as the recogniser takes it.

    Args:
        predictor: The classifier.
        card: What is known of it.
    """

    def __init__(self, predictor: Predictor, card: ModelCard) -> None:
        self.predictor, self.card = predictor, card

    def raw(self, batch: Floats) -> Floats:
        if len(batch) == 0:
            return np.zeros((0, 10), np.float32)
        return self.predictor.predict_proba(np.asarray(batch, np.float32).reshape(len(batch), -1))


def load_npz(path: Path, normalization: str) -> PredictorClassifier:
    """Load a classifier of the literature from its file.

    Args:
        path: A ``.npz`` file, its card beside it.
        normalization: The version of the normalisation in force.

    Raises:
        ModelError: If card and file do not belong together, or the file is no classifier of ten digits.
    """
    data, card = read_model(path, normalization)
    if not data.startswith(b"PK"):
        raise ModelError(f"{path}: not a classifier's .npz file: it is no zip archive.")
    try:
        classifier = PredictorClassifier(open_predictor(data, str(path)), card)
        shape = classifier.raw(np.zeros((1, 28, 28), np.float32)).shape
    except (ValueError, IndexError, TypeError, AttributeError, cv2.error) as error:
        raise ModelError(f"{path}: cannot be used on pictures of 28x28: {error!s:.200}") from error
    if shape != (1, 10):
        raise ModelError(f"{path}: gives {shape[1]} probabilities; expected 10.")
    return classifier
