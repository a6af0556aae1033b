"""CSV files of digits: a label and 784 pixels a line, with or without a header, plain or gzipped."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from tenfold.data.compressed import LARGEST, opened
from tenfold.data.dataset import Dataset
from tenfold.errors import DataError
from tenfold.types import Pixels

SIDE = 28
COLUMNS = 1 + SIDE * SIDE

_BLOCK = 4096
_LONGEST_LINE = 1 << 16
_HEADER = re.compile(rb'["\s]*[A-Za-z_\x80-\xff]')
_LABEL_NAMES = (b"label", b"class", b"target", b"digit", b"y")


def read_csv(path: Path) -> Dataset:
    """Read the common competition format.

    Args:
        path: A file of lines ``label,pixel,pixel,...`` with 785 whole numbers, 0..9 and then 0..255,
            row by row; a first line of column names is skipped.

    Returns:
        The data set, images uint8 (n, 28, 28).

    Raises:
        DataError: If a line has another number of columns, or a value is no whole number or out of
            range; names line and column (both counted from 1), what was expected and what was found.
    """
    blocks = list(_blocks(path))
    if not blocks:
        raise DataError(f"{path} holds no line of data.", f"Expected a label and {SIDE * SIDE} pixels a line.")
    table = np.concatenate(blocks)
    return Dataset(table[:, 1:].reshape(-1, SIDE, SIDE), table[:, 0].astype(np.int64), str(path))


def _blocks(path: Path) -> Iterator[Pixels]:
    rows = 0
    lines = _lines(path)
    while block := list(islice(lines, _BLOCK)):
        rows += len(block)
        if rows * COLUMNS > LARGEST:
            raise DataError(f"{path}: more than {LARGEST // COLUMNS:,} lines; that is too much at once.", "Split it.")
        yield _parse(block, path)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of data with their numbers, without header and blank lines."""
    with opened(path) as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")  # the byte order mark some spreadsheets write
                if _HEADER.match(line):
                    _check_header(line, path)
                    continue
            if line.strip():
                yield number, line


def _check_header(line: bytes, path: Path) -> None:
    names = [name.strip(b'" \r\n').lower() for name in line.split(b",")]
    if len(names) != COLUMNS:
        raise _wrong_count(path, 1, len(names))
    if names[-1] in _LABEL_NAMES and names[0] not in _LABEL_NAMES:
        last = names[-1].decode("ascii")
        raise DataError(
            f"{path}, line 1: expected the label in column 1, got it in column {COLUMNS} ({last!r}).",
            "Move the label to the front.",
        )


def _parse(block: list[tuple[int, bytes]], path: Path) -> Pixels:
    try:
        # Older numpy cuts 0.5 to 0 with no more than a warning; here that is an error.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = np.loadtxt([line for _, line in block], np.uint8, delimiter=",", comments=None, ndmin=2)
    except (ValueError, Warning) as error:
        raise _first_mistake(block, path, str(error)) from error
    if table.shape[1] != COLUMNS or table[:, 0].max() > 9:
        raise _first_mistake(block, path, f"{table.shape[1]} columns")
    return np.asarray(table)


def _first_mistake(block: list[tuple[int, bytes]], path: Path, otherwise: str) -> DataError:
    """Line by line and slowly: what the fast way stumbled over, and where."""
    for number, line in block:
        cells = [cell.strip() for cell in line.split(b",")]
        if len(cells) != COLUMNS:
            return _wrong_count(path, number, len(cells))
        for column, cell in enumerate(cells, 1):
            top = 9 if column == 1 else 255
            if not (cell.isdigit() and len(cell) <= 9 and int(cell) <= top):
                what = "a label 0..9" if column == 1 else "a pixel, a whole number 0..255"
                shown = cell[:20].decode("ascii", "backslashreplace")
                return DataError(f"{path}, line {number}, column {column}: expected {what}, got {shown!r}.")
    return DataError(f"{path}, lines {block[0][0]} to {block[-1][0]}: {otherwise}.")


def _wrong_count(path: Path, number: int, got: int) -> DataError:
    hint = "It seems to have no labels: these are needed." if got == COLUMNS - 1 else "The file may be cut off."
    return DataError(
        f"{path}, line {number}: expected {COLUMNS} columns (a label and {SIDE * SIDE} pixels, "
        f"separated by commas), got {got}.",
        hint,
    )
