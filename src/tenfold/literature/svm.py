"""Support vector machines (Cortes & Vapnik 1995): Gaussian, polynomial, and with virtual support vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.svm import SVC

from tenfold.literature.estimator import Estimator, Labels
from tenfold.literature.neighbors import principal_directions
from tenfold.predictors import svm as fitted
from tenfold.types import Floats

# Megabytes of kernel values that are kept while a machine is fitted.
CACHE = 500
# Right, left, down, up; and aslant.
STRAIGHT = ((0, 1), (0, -1), (1, 0), (-1, 0))
ASLANT = ((1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, eq=False)
class Machine:
    """One machine, for two classes.

    Attributes:
        support: int64 (v,), which examples are its support vectors.
        duals: float32 (v,), what each counts; positive for the first class.
        bias: What is added.
    """

    support: Labels
    duals: Floats
    bias: float


class SvmRbf(Estimator):
    """Gaussian kernel; one machine for each two classes, and pairwise coupling.

    The machines are fitted by scikit-learn's SVC (libsvm), two at a time, in the principal directions: the kernel of
    60 numbers is ten times cheaper than that of 784 pixels and no less accurate.

    Args:
        C: What an example on the wrong side of the margin costs.
        gamma: The kernel is exp(-gamma (x - y)^2).
        components: How many principal directions are looked at.
        slope: How steeply probability follows decisions.
        classes: See `Estimator`.
    """

    def __init__(
        self,
        C: float = 10.0,
        gamma: float = 0.025,
        components: int = 60,
        slope: float = 3.0,
        classes: int | None = 10,
    ) -> None:
        self.C = C
        self.gamma = gamma
        self.components = components
        self.slope = slope
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Machines:
        centre = pictures.mean(axis=0)
        basis = principal_directions(pictures, self.components)
        shown = (pictures - centre) @ basis
        machines = each_pair(labels, lambda rows: self._machine(shown[rows], labels[rows], rows))
        return join(self, centre, basis, shown, machines)

    def _machine(self, shown: Floats, labels: Labels, rows: Labels) -> Machine:
        """The machine of two classes; `rows` is what its examples are called."""
        degree = getattr(self, "degree", 0)
        kind = {"kernel": "poly", "degree": degree, "coef0": 1.0} if degree else {"kernel": "rbf"}
        # What is not the first class is 0, so that a positive decision is for the first.
        model = SVC(C=self.C, gamma=self.gamma, cache_size=CACHE, **kind).fit(shown, labels == labels.min())
        return Machine(rows[model.support_], model.dual_coef_[0].astype(np.float32), float(model.intercept_[0]))
