"""Foreign digits come from a folder the user names, a part of each set kept to validate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tenfold.data.foreign import SETS, SHARE, open_foreign
from tenfold.errors import UnknownName, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for one in SETS:
        images = rng.integers(0, 256, (160, 12, 10), np.uint8)
        np.savez(tmp_path / f"{one.name}.npz", images=images, labels=np.arange(160, dtype=np.uint8) % 10)
    return tmp_path


def test_each_set_is_cut_in_two_that_share_nothing(folder: Path) -> None:
    for one, (fitted, judging) in zip(SETS, open_foreign(folder), strict=True):
        assert (fitted.name, judging.name) == (f"{one.name}:train", f"{one.name}:validation")
        assert (len(fitted), len(judging)) == (160 - 160 // SHARE, 160 // SHARE)
        assert set(np.bincount(judging.labels, minlength=10)) == {2}
        assert not {picture.tobytes() for picture in fitted.images} & {picture.tobytes() for picture in judging.images}


def test_the_set_left_out_is_not_there_and_need_not_be(folder: Path) -> None:
    (folder / "semeion.npz").unlink()
    names = [fitted.name for fitted, _ in open_foreign(folder, "semeion")]
    assert names == ["finnish_canvas:train", "hwd1000:train", "swiss_cc0:train"]


def test_missing_sets_are_named_with_what_to_do(folder: Path) -> None:
    (folder / "semeion.npz").unlink()
    with pytest.raises(UsageError, match=r"does not hold semeion\.npz") as caught:
        open_foreign(folder)
    assert "--foreign" in str(caught.value.hint)


def test_an_unknown_set_gets_the_nearest(folder: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'semeion'"):
        open_foreign(folder, "semeon")
