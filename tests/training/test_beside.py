"""A process beside this one answers, tells its steps, and dies alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import closing

import pytest

from tenfold.training.beside import Beside, Died


def inverse(most: int, given: int, tell: Callable[[str], None]) -> tuple[float, int]:
    tell(f"1 / {given}")
    if given > most:
        os.kill(os.getpid(), signal.SIGKILL)
    return 1 / given, os.getpid()


def test_what_brings_the_process_down_brings_nothing_else_down() -> None:
    told: list[str] = []
    with closing(Beside(inverse, 10)) as process:
        first, where = process.do(2, told.append)
        assert first == 0.5
        assert where != os.getpid()
        assert process.do(4) == (0.25, where), "the same process"
        with pytest.raises(Died, match="exit status -9; memory may have run out"):
            process.do(11, told.append)
        assert process.do(5, told.append)[0] == 0.2
    assert told == ["1 / 2", "1 / 11", "1 / 5"]
