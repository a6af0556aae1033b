"""Machines decide as scikit-learn's do, and their decisions become probabilities."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.svm import SVC

from tenfold.literature.svm import SvmRbf, SvmVirtual, moved
from tenfold.predictors.svm import Machines, couple, kernel

pytestmark = pytest.mark.train
Digits = tuple[np.ndarray, np.ndarray]


class SvmCubic(SvmRbf):
    def _svc(self) -> SVC:
        return SVC(C=self.cost, kernel="poly", gamma=self.gamma, degree=3, coef0=1.0)


@pytest.fixture(scope="module")
def features() -> Digits:
    """Three classes that overlap, of five features."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 60)
    return (rng.normal(size=(180, 5)) + 0.8 * y[:, None]).astype(np.float32), y


def decisions(fitted: Machines, x: np.ndarray) -> np.ndarray:
    shown = (x - fitted.centre) @ fitted.basis
    return kernel(shown, fitted.vectors, fitted.gamma, fitted.degree) @ fitted.duals + fitted.bias


@pytest.mark.parametrize(("kind", "degree"), [(SvmRbf, 0), (SvmCubic, 3)])
def test_machines_decide_as_scikit_learns(features: Digits, kind: Any, degree: int) -> None:
    """All directions are kept: so the kernel is that of the features themselves, less their mean."""
    x, y = features
    ours = decisions(kind(cost=2.0, gamma=0.1, components=5, classes=None).fit(x, y).predictor_, x)
    around = x - x.mean(axis=0)
    named: dict[str, Any] = {"kernel": "poly", "degree": degree, "coef0": 1.0} if degree else {"kernel": "rbf"}
    for pair, (one, other) in enumerate(combinations(range(3), 2)):
        rows = (y == one) | (y == other)
        theirs = SVC(C=2.0, gamma=0.1, **named).fit(around[rows], y[rows] == one).decision_function(around)
        assert ours[:, pair] == pytest.approx(theirs, abs=5e-3)


def test_two_classes_are_coupled_to_a_logistic_function() -> None:
    decision = np.array([[-2.0], [0.0], [0.5], [1000.0]], np.float32)
    chances = couple(decision, 2, slope=3.0)
    assert chances[:3, 0] == pytest.approx(1 / (1 + np.exp(-3 * decision[:3, 0])), abs=1e-6)
    assert chances[3] == pytest.approx([1, 0])


def test_coupling_gives_probabilities_back() -> None:
    """Where the decisions are those of known probabilities, r_ij = p_i / (p_i + p_j)."""
    known = np.array([0.5, 0.2, 0.05, 0.25])
    first, second = np.triu_indices(4, 1)
    decision = np.log(known[first] / known[second])[None].astype(np.float32) / 2
    assert couple(decision, 4, slope=2.0)[0] == pytest.approx(known, abs=1e-5)


def test_a_picture_is_moved_by_a_pixel() -> None:
    dot = np.zeros((1, 28, 28), np.float32)
    dot[0, 5, 27] = 1
    for down, right, place in ((1, 0, (6, 27)), (-1, -1, (4, 26)), (0, 0, (5, 27))):
        shown = moved(dot.reshape(1, -1), down, right).reshape(28, 28)
        assert np.argwhere(shown).tolist() == [list(place)]
    assert not moved(dot.reshape(1, -1), 0, 1).any()


@pytest.mark.mnist
def test_virtual_support_vectors_hold_what_is_moved(thousand: Digits) -> None:
    x, y = thousand[0].reshape(1000, -1), thousand[1]
    plain, virtual = (SvmVirtual(shifts=shifts).fit(x[:300], y[:300]) for shifts in (0, 4))
    aside = moved(x[300:], 0, 1)
    assert virtual.score(aside, y[300:]) > plain.score(aside, y[300:]) + 0.01
