"""Pages that are all noise cost no more than a page full of numbers, and give next to none."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from tenfold.imaging.lines import MOST_LINES, find_lines
from tenfold.imaging.page_rules import skew_of
from tenfold.reading.reader import MANY, TRIED, NumberReader
from tenfold.types import Floats, Picture, Pixels


def noise() -> Pixels:
    """Blots all over a page."""
    rng = np.random.default_rng(3)
    blots = cv2.GaussianBlur(rng.normal(0, 1, (930, 730)).astype(np.float32), (0, 0), 2.2)
    return np.asarray(np.where(blots > np.quantile(blots, 0.86), 40, 235), np.uint8)


def test_noise_is_read_whole_once_however_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    page = noise()
    sheet = find_lines(page)
    assert sheet is not None
    assert len(sheet.lines) > MANY
    reader, looked = NumberReader(), []
    look = reader.look

    def counting(lines: Sequence[Pixels], temperature: float) -> list[tuple[Floats, Floats | None]]:
        looked.append(len(lines))
        return look(lines, temperature)

    monkeypatch.setattr(reader, "look", counting)
    found = reader.read(Picture(page), 0.01)
    assert sum(count > TRIED for count in looked) == 1
    assert max(looked) <= MOST_LINES
    assert sum(number.sure for number in found.numbers) <= 2


def test_dense_noise_has_no_rules_and_ruled_noise_has() -> None:
    rng = np.random.default_rng(4)
    mask = (rng.random((900, 900)) < 0.3).astype(np.uint8)
    assert skew_of(mask) == 0.0
    rules = np.zeros_like(mask)
    for top in range(60, 840, 60):
        cv2.line(rules, (20, top), (880, top + 45), 1, 2)
    assert skew_of(rules | (rng.random(mask.shape) < 0.12).astype(np.uint8)) == pytest.approx(3, abs=0.5)
