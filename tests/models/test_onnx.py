"""Networks in ONNX Runtime: a stack gives the same answers however it is cut into lots and shared among threads."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import LOT, load_onnx


@pytest.mark.parametrize("count", [0, 1, LOT - 1, LOT, LOT + 1, 3 * LOT + 8])
def test_lots_and_threads_change_nothing(count: int) -> None:
    pictures = np.random.default_rng(0).random((count, 28, 28), np.float32)
    one, two = (load_onnx("tiny", VERSION, threads).predict_proba(pictures) for threads in (1, 2))
    assert one.shape == (count, 10)
    np.testing.assert_array_equal(one, two)
    for place in {0, count // 2, count - 1} if count else ():
        alone = load_onnx("tiny", VERSION).predict_proba(pictures[place : place + 1])
        np.testing.assert_allclose(one[place], alone[0], atol=1e-5)
