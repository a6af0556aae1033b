"""Support vector machines that look at histograms of gradients."""

from __future__ import annotations

from typing import ClassVar

from tenfold.literature.estimator import Labels
from tenfold.literature.svm import SvmRbf
from tenfold.predictors import hog as fitted
from tenfold.predictors.svm import Machines
from tenfold.types import Floats


class HogSvm(SvmRbf):
    """Gaussian kernel of histograms of oriented gradients (Dalal & Triggs 2005; for digits Maji & Malik 2009).

    Args:
        cost: What an example on the wrong side of the margin costs.
        gamma: The kernel is exp(-gamma (x - y)^2), x and y histograms in their principal directions.
        components: How many of these are looked at.
        slope: How steeply probability follows decisions.
        classes: See `Estimator`.
    """

    only_pictures: ClassVar[bool] = True
    made: ClassVar[type[Machines]] = fitted.HogMachines

    def __init__(
        self,
        cost: float = 10.0,
        gamma: float = 0.05,
        components: int = 80,
        slope: float = 6.0,
        classes: int | None = 10,
    ) -> None:
        super().__init__(cost, gamma, components, slope, classes)

    def _fit(self, pictures: Floats, labels: Labels) -> Machines:
        return super()._fit(fitted.histograms(pictures), labels)
