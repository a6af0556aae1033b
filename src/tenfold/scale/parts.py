"""The folder of an unfinished run: its manifest, the listing of its input, and the parts that are done."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from tenfold.errors import UsageError
from tenfold.scale.entries import Entry, from_line, to_line
from tenfold.scale.formats import Format
from tenfold.scale.part import Part

MANIFEST, LISTING, PARTIAL = "manifest.json", "listing.jsonl", ".partial"
# A part's file says in its name how many of its pictures were unreadable.
PART = re.compile(r"part-(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run is about; a run goes on only where all of it is still so.

    Attributes:
        tenfold: Version of Tenfold.
        input: As it was given, a path made absolute.
        task: What is asked of each picture.
        model: Identity of the network that answers.
        error_budget: Largest accepted share of wrong answers.
        max_bytes: The limits of the settings.
        max_pixels: Likewise.
        max_document_bytes: Likewise.
        pictures: How many there are.
        part: How many of them make a part.
        listing: SHA-256 of the listing of the input.
    """

    tenfold: str
    input: str
    task: str
    model: str
    error_budget: float
    max_bytes: int
    max_pixels: int
    max_document_bytes: int
    pictures: int
    part: int
    listing: str


class Parts:
    """The folder ``OUTPUT.parts``. What is in it under its own name is whole, on disk, and stays as it is.

    Args:
        output: What the parts become.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.folder = output.with_name(f"{output.name}.parts")

    @property
    def begun(self) -> bool:
        """Whether there is an unfinished run."""
        return (self.folder / MANIFEST).is_file()

    def list(self, entries: Iterable[Entry]) -> tuple[int, str]:
        """Keep the listing of the input as a file; that of an unfinished run stays beside it.

        Returns:
            How many pictures there are, and the SHA-256 of the listing.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        pictures, digest = 0, hashlib.sha256()
        with (self.folder / (LISTING + PARTIAL)).open("wb") as file:
            for entry in entries:
                line = (to_line(entry) + "\n").encode("ascii")
                file.write(line)
                digest.update(line)
                pictures += entry.count
            _to_disk(file)
        return pictures, digest.hexdigest()

    def begin(self, manifest: Manifest) -> None:
        """Begin a run with the listing just made, or go on with the one there is.

        Raises:
            UsageError: If the one there is was about something else; says what.
        """
        fresh = self.folder / (LISTING + PARTIAL)
        if self.begun:
            self._check(manifest, fresh)
            fresh.unlink()
        else:
            fresh.replace(self.folder / LISTING)
            with _whole(self.folder / MANIFEST) as file:
                file.write(json.dumps(asdict(manifest), indent=2).encode("ascii"))

    def _check(self, manifest: Manifest, fresh: Path) -> None:
        hint = "Undo the change, or begin anew with --overwrite."
        try:
            before = Manifest(**json.loads((self.folder / MANIFEST).read_text("ascii")))
        except (ValueError, TypeError) as error:
            raise UsageError(f"{self.folder} was not left by this version of Tenfold.", hint) from error
        for name in (one.name for one in fields(Manifest) if one.name not in ("pictures", "part", "listing")):
            was, now = getattr(before, name), getattr(manifest, name)
            if was != now:
                raise UsageError(f"The unfinished run was begun with {name} = {was!r}, and now it is {now!r}.", hint)
        if (before.listing, before.part) != (manifest.listing, manifest.part):
            raise UsageError(
                f"The input has changed since the run was begun ({before.pictures:,} pictures then, "
                f"{manifest.pictures:,} now): {_difference(self.folder / LISTING, fresh)}.",
                hint,
            )

    def entries(self) -> Iterator[Entry]:
        """The listing of the run."""
        with (self.folder / LISTING).open("r", encoding="ascii") as file:
            yield from map(from_line, file)

    def done(self) -> dict[int, int]:
        """The parts that are done: how many of each one's pictures were unreadable, by its number."""
        found = (PART.fullmatch(path.name) for path in self.folder.iterdir())
        return {int(match[1]): int(match[2]) for match in found if match}

    def write(self, part: Part) -> None:
        """Keep a part."""
        with _whole(self.folder / f"part-{part.number:08}-{part.unreadable}") as file:
            file.write(part.data)

    def join(self, kind: Format) -> None:
        """Make the output of all parts, and remove them."""
        parts = sorted(path for path in self.folder.iterdir() if PART.fullmatch(path.name))
        with _whole(self.output) as file:
            kind.join(parts, file)
        self.remove()

    def remove(self) -> None:
        """Remove an unfinished run, or what is left of one.

        Raises:
            UsageError: If the folder has anything else in it.
        """
        if not self.folder.exists():
            return
        # The manifest goes first: without it nobody goes on with what is left.
        for name in (MANIFEST, LISTING):
            (self.folder / name).unlink(missing_ok=True)
        for path in self.folder.iterdir():
            if PART.fullmatch(path.name) or path.name.endswith(PARTIAL):
                path.unlink()
        try:
            self.folder.rmdir()
        except OSError as error:
            raise UsageError(f"{self.folder} holds files that are no parts of a run.", "Move them away.") from error


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole and on disk."""
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            yield file
            _to_disk(file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    with suppress(OSError):  # Windows opens no folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _difference(before: Path, now: Path) -> str:
    """The first line in which two listings differ, in words."""
    with before.open("r", encoding="ascii") as old, now.open("r", encoding="ascii") as new:
        for was, is_now in zip_longest(old, new):
            if was == is_now:
                continue
            first, second = (from_line(line).name if line else "" for line in (was, is_now))
            if first == second:
                return f"{first} is another file than it was"
            if not second:
                return f"{first} is gone"
            return f"{second} is new" if not first else f"where {first} was listed, {second} is now"
    return "its parts are cut otherwise"
