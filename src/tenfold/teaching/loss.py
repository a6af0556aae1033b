"""From scores to probabilities, and from probabilities to how wrong they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tenfold.teaching.layers import Array

Labels = npt.NDArray[np.integer[Any]]


def softmax(scores: Array) -> Array:
    """Probabilities: e to the power of each score, divided by their sum.

    Args:
        scores: (n, classes), any numbers.

    Returns:
        (n, classes), above 0, rows sum to 1.
    """
    # Taking the largest away changes nothing, as it cancels out, and keeps the powers from growing beyond all bounds.
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def one_hot(labels: Labels, classes: int) -> Array:
    """Rows of zeros with a single 1, at the place of the label: (n,) to (n, classes)."""
    return np.eye(classes)[labels]


def cross_entropy(scores: Array, labels: Labels) -> tuple[float, Array]:
    """How surprised the network is by the right answers: the mean of -log of the probability it gave them.

    Args:
        scores: (n, classes), before softmax.
        labels: (n,), the right class of each.

    Returns:
        The loss, 0 for certainty in all that is right, and its gradient by the scores, (n, classes): what was said
        less what is right, which is why softmax and cross-entropy go so well together.
    """
    said = softmax(scores)
    right = said[np.arange(len(labels)), labels]
    gradient = (said - one_hot(labels, scores.shape[1])) / len(labels)
    return float(-np.log(np.maximum(right, 1e-30)).mean()), gradient.astype(scores.dtype)
