"""The listing's entries, how they are cut into ranges, and how far along a run says it is."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.scale import progress
from tenfold.scale.entries import Entry, Member, from_line, ranges, to_line
from tenfold.scale.files import shown
from tenfold.scale.progress import in_words, show_progress

NAMES = st.text(max_size=8)
MEMBERS = st.none() | st.builds(Member, st.integers(0), st.integers(0), st.sampled_from([0, 8]), st.integers(0))
ENTRIES = st.builds(
    Entry,
    name=NAMES,
    path=NAMES,
    kind=st.sampled_from(["picture", "tiff", "pdf", "parquet", "failed"]),
    count=st.integers(1, 30),
    first=st.just(0),
    size=st.integers(0),
    member=MEMBERS,
    before=st.integers(0, 100),
    reason=NAMES,
)


@given(ENTRIES)
def test_a_line_says_all_of_an_entry(entry: Entry) -> None:
    line = to_line(entry)
    assert from_line(line) == entry
    assert line.isascii()
    assert "\n" not in line


@given(st.lists(ENTRIES, max_size=12), st.integers(1, 40))
def test_ranges_are_all_of_it_in_order(entries: list[Entry], size: int) -> None:
    cut = list(ranges(entries, size))
    assert [sum(entry.count for entry in one) for one in cut[:-1]] == [size] * (len(cut) - 1)
    assert titles([entry for one in cut for entry in one]) == titles(entries)


def titles(entries: list[Entry]) -> list[str]:
    return [entry.title(index) for entry in entries for index in range(entry.first, entry.first + entry.count)]


def test_a_name_that_is_no_text_is_shown() -> None:
    assert shown(b"caf\xe9".decode("utf-8", "surrogateescape")) == "caf\\xe9"
    assert shown("café") == "café"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_a_length_of_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_progress_in_a_file_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    with show_progress(500, 2000) as shown_progress:
        for _ in range(4):
            now += 5
            shown_progress.advance(100)
    assert capsys.readouterr().err.splitlines() == [
        "700 of 2,000 pictures, 20 a second, 1 min 5 s left",
        "900 of 2,000 pictures, 20 a second, 55 s left",
    ]
