"""The beam search beside all ways to spell a text, one by one; and where its signs stand."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tenfold.reading import beam
from tenfold.reading.beam import Reading, columns_of, readings
from tenfold.types import Floats

SIGNS = "ab"


def normalised(weights: np.ndarray) -> Floats:
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def problems(signs: int, most: int, least: float = 0.05) -> st.SearchStrategy[Floats]:
    """Up to so many columns, in which nothing is all but impossible."""
    shapes = st.tuples(st.integers(1, most), st.just(signs + 1))
    return shapes.flatmap(lambda shape: arrays.arrays(np.float64, shape, elements=st.floats(least, 1))).map(normalised)


def spelt(path: tuple[int, ...], alphabet: str) -> str:
    """What a path says: repeats and blanks left out."""
    return "".join(alphabet[sign] for sign, _ in itertools.groupby(path) if sign < len(alphabet))


def all_ways(columns: Floats, alphabet: str) -> dict[str, float]:
    """The probability of every text, by adding up every path through the columns."""
    found: defaultdict[str, float] = defaultdict(float)
    for path in itertools.product(range(len(alphabet) + 1), repeat=len(columns)):
        found[spelt(path, alphabet)] += float(np.prod(columns[range(len(path)), path], dtype=np.float64))
    return found


def certain(text: str, alphabet: str = SIGNS) -> Floats:
    """Columns, one a sign, that say this and nothing else; ``_`` is nothing."""
    rows = np.zeros((len(text), len(alphabet) + 1), np.float32)
    rows[range(len(text)), [(alphabet + "_").index(sign) for sign in text]] = 1
    return rows


@given(columns=problems(2, 3))
@settings(max_examples=100)
def test_each_text_has_the_probability_of_all_its_ways(columns: Floats) -> None:
    # Three columns of two signs have fewer texts than the beam is wide: none is lost.
    exact = all_ways(columns, SIGNS)
    found = {reading.text: reading.probability for reading in readings(columns, SIGNS)}
    assert found == pytest.approx(exact)
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)


@given(columns=problems(3, 5))
@settings(max_examples=60)
def test_so_it_is_in_longer_lines_with_a_beam_that_is_wide_enough(columns: Floats) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(beam, "BEAM", 10_000)
        patched.setattr(beam, "HOPELESS", 0.0)
        found = {reading.text: reading.probability for reading in readings(columns, "abc")}
    assert found == pytest.approx(all_ways(columns, "abc"))


@given(columns=problems(3, 5))
@settings(max_examples=60)
def test_a_narrow_beam_gives_nothing_more_than_is_there_and_the_likeliest_first(columns: Floats) -> None:
    exact = all_ways(columns, "abc")
    found = readings(columns, "abc")
    shares = [reading.probability for reading in found]
    assert len(found) == len({reading.text for reading in found}) <= beam.BEAM
    assert shares == sorted(shares, reverse=True)
    for reading in found:
        assert reading.probability <= exact[reading.text] * (1 + 1e-5)
    # What is given up on the way is little: the winner is at most that much less likely than the true one.
    assert exact[found[0].text] >= 0.8 * max(exact.values())


@given(columns=problems(2, 3), refused=st.sampled_from(["a", "b", "ab", "ba", "aa", "bb"]))
@settings(max_examples=60)
def test_what_is_not_admitted_is_never_followed_and_the_rest_stays_as_likely(columns: Floats, refused: str) -> None:
    exact = all_ways(columns, SIGNS)
    found = readings(columns, SIGNS, lambda text: not text.startswith(refused))
    kept = {text: share for text, share in exact.items() if not text.startswith(refused)}
    assert {reading.text: reading.probability for reading in found} == pytest.approx(kept)


def test_where_nothing_is_admitted_there_is_nothing_to_read() -> None:
    assert readings(certain("ab"), SIGNS, lambda text: text == "") == []
    # So unlikely that a float cannot hold it.
    unlikely = np.tile(np.array([[1 - 1e-12, 0, 1e-12]], np.float32), (60, 1))
    assert readings(unlikely, SIGNS, lambda text: text == "") == []


def test_each_beginning_is_asked_about_once() -> None:
    asked: list[str] = []

    def admits(text: str) -> bool:
        asked.append(text)
        return True

    readings(normalised(np.ones((4, 3))), SIGNS, admits)
    assert len(asked) == len(set(asked))
    assert {"a", "b", "ab", "ba"} <= set(asked)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ("", ""),
        ("_", ""),
        ("a", "a"),
        ("aaa", "a"),
        ("a_a", "aa"),
        ("_a____a_", "aa"),
        ("ab", "ab"),
        ("aabb_ba_a", "abbaa"),
    ],
)
def test_repeats_are_one_sign_unless_there_is_nothing_between(columns: str, text: str) -> None:
    assert readings(certain(columns), SIGNS) == [Reading(text, 1.0)]


@given(columns=problems(2, 6), place=st.integers(0, 6), count=st.integers(1, 9))
@settings(max_examples=60)
def test_bare_ground_before_or_after_changes_nothing(columns: Floats, place: int, count: int) -> None:
    nothing = np.tile(np.array([[0, 0, 1]], np.float32), (count, 1))
    plain = [(reading.text, pytest.approx(reading.probability)) for reading in readings(columns, SIGNS)]
    for longer in (np.concatenate([nothing, columns]), np.concatenate([columns, nothing])):
        assert [(reading.text, reading.probability) for reading in readings(longer, SIGNS)] == plain
    # In between it parts what would have been one sign.
    parted = np.concatenate([columns[:place], nothing, columns[place:]])
    exact = all_ways(np.concatenate([columns[:place], nothing[:1], columns[place:]]), SIGNS)
    for place, reading in enumerate(readings(parted, SIGNS)[:3]):
        assert reading.probability <= exact[reading.text] * (1 + 1e-5)
        # Less by what the beam let fall: of the best next to nothing, of the others some more.
        assert reading.probability == pytest.approx(exact[reading.text], rel=0.2 if place else 0.05)


# ---- where the signs stand -------------------------------------------------------------------------


@given(columns=problems(3, 9), text=st.text("abc", min_size=1, max_size=5))
@settings(max_examples=150)
def test_spans_follow_each_other_within_the_line(columns: Floats, text: str) -> None:
    spans = columns_of(columns, "abc", text)
    repeats = sum(one == other for one, other in itertools.pairwise(text))
    if len(columns) < len(text) + repeats:
        assert spans == []
        return
    assert len(spans) == len(text)
    assert all(first < last for first, last in spans)
    assert spans[0][0] >= 0
    assert spans[-1][1] <= len(columns)
    for (one, (_, last)), (other, (first, _)) in itertools.pairwise(zip(text, spans, strict=True)):
        # Between two of the same sign there is a column of nothing.
        assert first >= last + (one == other)


@given(columns=problems(2, 5), data=st.data())
@settings(max_examples=60)
def test_spans_are_those_of_the_likeliest_way(columns: Floats, data: st.DataObject) -> None:
    ways: defaultdict[str, list[tuple[float, tuple[int, ...]]]] = defaultdict(list)
    for path in itertools.product(range(3), repeat=len(columns)):
        share = float(np.prod(columns[range(len(path)), path], dtype=np.float64))
        ways[spelt(path, SIGNS)].append((share, path))
    text = data.draw(st.sampled_from(sorted(text for text in ways if text)))
    best = max(share for share, _ in ways[text])
    spans = columns_of(columns, SIGNS, text)
    path = [2] * len(columns)
    for sign, (first, last) in zip(text, spans, strict=True):
        path[first:last] = [SIGNS.index(sign)] * (last - first)
    assert np.prod(columns[range(len(path)), path], dtype=np.float64) == pytest.approx(best, rel=1e-5)


def test_no_text_and_no_columns_have_no_places() -> None:
    assert columns_of(certain("ab"), SIGNS, "") == []
    assert columns_of(certain(""), SIGNS, "a") == []
    assert columns_of(certain("_aa_b"), SIGNS, "ab") == [(1, 3), (4, 5)]
