"""Histograms of gradients say how edges are directed, whatever the contrast."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.predictors.hog import BINS, CELLS, histograms, votes


def edge(angle: float) -> np.ndarray:
    """A smooth edge that rises in the direction of an angle, in radians from right to down: float32 (1, 28, 28)."""
    rows, columns = np.mgrid[:28, :28] - 13.5
    return (1 / (1 + np.exp(-(np.cos(angle) * columns + np.sin(angle) * rows)))).astype(np.float32)[None]


@pytest.mark.parametrize("number", range(BINS))
def test_an_edge_votes_for_its_direction(number: int) -> None:
    middle = votes(edge(2 * np.pi * number / BINS))[0, :, 13, 13]
    assert middle.argmax() == number
    assert middle[number] > 20 * np.delete(middle, number).max()


def test_an_edge_between_two_directions_votes_for_both_with_its_whole_length() -> None:
    shown = edge(2 * np.pi * 1.25 / BINS)
    at = votes(shown)[0, :, 13, 13]
    length = np.hypot(shown[0, 13, 14] - shown[0, 13, 12], shown[0, 14, 13] - shown[0, 12, 13])
    assert at.sum() == pytest.approx(length, rel=1e-4)
    assert at[1] / at[2] == pytest.approx(3, rel=0.15)


def test_contrast_does_not_matter_but_where_there_is_none() -> None:
    shown = edge(0.3).reshape(1, -1)
    strong, weak = (histograms(one * shown).reshape(-1, 4 * BINS) for one in (1, 0.6))
    edged = np.linalg.norm(strong, axis=1) > 0.99
    assert edged.sum() > 5
    assert weak[edged] == pytest.approx(strong[edged], abs=0.05)
    assert (histograms(np.zeros((2, 784), np.float32)) == 0).all()


def test_there_is_a_block_for_each_four_cells_of_each_size() -> None:
    blocks = sum((28 // cell - 1) ** 2 for cell in CELLS)
    found = histograms(np.random.default_rng(0).random((3, 784)).astype(np.float32))
    assert found.shape == (3, blocks * 4 * BINS)
    lengths = np.linalg.norm(found.reshape(3, blocks, -1), axis=2)
    assert lengths.max() <= 1 + 1e-5
    assert lengths.min() > 0.9
