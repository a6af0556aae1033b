"""Bayesian classifiers of discrete features, each of which depends on the class and at most one other feature."""

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
    """Log-probabilities of the features' levels, looked up and added.

    Attributes:
        cuts: float32 (levels - 1, features), ascending.
        parents: int16 or int32 (features,), the feature each one depends on; -1 if none but the class.
        tables: float32 (features, levels of the parent, levels, classes), log-probability of the level given the
            parent's level and the class; of features without a parent the first of the second axis counts.
        prior: float32 (classes,), log-probability of each class.
        temperature: What the sums are divided by, since features are not as independent as is assumed.
    """

    cuts: Floats
    parents: npt.NDArray[np.signedinteger]
    tables: Floats
    prior: Floats
    temperature: float

    def predict_proba(self, pictures: Floats) -> Floats:
        # The last column, which is the parent of those that have none, is always 0.
        levels = np.pad(levels_of(pictures, self.cuts), ((0, 0), (0, 1))).T.copy()
        scores = np.tile(self.prior, (len(pictures), 1))
        for own, parent, table in zip(levels[:-1], levels[self.parents], self.tables, strict=True):
            scores += table[parent, own]
        return softmax(scores / np.float32(self.temperature))
