"""A few of the broken pictures and PDFs of `benchmarks/fuzz_read.py`: each is answered or refused."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tenfold.types import STATUSES

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
CASES = 200


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ModuleType]:
    """The benchmark, as it is run by hand."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(BENCHMARKS))
        import fuzz_read

        yield fuzz_read
        for name in ("fuzz_read", "_claim"):
            sys.modules.pop(name, None)


def test_no_case_ends_otherwise_than_with_an_answer_or_a_refusal(
    fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long they take, and how much memory, is the benchmark's claim; here others run beside them.
    monkeypatch.setattr(fuzz, "MOST_SECONDS", float("inf"))
    monkeypatch.setattr(fuzz, "MOST_MEGABYTES", float("inf"))
    monkeypatch.setattr(fuzz, "opened_plainly", lambda given: None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's about damaged tags
        found = fuzz.try_all(iter(range(10_000, 10_000 + CASES)), 1)
    assert found.failures == []
    assert len(found.seconds) == CASES
    assert set(found.statuses) <= set(STATUSES)
    # Not all are broken beyond recognition, and not all are sound.
    assert found.statuses["ok"] > CASES / 20
    assert found.statuses["unreadable_image"] > CASES / 10


def test_what_goes_wrong_is_found(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(self: object, x: object) -> Iterator[object]:
        raise ValueError("a bug")

    monkeypatch.setattr(fuzz, "seeds", lambda: [])
    monkeypatch.setattr(fuzz, "case", lambda number, seed, sources: b"anything")
    monkeypatch.setattr(fuzz.Recognizer, "examine_pages", failing)
    found = fuzz.try_all(iter([7, 8]), 1)
    assert found.failures == ["case 7: ValueError: a bug", "case 8: ValueError: a bug"]


def test_a_case_is_the_same_whenever_it_is_asked_for(fuzz: ModuleType) -> None:
    sources = fuzz.seeds()
    made = [fuzz.case(number, 1, sources) for number in range(30)]
    again = [fuzz.case(number, 1, sources) for number in range(30)]
    for one, other in zip(made, again, strict=True):
        assert type(one) is type(other)
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other
    assert len({one if isinstance(one, bytes) else one.tobytes() for one in made}) > 25
    assert made[0] is not sources[0]
