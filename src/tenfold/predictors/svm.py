"""Support vector machines, one for each pair of classes, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenfold.predictors.base import Arrays
from tenfold.predictors.deskew import deskew
from tenfold.predictors.neighbors import values
from tenfold.types import Floats

# Pictures whose kernels with all support vectors are in memory at once.
LOT = 250
# The most an exponent may be: beyond it a probability is 0 in float32.
MOST = np.float32(80)


@dataclass(frozen=True, eq=False)
class Machines(Arrays):
    """A machine for each two classes, whose kernels share their support vectors, and pairwise coupling.

    Attributes:
        centre: float32 (features,), what is taken from each picture.
        basis: float32 (features, m), the directions that are looked at then.
        vectors: float32 (v, m), the support vectors of all machines.
        duals: float32 (v, pairs), what each counts in each machine; the pairs are (0, 1), (0, 2) ... (1, 2) ..., and
            a positive decision is for the first.
        bias: float32 (pairs,).
        classes: How many classes there are.
        gamma: What squared distances, or products, are multiplied by in the kernel.
        degree: Of the polynomial (gamma x.y + 1)^degree; 0 means the Gaussian kernel exp(-gamma (x - y)^2).
        slope: How steeply probability follows decisions.
    """

    centre: Floats
    basis: Floats
    vectors: Floats
    duals: Floats
    bias: Floats
    classes: int
    gamma: float
    degree: int
    slope: float

    def predict_proba(self, pictures: Floats) -> Floats:
        shown = np.asarray((pictures - self.centre) @ self.basis, np.float32)
        lots = (shown[at : at + LOT] for at in range(0, len(shown), LOT))
        decisions = [kernel(lot, self.vectors, self.gamma, self.degree) @ self.duals for lot in lots]
        return couple(np.concatenate(decisions) + self.bias, self.classes, self.slope)


@dataclass(frozen=True, eq=False)
class UprightMachines(Machines):
    """Machines of digits that were made upright before they were learned; 28x28 pictures only."""

    def predict_proba(self, pictures: Floats) -> Floats:
        return super().predict_proba(values(deskew(pictures)))


def kernel(some: Floats, others: Floats, gamma: float, degree: int) -> Floats:
    """The kernel of each two: float32 (rows of some, rows of others); see `Machines`."""
    products = (np.float32(gamma) * some) @ others.T
    if degree:
        products += 1
        return np.asarray(products**degree, np.float32)
    products *= 2
    products -= np.float32(gamma) * np.einsum("nm,nm->n", some, some)[:, None]
    products -= np.float32(gamma) * np.einsum("nm,nm->n", others, others)
    return np.exp(products, out=products)


def couple(decisions: Floats, classes: int, slope: float) -> Floats:
    """The probability of each class out of decisions between each two: float32 (n, classes).

    With r_ij = 1 / (1 + exp(-slope d_ij)) as the probability of i where it is i or j, that of i among all is
    1 / (sum over j of 1 / r_ij - (classes - 2)); so Price, Knerr, Personnaz, Dreyfus 1995, "Pairwise neural network
    classifiers with probabilistic outputs". Their sum is brought to 1.

    Args:
        decisions: float32 (n, pairs), in the order of `Machines`.
        classes: How many there are.
        slope: Above 0.
    """
    against = np.zeros((len(decisions), classes, classes), np.float32)
    first, second = np.triu_indices(classes, 1)
    against[:, first, second] = decisions
    against[:, second, first] = -decisions
    # The diagonal's exp(0) is the 1 that is left over.
    doubts = np.exp(np.clip(-np.float32(slope) * against, -MOST, MOST)).sum(axis=2)
    chances = 1 / doubts
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), np.float32)
