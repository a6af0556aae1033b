"""One run to one output, also where the lock is taken away at the wrong moment."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tenfold.errors import UsageError
from tenfold.scale.alone import alone


def test_a_lock_that_was_taken_away_keeps_nobody_out_and_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening and locking whoever had it ends: removes the file, then lets go of it."""
    flock, ended = fcntl.flock, []

    def late(file: int, how: int) -> None:
        if not ended:
            ended.append(True)
            (tmp_path / ".out.csv.lock").unlink()
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    output = tmp_path / "out.csv"
    with alone(output), pytest.raises(UsageError, match="Another process is writing"), alone(output):
        pass
    assert not list(tmp_path.iterdir())


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written to"), alone(tmp_path / "file" / "out.csv"):
        pass
