"""Support vector machines (Cortes & Vapnik 1995): Gaussian, polynomial, and with virtual support vectors."""

from __future__ import annotations

import os
from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from sklearn.svm import SVC

from tenfold.literature.estimator import SIDE, Estimator, Labels
from tenfold.literature.neighbors import principal_directions
from tenfold.predictors import svm as fitted
from tenfold.predictors.deskew import deskew
from tenfold.predictors.neighbors import values
from tenfold.types import Floats

# Where pictures are moved to, in pixels down and right.
SHIFTS = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, eq=False)
class Machine:
    """One machine, for two classes.

    Attributes:
        support: int64 (v,), which examples are its support vectors.
        duals: float32 (v,), what each counts; positive for the first class.
        bias: What is added to the sum.
    """

    support: Labels
    duals: Floats
    bias: float


class Machines(Estimator):
    """A machine for each two classes, and pairwise coupling of what they say.

    The machines are fitted by scikit-learn's SVC (libsvm), as many at a time as there are processors. They look at the
    pictures in a few principal directions, as a kernel of 60 numbers is some ten times cheaper than one of 784 pixels.
    """

    made: ClassVar[type[fitted.Machines]] = fitted.Machines
    components: int
    slope: float

    @abstractmethod
    def _svc(self) -> SVC:
        """A machine to be fitted; its kernel one of `tenfold.predictors.svm.kernel`."""

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Machines:
        centre = pictures.mean(axis=0)
        basis = principal_directions(pictures, self.components)
        examples = (pictures - centre) @ basis
        machines = self._fit_pairs(examples, labels, pairs_of(labels))
        return self._join(machines, examples, centre, basis)

    def _fit_pairs(self, examples: Floats, labels: Labels, pairs: list[Labels]) -> list[Machine]:
        """The machine of each pair; `pairs` says which examples it is fitted to."""

        def machine(rows: Labels) -> Machine:
            first = labels[rows] == labels[rows].min()
            model = self._svc().fit(examples[rows], first)
            return Machine(rows[model.support_], model.dual_coef_[0].astype(np.float32), float(model.intercept_[0]))

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(machine, pairs))

    def _join(self, machines: list[Machine], examples: Floats, centre: Floats, basis: Floats) -> fitted.Machines:
        """All machines over the support vectors of all."""
        support = np.unique(np.concatenate([one.support for one in machines]))
        duals = np.zeros((len(support), len(machines)), np.float32)
        for pair, one in enumerate(machines):
            duals[np.searchsorted(support, one.support), pair] = one.duals
        bias = np.array([one.bias for one in machines], np.float32)
        model = self._svc()
        degree = model.degree if model.kernel == "poly" else 0
        classes = round((1 + (1 + 8 * len(machines)) ** 0.5) / 2)
        return self.made(centre, basis, examples[support], duals, bias, classes, float(model.gamma), degree, self.slope)


class SvmRbf(Machines):
    """Gaussian kernel.

    Args:
        cost: What an example on the wrong side of the margin costs.
        gamma: The kernel is exp(-gamma (x - y)^2).
        components: How many principal directions are looked at.
        slope: How steeply probability follows decisions.
        classes: See `Estimator`.
    """

    def __init__(
        self,
        cost: float = 10.0,
        gamma: float = 0.025,
        components: int = 60,
        slope: float = 6.0,
        classes: int | None = 10,
    ) -> None:
        self.cost = cost
        self.gamma = gamma
        self.components = components
        self.slope = slope
        self.classes = classes

    def _svc(self) -> SVC:
        return SVC(C=self.cost, kernel="rbf", gamma=self.gamma)


class SvmPoly(Machines):
    """Polynomial kernel, on digits that were made upright first, as LeCun, Bottou, Bengio, Haffner 1998 have it.

    Args:
        cost: What an example on the wrong side of the margin costs.
        gamma: The kernel is (gamma x.y + 1)^degree.
        degree: See gamma.
        components: How many principal directions are looked at.
        slope: How steeply probability follows decisions.
        classes: See `Estimator`.
    """

    only_pictures: ClassVar[bool] = True
    made: ClassVar[type[fitted.Machines]] = fitted.UprightMachines

    def __init__(
        self,
        cost: float = 1.0,
        gamma: float = 0.03,
        degree: int = 4,
        components: int = 60,
        slope: float = 5.0,
        classes: int | None = 10,
    ) -> None:
        self.cost = cost
        self.gamma = gamma
        self.degree = degree
        self.components = components
        self.slope = slope
        self.classes = classes

    def _svc(self) -> SVC:
        return SVC(C=self.cost, kernel="poly", gamma=self.gamma, degree=self.degree, coef0=1.0)

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Machines:
        return super()._fit(values(deskew(pictures)), labels)


class SvmVirtual(SvmRbf):
    """Gaussian kernel, and virtual support vectors (DeCoste & Schoelkopf 2002, section 2.2).

    Each machine is fitted twice: to all digits of its two classes, and then only to those that became support vectors,
    as they are and moved by one pixel to all sides.

    Args:
        cost: What an example on the wrong side of the margin costs.
        gamma: The kernel is exp(-gamma (x - y)^2).
        components: How many principal directions are looked at.
        shifts: To how many sides the support vectors are moved, at most 8: the last four are aslant.
        slope: How steeply probability follows decisions.
        classes: See `Estimator`.
    """

    only_pictures: ClassVar[bool] = True

    def __init__(
        self,
        cost: float = 10.0,
        gamma: float = 0.025,
        components: int = 60,
        shifts: int = 8,
        slope: float = 6.0,
        classes: int | None = 10,
    ) -> None:
        super().__init__(cost, gamma, components, slope, classes)
        self.shifts = shifts

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Machines:
        centre = pictures.mean(axis=0)
        basis = principal_directions(pictures, self.components)
        views = [pictures, *(moved(pictures, *shift) for shift in SHIFTS[: self.shifts])]
        # A picture's views lie as far from each other as there are pictures.
        examples = np.concatenate([(view - centre) @ basis for view in views])
        first = self._fit_pairs(examples, labels, pairs_of(labels))
        steps = len(labels) * np.arange(len(views))[:, None]
        virtual = [(one.support + steps).ravel() for one in first]
        machines = self._fit_pairs(examples, np.tile(labels, len(views)), virtual)
        return self._join(machines, examples, centre, basis)


def pairs_of(labels: Labels) -> list[Labels]:
    """The examples of each two classes, the pairs in the order (0, 1), (0, 2) ... (1, 2) ..."""
    classes = range(int(labels.max()) + 1)
    return [np.flatnonzero((labels == one) | (labels == other)) for one, other in combinations(classes, 2)]


def moved(pictures: Floats, down: int, right: int) -> Floats:
    """Pictures (n, 784) moved by at most one pixel; what comes in is black."""
    room = np.pad(pictures.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    shown = room[:, 1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE]
    return np.ascontiguousarray(shown).reshape(-1, SIDE**2)
