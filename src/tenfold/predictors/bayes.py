"""Bayesian classifiers of discrete features: each feature depends on the class and at most one other feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenfold.predictors.base import Arrays, softmax
from tenfold.types import Floats


def levels_of(features: Floats, cuts: Floats) -> npt.NDArray[np.uint8]:
    """How many of its feature's cuts (cuts, features) each value (n, features) is above."""
    levels = np.zeros(features.shape, np.uint8)
    for cut in cuts:
        levels += features > cut
    return levels


@dataclass(frozen=True, eq=False)
class Bayes(Arrays):
    """Class probabilities from log-probabilities of the features' levels, looked up and added.

    Attributes:
        cuts: float32 (levels - 1, features), ascending.
        parents: int32 (features,), the feature each one depends on; itself where it depends on none.
        tables: float32 (features, levels, levels, classes), log-probability of a level (third axis seen from the
            parent's level, the second axis).
        prior: float32 (classes,), log-probability of each class.
        temperature: What the sums are divided by: features are not as independent as is assumed.
    """

    cuts: Floats
    parents: npt.NDArray[np.int32]
    tables: Floats
    prior: Floats
    temperature: float

    def predict_proba(self, pictures: Floats) -> Floats:
        levels = levels_of(pictures, self.cuts)
        scores = np.tile(self.prior, (len(pictures), 1))
        for own, parent, table in zip(levels.T, levels.T[self.parents], self.tables, strict=True):
            scores += table[parent, own]
        return softmax(scores / np.float32(self.temperature))
