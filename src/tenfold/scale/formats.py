"""Rows as CSV, JSON lines or Parquet: a part's rows as bytes, and the parts joined to one file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from tenfold.errors import UsageError
from tenfold.output import csv_line
from tenfold.scale.extra import need_pyarrow
from tenfold.scale.tasks import Row, Task

# The columns of CSV, by task; values that are lists stand in one cell.
PREDICT = ("file", "status", "digit", "confidence", "probabilities", "alternatives", "reason", "model", "one_digit")
READ = ("file", "page", "status", "texts", "values", "confidences", "reason", "model")


class Format(Protocol):
    """A kind of output file."""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Some rows as a part."""
        ...

    def join(self, parts: Iterable[Path], file: BinaryIO) -> None:
        """Write one file of all parts, one after the other."""
        ...


def find_format(suffix: str, task: Task) -> Format:
    """The format of a file name's ending.

    Args:
        suffix: Of the output, e.g. ``".csv"``.
        task: What the rows answer.

    Raises:
        MissingExtra: If it is Parquet and the extra ``[scale]`` is not installed.
        UsageError: If it is none that can be written.
    """
    kinds: dict[str, Callable[[Task], Format]] = {".csv": Csv, ".jsonl": JsonLines, ".parquet": Parquet}
    if suffix not in kinds:
        raise UsageError(
            f"The output ends in {suffix!r}, which Tenfold does not write." if suffix else "The output has no ending.",
            f"Give a name that ends in {', '.join(kinds)}.",
        )
    return kinds[suffix](task)


class JsonLines:
    """One JSON object a row, in ASCII."""

    def __init__(self, task: Task) -> None:
        pass

    def encode(self, rows: Sequence[Row]) -> bytes:
        return "".join(json.dumps(row) + "\n" for row in rows).encode("ascii")

    def join(self, parts: Iterable[Path], file: BinaryIO) -> None:
        _append(parts, file)


class Csv:
    """A table for spreadsheets (RFC 4180), in UTF-8."""

    def __init__(self, task: Task) -> None:
        self._fields = PREDICT if task == "predict" else READ
        self._values = _digit_cells if task == "predict" else _page_cells

    def encode(self, rows: Sequence[Row]) -> bytes:
        return "".join(csv_line(self._values(row)) + "\n" for row in rows).encode("utf-8")

    def join(self, parts: Iterable[Path], file: BinaryIO) -> None:
        file.write((csv_line(self._fields) + "\n").encode("utf-8"))
        _append(parts, file)


def _append(parts: Iterable[Path], file: BinaryIO) -> None:
    for part in parts:
        with part.open("rb") as source:
            shutil.copyfileobj(source, file, 1 << 20)


def _digit_cells(row: Row) -> list[object]:
    cells = {
        **row,
        "digit": "" if row["digit"] is None else row["digit"],
        "confidence": round(row["confidence"], 6),
        "probabilities": " ".join(f"{value:.6f}" for value in row["probabilities"]),
        "alternatives": " ".join(f"{one['digit']}:{one['probability']:.6f}" for one in row["alternatives"]),
        "one_digit": round(row["one_digit"], 6),
    }
    return [cells[name] for name in PREDICT]


def _page_cells(row: Row) -> list[object]:
    numbers = row["numbers"]
    cells = {
        **row,
        "texts": "; ".join(one["text"] for one in numbers),
        "values": "; ".join(one["value"] for one in numbers),
        "confidences": "; ".join(f"{one['confidence']:.6f}" for one in numbers),
    }
    return [cells[name] for name in READ]


class Parquet:
    """A Parquet file with a row group a part."""

    def __init__(self, task: Task) -> None:
        self._pa = need_pyarrow("Writing Parquet")
        self._schema = _digit_schema(self._pa) if task == "predict" else _page_schema(self._pa)

    def encode(self, rows: Sequence[Row]) -> bytes:
        sink = self._pa.BufferOutputStream()
        # The names of numbers' parts that have no column are left out by the schema.
        self._pa.parquet.write_table(self._pa.Table.from_pylist(list(rows), self._schema), sink)
        data: bytes = sink.getvalue().to_pybytes()
        return data

    def join(self, parts: Iterable[Path], file: BinaryIO) -> None:
        with self._pa.parquet.ParquetWriter(file, self._schema) as writer:
            for part in parts:
                writer.write_table(self._pa.parquet.read_table(part, partitioning=None))


def _digit_schema(pa: Any) -> Any:
    ranked = pa.struct([("digit", pa.int8()), ("probability", pa.float32())])
    kinds = {
        "digit": pa.int8(),
        "confidence": pa.float32(),
        "probabilities": pa.list_(pa.float32()),
        "alternatives": pa.list_(ranked),
        "one_digit": pa.float32(),
    }
    return pa.schema([(name, kinds.get(name, pa.string())) for name in PREDICT])


def _page_schema(pa: Any) -> Any:
    box = pa.struct([(side, pa.int32()) for side in ("x", "y", "width", "height")])
    number = pa.struct([("text", pa.string()), ("value", pa.string()), ("confidence", pa.float32()), ("box", box)])
    return pa.schema(
        [
            ("file", pa.string()),
            ("page", pa.int32()),
            ("status", pa.string()),
            ("numbers", pa.list_(number)),
            ("reason", pa.string()),
            ("model", pa.string()),
        ]
    )
