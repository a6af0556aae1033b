"""What the tests of explanations share: drawn digits, and a network whose reasons are known."""

from __future__ import annotations

import numpy as np
import pytest
from tests.browser.strokes import DIGITS

from tenfold import Recognizer, Strokes
from tenfold.models.base import ModelCard
from tenfold.types import Floats


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    return Recognizer()


def strokes_of(digit: int) -> Strokes:
    """A digit as a pen's movements."""
    return Strokes.of([[[x for x, _ in line], [y for _, y in line]] for line in DIGITS[digit]])


class TopAndBottom:
    """Says 4 for ink in the upper half, 9 for ink in the lower one, by how much more there is."""

    card = ModelCard(name="halves", summary="Compares two halves", sha256="1" * 64)

    def predict_proba(self, batch: Floats) -> Floats:
        more = (batch[:, :14].sum(axis=(1, 2)) - batch[:, 14:].sum(axis=(1, 2))) / 10
        logits = np.full((len(batch), 10), -9, np.float32)
        logits[:, 4], logits[:, 9] = more, -more
        shares = np.exp(logits)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
