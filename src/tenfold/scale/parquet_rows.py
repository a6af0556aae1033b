"""The pictures or strokes in a column of a Parquet file, read forwards and a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from tenfold.errors import DataError, UnreadableImage, UsageError
from tenfold.scale.extra import need_pyarrow

FEATURE = "Reading Parquet"
# A row may be a photo of some megabytes.
ROWS = 32
# Pages of the file are fetched in pieces of this size instead of whole column chunks.
BUFFER = 1 << 20


class ParquetRows:
    """An open Parquet file.

    Args:
        file: Its content; closed with it.
        name: For messages.

    Raises:
        DataError: If it is no Parquet file, or a damaged one.
        MissingExtra: If the extra ``[scale]`` is not installed.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        pa = need_pyarrow(FEATURE)
        self._file, self._name, self._errors = file, name, (pa.ArrowException, OSError)
        try:
            self._parquet = pa.parquet.ParquetFile(file, buffer_size=BUFFER, pre_buffer=False)
        except self._errors as error:
            file.close()
            raise DataError(f"{name} is no Parquet file, or a damaged one ({error}).", "Write it again.") from error
        self._rows: Iterator[bytes | None] = iter(())
        # Row group and row that `_rows` will give next.
        self._next = (-1, 0)

    def groups(self) -> list[int]:
        """The number of rows of each row group."""
        about = self._parquet.metadata
        return [about.row_group(index).num_rows for index in range(about.num_row_groups)]

    def find_column(self, asked: str | None) -> str:
        """The column of pictures.

        Args:
            asked: Its name, also of one that holds strokes as text (JSON or InkML); None for the only one that holds
                bytes, or a struct with a field ``bytes`` of them.

        Raises:
            UsageError: If there is none, none of that name, or more than one to choose from.
        """
        fields = list(self._parquet.schema_arrow)
        fitting: list[str] = [field.name for field in fields if _holds_bytes(field.type)]
        if asked is not None and asked in [*fitting, *(field.name for field in fields if _is_text(field.type))]:
            return asked
        every = ", ".join(f"{field.name} ({field.type})" for field in fields)
        if asked is not None:
            raise UsageError(f"{self._name} has no column {asked!r} of pictures.", f"It has: {every}.")
        if len(fitting) != 1:
            what = "several columns" if fitting else "no column"
            raise UsageError(f"{self._name} has {what} of binary values.", f"Give --column NAME. It has: {every}.")
        return fitting[0]

    def read(self, column: str, group: int, first: int, count: int) -> Iterator[bytes | UnreadableImage]:
        """The pictures of some rows; going on where the last call ended costs nothing.

        Args:
            column: The column of pictures.
            group: The row group.
            first: The first row within it, from 0.
            count: How many rows.
        """
        at, row = self._next
        if at != group or row > first:
            self._rows, row = self._cells(column, group), 0
        done = 0
        try:
            for _ in range(first - row):
                next(self._rows, None)
            for done in range(1, count + 1):
                cell = next(self._rows)
                self._next = (group, first + done)
                yield cell if cell is not None else UnreadableImage("The row holds no picture.")
        except (StopIteration, *self._errors) as error:
            self._next = (-1, 0)
            why = UnreadableImage(f"The row cannot be read ({error or 'the file ends before it'}).")
            for _ in range(max(done, 1), count + 1):
                yield why

    def _cells(self, column: str, group: int) -> Iterator[bytes | None]:
        struct = need_pyarrow(FEATURE).types.is_struct(self._parquet.schema_arrow.field(column).type)
        wanted = f"{column}.bytes" if struct else column
        for batch in self._parquet.iter_batches(ROWS, row_groups=[group], columns=[wanted]):
            values = batch.column(0).field("bytes") if struct else batch.column(0)
            for value in values:
                cell = value.as_py()
                yield cell.encode() if isinstance(cell, str) else cell

    def close(self) -> None:
        self._parquet.close()
        self._file.close()


def _is_binary(kind: Any) -> bool:
    types = need_pyarrow(FEATURE).types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _is_text(kind: Any) -> bool:
    types = need_pyarrow(FEATURE).types
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _holds_bytes(kind: Any) -> bool:
    if not need_pyarrow(FEATURE).types.is_struct(kind):
        return _is_binary(kind)
    return any(field.name == "bytes" and _is_binary(field.type) for field in kind)
