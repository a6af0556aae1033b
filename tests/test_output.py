"""Answers in words: what each status says, and that no name can spoil the line it stands in."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tenfold.output import (
    ADVICE,
    CSV_FIELDS,
    bar,
    csv_line,
    csv_values,
    json_line,
    name_width,
    others,
    percent,
    printable,
    record,
    rich_table,
    sentence,
    sign,
    text_line,
)
from tenfold.types import STATUSES, Alternative, Prediction

SEVEN = Prediction(
    "ok",
    7,
    0.75,
    (0, 0.2, 0, 0, 0, 0, 0, 0.75, 0, 0.05),
    (Alternative(1, 0.2), Alternative(9, 0.05)),
    "",
    "digit@12345678",
)
UNSURE = Prediction("uncertain", None, 0.55, SEVEN.probabilities, SEVEN.alternatives, "Could be 7 or 1.", "digit@1")
EMPTY = Prediction("empty", reason="Nothing is written here.")
UNREADABLE = Prediction("unreadable_image", reason="x.png is empty (0 bytes). Save the picture again.")


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0, "0.0 %"), (1e-9, "<0.1 %"), (0.001, "0.1 %"), (0.5, "50.0 %"), (0.9942, "99.4 %"), (0.9994, "99.9 %")],
)
def test_percent(probability: float, text: str) -> None:
    assert percent(probability) == text


@pytest.mark.parametrize("probability", [0.99941, 0.999999, 1.0])
def test_nothing_is_certain(probability: float) -> None:
    assert percent(probability) == ">99.9 %"


def test_every_status_has_its_advice() -> None:
    assert set(ADVICE) == set(STATUSES)
    assert sentence(SEVEN) == ""
    assert sentence(UNSURE) == "Could be 7 or 1. Write it again, a little clearer."
    assert sentence(EMPTY) == "Nothing is written here. Write a digit."
    assert sentence(UNREADABLE) == UNREADABLE.reason


def test_the_sign_of_each_answer() -> None:
    assert [sign(answer) for answer in (SEVEN, UNSURE, EMPTY, UNREADABLE)] == ["7", "?", "-", "-"]


def test_other_readings() -> None:
    assert others(SEVEN, None) == others(SEVEN, 0) == ""
    assert others(SEVEN, 1) == "1 (20.0 %)"
    assert others(SEVEN, 9) == "1 (20.0 %), 9 (5.0 %)"


def test_record_and_json_keep_everything_but_the_alternatives_over_the_limit() -> None:
    whole = record("a.png", SEVEN)
    assert whole == {"file": "a.png", **SEVEN.to_dict()}
    assert json.loads(json_line("a.png", SEVEN)) == whole
    assert json.loads(json_line("a.png", SEVEN, 1)) == {**whole, "alternatives": [{"digit": 1, "probability": 0.2}]}
    assert record("a.png", SEVEN, 0)["alternatives"] == []


def test_json_is_one_line_of_ascii_whatever_the_name() -> None:
    line = json_line("sieben\n七\udcff.png", SEVEN)
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["file"] == "sieben\n七\udcff.png"


def test_csv_reads_back() -> None:
    text = "\n".join([csv_line(CSV_FIELDS), csv_line(csv_values('a, "b"\nc', SEVEN)), csv_line(csv_values("d", EMPTY))])
    first, second = csv.DictReader(io.StringIO(text))
    assert first == {
        "file": 'a, "b"\nc',
        "status": "ok",
        "digit": "7",
        "confidence": "0.75",
        "reason": "",
        "model": "digit@12345678",
        "one_digit": str(SEVEN.one_digit),
    }
    assert (second["digit"], second["confidence"]) == ("", "0.0")


def test_a_line_of_text() -> None:
    assert text_line("a.png", SEVEN, 8) == "a.png     7   75.0 %"
    assert text_line("a.png", SEVEN, 8, 1) == "a.png     7   75.0 %  Also: 1 (20.0 %)."
    assert text_line("a.png", EMPTY, 5) == "a.png  -           Nothing is written here. Write a digit."


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b.png", "a b.png"),
        ("七é.png", "七é.png"),
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\udcff", r"\udcff"),
        ("\u202e", r"\u202e"),
    ],
)
def test_names_cannot_spoil_the_line(name: str, shown: str) -> None:
    assert printable(name) == shown
    assert text_line(name, SEVEN, 1).startswith(f"{shown}  7")


def test_the_width_of_names_stays_within_reason() -> None:
    assert name_width([]) == 4
    assert name_width(["a", "seven.png"]) == 9
    assert name_width(["x" * 300]) == 40
    assert name_width(["\n" * 4]) == 8


def test_bars_are_as_long_as_the_probability() -> None:
    assert (bar(0), bar(0.5), bar(1, "#")) == ("", "━" * 5, "#" * 10)


@pytest.mark.parametrize("width", [30, 60, 100, 200])
def test_the_table_fits_the_terminal_and_shows_every_row(width: int) -> None:
    from rich.console import Console

    rows = [("[red]seven[/red].png", SEVEN), ("x" * 90, UNSURE), ("empty.png", EMPTY), ("no.png", UNREADABLE)]
    output = io.StringIO()
    Console(file=output, width=width).print(rich_table(rows, width // 3))
    lines = output.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    if width >= 100:
        text = " ".join(output.getvalue().split())
        assert "[red]seven[/red].png 7 75.0 % ━━━━━━━━" in text  # names are no markup
        assert "? 55.0 %" in text
        assert "Nothing is written here. Write a digit." in text


def test_a_table_without_header_and_in_ascii() -> None:
    from rich.console import Console

    output = io.StringIO()
    Console(file=output, width=100).print(rich_table([("a.png", SEVEN)], 5, header=False, ascii_only=True))
    assert output.getvalue().split() == ["a.png", "7", "75.0", "%", "########"]
