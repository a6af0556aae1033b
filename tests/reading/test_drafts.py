"""From columns to drafts: readings and their ranks, check digits, and words beside numbers."""

from __future__ import annotations

import pytest
from tests.reading.columns import columns, draft, drafts

from tenfold.data.line_texts import ALPHABET
from tenfold.reading.drafts import RE_RANKED, WRONG_CHECK, ranked_values
from tenfold.reading.fields import find_field, luhn
from tenfold.types import Floats


def ranked(rows: Floats, field: str = "") -> dict[str, float]:
    found = ranked_values(rows, ALPHABET, find_field(field) if field else None)
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True)
    return dict(found)


def test_readings_are_ranked_by_their_probability() -> None:
    found = ranked(columns("1", {"2": 0.7, "7": 0.2, "3": 0.1}, "4"))
    assert list(found) == ["124", "174", "134"]
    assert found == pytest.approx({"124": 0.7, "174": 0.2, "134": 0.1})


def test_a_value_is_as_likely_as_all_texts_that_say_it() -> None:
    texts: dict[str, str] = {}
    rows = columns("12", {".": 0.6, ",": 0.3}, "50")
    assert dict(ranked_values(rows, ALPHABET, texts=texts)) == pytest.approx({"1250": 1.0})
    assert texts == {"1250": "12.50"}


def test_the_same_digit_twice_is_two_digits() -> None:
    assert ranked(columns("1100")) == pytest.approx({"1100": 1.0})


def test_no_number_begins_with_a_slash() -> None:
    found = ranked(columns({"/": 0.9, "1": 0.1}, "7"))
    assert set(found) == {"17"}
    assert "17" in ranked(columns("#", {"/": 0.9, "1": 0.1}, "7"))
    assert ranked(columns("1", "/", "7")) == pytest.approx({"17": 1.0})


def test_what_has_no_digit_is_no_number() -> None:
    for rows in (columns(), columns("-"), columns("*"), columns("=-#")):
        assert ranked(rows) == {}
        assert drafts(rows) == []


def test_a_field_leaves_out_what_cannot_stand_in_it() -> None:
    rows = columns("1", {"2": 0.6, "7": 0.4}, {"3": 0.5})
    assert ranked(rows, "digits:3") == pytest.approx({"123": 0.6, "173": 0.4})
    assert ranked(rows, "digits:2") == pytest.approx({"12": 0.6, "17": 0.4})
    assert ranked(rows, "17|999") == pytest.approx({"17": 1.0})
    assert ranked(rows, "digits:4") == {}
    assert drafts(rows, "digits:4") == []


def test_what_does_not_fit_the_field_is_not_made_to_fit_for_sure() -> None:
    almost_sure = {"3": 0.9995, "8": 0.0005}
    found = ranked(columns("12", almost_sure), "128|999")
    assert found == pytest.approx({"128": 0.0005 / 0.02})
    # A digit too many, all but certain: that it is none is no reading to be sure of.
    found = ranked(columns("12", {"3": 0.999}), "digits:2")
    assert found["12"] < 0.06
    assert all(share < 0.06 for share in found.values())


def test_a_right_check_digit_is_not_spoken_of() -> None:
    one = draft(columns("7992739871", {"3": 0.6, "8": 0.4}), "luhn")
    assert (one.value, one.note) == ("79927398713", "")
    assert [value for value, _ in one.ranked] == ["79927398713", "79927398718"]


def test_a_check_digit_re_ranks_and_says_so() -> None:
    one = draft(columns("7992739871", {"8": 0.6, "3": 0.4}), "luhn")
    assert one.value == one.text == "79927398713"
    assert luhn(one.value)
    assert one.note == RE_RANKED.format(first="79927398718", value="79927398713")
    assert [value for value, _ in one.ranked] == ["79927398713", "79927398718"]
    # What the ink alone says is not made out to be less likely than it is.
    assert dict(one.ranked)["79927398713"] == pytest.approx(0.4)
    assert dict(one.ranked)["79927398718"] == pytest.approx(0.6)


def test_readings_after_a_check_digit_are_no_more_than_all() -> None:
    one = draft(columns("7992739871", {"8": 0.6, "1": 0.2, "3": 0.2}), "luhn")
    assert [value for value, _ in one.ranked] == ["79927398713", "79927398718"]
    assert sum(share for _, share in one.ranked) <= 1 + 1e-6


def test_no_reading_with_a_right_check_digit_is_made_up() -> None:
    one = draft(columns("7992739871", {"8": 0.7, "0": 0.3}), "luhn")
    assert (one.value, one.note) == ("79927398718", WRONG_CHECK)
    # Nor is one believed that is all but impossible.
    one = draft(columns("7992739871", {"8": 0.99, "3": 0.01}), "luhn")
    assert (one.value, one.note) == ("79927398718", WRONG_CHECK)


def test_words_before_and_after_are_left_out() -> None:
    far = columns("*", "12", "*", gap=20)
    one = draft(far)
    assert (one.text, one.value) == ("12", "12")
    assert [one.ways[0].text[place] for place in one.ways[0].places] == ["1", "2"]


def test_a_word_between_parts_two_numbers() -> None:
    first, second = drafts(columns("12", "*", "345", gap=12))
    assert [(one.text, one.value) for one in (first, second)] == [("12", "12"), ("345", "345")]
    assert first.ways[0].edges[-1][1] <= second.ways[0].edges[0][0]
