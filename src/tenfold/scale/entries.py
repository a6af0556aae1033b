"""What there is to read, as a list of entries: each a picture, or a run of pages or rows of one file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

Kind = Literal["picture", "tiff", "pdf", "parquet", "failed"]


@dataclass(frozen=True, slots=True)
class Member:
    """Where a file lies in a zip archive.

    Attributes:
        offset: Of its local header.
        packed: Bytes it takes there.
        method: How it is compressed: 0 not at all, 8 deflated.
        crc: CRC-32 of its content.
    """

    offset: int
    packed: int
    method: int
    crc: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture, or several that lie one after the other in one file.

    Attributes:
        name: Of the file as shown; pages and rows have their number after it: ``scan.pdf#3``.
        path: Of the file in its place.
        kind: How it is opened; ``"failed"`` for what is known to be unreadable.
        count: How many pictures it is.
        first: Which of the file's pages, or the row group's rows, is the first of them, from 0.
        size: Bytes of the file or member.
        changed: When the file was last changed, in nanoseconds.
        member: Where it lies in the zip archive at `path`; None for a file of its own.
        group: Row group of a Parquet file.
        before: Rows of the Parquet file before that group.
        column: The Parquet file's column of pictures.
        reason: Why it cannot be read.
    """

    name: str
    path: str
    kind: Kind = "picture"
    count: int = 1
    first: int = 0
    size: int = 0
    changed: int = 0
    member: Member | None = None
    group: int = 0
    before: int = 0
    column: str = ""
    reason: str = ""

    def title(self, index: int) -> str:
        """The name of one of its pictures.

        Args:
            index: Which page, or row of the row group, from 0.
        """
        return self.name if self.kind in ("picture", "failed") else f"{self.name}#{self.before + index + 1}"


_PLAIN: dict[str, Any] = {one.name: one.default for one in fields(Entry)}


def to_line(entry: Entry) -> str:
    """An entry as one line of JSON; the inverse of `from_line`."""
    given = {name: getattr(entry, name) for name in _PLAIN}
    told = {name: value for name, value in given.items() if value != _PLAIN[name]}
    if entry.member is not None:
        told["member"] = [entry.member.offset, entry.member.packed, entry.member.method, entry.member.crc]
    return json.dumps(told, separators=(",", ":"))


def from_line(line: str) -> Entry:
    """An entry from `to_line`'s result."""
    told = json.loads(line)
    if "member" in told:
        told["member"] = Member(*told["member"])
    return Entry(**told)


def ranges(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """The entries cut into ranges of so many pictures; the last may have fewer.

    Args:
        entries: In their order.
        size: How many pictures make a range.
    """
    gathered: list[Entry] = []
    room = size
    for entry in entries:
        left = entry
        while left.count:
            taken = min(room, left.count)
            gathered.append(replace(left, count=taken))
            left = replace(left, first=left.first + taken, count=left.count - taken)
            room -= taken
            if not room:
                yield gathered
                gathered, room = [], size
    if gathered:
        yield gathered
