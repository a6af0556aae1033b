"""What a field admits, and what is said of a field that is none."""

from __future__ import annotations

import itertools
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.data.line_texts import ALPHABET
from tenfold.errors import UsageError
from tenfold.reading.fields import DIGITS, MOST_DIGITS, find_field, luhn, only_digits

numerals = st.text(DIGITS, min_size=1, max_size=19)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("digits:4", ["2026", "0000", "2.026", "20-26", "*2026"]),
        ("digits:2-4", ["12", "123", "1234", "1,234"]),
        ("digits:40", ["1" * 40]),
        ("zip", ["90210", "90210-1234", "902101234"]),
        (
            "amount",
            ["7", "1250", "1,250.00", "1.250,00", "$1,250.00", "€12", "£3.50", "#1,250.00#", "==12=", "12.-", "12/-"],
        ),
        (
            "date",
            ["1.2.2026", "01/02/26", "31-12-1999", "12/31/1999", "1999-12-31", "2026/1/2", "31121999", "311299"],
        ),
        ("luhn", ["79927398713", "4539 1488 0343 6467".replace(" ", "-"), "18"]),
        (r"19\d\d", ["1998"]),
        (r"regex:19\d\d", ["1998", "19.98"]),
        (r"\d{2}:\d{2}", ["12:30"]),
        ("1", ["1"]),
        ("regex:(0|1)*", ["0110"]),
    ],
)
def test_what_may_stand(name: str, texts: list[str]) -> None:
    field = find_field(name)
    assert field.name == name
    for text in texts:
        assert field.holds(text), text
        for end in range(len(text) + 1):
            assert field.may_begin(text[:end]), text[:end]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("digits:4", ["", "202", "20261", "****"]),
        ("digits:2-4", ["1", "12345"]),
        ("zip", ["9021", "902101", "90210-12345"]),
        ("amount", ["", "$", "#", ".,-", "*"]),
        ("date", ["32.1.2026", "1.13.2026.1", "00.00.0000", "2026", "1.2.202"]),
        ("luhn", ["", "7"]),
        (r"19\d\d", ["2098", "199", "19980"]),
    ],
)
def test_what_may_not(name: str, texts: list[str]) -> None:
    field = find_field(name)
    for text in texts:
        assert not field.holds(text), text


@pytest.mark.parametrize(
    ("name", "beginnings"),
    [
        ("digits:4", ["20261", "2.02.61"]),
        ("digits:2-4", ["12345"]),
        ("zip", ["9021012345"]),
        ("date", ["99/99/9", "123456789"]),
        ("regex:[1-5]-[1-5]", ["6", "1-6", "1-2-3"]),
        (r"19\d\d", ["2", "18", "19980"]),
    ],
)
def test_what_cannot_become_an_answer_is_not_followed(name: str, beginnings: list[str]) -> None:
    field = find_field(name)
    for text in beginnings:
        assert not field.may_begin(text), text


@given(text=st.text(ALPHABET, max_size=12), name=st.sampled_from(["digits:1-6", "zip", "amount", "date", "luhn"]))
def test_every_beginning_of_what_holds_may_begin(text: str, name: str) -> None:
    # Or the search would never come to what holds.
    field = find_field(name)
    if field.holds(text):
        assert all(field.may_begin(text[:end]) for end in range(len(text)))


@given(text=st.text(ALPHABET, max_size=10), low=st.integers(1, 6), more=st.integers(0, 4))
def test_digits_counts_digits_and_nothing_else(text: str, low: int, more: int) -> None:
    count = len(only_digits(text))
    assert find_field(f"digits:{low}-{low + more}").holds(text) == (low <= count <= low + more)
    assert find_field(f"digits:{low}").holds(text) == (count == low)


# ---- check digits ----------------------------------------------------------------------------------


@given(numerals)
def test_exactly_one_check_digit_fits(digits: str) -> None:
    fitting = [digit for digit in DIGITS if luhn(digits + digit)]
    assert len(fitting) == 1
    field = find_field("luhn")
    for digit in DIGITS:
        assert field.holds(digits + digit)
        assert field.checks(digits + digit) == (digit in fitting)
        assert field.checks(f"{digits}-{digit}") == (digit in fitting)


@given(numerals, st.data())
def test_any_one_wrong_digit_is_noticed(digits: str, data: st.DataObject) -> None:
    right = digits + next(digit for digit in DIGITS if luhn(digits + digit))
    place = data.draw(st.integers(0, len(right) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in DIGITS if digit != right[place]]))
    assert not luhn(right[:place] + wrong + right[place + 1 :])


@pytest.mark.parametrize(
    ("digits", "right"),
    [("79927398713", True), ("79927398710", False), ("4111111111111111", True), ("0", False), ("", False)],
)
def test_known_numbers(digits: str, right: bool) -> None:
    assert luhn(digits) is right


def test_a_field_without_a_check_digit_has_none_to_be_wrong() -> None:
    assert find_field("digits:4").checks("1234")
    assert find_field("zip").checks("")


# ---- what is no field ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "empty or longer"),
        ("regex:", "empty or longer"),
        ("1" * 201, "empty or longer"),
        ("postcode", "There is no field 'postcode'"),
        ("Zip", "There is no field 'Zip'"),
        ("regex:zip", "There is no field 'regex:zip'"),
        ("luhn:16", "There is no field 'luhn:16'"),
        ("Digits:4", "There is no field 'Digits:4'"),
        ("digits", "names no number of digits"),
        ("digits:", "names no number of digits"),
        ("digits:four", "names no number of digits"),
        ("digits:-4", "names no number of digits"),
        ("digits:4-", ""),
        ("digits:2-x", "names no number of digits"),
        ("digits:2.5", "names no number of digits"),
        ("digits:0", f"must have 1 to {MOST_DIGITS} digits"),
        ("digits:41", f"must have 1 to {MOST_DIGITS} digits"),
        ("digits:5-4", "the fewest first"),
        ("digits:4-41", f"must have 1 to {MOST_DIGITS} digits"),
        (r"\d(", "is no regular expression: "),
        ("[", "is no regular expression: "),
        ("*1", "is no regular expression: "),
        ("regex:(?P<a", "is no regular expression: "),
        (r"(?:(?:\d{9999}){9999}){9999}", "repeats too much"),
        (r"\d{999999}", "repeats too much"),
        (r"(?x)\d{ 999999 }", "repeats too much"),
    ],
)
def test_what_is_no_field_is_refused_with_a_hint(name: str, message: str) -> None:
    if not message:  # a range without an end is one number
        assert find_field(name).holds("1234")
        return
    with pytest.raises(UsageError) as raised:
        find_field(name)
    assert message in raised.value.message
    assert raised.value.hint
    assert len(raised.value.message) < 300


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"(?:\d|\d\d)+[xy]", "0" * 40), (r"(?R)?1", "1" * 40), (r"(?:0|00|000)+[-/]1*", "0" * 40)],
)
def test_a_pattern_that_would_take_for_ever_is_given_up(pattern: str, text: str) -> None:
    field = find_field(pattern)
    with pytest.raises(UsageError, match="takes too long") as raised:
        field.holds(text)
    assert raised.value.hint == "Write it without repeats inside repeats."


def test_many_comparisons_a_little_slow_are_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count(step=0.04)
    monkeypatch.setattr("time.perf_counter", lambda: next(now))
    field = find_field("digits:4")
    with pytest.raises(UsageError, match="takes too long"):
        list(map(field.holds, ["1234"] * 100))
    # As slow as usual, a stack of forms may take as long as it takes.
    now = itertools.count(step=0.0005)
    field = find_field("digits:4")
    assert all(field.holds("1234") for _ in range(10_000))


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_name_is_a_field_or_wrong_usage(name: str) -> None:
    with suppress(UsageError):
        field = find_field(name)
        field.may_begin("12.3")
        field.holds("12.3")
