"""Answers in words: a line of text, a row of the terminal's table, a line of JSON or of CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tenfold.types import Prediction, Status

if TYPE_CHECKING:
    from rich.table import Table

# What to do next, for each status but `ok`; a reason for `unreadable_image` brings its own.
ADVICE: dict[Status, str] = {
    "ok": "",
    "uncertain": "Write it again, a little clearer.",
    "empty": "Write a digit.",
    "not_a_digit": "Write one digit, from 0 to 9.",
    "several_digits": "",
    "unreadable_image": "",
}
CSV_FIELDS = ("file", "status", "digit", "confidence", "reason", "model", "one_digit")

NAME_WIDTH = 40
BAR_WIDTH = 10
COLOURS: dict[Status, str] = {"ok": "green", "uncertain": "yellow", "unreadable_image": "red"}


def sign(answer: Prediction) -> str:
    """The answer in one character: the digit, ``?`` where it is uncertain, ``-`` where there is none."""
    if answer.digit is not None:
        return str(answer.digit)
    return "?" if answer.status == "uncertain" else "-"


def percent(probability: float) -> str:
    """A probability as people read it: ``99.4 %``. Nothing is ever shown as certain, or as impossible."""
    if probability > 0.9994:
        return ">99.9 %"
    return "<0.1 %" if 0 < probability < 0.001 else f"{probability * 100:.1f} %"


def sentence(answer: Prediction) -> str:
    """Why there is no digit and what to do about it; empty if there is one."""
    return f"{answer.reason} {ADVICE[answer.status]}".strip()


def others(answer: Prediction, top: int | None) -> str:
    """The next best readings in words, at most `top`; empty for none.

    Args:
        answer: The answer.
        top: How many; None means none.
    """
    return ", ".join(f"{other.digit} ({percent(other.probability)})" for other in answer.alternatives[: top or 0])


def printable(text: str) -> str:
    """Text that cannot move the cursor, break the line or change colours: such characters are shown by number."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def record(file: str, answer: Prediction, top: int | None = None) -> dict[str, Any]:
    """The answer for one input as plain JSON types: the fields of `Prediction`, and ``file``.

    Args:
        file: The input as the user named it.
        answer: What was read.
        top: Keep at most so many alternatives; None keeps all.
    """
    fields = answer.to_dict()
    return {"file": file, **fields, "alternatives": fields["alternatives"][:top]}


def json_line(file: str, answer: Prediction, top: int | None = None) -> str:
    """`record` as one line of JSON, in ASCII so that every terminal and every file name passes."""
    return json.dumps(record(file, answer, top))


def csv_line(values: Iterable[object]) -> str:
    """One line of CSV (RFC 4180, without the line's end)."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(values)
    return buffer.getvalue()


def csv_values(file: str, answer: Prediction) -> list[object]:
    """The values of `CSV_FIELDS` for one input."""
    digit = "" if answer.digit is None else answer.digit
    sure = [round(value, 6) for value in (answer.confidence, answer.one_digit)]
    return [file, answer.status, digit, sure[0], answer.reason, answer.model, sure[1]]


def name_width(files: Sequence[str]) -> int:
    """The width of the column of names that fits these, within reason."""
    return max(4, min(NAME_WIDTH, max((len(printable(file)) for file in files), default=0)))


def remark(answer: Prediction, top: int | None) -> str:
    """What stands in the last column: the sentence, then the other readings."""
    also = others(answer, top)
    return printable(f"{sentence(answer)} {f'Also: {also}.' if also else ''}".strip())


def text_line(file: str, answer: Prediction, width: int, top: int | None = None) -> str:
    """One input's answer as a line of aligned plain text: name, digit, confidence, remark.

    Args:
        file: The input as the user named it.
        answer: What was read.
        width: Width of the column of names, see `name_width`.
        top: Show at most so many other readings.
    """
    confidence = percent(answer.confidence) if answer.confidence else ""
    return f"{printable(file):<{width}}  {sign(answer)}  {confidence:>7}  {remark(answer, top)}".rstrip()


def bar(probability: float, full: str = "━") -> str:
    """A bar as long as the probability."""
    return full * round(probability * BAR_WIDTH)


def rich_table(
    rows: Sequence[tuple[str, Prediction]],
    width: int,
    top: int | None = None,
    header: bool = True,
    ascii_only: bool = False,
) -> Table:
    """Answers as a table for a terminal; tables of one `width` printed after each other look like one.

    Args:
        rows: Names of inputs with their answers.
        width: Width of the column of names, see `name_width`.
        top: Show at most so many other readings.
        header: Whether to head the columns.
        ascii_only: For terminals that show nothing else.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=header, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("file", width=width, overflow="fold")
    table.add_column("digit", width=5, justify="center")
    table.add_column("sure", width=7, justify="right")
    table.add_column("", width=BAR_WIDTH)
    table.add_column("", ratio=1)
    for file, answer in rows:
        colour = COLOURS.get(answer.status, "default")
        table.add_row(
            Text(printable(file)),
            Text(f" {sign(answer)} ", style=f"bold reverse {colour}" if answer.digit is not None else f"bold {colour}"),
            Text(percent(answer.confidence) if answer.confidence else ""),
            Text(bar(answer.confidence, "#" if ascii_only else "━"), style=colour),
            Text(remark(answer, top)),
        )
    return table
