"""From drafts to numbers: both opinions, check digits, what is doubtful, and where it stands."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.columns import PLAIN, as_line, columns, draft, drafts, inked

from tenfold.reading.fields import find_field
from tenfold.reading.numbers import MOST_ALTERNATIVES, Judged, doubtful, judged, number_of
from tenfold.reading.second import BLANK, NONE, Opinion
from tenfold.types import Box, Digit, Floats, Number

LARGE = 5000, 5000


def number(rows: Floats, field: str = "", back: np.ndarray = PLAIN, to_picture: np.ndarray = PLAIN) -> Number:
    one = draft(rows, field)
    silent = [[NONE] * len(way.text) for way in one.ways]
    made = judged(one, silent, find_field(field) if field else None)
    return number_of(made, as_line(inked(rows), back), to_picture, LARGE)


def opinion(*likely: tuple[int, float], one_digit: float = 1.0) -> Opinion:
    row = np.full(10, 1e-6, np.float32)
    for digit, share in likely:
        row[digit] = share
    return Opinion(row, one_digit)


def both(rows: Floats, *said: list[Opinion], field: str = "") -> Judged:
    """The reader's word and, for each way to part the line, the digit network's."""
    return judged(draft(rows, field), said, find_field(field) if field else None)


ONE, TWO = opinion((1, 1.0)), opinion((2, 1.0))


# ---- check digits ----------------------------------------------------------------------------------


def test_the_note_is_on_the_number_and_the_first_reading_among_the_others() -> None:
    made = number(columns("7992739871", {"8": 0.6, "3": 0.4}), "luhn")
    assert made.value == "79927398713"
    assert made.confidence == pytest.approx(0.4)
    assert "79927398718" in made.note
    assert made.alternatives[0].value == "79927398718"
    assert made.alternatives[0].probability == pytest.approx(0.6)


def test_a_check_digit_is_not_overruled_by_the_second_opinion() -> None:
    rows = columns("1", {"2": 0.6, "8": 0.4})
    assert draft(rows, "luhn").value == "18"
    assert both(rows, [ONE, TWO], field="luhn").value == "18"


# ---- both opinions ---------------------------------------------------------------------------------


def test_two_that_agree_are_surer_than_one() -> None:
    made = both(columns("1", {"2": 0.8, "7": 0.2}), [ONE, opinion((2, 0.9), (7, 0.1))])
    assert made.value == "12"
    assert 0.95 < made.confidence < 0.98
    assert made.sure[1] == pytest.approx(made.confidence, abs=0.01)
    assert [other for other, _ in made.ranked[:2]] == ["12", "17"]


def test_the_surer_one_wins() -> None:
    rows = columns("1", {"2": 0.55, "7": 0.45})
    found = both(rows, [ONE, opinion((7, 0.98), (2, 0.02))])
    assert found.value == "17"
    made = number_of(found, as_line(inked(rows), PLAIN), PLAIN, LARGE)
    assert (made.text, made.value, [digit.digit for digit in made.digits]) == ("17", "17", [1, 7])


def test_of_what_was_cut_through_the_reader_alone_speaks() -> None:
    made = both(columns("1", {"2": 0.55, "7": 0.45}), [ONE, NONE])
    assert made.value == "12"
    assert made.confidence == pytest.approx(0.55, abs=1e-3)
    assert made.sure == pytest.approx([1.0, 0.55], abs=1e-3)


def test_an_opinion_does_not_break_the_field() -> None:
    assert both(columns("1", {"2": 0.55, "7": 0.45}), [ONE, opinion((7, 1.0))], field="12|99").value == "12"


def test_an_opinion_is_heard_in_a_field_with_separators() -> None:
    rows = columns("1", {"2": 0.55, "7": 0.45}, ":", "30")
    said = [ONE, opinion((7, 0.99)), BLANK, opinion((3, 1.0)), opinion((0, 1.0))]
    assert both(rows, said, field=r"\d{2}:\d{2}").value == "1730"
    nines = [opinion((9, 1.0))] * 3
    rows = columns("1", {"2": 0.55, "7": 0.45}, "/", "11", "/", "1999")
    said = [ONE, opinion((7, 0.99)), BLANK, ONE, ONE, BLANK, ONE, *nines]
    assert both(rows, said, field="date").value == "17111999"


def test_no_other_reading_breaks_the_field() -> None:
    rows = columns("19", {"9": 0.6, "4": 0.4}, {"8": 0.7, "3": 0.3})
    unsure = [opinion((digit, 0.6), (digit - 1, 0.4)) for digit in (1, 9, 9, 8)]
    made = both(rows, unsure, field=r"19\d\d")
    assert len(made.ranked) > 2
    assert all(value.startswith("19") for value, _ in made.ranked)


def test_an_opinion_does_not_break_a_check_digit() -> None:
    rows = columns("1", {"8": 0.6, "2": 0.4})
    assert draft(rows, "luhn").note == ""
    made = both(rows, [ONE, TWO], field="luhn")
    assert (made.value, made.note) == ("18", "")


def test_hundreds_of_digits_badly_read_are_no_disaster() -> None:
    text = "12345678" * 30
    made = both(columns(text), [opinion((int(digit) + 1, 1.0)) for digit in text])
    assert len(made.value) == len(text)
    assert 0 <= made.confidence <= 1


def test_how_many_digits_there_are_both_say() -> None:
    rows = columns("1", {"2": 0.7})
    one = draft(rows)
    assert one.ranked == [("12", pytest.approx(0.7)), ("1", pytest.approx(0.3))]
    assert [way.value for way in one.ways] == ["12", "1"]
    # Both digits are digits: two is likelier than the reader alone thought, as one of it all would be none.
    made = both(rows, [ONE, TWO], [opinion((1, 0.5), (2, 0.5), one_digit=0.2)])
    assert made.value == "12"
    assert 0.8 < made.confidence < 0.95
    assert dict(made.ranked)["1"] == pytest.approx(1 - made.confidence, abs=0.01)
    # Where the second is a blank, one is.
    made = both(rows, [ONE, BLANK], [ONE])
    assert (made.value, made.way.value) == ("1", "1")
    assert made.confidence > 0.8


def test_where_a_digit_may_be_missing_there_is_the_doubt() -> None:
    rows = columns("1", {"2": 0.8}, "3")
    said = [[ONE, TWO, opinion((3, 1.0))], [ONE, opinion((3, 0.9))]]
    made = both(rows, *said)
    assert made.value == "123"
    assert made.sure[1] < 0.9 < min(made.sure[0], made.sure[2])
    number = number_of(made, as_line(inked(rows), PLAIN), PLAIN, LARGE)
    assert doubtful(number, 0.99).text == "1?3"


def test_ink_left_out_is_not_left_out_of_account() -> None:
    # A digit, taken for no digit at one reading: the digit network would know it for one.
    rows = columns("1", {"2": 0.45, "*": 0.55})
    first, second = draft(rows).ways
    assert (first.text, second.text) == ("1*", "12")
    assert both(rows, [ONE, TWO], [ONE, TWO]).value == "12"
    blot = opinion((2, 0.5), (3, 0.5), one_digit=0.01)
    assert both(rows, [ONE, blot], [ONE, blot]).value == "1"
    assert number_of(both(rows, [ONE, blot], [ONE, blot]), as_line(inked(rows), PLAIN), PLAIN, LARGE).text == "1"


def test_other_readings_never_hold_the_value_itself() -> None:
    # The reader: 12 rather than 1. The second opinion doubts both digits so much that 1 alone is likelier in the end.
    rows = columns("12")
    one = replace(draft(rows), ranked=[("12", 0.3), ("1", 0.25), ("32", 0.2), ("37", 0.15), ("17", 0.1)])
    found = judged(one, [[opinion((1, 0.36), (3, 0.64)), opinion((2, 0.35), (7, 0.65))]])
    made = number_of(found, as_line(inked(rows), PLAIN), PLAIN, LARGE)
    assert made.value not in [other.value for other in made.alternatives]
    assert made.alternatives[0].value == "1"
    assert made.alternatives[0].probability == pytest.approx(0.25)
    assert made.confidence == pytest.approx(0.25, abs=0.1)


@given(
    shares=st.lists(st.lists(st.floats(0.02, 1), min_size=10, max_size=10), min_size=1, max_size=4),
    second=st.lists(st.lists(st.floats(0.001, 1), min_size=10, max_size=10), min_size=4, max_size=4),
    whether=st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
@settings(max_examples=60)
def test_a_number_is_of_a_piece(shares: list[list[float]], second: list[list[float]], whether: list[float]) -> None:
    rows = columns(
        *({str(digit): share / sum(row) for digit, share in enumerate(row)} for row in shares),
    )
    opinions = [
        Opinion(np.array(row, np.float32) / np.float32(sum(row)), one) for row, one in zip(second, whether, strict=True)
    ]
    one = draft(rows)
    found = judged(one, [[*opinions, NONE][: len(way.text)] for way in one.ways])
    made = number_of(found, as_line(inked(rows), PLAIN), PLAIN, LARGE)
    assert made.value == "".join(str(digit.digit) for digit in made.digits) == made.text
    assert 0 < made.confidence <= 1 + 1e-9
    assert all(made.confidence <= digit.confidence + 1e-6 <= 1 + 2e-6 for digit in made.digits)
    others = [other.value for other in made.alternatives]
    assert len(others) == len(set(others)) <= MOST_ALTERNATIVES
    assert made.value not in others
    probabilities = [other.probability for other in made.alternatives]
    assert probabilities == sorted(probabilities, reverse=True)
    assert made.confidence + sum(probabilities) <= 1 + 1e-6 or len(probabilities) == MOST_ALTERNATIVES


# ---- what is doubtful ------------------------------------------------------------------------------


def of(text: str, confidence: float, *sure: float) -> Number:
    value = "".join(sign for sign in text if sign.isdigit())
    digits = tuple(Digit(int(digit), one, Box(0, 0, 1, 1)) for digit, one in zip(value, sure, strict=True))
    return Number(text, value, confidence, Box(0, 0, 9, 9), digits)


@pytest.mark.parametrize(
    ("made", "least", "text"),
    [
        (of("1234", 0.95, 0.99, 0.99, 0.98, 0.99), 0.9, "1234"),
        (of("1234", 0.9, 0.99, 0.99, 0.92, 0.99), 0.9, "1234"),
        (of("1234", 0.5, 0.99, 0.99, 0.55, 0.97), 0.9, "12?4"),
        (of("1234", 0.3, 0.99, 0.6, 0.55, 0.97), 0.9, "1??4"),
        # All digits pass, the whole does not: the weakest is the one to look at.
        (of("1234", 0.85, 0.95, 0.96, 0.97, 0.96), 0.9, "?234"),
        (of("$1,2.50", 0.4, 0.99, 0.5, 0.99, 0.99), 0.9, "$1,?.50"),
        (of("7", 0.4, 0.4), 0.9, "?"),
        (of("7", 0.4, 0.4), 0.0, "7"),
        (of("77", 1.0, 1.0, 1.0), 1.0 + 1e-6, "??"),
    ],
)
def test_a_question_mark_stands_for_what_nobody_could_be_sure_of(made: Number, least: float, text: str) -> None:
    found = doubtful(made, least)
    assert found.text == text
    assert found.sure == ("?" not in text)
    assert replace(found, text=made.text) == made


@given(sure=st.lists(st.floats(0, 1), min_size=1, max_size=8), least=st.floats(0, 1))
def test_a_number_that_is_not_sure_enough_has_a_mark(sure: list[float], least: float) -> None:
    made = of("8" * len(sure), float(np.prod(sure)), *sure)
    found = doubtful(made, least)
    assert found.sure == (made.confidence >= least)
    for sign, one in zip(found.text, sure, strict=True):
        if sign == "8" and not found.sure:
            assert one >= least
            assert one > min(sure)


# ---- places ----------------------------------------------------------------------------------------


def test_a_struck_out_digit_within_a_number_does_not() -> None:
    one = draft(columns("12", "*", "34", gap=3))
    assert (one.text, one.value) == ("12*34", "1234")
    assert one.ways[0].places == [0, 1, 3, 4]
    assert number(columns("12", "*", "34", gap=3)).text == "12*34"


@given(text=st.text("0123456789.,-/#$", min_size=1, max_size=9).filter(lambda text: any(c.isdigit() for c in text)))
@settings(max_examples=60)
def test_each_sign_has_a_place_of_its_own(text: str) -> None:
    if text.lstrip("#-")[:1] == "/":
        assert drafts(columns(text)) == [] or draft(columns(text)).text != text
        return
    rows = columns(text)
    one = draft(rows)
    assert one.text == text
    edges = one.ways[0].edges
    assert len(edges) == len(text)
    assert edges[0][0] >= 0
    assert edges[-1][1] <= inked(rows).shape[1]
    assert all(left < right for left, right in edges)
    assert all(last <= first for (_, last), (first, _) in itertools.pairwise(edges))
    # The bar of each sign lies within it.
    for (left, right), column in zip(edges, np.flatnonzero(rows[:, -1] < 0.5), strict=True):
        assert left <= 2 * column < right


def test_boxes_are_in_the_given_picture() -> None:
    rows = columns("12")
    # The line was cut from x = 100, y = 50 of a page half as large as the picture.
    made = number(rows, back=np.array([[1.0, 0, 100], [0, 1, 50]]), to_picture=np.array([[2.0, 0, 0], [0, 2, 0]]))
    first, second = np.flatnonzero(rows[:, -1] < 0.5)
    assert made.digits[0].box == Box(2 * (100 + 2 * first - 2), 2 * (50 + 4), 12, 48)
    assert made.digits[1].box == Box(2 * (100 + 2 * second - 2), 2 * (50 + 4), 12, 48)
    left, right = made.digits[0].box.x, made.digits[1].box.x + made.digits[1].box.width
    assert made.box == Box(left, 2 * (50 + 4), right - left, 48)


def test_a_separator_belongs_to_the_box_of_the_number() -> None:
    rows = columns("$12")
    made = number(rows)
    assert made.box.x < made.digits[0].box.x
    assert made.box.x + made.box.width == made.digits[1].box.x + made.digits[1].box.width


def test_no_box_leaves_the_picture() -> None:
    rows = columns("12")
    found = judged(draft(rows), [[NONE] * len(way.text) for way in draft(rows).ways])
    beyond = np.array([[1.0, 0, -9], [0, 1, -6]])
    made = number_of(found, as_line(inked(rows), beyond), PLAIN, (20, 24))
    for box in (made.box, *(digit.box for digit in made.digits)):
        assert min(box.x, box.y) >= 0
        assert min(box.width, box.height) >= 1
        assert box.x + box.width <= 24
        assert box.y + box.height <= 20
