"""Python sees in the shared pictures what is kept of them; the browser is held to the same in tests/browser."""

from __future__ import annotations

import numpy as np
import pytest
from tests.imaging.kinds import KINDS
from tests.imaging.shared_golden import PLACE, from_png, kept, seen


@pytest.mark.parametrize("kind", KINDS)
def test_python_sees_what_is_kept(kind: str) -> None:
    for row in kept():
        if row["kind"] != kind:
            continue
        found = seen(from_png(row["png"]))
        assert (found["reason"], found["box"]) == (row["reason"], row["box"])
        assert bool(found["seen"]) == bool(row["seen"])
        if row["seen"]:
            expected, given = (from_png(one["seen"]).astype(int) for one in (row, found))
            assert np.abs(expected - given).max() <= 1


def test_there_are_hundreds_in_a_file_of_bearable_size() -> None:
    assert len(kept()) >= 300
    assert PLACE.stat().st_size < 1_000_000
